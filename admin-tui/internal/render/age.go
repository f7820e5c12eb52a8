package render

import (
	"fmt"
	"strconv"
	"time"

	"ddap/shared/i18n"
)

const day = 24 * time.Hour

// units are the steps of ages and durations, the largest first, each with its
// short names. The plural serves English only.
var units = []struct {
	size      time.Duration
	one, many i18n.Text
}{
	{day, i18n.Text{EN: "day", ID: "hari"}, i18n.Text{EN: "days", ID: "hari"}},
	{time.Hour, i18n.Text{EN: "h", ID: "jam"}, i18n.Text{EN: "h", ID: "jam"}},
	{time.Minute, i18n.Text{EN: "min", ID: "mnt"}, i18n.Text{EN: "min", ID: "mnt"}},
	{time.Second, i18n.Text{EN: "s", ID: "dtk"}, i18n.Text{EN: "s", ID: "dtk"}},
}

// Age says how long ago something was, or how far ahead it is, in one unit:
// "3 min ago", "in 2 h". The clocks of a server and of this computer may differ
// by a little, so a few seconds either way are "just now".
func (v View) Age(at time.Time) string {
	d := v.Now.Sub(at)
	switch {
	case at.IsZero():
		return "–"
	case d > -5*time.Second && d < 5*time.Second:
		return v.in(i18n.Text{EN: "just now", ID: "baru saja"})
	case d < 0:
		return fmt.Sprintf(v.in(i18n.Text{EN: "in %s", ID: "%s lagi"}), v.largest(-d))
	default:
		return fmt.Sprintf(v.in(i18n.Text{EN: "%s ago", ID: "%s lalu"}), v.largest(d))
	}
}

// ageOf is Age for a time that may be absent.
func (v View) ageOf(at *time.Time) string {
	if at == nil {
		return "–"
	}
	return v.Age(*at)
}

// exactly gives a time with its age: "2026-11-23 18:46:05 UTC, 3 min ago".
func (v View) exactly(at time.Time) string {
	return at.UTC().Format("2006-01-02 15:04:05") + " UTC, " + v.Age(at)
}

func (v View) largest(d time.Duration) string {
	for _, u := range units {
		if d >= u.size {
			return v.amount(int(d/u.size), u.one, u.many)
		}
	}
	return v.amount(0, units[3].one, units[3].many)
}

// Duration writes how long something took, in its two largest units: "2 min 5 s".
// Under ten seconds it keeps one decimal.
func (v View) Duration(d time.Duration) string {
	if d < 10*time.Second {
		tenths := strconv.FormatFloat(max(d, 0).Seconds(), 'f', 1, 64)
		return v.decimal(tenths) + " " + v.in(units[3].one)
	}
	for i, u := range units {
		if d < u.size {
			continue
		}
		out := v.amount(int(d/u.size), u.one, u.many)
		if i+1 < len(units) {
			next := units[i+1]
			if rest := int(d % u.size / next.size); rest > 0 {
				out += " " + v.amount(rest, next.one, next.many)
			}
		}
		return out
	}
	return "" // not reached: ten seconds and more have a unit
}

func (v View) amount(n int, one, many i18n.Text) string {
	if n == 1 {
		many = one
	}
	return strconv.Itoa(n) + " " + v.in(many)
}
