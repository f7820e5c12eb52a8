package filter

import (
	"context"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// maxGroupsShown is how many groups the result shows as a table.
const maxGroupsShown = 1000

// shapedTable holds the groups: the output is written from it, and the result
// tells of it, without calculating twice. It is created under this name.
const shapedTable = "shaped"

// run calculates, writes the output and tells what came of it.
func (q *query) run(ctx context.Context) (finding.Finding, error) {
	s := q.step
	query := "SELECT " + source.List(q.columns)
	if q.grouped {
		query += q.hidden()
	}
	text := q.statement(query + " FROM " + q.last + q.ending())
	args := q.list
	if q.grouped {
		if _, err := s.DB.Exec(ctx, "CREATE OR REPLACE TEMP TABLE "+shapedTable+" AS "+text, args...); err != nil {
			return finding.Finding{}, err
		}
		text, args = "SELECT "+source.List(q.columns)+" FROM "+shapedTable, nil
	}
	output, from, err := s.Write(ctx, q.columns, text, args...)
	if err != nil {
		return finding.Finding{}, err
	}
	output.Grouped = q.grouped
	// Of two protected sides, both say how many of their rows are left over.
	output.From = output.Rows + q.outside(output.Rows)
	s.Tracker.Stage("previewing", 0.95, 1)
	f := finding.Finding{
		Kind: finding.Kind(operation.Filter, ""), Parameters: parameters(q.params, q.columns), Output: output,
		Tables: []finding.Table{&finding.Schema{Columns: q.columns}},
	}
	if !q.grouped || s.SingleRowsMayShow {
		sample, err := s.Sample(ctx, from, output, operation.DefaultPreviewRows)
		if err != nil {
			return finding.Finding{}, err
		}
		f.Tables = append(f.Tables, sample)
	}
	if err := q.tell(ctx, &f); err != nil {
		return finding.Finding{}, err
	}
	return f, nil
}

// tell adds the numbers, and the tables and pictures of groups.
func (q *query) tell(ctx context.Context, f *finding.Finding) error {
	before := float64(q.step.Rows)
	f.Metrics = []finding.Metric{
		{Name: "rows_before", Value: before, Basis: finding.Count()},
		{Name: "columns", Value: float64(len(q.columns)), Basis: finding.Known()},
	}
	if len(q.treated) > 0 {
		if err := q.tellMissing(f); err != nil {
			return err
		}
	}
	switch {
	case q.pivoted != nil && !q.step.SingleRowsMayShow:
		return q.tellPivot(ctx, f)
	case q.grouped:
		return q.tellGroups(ctx, f)
	}
	f.Summary = "{rows_after} of {rows_before} rows remain, with {columns} columns."
	f.Metrics = append(f.Metrics, finding.Metric{Name: "rows_after", Value: float64(f.Output.Rows), Basis: finding.Count()})
	if q.params.Join != nil && q.step.SingleRowsMayShow {
		f.Summary = "{rows_after} rows with {columns} columns, joined of {rows_before} and {rows_right} rows."
		f.Metrics = append(f.Metrics, finding.Metric{Name: "rows_right", Value: float64(q.rightRows), Basis: finding.Count()})
		return nil
	}
	q.tellDropped(f, "rows_after", f.Output.Rows)
	return nil
}

// tellDropped says how many rows were left over, of each side where both are
// protected: none of them is there twice.
func (q *query) tellDropped(f *finding.Finding, kept string, rows int64) {
	f.Metrics = append(f.Metrics, finding.Metric{Name: "rows_dropped", Value: float64(q.step.Rows - rows), Basis: finding.Remainder()})
	f.Splits = append(f.Splits, finding.Split{Total: "rows_before", Parts: []string{kept, "rows_dropped"}, Keep: "rows_before"})
	if !q.bothProtected() {
		return
	}
	f.Metrics = append(f.Metrics, finding.Metric{Name: "rows_right", Value: float64(q.rightRows), Basis: finding.Count()},
		finding.Metric{Name: "rows_right_dropped", Value: float64(q.rightRows - rows), Basis: finding.Remainder()})
	f.Splits = append(f.Splits, finding.Split{Total: "rows_right", Parts: []string{kept, "rows_right_dropped"}, Keep: "rows_right"})
	f.Notes = append(f.Notes, "Both datasets are shared as summaries only: a row of one goes with one row of the other, the first of those with its key.")
}

// bothProtected reports whether rows of two datasets are joined that are both
// shared as summaries only.
func (q *query) bothProtected() bool {
	return !q.step.SingleRowsMayShow && q.params.Join != nil && q.step.Relation.Protected && q.right != nil && q.right.Protected
}

// outside counts the rows that are in no group: of two protected sides, the
// smaller number that is not none.
func (q *query) outside(grouped int64) int64 {
	left, right := q.step.Rows-grouped, q.rightRows-grouped
	if !q.bothProtected() || right <= 0 {
		return left
	}
	if left <= 0 {
		return right
	}
	return min(left, right)
}

func (q *query) tellGroups(ctx context.Context, f *finding.Finding) error {
	rows, err := q.step.DB.Rows(ctx, "SELECT CAST(coalesce(sum("+q.size+"), 0) AS BIGINT) FROM "+shapedTable)
	if err != nil {
		return err
	}
	grouped := whole(rows[0][0])
	f.Summary = "{rows_grouped} of {rows_before} rows, in groups, with {columns} columns."
	f.Metrics = append(f.Metrics, finding.Metric{Name: "rows_grouped", Value: float64(grouped), Basis: finding.Count()})
	if q.params.Join == nil || !q.step.SingleRowsMayShow {
		q.tellDropped(f, "rows_grouped", grouped)
	}
	if q.step.SingleRowsMayShow {
		// How many groups there are tells, under a stricter policy, how many small ones.
		f.Summary = "{rows_before} rows became {rows_after}, with {columns} columns."
		f.Metrics = append(f.Metrics, finding.Metric{Name: "rows_after", Value: float64(f.Output.Rows), Basis: finding.Known()})
	}
	if f.Output.Rows > maxGroupsShown {
		f.Notes = append(f.Notes, "There are too many groups to be shown in a table; keep fewer with where or limit.")
		return nil
	}
	table, err := q.groupsTable(ctx, grouped)
	if err != nil {
		return err
	}
	f.Tables = append(f.Tables, table)
	if chart := q.chart(table); chart != nil {
		f.Charts = append(f.Charts, chart)
	}
	return nil
}

// groupsTable reads the groups with what egress needs to judge them.
func (q *query) groupsTable(ctx context.Context, grouped int64) (*finding.Groups, error) {
	t := &finding.Groups{Name: "groups", Title: "Groups", Columns: q.columns, Outside: q.outside(grouped), Keyed: true, Sizes: []int64{}}
	var places []int64
	var rows [][]any
	err := q.step.DB.Each(ctx, func(row []any) error {
		n := len(q.columns)
		rows = append(rows, append([]any(nil), row[:n]...))
		places, t.Sizes = append(places, whole(row[n])), append(t.Sizes, whole(row[n+1]))
		return nil
	}, "SELECT "+source.Cells(q.columns)+", "+q.place+", "+q.size+" FROM "+shapedTable)
	if err != nil {
		return nil, err
	}
	if t.Frame, err = frame.New(q.columns, rows); err != nil {
		return nil, err
	}
	if q.step.SingleRowsMayShow {
		return t, nil
	}
	return t, q.judged(ctx, t, places)
}

// judged says of each column of numbers what it rests on, for data of which
// single rows may not show.
func (q *query) judged(ctx context.Context, t *finding.Groups, places []int64) error {
	t.Varied = map[string][]int64{}
	known := map[string]spreadOut{}
	for _, a := range q.aggregated() {
		switch name := a.Title(); a.Func {
		case operation.Size:
		case operation.Count:
			t.Parts = append(t.Parts, name)
		case operation.Sum, operation.Mean, operation.Std, operation.Var, operation.NUnique:
			of, done := known[a.Column]
			if !done {
				var err error
				if of, err = q.spreadOut(ctx, a.Column); err != nil {
					return err
				}
				known[a.Column] = of
			}
			for _, place := range places {
				t.Varied[name] = append(t.Varied[name], of.few(place, q.tellsAbsence(a)))
			}
		default: // the value of a single row, or close to it
			t.Single = append(t.Single, name)
		}
	}
	return nil
}

// aggregated lists the numbers of each group.
func (q *query) aggregated() []operation.Aggregate {
	if q.params.Resample != nil {
		return q.params.Resample.Aggregates
	}
	return q.params.Aggregates
}

// few gives the smaller of how many rows differ and, where the number tells
// that, how many have no value.
func (s spreadOut) few(place int64, tellsAbsence bool) int64 {
	n, absent := s.differ[place], s.absent[place]
	if tellsAbsence && absent > 0 && (n == 0 || absent < n) {
		return absent
	}
	return n
}

// tellsAbsence reports whether a number tells how many rows have no value: a sum
// beside a mean does, and any number of a column that the asker made for it.
func (q *query) tellsAbsence(a operation.Aggregate) bool {
	made := slices.ContainsFunc(q.params.Derive, func(d operation.Derivation) bool { return d.Name == a.Column })
	besideMean := slices.ContainsFunc(q.aggregated(), func(b operation.Aggregate) bool { return b.Func == operation.Mean })
	return made || a.Func == operation.Sum && besideMean
}

// chart draws groups that have one key and numbers: bars, or lines over time.
func (q *query) chart(t *finding.Groups) finding.Chart {
	out := &finding.GroupChart{Name: "groups", Title: t.Title, Groups: t.Name, Type: result.Bar}
	shown := map[string]bool{}
	for _, c := range q.columns {
		shown[c.Name] = true
	}
	switch {
	case q.params.Resample != nil && len(q.params.Resample.By) == 0:
		out.X, out.Type = q.params.Resample.On, result.Line
	case q.params.Grouped() && len(q.params.GroupBy) == 1:
		out.X = q.params.GroupBy[0]
	}
	if !shown[out.X] {
		return nil
	}
	for _, c := range q.columns {
		if c.Name != out.X && c.Type.Numeric() {
			out.Y = append(out.Y, c.Name)
		}
	}
	tooMany := out.Type == result.Bar && (t.Frame.Nrow() > maxBars || len(out.Y) > 1) || len(out.Y) > maxLines
	if len(out.Y) == 0 || tooMany {
		return nil
	}
	out.Title = strings.Join(out.Y, ", ") + " by " + out.X
	return out
}

// What a picture can show.
const (
	maxBars  = 60
	maxLines = 5
)

// parameters are those in effect.
func parameters(p *operation.FilterParams, columns []result.Column) map[string]any {
	out := map[string]any{"select": source.NamesOf(columns), "drop_duplicates": p.DropDuplicates}
	set := func(name string, given bool, value any) {
		if given {
			out[name] = value
		}
	}
	set("where", p.Where != nil, p.Where)
	set("sort", len(p.Sort) > 0, p.Sort)
	set("missing", len(p.Missing) > 0, p.Missing)
	set("derive", len(p.Derive) > 0, p.Derive)
	set("group_by", len(p.GroupBy) > 0, p.GroupBy)
	set("aggregates", len(p.Aggregates) > 0, p.Aggregates)
	set("dropna", p.Grouped(), !p.KeepsMissingKeys())
	set("join", p.Join != nil, p.Join)
	set("pivot", p.Pivot != nil, p.Pivot)
	set("rolling", p.Rolling != nil, p.Rolling)
	set("resample", p.Resample != nil, p.Resample)
	if p.Limit != nil {
		out["limit"] = *p.Limit
	}
	return out
}
