// Package hypothesis is the models t_test, mann_whitney, chi_square and anova:
// tests of whether groups differ by more than chance would bring, with the
// parameters and numbers of scipy and statsmodels.
package hypothesis

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/analyze/inference"
	"ddap/desktop-runner/internal/analyze/matrix"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

const (
	// maxGroups bounds the pairs that are compared, and the cells of a table.
	maxGroups = 100
	// largest leaves room for the sum of squares of as many numbers as there may be.
	largest = 1e145
	// defaultBytes is how many numbers are kept where the owner set no limit.
	defaultBytes = 512 << 20
)

func bad(path, format string, args ...any) error {
	return fault.BadFields("hypothesis.Run", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

func refused(format string, args ...any) error {
	return fault.New("hypothesis.Run", fault.Forbidden, string(task.PolicyRefused), format, args...)
}

// group is the rows that have one value of a column.
type group struct {
	name    string
	moments inference.Moments
	// values are kept where a test needs them.
	values []float64
	// varied is how many rows differ from the most frequent number; unknown where
	// single rows may show.
	varied           int64
	low, middle, top float64
}

// sample is the groups of a test, and how many rows they were taken from.
type sample struct {
	target, by result.Column
	groups     []*group
	total      int64
}

func (s *sample) used() (n int64) {
	for _, g := range s.groups {
		n += int64(g.moments.N)
	}
	return n
}

func (s *sample) smallest() int64 {
	least := int64(math.MaxInt64)
	for _, g := range s.groups {
		least = min(least, int64(g.moments.N))
	}
	return least
}

func (s *sample) moments() []inference.Moments {
	out := make([]inference.Moments, len(s.groups))
	for i, g := range s.groups {
		out[i] = g.moments
	}
	return out
}

// name is the text of a column as the name of a group.
func name(c result.Column) string { return "CAST(" + engine.Identifier(c.Name) + " AS VARCHAR)" }

// named is the condition that a row has a value of the column.
func named(c result.Column) string {
	out := engine.Identifier(c.Name) + " IS NOT NULL"
	if c.Type == result.Float {
		out += " AND NOT isnan(CAST(" + engine.Identifier(c.Name) + " AS DOUBLE))"
	}
	return out
}

// read reads the numbers of the target in groups. Where single rows must not
// show, groups of too few rows count as if they were not there.
func read(ctx context.Context, s *step.Step, p *operation.AnalyzeParams, by string, chosen []string, keep bool) (*sample, error) {
	target, err := matrix.Target(s.Relation, p.Target, string(p.Model))
	if err != nil {
		return nil, err
	}
	column, err := s.Relation.Column("params.params.group", by)
	if err != nil {
		return nil, err
	}
	out := &sample{target: target, by: column, total: s.Rows}
	from := " FROM " + s.Relation.From + " WHERE " + matrix.Complete([]result.Column{target}) + " AND " + named(column)
	number := "CAST(" + engine.Identifier(target.Name) + " AS DOUBLE)"
	if err := out.find(ctx, s, from, number, chosen); err != nil {
		return nil, err
	}
	if most := s.MemoryBytes / 2; keep && out.tooMany(most) {
		return nil, fault.New("hypothesis.read", fault.TooLarge, string(task.OutOfMemory),
			"this many rows need more memory than the owner of this computer allows for a test; filter the rows first")
	}
	return out, out.fill(ctx, s, from, number, keep)
}

func (s *sample) tooMany(most int64) bool {
	if most <= 0 {
		most = defaultBytes
	}
	return s.total > most/16
}

// find finds the groups that take part, in the order of the column's values or
// of the choice.
func (s *sample) find(ctx context.Context, st *step.Step, from, number string, chosen []string) error {
	rows, err := st.DB.Rows(ctx, fmt.Sprintf(`SELECT any_value(name), sum(n)::BIGINT, max(n), min(x), max(x) FROM (
		SELECT %s AS g, any_value(%s) AS name, %s AS x, count(*) AS n%s GROUP BY 1, 3) GROUP BY g HAVING sum(n) >= %d ORDER BY g LIMIT %d`,
		engine.Identifier(s.by.Name), name(s.by), number, from, st.MinGroupSize, maxGroups+1))
	if err != nil {
		return err
	}
	if len(rows) > maxGroups {
		return bad("params.params.group", "%s has more than %d different values; a test takes fewer groups, so join some of them or use another column", s.by.Name, maxGroups)
	}
	for _, row := range rows {
		g := &group{middle: math.NaN()}
		g.name, _ = row[0].(string)
		total, _ := row[1].(int64)
		most, _ := row[2].(int64)
		g.varied = varied.Of(total, most)
		g.low, _ = row[3].(float64)
		g.top, _ = row[4].(float64)
		s.groups = append(s.groups, g)
		if max(math.Abs(g.low), math.Abs(g.top)) > largest {
			return fault.New("hypothesis.read", fault.Invalid, string(task.OperationFailed),
				"a number in the data is too large to calculate with; filter such rows out")
		}
	}
	if err := s.choose(chosen, st); err != nil {
		return err
	}
	if st.SingleRowsMayShow {
		return nil
	}
	for _, g := range s.groups {
		if g.varied < st.MinGroupSize {
			return refused("fewer than %d rows differ in %s from all the others of a group of %s, so the test would show single rows, and the owner shares summaries of at least %d rows only. "+
				"Use another column, or other groups.", st.MinGroupSize, s.target.Name, s.by.Name, st.MinGroupSize)
		}
	}
	return nil
}

// choose keeps the groups that are named.
func (s *sample) choose(chosen []string, st *step.Step) error {
	if len(chosen) == 0 {
		return nil
	}
	var names []string
	for _, g := range s.groups {
		names = append(names, g.name)
	}
	kept := make([]*group, len(chosen))
	for i, want := range chosen {
		at := slices.Index(names, want)
		if at < 0 {
			return bad(fmt.Sprintf("params.params.groups[%d]", i), "%q is no value of %s with %s; those are: %s", want, s.by.Name, enough(st), strings.Join(names, ", "))
		}
		kept[i] = s.groups[at]
	}
	s.groups = kept
	return nil
}

func enough(st *step.Step) string {
	if st.SingleRowsMayShow {
		return "a number in " + "the target"
	}
	return fmt.Sprintf("at least %d rows", st.MinGroupSize)
}

// fill adds up the numbers of each group.
func (s *sample) fill(ctx context.Context, st *step.Step, from, number string, keep bool) error {
	at := map[string]*group{}
	for _, g := range s.groups {
		at[g.name] = g
	}
	if err := st.DB.Each(ctx, func(row []any) error {
		text, _ := row[0].(string)
		g := at[text]
		if g == nil {
			return nil
		}
		x, _ := row[1].(float64)
		g.moments.Add(x)
		if keep {
			g.values = append(g.values, x)
		}
		return nil
	}, "SELECT "+name(s.by)+", "+number+from); err != nil || !st.SingleRowsMayShow {
		return err
	}
	return st.DB.Each(ctx, func(row []any) error {
		text, _ := row[0].(string)
		if g := at[text]; g != nil {
			g.middle, _ = row[1].(float64)
		}
		return nil
	}, "SELECT any_value("+name(s.by)+"), median("+number+")"+from+" GROUP BY "+engine.Identifier(s.by.Name))
}

// two wants exactly two groups.
func (s *sample) two(model operation.Model) error {
	if len(s.groups) == 2 {
		return nil
	}
	if len(s.groups) < 2 {
		return bad("params.params.group", "%s has fewer than two groups of rows with a number in %s and enough of them, and %s compares two", s.by.Name, s.target.Name, model)
	}
	var names []string
	for _, g := range s.groups {
		names = append(names, g.name)
	}
	return bad("params.params.groups", "must name two of the %d groups of %s, which are: %s; or use anova", len(names), s.by.Name, strings.Join(names, ", "))
}

// table shows what is known of each group by itself.
func (s *sample) table(level float64) (*finding.Groups, error) {
	t := &finding.Groups{
		Name: "groups", Title: "Groups", Size: "n", Keyed: true, Single: []string{"min", "median", "max"}, Varied: map[string][]int64{},
		Columns: []result.Column{
			{Name: "group", Type: result.Text}, {Name: "n", Type: result.Integer}, {Name: "mean", Type: result.Float}, {Name: "std", Type: result.Float},
			{Name: "std_error", Type: result.Float}, {Name: "ci_lower", Type: result.Float}, {Name: "ci_upper", Type: result.Float},
			{Name: "min", Type: result.Float}, {Name: "median", Type: result.Float}, {Name: "max", Type: result.Float},
		},
	}
	rows := make([][]any, len(s.groups))
	for i, g := range s.groups {
		one := inference.OneSample(&g.moments, 0, inference.TwoSided, level)
		rows[i] = []any{
			g.name, g.moments.N, g.moments.Mean(), g.moments.Std(), one.StdError, one.Interval.Low, one.Interval.High, g.low, g.middle, g.top,
		}
		for _, c := range []string{"mean", "std", "std_error", "ci_lower", "ci_upper"} {
			t.Varied[c] = append(t.Varied[c], g.varied)
		}
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

// report begins a finding with the rows, the groups and their picture.
func (s *sample) report(model operation.Model, level float64) (finding.Finding, error) {
	t, err := s.table(level)
	f := counted(model, s.total, s.used())
	f.Tables = []finding.Table{t}
	f.Charts = []finding.Chart{&finding.GroupChart{
		Name: "means", Title: "Mean of " + s.target.Name + " in each group", Groups: "groups", X: "group", Type: result.Bar, Y: []string{"ci_lower", "mean", "ci_upper"},
	}}
	return f, err
}

func counted(model operation.Model, total, used int64) finding.Finding {
	metrics, split := finding.UsedAndDropped(used, total-used)
	f := finding.Finding{Kind: finding.Kind(operation.Analyze, model), Metrics: metrics, Splits: []finding.Split{split}}
	if total > used {
		f.Notes = []string{"{rows_dropped} rows were left out: a value is missing, or they are in none of the groups compared."}
	}
	return f
}

// statistics adds metrics that rest on so many rows at least; those that are
// infinite are open ends and left out.
func statistics(f *finding.Finding, rows int64, named ...any) {
	for pair := range slices.Chunk(named, 2) {
		value, _ := pair[1].(float64)
		if math.IsInf(value, 0) {
			continue
		}
		text, _ := pair[0].(string)
		f.Metrics = append(f.Metrics, finding.Metric{Name: text, Value: value, Basis: finding.Over(rows)})
	}
}

// chance says in words what a p-value means.
func chance(p float64) string {
	const telling = 0.05
	switch {
	case math.IsNaN(p):
		return "which cannot be tested, for the numbers do not vary"
	case p < telling:
		return "more than chance would often bring (p = {pvalue})"
	default:
		return "which may be chance (p = {pvalue})"
	}
}

func percent(level float64) string { return fmt.Sprintf("%.4g %%", 100*level) }
