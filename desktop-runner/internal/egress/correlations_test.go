package egress_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/egress"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

func correlations(withheld ...bool) *finding.Correlations {
	nan := math.NaN()
	return &finding.Correlations{
		Columns: []string{"column", "b", "c"}, Alone: []float64{1, 1, nan}, Intervals: true, Withheld: withheld,
		Pairs: []finding.Pair{
			{X: 0, Y: 1, N: 50, Coefficient: 0.5, PValue: 0.01, Low: 0.2, High: 0.7},
			{X: 0, Y: 2, N: 50, Coefficient: nan, PValue: nan, Low: nan, High: nan},
			{X: 1, Y: 2, N: 50, Coefficient: nan, PValue: nan, Low: nan, High: nan},
		},
		Model: finding.Fit{Rows: 50, Parameters: 4, Support: 20},
	}
}

func TestSeal_ShowsCorrelationsAsMatrixPairsAndPicture(t *testing.T) {
	t.Parallel()
	d := seal(t, planOf(t, result.Rows, 0), finding.Finding{Tables: []finding.Table{correlations()}})
	require.Equal(t, "column_", d.Tables[0].Columns[0].Name, "a column of the data has the name")
	require.Equal(t, [][]any{{"column", 1.0, 0.5, nil}, {"b", 0.5, 1.0, nil}, {"c", nil, nil, nil}}, d.Tables[0].Rows)
	require.Equal(t, []any{"column", "b", int64(50), 0.5, 0.01, 0.2, 0.7}, d.Tables[1].Rows[0])
	require.Equal(t, result.Heatmap, d.Charts[0].Type)
	require.Equal(t, []any{0.5, 1.0, nil}, d.Charts[0].Series[1].Y)
}

func TestSeal_WithholdsCorrelationsOfColumns(t *testing.T) {
	t.Parallel()
	p := planOf(t, result.Aggregates, 5)
	withheld := result.Suppressed{Reason: "small_group"}
	d := seal(t, p, finding.Finding{Tables: []finding.Table{correlations(false, false, true)}})
	require.Equal(t, [][]any{{"column", 1.0, 0.5, withheld}, {"b", 0.5, 1.0, withheld}, {"c", withheld, withheld, withheld}}, d.Tables[0].Rows)
	require.Equal(t, []any{"b", "c", withheld, withheld, withheld, withheld, withheld}, d.Tables[1].Rows[2])

	// An operation that did not ask tells nothing.
	d = seal(t, p, finding.Finding{Tables: []finding.Table{correlations()}})
	for _, row := range append(d.Tables[0].Rows, d.Tables[1].Rows...) {
		require.Equal(t, withheld, row[len(row)-1])
	}

	few := correlations(false, false, false)
	few.Model.Support, few.Model.SupportOf = 3, "b"
	_, err := egress.Seal(p, finding.Finding{Kind: "test", Tables: []finding.Table{few}})
	require.True(t, fault.HasCode(err, string(task.PolicyRefused)), "got %v", err)

	uneven := correlations(false, false, false)
	uneven.Pairs[1].N = 49
	_, err = egress.Seal(p, finding.Finding{Kind: "test", Tables: []finding.Table{uneven}})
	require.ErrorContains(t, err, "other rows than the matrix")
}
