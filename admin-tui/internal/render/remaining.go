package render

import (
	"fmt"
	"time"

	"ddap/shared/i18n"
)

// Remaining says about how long the rest of some work takes: "about 20 s left".
// It is rounded so coarsely that it does not change with every look.
func (v View) Remaining(left time.Duration) string {
	if left < 5*time.Second {
		return v.in(i18n.Text{EN: "a few seconds left", ID: "beberapa detik lagi"})
	}
	return fmt.Sprintf(v.in(i18n.Text{EN: "about %s left", ID: "sekitar %s lagi"}), v.roughly(left))
}

// roughly rounds to steps that grow with the time, and to one unit below an hour.
func (v View) roughly(d time.Duration) string {
	for _, step := range []struct{ below, of time.Duration }{
		{12 * time.Second, time.Second}, {time.Minute, 5 * time.Second}, {10 * time.Minute, time.Minute},
		{time.Hour, 5 * time.Minute}, {6 * time.Hour, 10 * time.Minute}, {2 * day, time.Hour},
	} {
		if d < step.below {
			d = max(d.Round(step.of), step.of)
			break
		}
	}
	if d < time.Hour {
		return v.largest(d)
	}
	return v.Duration(d)
}
