package filter

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// treated is what one rule on missing values did: to one column, or to the rows.
type treated struct {
	columns string
	method  operation.MissingMethod
	// count is how many cells were filled, or how many rows dropped; present how
	// many cells of the column had a value before.
	count, present int64
	// value is what they were filled with, where that is one.
	value string
}

// fillMissing applies the rules on missing values one after another, and counts
// what each touches.
func (q *query) fillMissing(ctx context.Context, rules []operation.MissingRule) error {
	for i, r := range rules {
		path := fmt.Sprintf("params.missing[%d]", i)
		columns, err := q.relation().Pick(path+".columns", r.Columns)
		if err != nil {
			return err
		}
		before := q.clone()
		if r.Method == operation.DropMissing {
			q.rows(q.columns, plain(q.columns), " WHERE "+present(columns))
			err = q.countDropped(ctx, before, columns, r)
		} else if err = q.fill(path, columns, r); err == nil {
			if err = q.checkFill(ctx, before, columns, r.Method); err != nil {
				return err
			}
			q.origins.filled(source.NamesOf(columns), r.Method)
			err = q.countFilled(ctx, before, columns, r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func present(columns []result.Column) string {
	tests := make([]string, len(columns))
	for i, c := range columns {
		tests[i] = engine.Identifier(c.Name) + " IS NOT NULL"
	}
	return strings.Join(tests, " AND ")
}

func (q *query) fill(path string, columns []result.Column, r operation.MissingRule) error {
	out, list := slices.Clone(q.columns), plain(q.columns)
	for i, c := range q.columns {
		at := slices.Index(source.NamesOf(columns), c.Name)
		if at < 0 {
			continue
		}
		where := path + ".columns"
		if len(r.Columns) > 0 {
			where = fmt.Sprintf("%s[%d]", where, at)
		}
		var err error
		if list[i], out[i].Type, err = q.filled(where, path+".value", c, r); err != nil {
			return err
		}
	}
	q.rows(out, list, "")
	return nil
}

// filled writes a column whose missing values are filled, with its type then.
func (q *query) filled(path, valuePath string, c result.Column, r operation.MissingRule) (sql string, t result.Type, err error) {
	x := typed(c)
	numeric := r.Method == operation.MeanValue || r.Method == operation.MedianValue || r.Method == operation.Interpolate
	switch {
	case numeric && !c.Type.Numeric():
		return "", "", invalid(path, "%s works on numbers, but %s is a column of %s; use mode, constant, ffill, bfill or drop", r.Method, c.Name, nameOf(c.Type))
	case c.Type == result.Other && r.Method != operation.ForwardFill && r.Method != operation.BackwardFill:
		return "", "", invalid(path, "%s has nested values; use ffill, bfill or drop", c.Name)
	}
	switch r.Method {
	case operation.Constant:
		v, t, err := q.constant(valuePath, c, r.Value)
		return "coalesce(" + castTo(x, c.Type, t) + ", " + v + ")", t, err
	case operation.MeanValue, operation.MedianValue, operation.ModeValue:
		if t = c.Type; numeric {
			t = result.Float
		}
		return "coalesce(" + castTo(x, c.Type, t) + ", (" + q.typical(c, r.Method) + "))", t, nil
	case operation.ForwardFill:
		return "last_value(" + x + " IGNORE NULLS) OVER (ORDER BY " + q.place + " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)", c.Type, nil
	case operation.BackwardFill:
		return "first_value(" + x + " IGNORE NULLS) OVER (ORDER BY " + q.place + " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)", c.Type, nil
	case operation.Interpolate:
		return q.interpolated(x, c.Type), result.Float, nil
	default:
		return "", "", invalid(strings.TrimSuffix(valuePath, "value")+"method", "%q is not a method that this runner knows; a newer version of it may", r.Method)
	}
}

func castTo(x string, from, to result.Type) string {
	if from == to {
		return x
	}
	return "CAST(" + x + " AS DOUBLE)"
}

// constant binds a value that fits a column. A fraction makes a column of whole
// numbers one of numbers, as in pandas.
func (q *query) constant(path string, c result.Column, given any) (sql string, t result.Type, err error) {
	switch v := given.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil && c.Type == result.Integer {
			return "CAST(" + q.bind(i) + " AS BIGINT)", result.Integer, nil
		}
		if f, err := v.Float64(); err == nil && c.Type.Numeric() {
			return "CAST(" + q.bind(f) + " AS DOUBLE)", result.Float, nil
		}
	case bool:
		if c.Type == result.Boolean {
			return "CAST(" + q.bind(v) + " AS BOOLEAN)", result.Boolean, nil
		}
	case string:
		switch c.Type {
		case result.Text:
			return "CAST(" + q.bind(v) + " AS VARCHAR)", result.Text, nil
		case result.Date, result.Timestamp, result.Time:
			canonical, err := result.Moment(c.Type, v)
			if err != nil {
				return "", "", invalid(path, "%s", err.Error())
			}
			return "CAST(" + q.bind(canonical) + " AS " + strings.ToUpper(string(c.Type)) + ")", c.Type, nil
		default: // text fits no other column
		}
	}
	return "", "", invalid(path, "must be %s, because %s is a column of %s; it is %s", example(c.Type), c.Name, nameOf(c.Type), kindOf(given))
}

// typical is a query of the one value that stands for a column.
func (c *chain) typical(col result.Column, method operation.MissingMethod) string {
	x := engine.Identifier(col.Name)
	switch method {
	case operation.MeanValue:
		return "SELECT " + meanOf(col) + " FROM " + c.last
	case operation.MedianValue:
		return "SELECT " + quantileOf(col, 0.5) + " FROM " + c.last
	default: // of several modes the smallest, as mode()[0] in pandas
		return "SELECT " + x + " FROM " + c.last + " WHERE " + x + " IS NOT NULL GROUP BY " + x + " ORDER BY count(*) DESC, " + x + " LIMIT 1"
	}
}

// interpolated draws a line between the values before and after, by the number
// of rows. Before the first value nothing is filled, after the last one that.
func (q *query) interpolated(x string, t result.Type) string {
	at := "CASE WHEN " + x + " IS NOT NULL THEN " + q.place + " END"
	before := func(what string) string {
		return "last_value(" + what + " IGNORE NULLS) OVER (ORDER BY " + q.place + " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
	}
	after := func(what string) string {
		return "first_value(" + what + " IGNORE NULLS) OVER (ORDER BY " + q.place + " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
	}
	x = castTo(x, t, result.Float)
	return "coalesce(" + x + ", " + before(x) + " + (" + after(x) + " - " + before(x) + ") * (" + q.place + " - " + before(at) + ") / (" +
		after(at) + " - " + before(at) + "), " + before(x) + ")"
}

// checkFill refuses, where single rows may not show, to fill rows with what fewer
// rows decide than may be told about. Those that are filled agree then in a value
// of another row, whether as the mean of their group, as its key, or in a condition.
// The answer is the same whether one row has a value or none.
func (q *query) checkFill(ctx context.Context, before *chain, columns []result.Column, method operation.MissingMethod) error {
	switch {
	case q.step.SingleRowsMayShow, method == operation.Constant:
		return nil
	case method != operation.MeanValue && method != operation.ModeValue:
		return refuseFill("params.missing: %s puts the value of one row into others, and the owner shares summaries only. Allowed are drop, constant, mean and mode", method)
	}
	for _, c := range columns {
		x := engine.Identifier(c.Name)
		rows, err := q.step.DB.Rows(ctx, before.statement("SELECT CAST(coalesce(sum(n), 0) AS BIGINT), coalesce(max(n), 0) FROM (SELECT count("+x+") AS n FROM "+before.last+" GROUP BY "+x+")"), before.list...)
		if err != nil {
			return err
		}
		n, most, least := whole(rows[0][0]), whole(rows[0][1]), q.step.MinGroupSize
		if most < least && method == operation.ModeValue || n < least || method == operation.MeanValue && n > most && n-most < least {
			return refuseFill("params.missing: the %s of %s would show single rows: fewer than %d have it, or differ from all the others, and the owner shares summaries only. "+
				"Fill it with a constant, or drop the rows without it", method, c.Name, least)
		}
	}
	return nil
}

func refuseFill(format string, args ...any) error {
	return fault.New("filter.fillMissing", fault.Forbidden, string(task.PolicyRefused), format+".", args...)
}

// isFilled reports whether values of a column may be those that others were
// filled with.
func (q *query) isFilled(column string) bool {
	return slices.ContainsFunc(q.treated, func(t treated) bool { return t.columns == column && t.method != operation.DropMissing })
}

func (q *query) countDropped(ctx context.Context, before *chain, columns []result.Column, r operation.MissingRule) error {
	rows, err := q.step.DB.Rows(ctx, before.statement("SELECT count(*) FILTER (WHERE NOT ("+present(columns)+")) FROM "+before.last), before.list...)
	if err != nil {
		return err
	}
	names := "all"
	if len(r.Columns) > 0 {
		names = strings.Join(r.Columns, ", ")
	}
	n, _ := rows[0][0].(int64)
	q.treated = append(q.treated, treated{columns: names, method: r.Method, count: n})
	return nil
}

// countFilled counts what was missing before and is not any more, and finds the
// value where it is one for all.
func (q *query) countFilled(ctx context.Context, before *chain, columns []result.Column, r operation.MissingRule) error {
	list := make([]string, 0, 3*len(columns))
	for _, c := range columns {
		x := engine.Identifier(c.Name)
		present := "(SELECT count(" + x + ") FROM " + before.last + ")"
		list = append(list, "(SELECT count("+x+") FROM "+q.last+") - "+present, present)
	}
	single := r.Method == operation.MeanValue || r.Method == operation.MedianValue || r.Method == operation.ModeValue
	for _, c := range columns {
		if single {
			list = append(list, "(SELECT CAST(v AS VARCHAR) FROM ("+before.typical(c, r.Method)+") AS t(v))")
		}
	}
	rows, err := q.step.DB.Rows(ctx, q.statement("SELECT "+strings.Join(list, ", ")), q.list...)
	if err != nil {
		return err
	}
	for i, c := range columns {
		t := treated{columns: c.Name, method: r.Method, count: whole(rows[0][2*i]), present: whole(rows[0][2*i+1])}
		switch {
		case single:
			t.value, _ = rows[0][2*len(columns)+i].(string)
		case r.Method == operation.Constant:
			t.value = fmt.Sprint(r.Value)
		}
		q.treated = append(q.treated, t)
	}
	return nil
}

// tellMissing shows what became of missing values. The values that they were
// filled with may be those of single rows. Where single rows may not show, how
// many rows were dropped here is not told apart from all that were dropped, nor
// are the sums told: what else was touched would follow.
func (q *query) tellMissing(f *finding.Finding) error {
	columns := []result.Column{
		{Name: "columns", Type: result.Text}, {Name: "method", Type: result.Text}, {Name: "count", Type: result.Integer}, {Name: "value", Type: result.Text},
	}
	var rows [][]any
	var present []int64
	var filled, dropped int64
	for _, t := range q.treated {
		drops := t.method == operation.DropMissing
		if drops {
			dropped += t.count
		} else {
			filled += t.count
		}
		if drops && !q.step.SingleRowsMayShow {
			f.Notes = append(f.Notes, "Rows with missing values were left out; how many is not told apart from all others that were.")
			continue
		}
		row := []any{t.columns, string(t.method), t.count, nil}
		if t.value != "" {
			row[3] = t.value
		}
		rows, present = append(rows, row), append(present, t.present)
	}
	table, err := frame.New(columns, rows)
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		f.Tables = append(f.Tables, &finding.Groups{
			Name: "missing", Title: "What became of missing values (rows dropped, values filled)", Columns: columns, Frame: table,
			Size: "count", Told: []string{"columns", "method"}, Single: []string{"value"},
			// Less all rows, the number of those without a value is that of the others.
			Varied: map[string][]int64{"count": present},
		})
	}
	if q.step.SingleRowsMayShow {
		f.Metrics = append(f.Metrics, finding.Metric{Name: "values_filled", Value: float64(filled), Basis: finding.Remainder()},
			finding.Metric{Name: "rows_dropped_missing", Value: float64(dropped), Basis: finding.Remainder()})
	}
	return nil
}
