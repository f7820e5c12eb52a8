package egress

import (
	"fmt"
	"slices"

	"ddap/desktop-runner/internal/finding"
	"ddap/shared/result"
)

func (s *sealing) chart(c finding.Chart, tables []finding.Table) error {
	switch c := c.(type) {
	case *finding.Distribution:
		if chart, _ := s.distribution(c); chart != nil {
			s.doc.Charts = append(s.doc.Charts, *chart)
		}
	case *finding.Points:
		if !s.policy.rows {
			s.note("The picture %q is not shown: each of its points is one row.", c.Chart.Title)
			return nil
		}
		s.doc.Charts = append(s.doc.Charts, c.Chart)
	case *finding.Curves:
		if err := s.policy.Judge(c.Model); err != nil {
			return err
		}
		s.doc.Charts = append(s.doc.Charts, c.Chart)
	case *finding.Sizes:
		return s.sizes(c, tables)
	case *finding.GroupChart:
		return s.groupChart(c)
	default:
		return fmt.Errorf("sealing: no rule for a chart of type %T", c)
	}
	return nil
}

// distribution gives the chart of a distribution, nil where nothing of it may
// leave, and whether the number of missing values must be withheld because of it.
func (s *sealing) distribution(d *finding.Distribution) (chart *result.Chart, missingHidden bool) {
	switch {
	case d.Values != nil:
		return s.frequencies(d)
	case s.policy.rows:
		return histogram(d, d.Edges, cells(d.Rows)), false
	case d.FromRange:
		s.note("The distribution of %s is not shown: its ends are single values.", d.Column)
		return nil, false
	}
	n := s.policy.MinGroupSize()
	edges, rows := merge(d.Edges, d.Rows, n)
	if rows == nil {
		return nil, false
	}
	s.note("Histograms are drawn from the mean and the standard deviation: the outer bars hold everything beyond, and bars of fewer than %d rows are joined with their neighbours.", n)
	withheld := protect(append(append([]int64(nil), rows...), d.Rest, d.Missing), n)
	return histogram(d, edges, s.hide(rows, withheld)), withheld[len(rows)+1]
}

func (s *sealing) hide(rows []int64, withheld []bool) []any {
	out := cells(rows)
	for i := range rows {
		if withheld[i] {
			out[i] = suppressed(rows[i], s.policy.MinGroupSize())
			s.withheldCells++
		}
	}
	return out
}

func histogram(d *finding.Distribution, edges []float64, counts []any) *result.Chart {
	centres := make([]any, len(counts))
	for i := range centres {
		centres[i] = (edges[i] + edges[i+1]) / 2
	}
	return &result.Chart{
		Name: d.Name, Type: result.Histogram, Title: d.Title,
		X:      result.Axis{Title: d.AxisTitle, Type: result.Float},
		Y:      result.Axis{Title: "Rows", Type: result.Integer},
		Series: []result.Series{{Name: d.AxisTitle, X: centres, Y: counts, Edges: edges}},
	}
}

// frequencies leaves out values that fewer than n rows have: the value itself
// would tell that somebody has it.
func (s *sealing) frequencies(d *finding.Distribution) (chart *result.Chart, missingHidden bool) {
	withheld := make([]bool, len(d.Rows)+2)
	if n := s.policy.MinGroupSize(); !s.policy.rows {
		withheld = protect(append(append([]int64(nil), d.Rows...), d.Rest, d.Missing), n)
	}
	var values, counts []any
	for i := range d.Values {
		if withheld[i] {
			s.withheldCells++
			continue
		}
		values, counts = append(values, d.Values[i]), append(counts, d.Rows[i])
	}
	missingHidden = withheld[len(d.Rows)+1]
	if len(values) == 0 {
		return nil, missingHidden
	}
	return &result.Chart{
		Name: d.Name, Type: result.Bar, Title: d.Title,
		X:      result.Axis{Title: d.AxisTitle, Type: result.Text},
		Y:      result.Axis{Title: "Rows", Type: result.Integer},
		Series: []result.Series{{Name: "Rows", X: values, Y: counts}},
	}, missingHidden
}

func (s *sealing) sizes(c *finding.Sizes, tables []finding.Table) error {
	for _, t := range tables {
		g, ok := t.(*finding.Groups)
		if !ok || g.Name != c.Groups {
			continue
		}
		rows := groupSizes(g)
		s.doc.Charts = append(s.doc.Charts, result.Chart{
			Name: c.Name, Type: result.Bar, Title: c.Title,
			X:      result.Axis{Title: c.AxisTitle, Type: result.Text},
			Y:      result.Axis{Title: "Rows", Type: result.Integer},
			Series: []result.Series{{Name: "Rows", X: c.Labels, Y: s.hide(rows, s.withheldGroups(g))}},
		})
		return nil
	}
	return fmt.Errorf("sealing: chart %q shows the groups %q, which are not there", c.Name, c.Groups)
}

// groupChart draws a table that was sealed before, as it is now.
func (s *sealing) groupChart(c *finding.GroupChart) error {
	at := slices.IndexFunc(s.doc.Tables, func(t result.Table) bool { return t.Name == c.Groups })
	if at < 0 {
		return fmt.Errorf("sealing: chart %q shows the groups %q, which are not there", c.Name, c.Groups)
	}
	t := s.doc.Tables[at]
	if len(t.Rows) == 0 {
		return nil
	}
	column := func(name string) (cells []any, of result.Column) {
		j := slices.IndexFunc(t.Columns, func(c result.Column) bool { return c.Name == name })
		cells = make([]any, len(t.Rows))
		for i, row := range t.Rows {
			cells[i] = row[j]
		}
		return cells, t.Columns[j]
	}
	_, x := column(c.X)
	chart := result.Chart{Name: c.Name, Type: c.Type, Title: c.Title, X: result.Axis{Title: c.X, Type: x.Type}}
	for _, name := range c.Y {
		labels, _ := column(c.X)
		values, y := column(name)
		chart.Y = result.Axis{Title: name, Type: y.Type}
		chart.Series = append(chart.Series, result.Series{Name: name, X: labels, Y: values})
	}
	if len(c.Y) > 1 {
		chart.Y = result.Axis{Type: result.Float}
	}
	s.doc.Charts = append(s.doc.Charts, chart)
	return nil
}

func cells(rows []int64) []any {
	out := make([]any, len(rows))
	for i, r := range rows {
		out[i] = r
	}
	return out
}

func text(cell any) string {
	if t, ok := cell.(string); ok {
		return t
	}
	return fmt.Sprint(cell)
}
