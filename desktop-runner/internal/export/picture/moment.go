package picture

import (
	"time"

	"ddap/shared/result"
)

const day = 24 * time.Hour

// across gives the place of a value on the axis below: a number, or the days of
// a date since 1970.
func (d *drawing) across(v any) (float64, bool) {
	text, isText := v.(string)
	if !isText || !d.overTime() {
		return number(v)
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05.999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return float64(at.UnixMicro()) / float64(day.Microseconds()), true
		}
	}
	return 0, false
}

func (d *drawing) overTime() bool {
	return d.chart.X.Type == result.Date || d.chart.X.Type == result.Timestamp
}

// acrossTicks gives the marks of the axis below; over time at equal distances
// from the first to the last.
func (d *drawing) acrossTicks(low, high float64) []float64 {
	const marks = 5
	if !d.overTime() {
		return ticks(low, high, marks+1)
	}
	out := make([]float64, marks)
	for i := range out {
		out[i] = low + (high-low)*float64(i)/(marks-1)
	}
	return out
}

// acrossTick writes a mark of the axis below.
func (d *drawing) acrossTick(v float64, marks []float64) string {
	if !d.overTime() {
		return d.tick(v)
	}
	at := time.UnixMicro(int64(v * float64(day.Microseconds()))).UTC()
	if marks[len(marks)-1]-marks[0] < float64(len(marks)) {
		return at.Format("01-02 15:04")
	}
	return at.Format(time.DateOnly)
}
