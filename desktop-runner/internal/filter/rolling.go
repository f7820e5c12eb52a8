package filter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ddap/desktop-runner/internal/engine"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// window is the frame of a rolling aggregate while it is written.
type window struct {
	*operation.Rolling

	partition string // "PARTITION BY … "
	order     string
	// first and last are how many rows the frame reaches back and forward.
	first, last string
	// valid is false for rows that have no window: without a time, or without
	// that by which rows are told apart.
	valid string
}

// rolling adds a column for each that is asked for. Windows are those of pandas'
// rolling: by rows they end with the row; by time they hold what is later than
// the row's time less the window, and of rows with the same time only those
// before it. Infinite values are left out there.
func (q *query) rolling(r *operation.Rolling) error {
	w := window{Rolling: r, order: q.place, valid: "true"}
	by, err := q.keys("params.rolling.by", r.By)
	if err != nil {
		return err
	}
	var needed []result.Column
	if needed = append(needed, by...); len(by) > 0 {
		w.partition = "PARTITION BY " + strings.Join(plain(by), ", ") + " "
	}
	if r.On != "" {
		on, err := q.timeColumn("params.rolling.on", r.On)
		if err != nil {
			return err
		}
		needed, w.order = append(needed, on), "CAST("+engine.Identifier(on.Name)+" AS TIMESTAMP) NULLS LAST, "+q.place
	}
	if len(needed) > 0 {
		w.valid = present(needed)
	}
	columns, err := q.relation().Pick("params.rolling.columns", r.Columns)
	if err != nil {
		return err
	}
	w.byRows()
	if r.Window.Duration > 0 {
		q.boundByTime(&w)
	}
	return q.roll(&w, columns)
}

// timeColumn finds a column of dates or timestamps.
func (q *query) timeColumn(path, name string) (result.Column, error) {
	c, err := q.relation().Column(path, name)
	if err == nil && !isMoment(c.Type) {
		err = invalid(path, "%s is a column of %s, and one of dates or timestamps is needed; make it with derive (to_date, to_datetime)", name, nameOf(c.Type))
	}
	return c, err
}

func (w *window) byRows() {
	back, forward := w.Window.Rows-1, int64(0)
	if w.Center {
		forward = (w.Window.Rows - 1) / 2
		back -= forward
	}
	w.first, w.last = fmt.Sprint(back), fmt.Sprint(forward)
}

// boundByTime numbers the rows of each part, and finds for each row the numbers
// of the first and the last one in its window. A frame of time alone would take
// in all rows with the same time.
func (q *query) boundByTime(w *window) {
	names := hiddenNames(q.columns, "number", "first", "last")
	number, first, last := names[0], names[1], names[2]
	on := "CAST(" + engine.Identifier(w.On) + " AS TIMESTAMP)"
	carried := strings.Join(plain(q.columns), ", ") + q.hidden()
	q.add(q.columns, "SELECT "+carried+", row_number() OVER ("+w.partition+"ORDER BY "+w.order+") AS "+number+" FROM "+q.last)
	reach := w.Window.Duration
	end := number
	frame := func(back, forward time.Duration) string {
		return w.partition + "ORDER BY " + on + " NULLS LAST RANGE BETWEEN to_microseconds(" + fmt.Sprint((back - time.Microsecond).Microseconds()) + ") PRECEDING AND " +
			"to_microseconds(" + fmt.Sprint(forward.Microseconds()) + ") FOLLOWING"
	}
	if w.Center {
		end = "max(" + number + ") OVER (" + frame(reach/2, reach/2) + ")"
		reach /= 2
		q.add(q.columns, "SELECT *, min("+number+") OVER ("+frame(reach, reach)+") AS "+first+", "+end+" AS "+last+" FROM "+q.last)
	} else {
		q.add(q.columns, "SELECT *, min("+number+") OVER ("+frame(reach, 0)+") AS "+first+", "+end+" AS "+last+" FROM "+q.last)
	}
	w.first, w.last, w.order = number+" - "+first, last+" - "+number, number
}

// hiddenNames gives names, quoted, that no column has.
func hiddenNames(columns []result.Column, names ...string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = engine.Identifier(hiddenName(columns, n))
	}
	return out
}

// hiddenName is a name like this one that no column has.
func hiddenName(columns []result.Column, name string) string {
	for overlaps(columns, name) {
		name += "_"
	}
	return name
}

func (q *query) roll(w *window, columns []result.Column) error {
	out, list := slices.Clone(q.columns), plain(q.columns)
	over := " OVER (" + w.partition + "ORDER BY " + w.order + " ROWS BETWEEN " + w.first + " PRECEDING AND " + w.last + " FOLLOWING)"
	for i, c := range columns {
		path := fmt.Sprintf("params.rolling.columns[%d]", i)
		name := w.Title(c.Name)
		switch {
		case !c.Type.Numeric():
			return invalid(path, "%s works on numbers, but %s is a column of %s", w.Func, c.Name, nameOf(c.Type))
		case overlaps(out, name):
			return invalid(path, "would make a second column named %q; rename that one first, with derive and select", name)
		}
		x := "CASE WHEN isfinite(CAST(" + engine.Identifier(c.Name) + " AS DOUBLE)) THEN CAST(" + engine.Identifier(c.Name) + " AS DOUBLE) END"
		least := int64(1)
		switch {
		case w.MinPeriods != nil:
			least = *w.MinPeriods
		case w.Window.Rows > 0:
			least = w.Window.Rows
		}
		list = append(list, fmt.Sprintf("CASE WHEN %s AND count(%s)%s >= %d THEN CAST(%s AS DOUBLE) END", w.valid, x, over, least, windowed(w.Func, x, over)))
		out = append(out, result.Column{Name: name, Type: result.Float})
	}
	q.rows(out, list, "")
	return nil
}

// windowed writes an aggregate of a window. What cannot be squared has no deviation.
func windowed(f operation.AggFunc, x, over string) string {
	function := map[operation.AggFunc]string{
		operation.Count: "count", operation.Sum: "sum", operation.Mean: "avg", operation.Min: "min", operation.Max: "max", operation.Median: "median",
		operation.Std: "stddev_samp", operation.Var: "var_samp",
	}[f]
	if f == operation.Std || f == operation.Var {
		x = "CASE WHEN abs(" + x + ") < 1e150 THEN " + x + " END"
	}
	return function + "(" + x + ")" + over
}
