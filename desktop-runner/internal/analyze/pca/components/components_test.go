package components_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/pca/components"
	"ddap/desktop-runner/internal/analyze/points"
	"ddap/desktop-runner/internal/analyze/points/pointstest"
)

func factors(t *testing.T, columns [][]float64, standardize bool) []float64 {
	t.Helper()
	if !standardize {
		return nil
	}
	s, err := points.Standardizing(t.Context(), columns)
	require.NoError(t, err)
	return s.Factor
}

func TestFind_AgreesWithScikitLearn(t *testing.T) {
	t.Parallel()
	const tolerance = 1e-6
	for name, set := range pointstest.Sets(t) {
		for _, want := range set.PCA {
			c, err := components.Find(t.Context(), set.Columns, factors(t, set.Columns, want.Standardize))
			require.NoError(t, err)
			require.NoError(t, c.ByScores(t.Context(), set.Columns))
			require.Equal(t, want.Kept, c.Explaining(0.9))
			scores := make([]float64, c.K())
			c.Scores(set.Columns, 0, want.Whiten, scores)
			for k, v := range want.Variance {
				require.InEpsilonf(t, v, c.Variance[k], tolerance, "%s variance %d", name, k)
				require.InEpsilon(t, want.Ratio[k], c.Variance[k]/c.Total, tolerance)
				require.InEpsilon(t, want.Singular[k], c.Singular(k), tolerance)
				require.InDeltaf(t, want.First[k], scores[k], tolerance*(1+math.Abs(want.First[k])), "%s score %d", name, k)
				for j, loading := range want.Components[k] {
					require.InDeltaf(t, loading, c.Directions[k][j], tolerance, "%s %v component %d of %d", name, want.Standardize, k, j)
				}
			}
		}
	}
}

func random(n, p int) [][]float64 {
	r := rand.New(rand.NewPCG(uint64(n), uint64(p)))
	out := make([][]float64, p)
	for j := range out {
		out[j] = make([]float64, n)
		for i := range out[j] {
			out[j][i] = r.NormFloat64() * float64(j+1)
		}
	}
	return out
}

func TestFind_IsTheSameOnAnyNumberOfCores(t *testing.T) {
	// Not parallel: it changes the number of cores.
	all := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(all)
	x := random(50_000, 7)
	runtime.GOMAXPROCS(1)
	want, err := components.Find(t.Context(), x, factors(t, x, true))
	require.NoError(t, err)
	runtime.GOMAXPROCS(3)
	got, err := components.Find(t.Context(), x, factors(t, x, true))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// Rows in another order, and columns multiplied, change what they should.
func TestFind_FollowsTheScaleAndNotTheOrder(t *testing.T) {
	t.Parallel()
	x := random(300, 4)
	want, err := components.Find(t.Context(), x, nil)
	require.NoError(t, err)
	for j := range x {
		slices.Reverse(x[j])
		for i := range x[j] {
			x[j][i] = 4*x[j][i] + 100
		}
	}
	got, err := components.Find(t.Context(), x, nil)
	require.NoError(t, err)
	for k, v := range want.Variance {
		require.InEpsilon(t, 16*v, got.Variance[k], 1e-9)
		require.InDeltaSlice(t, want.Directions[k], got.Directions[k], 1e-9)
	}
}

func TestFind_TakesMoreColumnsThanRowsAndThoseThatFollow(t *testing.T) {
	t.Parallel()
	x := random(3, 5)
	c, err := components.Find(t.Context(), x, nil)
	require.NoError(t, err)
	require.Equal(t, 3, c.K())
	require.True(t, c.Empty(2), "three points lie in a plane")
	scores := make([]float64, 3)
	c.Scores(x, 0, true, scores)
	require.True(t, math.IsNaN(scores[2]))
	require.False(t, math.IsNaN(scores[1]))
}

func TestFind_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := components.Find(ctx, random(10, 2), nil)
	require.ErrorIs(t, err, context.Canceled)
}
