package hypothesis

import (
	"context"
	"fmt"
	"slices"

	"ddap/desktop-runner/internal/analyze/inference"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// counts is how often each two values of two columns stand together.
type counts struct {
	target, by    result.Column
	rows, columns []string
	cells         [][]int64
	used          int64
}

// ChiSquare is the model chi_square. It keeps no rows in memory. Where single rows
// must not show it is refused unless every two values stand together often enough:
// with the statistic one can calculate a cell that is withheld.
func ChiSquare(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.ChiSquare()
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.9)
	c, err := count(ctx, s, p.Target, asked.Group)
	if err != nil {
		return finding.Finding{}, err
	}
	least := c.used
	for _, row := range c.cells {
		least = min(least, slices.Min(row))
	}
	if !s.SingleRowsMayShow && (len(c.cells) == 0 || least < s.MinGroupSize) {
		return finding.Finding{}, refused("there are values of %s and %s that fewer than %d rows have together, so the test would tell how many, and the owner shares summaries of at least %d rows only. "+
			"Join rare values with derive in a filter, or leave them out with where.", c.target.Name, c.by.Name, s.MinGroupSize, s.MinGroupSize)
	}
	if len(c.rows) < 2 || len(c.columns) < 2 {
		return finding.Finding{}, bad("params.target", "%s or %s has fewer than two different values in the rows that have both, and a test of independence needs two of each", c.target.Name, c.by.Name)
	}
	test := inference.ChiSquare(c.cells, asked.Correction, asked.ConfidenceLevel)
	f := counted(p.Model, s.Rows, c.used)
	f.Parameters = map[string]any{
		"model": p.Model, "target": p.Target, "group": asked.Group, "correction": test.Corrected, "confidence_level": asked.ConfidenceLevel,
	}
	statistics(&f, least, "statistic", test.Statistic, "df", test.DF, "pvalue", test.PValue, "cramers_v", test.V,
		"cramers_v_ci_lower", test.VInterval.Low, "cramers_v_ci_upper", test.VInterval.High, "expected_min", test.Least)
	if test.Below5 > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d of %d expected counts are below 5, so the p-value is rough; join rare values.", test.Below5, len(c.rows)*len(c.columns)))
	}
	f.Summary = fmt.Sprintf("%s and %s go together with Cramér's V of {cramers_v}, of at most 1 (%s interval {cramers_v_ci_lower} to {cramers_v_ci_upper}), %s.",
		c.target.Name, c.by.Name, percent(asked.ConfidenceLevel), chance(test.PValue))
	observed, err := c.table("observed", "Rows with each two values", func(i, j int) any { return c.cells[i][j] }, result.Integer)
	if err != nil {
		return f, err
	}
	expected, err := c.table("expected", "Rows to be expected if they were independent", func(i, j int) any { return test.Expected[i][j] }, result.Float)
	f.Tables = []finding.Table{observed, expected}
	return f, err
}

// count reads the table of two columns, without missing values.
func count(ctx context.Context, s *step.Step, target, by string) (c counts, err error) {
	if c.target, err = s.Relation.Column("params.target", target); err != nil {
		return c, err
	}
	if c.by, err = s.Relation.Column("params.params.group", by); err != nil {
		return c, err
	}
	from := " FROM " + s.Relation.From + " WHERE " + named(c.target) + " AND " + named(c.by)
	if c.rows, err = values(ctx, s, from, c.target, "params.target"); err != nil {
		return c, err
	}
	if c.columns, err = values(ctx, s, from, c.by, "params.params.group"); err != nil {
		return c, err
	}
	for range c.rows {
		c.cells = append(c.cells, make([]int64, len(c.columns)))
	}
	return c, s.DB.Each(ctx, func(row []any) error {
		a, _ := row[0].(string)
		b, _ := row[1].(string)
		n, _ := row[2].(int64)
		c.cells[slices.Index(c.rows, a)][slices.Index(c.columns, b)] += n
		c.used += n
		return nil
	}, "SELECT "+name(c.target)+", "+name(c.by)+", count(*)::BIGINT"+from+" GROUP BY 1, 2")
}

func values(ctx context.Context, s *step.Step, from string, c result.Column, path string) (out []string, err error) {
	at := engine.Identifier(c.Name)
	err = s.DB.Each(ctx, func(row []any) error {
		text, _ := row[0].(string)
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
		return nil
	}, fmt.Sprintf("SELECT any_value(%s)%s GROUP BY %s ORDER BY %s LIMIT %d", name(c), from, at, at, maxGroups+1))
	if err == nil && len(out) > maxGroups {
		err = bad(path, "%s has more than %d different values; chi_square takes columns with few, so join some of them first", c.Name, maxGroups)
	}
	return out, err
}

func (c *counts) table(name, title string, cell func(i, j int) any, of result.Type) (*finding.Crosstab, error) {
	t := &finding.Crosstab{
		Name: name, Title: title, Columns: []result.Column{{Name: c.target.Name, Type: result.Text}}, ColumnOf: []int{-1}, Grid: finding.NewGrid(len(c.rows), len(c.columns)),
	}
	for j, label := range c.columns {
		for slices.ContainsFunc(t.Columns, func(c result.Column) bool { return c.Name == label }) {
			label += " "
		}
		t.Columns, t.ColumnOf = append(t.Columns, result.Column{Name: label, Type: of}), append(t.ColumnOf, j)
	}
	rows := make([][]any, len(c.rows))
	totals := make([]int64, len(c.columns))
	for i, label := range c.rows {
		rows[i], t.RowOf = []any{label}, append(t.RowOf, i)
		total := int64(0)
		for j, n := range c.cells[i] {
			rows[i] = append(rows[i], cell(i, j))
			t.Grid.Set(i, j, n, n)
			total, totals[j] = total+n, totals[j]+n
		}
		t.Grid.Set(i, len(c.columns), total, total)
	}
	for j, n := range totals {
		t.Grid.Set(len(c.rows), j, n, n)
	}
	t.Grid.Set(len(c.rows), len(c.columns), c.used, c.used)
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}
