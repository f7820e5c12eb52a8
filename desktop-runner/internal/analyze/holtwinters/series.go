package holtwinters

import (
	"context"
	"fmt"
	"math"
	"time"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// maxRows bounds a series; a longer one is better resampled.
const maxRows = 1 << 20

// largest is the largest number whose square and its sums are finite.
const largest = 1e140

// series is the target in the order of time. Times are seconds since 1970 in UTC,
// or the numbers of the column.
type series struct {
	target, time result.Column
	y, at        []float64
	least        float64
	step         cadence
}

// cadence is the regular step: so many months, or else so many seconds or units.
type cadence struct {
	months int
	// monthEnd means that every time is the last day of its month.
	monthEnd bool
	by       float64
}

// read reads the series and finds its step.
func read(ctx context.Context, st *step.Step, target result.Column, name string) (*series, error) {
	column, err := st.Relation.Column("params.params.time", name)
	if err != nil {
		return nil, err
	}
	at := "CAST(" + engine.Identifier(name) + " AS DOUBLE)"
	switch {
	case column.Type == result.Date || column.Type == result.Timestamp:
		at = "epoch(CAST(" + engine.Identifier(name) + " AS TIMESTAMP))"
	case !column.Type.Numeric():
		return nil, bad("params.params.time", "%s is neither a date, a time nor a number; change its type when the file is read, or use another column", name)
	}
	if st.Rows > maxRows {
		return nil, bad("params.source", "has more than %d rows; resample it to longer steps in a filter", maxRows)
	}
	s := &series{target: target, time: column, least: math.Inf(1)}
	missing := 0
	err = st.DB.Each(ctx, func(row []any) error {
		when, isTime := row[0].(float64)
		y, isNumber := row[1].(float64)
		if !isTime || !isNumber || math.IsNaN(y) || math.IsInf(y, 0) || math.IsNaN(when) {
			missing++
			return nil
		}
		if math.Abs(y) > largest {
			return fault.New("holtwinters.read", fault.Invalid, string(task.OperationFailed), "a number in the data is too large to calculate with; filter such rows out")
		}
		s.at, s.y, s.least = append(s.at, when), append(s.y, y), min(s.least, y)
		return nil
	}, fmt.Sprintf("SELECT %s, CAST(%s AS DOUBLE) FROM %s ORDER BY 1", at, engine.Identifier(target.Name), st.Relation.From))
	switch {
	case err != nil:
		return nil, err
	case missing > 0:
		return nil, bad("params.source", "has %d rows without a number in %s or %s, and a series has no gaps; fill them (missing) or resample in a filter first", missing, target.Name, name)
	case len(s.y) < 2:
		return nil, bad("params.source", "has fewer than two rows")
	}
	return s, s.findStep()
}

// findStep wants one step between all times.
func (s *series) findStep() error {
	for i := 1; i < len(s.at); i++ {
		if s.at[i] == s.at[i-1] {
			return bad("params.params.time", "has %s more than once; a series has one row for each time, so take their mean or sum with resample in a filter first", s.label(s.at[i]))
		}
	}
	s.step.by = s.at[1] - s.at[0]
	if s.time.Type == result.Date || s.time.Type == result.Timestamp {
		s.step.monthEnd = s.all(func(i int) bool { return moment(s.at[i]).AddDate(0, 0, 1).Day() == 1 })
		s.step.months = months(s.at[1]) - months(s.at[0])
		if s.step.months > 0 && s.all(func(i int) bool { return s.near(s.after(s.at[0], i), s.at[i]) }) {
			return nil
		}
		s.step.months = 0
	}
	// The smallest difference is the step that there would be without gaps.
	at := 1
	for i := 1; i < len(s.at); i++ {
		if d := s.at[i] - s.at[i-1]; d < s.step.by {
			s.step.by, at = d, i
		}
	}
	for i := 1; i < len(s.at); i++ {
		if d := s.at[i] - s.at[i-1]; math.Abs(d-s.step.by) > 1e-6*s.step.by {
			return bad("params.params.time", "is not in regular steps: from %s to %s is one step, and from %s to %s another; resample it in a filter first, which fills the gaps",
				s.label(s.at[at-1]), s.label(s.at[at]), s.label(s.at[i-1]), s.label(s.at[i]))
		}
	}
	return nil
}

func (s *series) all(holds func(i int) bool) bool {
	for i := range s.at {
		if !holds(i) {
			return false
		}
	}
	return true
}

func (s *series) near(a, b float64) bool { return math.Abs(a-b) < 1e-3 }

func moment(at float64) time.Time {
	whole, part := math.Modf(at)
	return time.Unix(int64(whole), int64(part*1e6)*1000).UTC()
}

func months(at float64) int { t := moment(at); return 12*t.Year() + int(t.Month()) }

// after gives the time that is so many steps after another.
func (s *series) after(from float64, steps int) float64 {
	if s.step.months == 0 {
		return from + float64(steps)*s.step.by
	}
	t := moment(from)
	if s.step.monthEnd {
		first := time.Date(t.Year(), t.Month(), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
		t = first.AddDate(0, s.step.months*steps+1, -1)
	} else {
		t = t.AddDate(0, s.step.months*steps, 0)
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}

// cell is a time as tables and charts have it.
func (s *series) cell(at float64) any {
	switch s.time.Type {
	case result.Date:
		return moment(at).Format(time.DateOnly)
	case result.Timestamp:
		return moment(at).Format(time.RFC3339)
	case result.Integer:
		if at == math.Trunc(at) {
			return int64(at)
		}
		return at
	default:
		return at
	}
}

func (s *series) label(at float64) string { return fmt.Sprint(s.cell(at)) }

func (s *series) fit(parameters int) finding.Fit {
	n := int64(len(s.y))
	return finding.Fit{Rows: n, Parameters: int64(parameters), Support: n}
}
