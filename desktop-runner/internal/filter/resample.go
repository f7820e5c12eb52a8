package filter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// maxSpans is how many spans of time one resampling may make.
const maxSpans = 1_000_000

// resampling is a change to even times while it is compiled.
type resampling struct {
	*operation.Resample

	span operation.Span
	on   result.Column
	by   []result.Column
	// label is the type of the times that name the spans.
	label result.Type
	// start and origin are hidden columns: the beginning of a row's span, and
	// the midnight from which spans of fixed length are counted.
	start, origin string
}

// resample makes one row of all rows in the same span of time, as pandas'
// resample does; spans without rows between the first and the last are there as
// well. Spans of fixed length are counted from the midnight before the first
// time, of each part where rows are told apart.
func (q *query) resample(ctx context.Context, p *operation.Resample) error {
	r := resampling{Resample: p}
	var err error
	if r.span, err = operation.ReadSpan(p.Rule); err != nil {
		return invalid("params.resample.rule", "%s", err.Error())
	}
	if r.on, err = q.timeColumn("params.resample.on", p.On); err != nil {
		return err
	}
	if r.by, err = q.keys("params.resample.by", p.By); err != nil {
		return err
	}
	if slices.Contains(p.By, p.On) {
		return invalid("params.resample.by", "contains %q, which is the time already", p.On)
	}
	if r.label = result.Timestamp; r.on.Type == result.Date && (r.span.Calendar != "" || r.span.Fixed%(24*3600e9) == 0) {
		r.label = result.Date
	}
	names := hiddenNames(q.columns, "start", "origin")
	r.start, r.origin = names[0], names[1]
	if !q.step.SingleRowsMayShow {
		return q.resampleProtected(ctx, &r)
	}
	q.assign(&r)
	if err := q.checkSpans(ctx, &r); err != nil {
		return err
	}
	return q.gather(&r)
}

// assign gives each row the beginning of its span. Rows without a time, or
// without that by which they are told apart, are left out.
func (q *query) assign(r *resampling) {
	on := "CAST(" + engine.Identifier(r.on.Name) + " AS TIMESTAMP)"
	partition := ""
	if len(r.by) > 0 {
		partition = "PARTITION BY " + strings.Join(plain(r.by), ", ")
	}
	carried := strings.Join(plain(q.columns), ", ") + q.hidden()
	q.add(q.columns, "SELECT "+carried+", date_trunc('day', min("+on+") OVER ("+partition+")) AS "+r.origin+
		" FROM "+q.last+" WHERE "+present(append(slices.Clone(r.by), r.on)))
	start := "date_trunc('" + r.span.Calendar + "', " + on + ")"
	if r.span.Calendar == "" {
		step := r.span.Fixed.Microseconds()
		since := "(epoch_us(" + on + ") - epoch_us(" + r.origin + "))"
		// The first time is not before the origin, so only the closed right side
		// can be: its span is the one before.
		number := fmt.Sprintf("(%s // %d)", since, step)
		if r.Closed == "right" {
			number = fmt.Sprintf("((%s + %d) // %d - 2)", since, 2*step-1, step)
		}
		start = fmt.Sprintf("%s + to_microseconds(%s * %d)", r.origin, number, step)
	}
	q.add(q.columns, "SELECT *, CAST("+start+" AS TIMESTAMP) AS "+r.start+" FROM "+q.last)
}

// stepText is the distance between two spans, as an interval.
func (r *resampling) stepText() string {
	if r.span.Calendar == "" {
		return fmt.Sprintf("to_microseconds(%d)", r.span.Fixed.Microseconds())
	}
	if r.span.Calendar == "quarter" {
		return "INTERVAL 3 MONTH"
	}
	return "INTERVAL 1 " + strings.ToUpper(r.span.Calendar)
}

// approximate lengths of the spans of the calendar, for counting them.
var spanMicroseconds = map[string]int64{"week": 7 * 864e8, "month": 28 * 864e8, "quarter": 90 * 864e8, "year": 365 * 864e8}

func (q *query) checkSpans(ctx context.Context, r *resampling) error {
	length := spanMicroseconds[r.span.Calendar]
	if length == 0 {
		length = r.span.Fixed.Microseconds()
	}
	group := ""
	if len(r.by) > 0 {
		group = " GROUP BY " + strings.Join(plain(r.by), ", ")
	}
	text := fmt.Sprintf("SELECT CAST(coalesce(sum(n), 0) AS DOUBLE) FROM (SELECT (CAST(epoch_us(max(%s)) AS DOUBLE) - epoch_us(min(%s))) / %d + 1 AS n FROM %s%s)",
		r.start, r.start, length, q.last, group)
	rows, err := q.step.DB.Rows(ctx, q.statement(text), q.list...)
	if err != nil {
		return err
	}
	if n, _ := rows[0][0].(float64); n > maxSpans {
		return invalid("params.resample.rule", "%s would make about %.0f rows, and at most %d are allowed; use longer spans, or keep a shorter time with where", r.Rule, n, maxSpans)
	}
	return nil
}

// gather calculates the spans and puts empty ones between them.
func (q *query) gather(r *resampling) error {
	order := "CAST(" + engine.Identifier(r.on.Name) + " AS TIMESTAMP), " + q.place
	columns, sql, err := aggregates("params.resample.aggregates", q.relation(), r.Aggregates, order)
	if err != nil {
		return err
	}
	keys := append(slices.Clone(r.by), result.Column{Name: r.on.Name, Type: r.label})
	if err := distinctNames("params.resample.aggregates", keys, columns); err != nil {
		return err
	}
	by := strings.Join(plain(r.by), ", ")
	group := ""
	if by != "" {
		by += ", "
		group = " GROUP BY " + strings.Join(plain(r.by), ", ")
	}
	spans := "(SELECT " + by + "unnest(generate_series(min(" + r.start + "), max(" + r.start + "), " + r.stepText() + ")) AS " + r.start + " FROM " + q.last + group + ")"
	on := r.start + " IS NOT DISTINCT FROM t." + r.start
	tests := []string{"s." + on}
	list := make([]string, 0, len(keys)+len(columns))
	for _, k := range r.by {
		name := engine.Identifier(k.Name)
		tests = append(tests, "s."+name+" IS NOT DISTINCT FROM t."+name)
		list = append(list, "s."+name)
	}
	list = append(list, r.named("s."+r.start))
	grouped := "(SELECT " + by + r.start + ", " + named(columns, sql) + ", count(*) AS " + q.size + " FROM " + q.last + " GROUP BY " + by + r.start + ")"
	for i, c := range columns {
		x := "t." + engine.Identifier(c.Name)
		if zeroWhenEmpty(r.Aggregates, i) {
			x = "coalesce(" + x + ", CASE WHEN t." + q.size + " IS NULL THEN 0 END)"
		}
		list = append(list, x)
	}
	ordered := append(slices.Clone(list[:len(r.by)]), "s."+r.start)
	q.add(append(keys, columns...), "SELECT "+named(append(keys, columns...), list)+", row_number() OVER ("+orderBy(ordered)+") AS "+q.place+
		", coalesce(t."+q.size+", 0) AS "+q.size+" FROM "+spans+" AS s LEFT JOIN "+grouped+" AS t ON "+strings.Join(tests, " AND "))
	q.ordered, q.sized = true, true
	q.keyed = append(slices.Clone(r.By), r.On)
	return nil
}

// zeroWhenEmpty reports whether an aggregate of no rows is zero.
func zeroWhenEmpty(list []operation.Aggregate, i int) bool {
	if len(list) == 0 {
		return true
	}
	switch list[i].Func {
	case operation.Count, operation.Size, operation.Sum, operation.NUnique:
		return true
	default:
		return false
	}
}

// named gives the time that names the span beginning with start.
func (r *resampling) named(start string) string {
	name := start
	switch {
	case r.span.AtEnd:
		name = start + " + " + r.stepText() + " - INTERVAL 1 DAY"
	case r.Label == "right":
		name = start + " + " + r.stepText()
	}
	return "CAST(" + name + " AS " + strings.ToUpper(string(r.label)) + ")"
}
