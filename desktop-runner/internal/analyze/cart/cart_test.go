package cart_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/cart"
	"ddap/desktop-runner/internal/analyze/estimator"
)

func TestGrow_SplitsWhereTheAnswerChanges(t *testing.T) {
	t.Parallel()
	x := estimator.Columns{{4, 1, 3, 2}, {7, 7, 7, 7}}
	codes, err := cart.Exact(t.Context(), x, 2)
	require.NoError(t, err)
	grown, err := cart.Grow(t.Context(), codes, []float64{9, 1, 9, 1}, nil, cart.Options{MaxFeatures: 2, MinSamplesSplit: 2, MinSamplesLeaf: 1})
	require.NoError(t, err)
	require.Equal(t, []int32{0, -1, -1}, grown.Feature)
	require.InDeltaSlice(t, []float64{2.5, 0, 0}, grown.Threshold, 0)
	require.InDeltaSlice(t, []float64{5, 1, 9}, grown.Value, 1e-12)
	require.InDeltaSlice(t, []float64{1, 0}, grown.Importances(2), 0)
	require.Equal(t, 1, grown.Prune(100).Nodes())
	require.Equal(t, 3, grown.Prune(0).Nodes())
}

func TestGrid_HasEnoughRowsInEachBin(t *testing.T) {
	t.Parallel()
	column := make([]float64, 200)
	for i := range column {
		column[i] = float64(i * i)
	}
	edges := cart.GridEdges(column)
	require.Len(t, edges, 13)
	moved := append([]float64(nil), column...)
	moved[0], moved[199] = moved[199], moved[0]
	require.Equal(t, edges, cart.GridEdges(moved))
}
