package binning_test

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/binning"
	"ddap/desktop-runner/internal/analyze/estimator"
)

// column makes numbers that anybody can make again: fractions of a quadratic
// sequence, some of them alike.
func column(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Exp(float64(i*i%1009)/250) - 3
	}
	return out
}

// The edges are those of scikit-learn's _BinMapper; testdata/reference.py.
func TestQuantiles_AreThoseOfScikitLearn(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/reference.json")
	require.NoError(t, err)
	var reference struct {
		Cases []struct {
			Rows    int       `json:"rows"`
			MaxBins int       `json:"max_bins"`
			Edges   []float64 `json:"edges"`
		}
	}
	require.NoError(t, json.Unmarshal(raw, &reference))
	require.NotEmpty(t, reference.Cases)
	for _, c := range reference.Cases {
		got, err := binning.Quantiles(t.Context(), estimator.Columns{column(c.Rows)}, c.MaxBins, 0, 0)
		require.NoError(t, err)
		require.InDeltaSlice(t, slices.Compact(c.Edges), got[0], 1e-12, "%d rows, %d bins", c.Rows, c.MaxBins)
	}
}

func TestQuantiles_TakeConstantAndExtremeColumns(t *testing.T) {
	t.Parallel()
	x := estimator.Columns{{3, 3, 3}, {-math.MaxFloat64, 0, math.MaxFloat64}, {0, math.Copysign(0, -1), 1}}
	got, err := binning.Quantiles(t.Context(), x, 255, 0, 1)
	require.NoError(t, err)
	require.Empty(t, got[0])
	require.Equal(t, []float64{-math.MaxFloat64 / 2, 1e300}, got[1])
	require.Equal(t, []float64{0.5}, got[2], "zero has no sign")
	empty, err := binning.Quantiles(t.Context(), estimator.Columns{}, 255, 0, 1)
	require.NoError(t, err)
	require.Empty(t, empty)
}

func TestCode_PutsEachNumberBetweenItsEdges(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, 70_000)
	for i := range x {
		x[i] = math.Round(random.NormFloat64()*1000) / 100
	}
	for _, bins := range []int{2, 3, 17, 128, 255} {
		edges, err := binning.Quantiles(t.Context(), estimator.Columns{x}, bins, 0, 0)
		require.NoError(t, err)
		m, err := edges.Code(t.Context(), estimator.Columns{x}, 2)
		require.NoError(t, err)
		rows := make([]uint8, 100)
		edges.Rows(estimator.Columns{x}, 50, rows)
		require.Equal(t, m.Codes[0][50:150], rows)
		for i, v := range x {
			want, _ := slices.BinarySearch(edges[0], v)
			require.EqualValues(t, want, m.Codes[0][i])
		}
	}
}

func TestQuantiles_OfManyRowsAreTheSameOnAnyNumberOfThreads(t *testing.T) {
	t.Parallel()
	x := estimator.Columns{column(250_000), column(250_000)}
	for i := range x[1] {
		x[1][i] *= float64(i)
	}
	one, err := binning.Quantiles(t.Context(), x, 255, 7, 1)
	require.NoError(t, err)
	many, err := binning.Quantiles(t.Context(), x, 255, 7, 5)
	require.NoError(t, err)
	require.Equal(t, one, many)
	other, err := binning.Quantiles(t.Context(), x, 255, 8, 5)
	require.NoError(t, err)
	require.NotEqual(t, one, other, "another choice of rows")
}

// Whatever the data, each bin of a grid has enough rows, and moving a row within
// its bin, mean and deviation kept, moves no edge.
func TestGrid_BinsHaveEnoughRows(t *testing.T) {
	t.Parallel()
	const minRows = 10
	random := rand.New(rand.NewPCG(2, 2))
	normal, skewed, spike, flag := make([]float64, 500), make([]float64, 500), make([]float64, 500), make([]float64, 500)
	for i := range normal {
		normal[i], skewed[i] = random.NormFloat64(), math.Exp(3*random.NormFloat64())
		if i < 9 {
			spike[i] = float64(i + 1)
		}
		if i < 40 {
			flag[i] = 1
		}
	}
	x := estimator.Columns{normal, skewed, spike, flag}
	edges, err := binning.Grid(t.Context(), x, 255, minRows, 2)
	require.NoError(t, err)
	require.Greater(t, len(edges[0]), 15)
	require.NotEmpty(t, edges[1])
	require.Empty(t, edges[2], "nine rows differ, and the mean would tell of them")
	require.Len(t, edges[3], 1, "one edge tells yes from no")
	m, err := edges.Code(t.Context(), x, 1)
	require.NoError(t, err)
	for j, codes := range m.Codes {
		counts := make([]int, len(edges[j])+1)
		for _, c := range codes {
			counts[c]++
		}
		for _, n := range counts {
			require.GreaterOrEqual(t, n, minRows, "column %d", j)
		}
		require.True(t, slices.IsSorted(edges[j]))
	}
	few, err := binning.Grid(t.Context(), x, 4, minRows, 1)
	require.NoError(t, err)
	require.LessOrEqual(t, len(few[0]), 3)
}

func TestGrid_EdgesAreNoMidpointsOfTheData(t *testing.T) {
	t.Parallel()
	x := column(1000)
	edges, err := binning.Grid(t.Context(), estimator.Columns{x}, 255, 20, 1)
	require.NoError(t, err)
	rising := slices.Sorted(slices.Values(x))
	for _, e := range edges[0] {
		at, found := slices.BinarySearch(rising, e)
		require.False(t, found)
		require.NotEqual(t, (rising[at-1]+rising[at])/2, e)
	}
}

func TestCode_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := binning.Edges{nil}.Code(ctx, estimator.Columns{column(10)}, 2)
	require.ErrorIs(t, err, context.Canceled)
	_, err = binning.Quantiles(ctx, estimator.Columns{column(10)}, 255, 0, 2)
	require.ErrorIs(t, err, context.Canceled)
}
