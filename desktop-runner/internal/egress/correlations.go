package egress

import (
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/finding"
	"ddap/shared/result"
)

// correlations seals a matrix of coefficients, the list of its pairs and a
// picture of it. Where single rows must not show, all coefficients rest on the
// same rows: two that differ by a few rows would tell of these.
func (s *sealing) correlations(t *finding.Correlations) error {
	if err := s.policy.Judge(t.Model); err != nil {
		return err
	}
	withheld := func(i, j int) bool { return !s.policy.rows && (t.Withheld == nil || t.Withheld[i] || t.Withheld[j]) }
	matrix := make([][]any, len(t.Columns))
	for i := range matrix {
		matrix[i] = make([]any, len(t.Columns))
		if matrix[i][i] = number(t.Alone[i]); withheld(i, i) {
			matrix[i][i] = smallGroup
			s.withheldCells++
		}
	}
	pairs := make([][]any, len(t.Pairs))
	for k, p := range t.Pairs {
		if withheld(p.X, p.Y) {
			p.N, p.Coefficient, p.PValue, p.Low, p.High = 0, math.NaN(), math.NaN(), math.NaN(), math.NaN()
			matrix[p.X][p.Y], matrix[p.Y][p.X] = smallGroup, smallGroup
			pairs[k] = []any{t.Columns[p.X], t.Columns[p.Y], smallGroup, smallGroup, smallGroup, smallGroup, smallGroup}
			s.withheldCells++
			continue
		}
		if !s.policy.rows && int64(p.N) != t.Model.Rows {
			return fmt.Errorf("sealing: a coefficient rests on other rows than the matrix")
		}
		matrix[p.X][p.Y], matrix[p.Y][p.X] = number(p.Coefficient), number(p.Coefficient)
		pairs[k] = []any{t.Columns[p.X], t.Columns[p.Y], int64(p.N), number(p.Coefficient), number(p.PValue), number(p.Low), number(p.High)}
	}
	s.addMatrix(t, matrix)
	s.addPairs(t, pairs)
	return nil
}

func (s *sealing) addMatrix(t *finding.Correlations, matrix [][]any) {
	label := "column"
	for slices.Contains(t.Columns, label) {
		label += "_"
	}
	columns := []result.Column{{Name: label, Type: result.Text}}
	rows := make([][]any, len(matrix))
	names := make([]any, len(t.Columns))
	chart := result.Chart{
		Name: "correlation", Type: result.Heatmap, Title: "Correlation of each two columns",
		X: result.Axis{Title: "Column", Type: result.Text}, Y: result.Axis{Title: "Coefficient", Type: result.Float},
	}
	for i, name := range t.Columns {
		names[i] = name
		columns = append(columns, result.Column{Name: name, Type: result.Float})
		rows[i] = append([]any{name}, matrix[i]...)
	}
	for i, name := range t.Columns {
		chart.Series = append(chart.Series, result.Series{Name: name, X: slices.Clone(names), Y: matrix[i]})
	}
	s.add("correlation", "Correlation of each two columns", columns, rows)
	s.doc.Charts = append(s.doc.Charts, chart)
}

func (s *sealing) addPairs(t *finding.Correlations, pairs [][]any) {
	columns := []result.Column{
		{Name: "x", Type: result.Text}, {Name: "y", Type: result.Text}, {Name: "n", Type: result.Integer},
		{Name: "coefficient", Type: result.Float}, {Name: "p_value", Type: result.Float},
		{Name: "ci_lower", Type: result.Float}, {Name: "ci_upper", Type: result.Float},
	}
	if !t.Intervals {
		columns = columns[:5]
		for k := range pairs {
			pairs[k] = pairs[k][:5]
		}
	}
	s.add("pairs", "Pairs of columns, the strongest first", columns, pairs)
}

// number gives a cell that is missing where a number is not finite.
func number(v float64) any {
	if !finite(v) {
		return nil
	}
	return v
}
