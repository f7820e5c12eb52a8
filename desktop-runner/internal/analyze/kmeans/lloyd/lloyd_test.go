package lloyd_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/kmeans/lloyd"
	"ddap/desktop-runner/internal/analyze/points"
	"ddap/desktop-runner/internal/analyze/points/pointstest"
)

func cluster(t *testing.T, x points.Points, o lloyd.Options) *lloyd.Clustering {
	t.Helper()
	c, err := lloyd.Cluster(t.Context(), x, o, func(float64) {})
	require.NoError(t, err)
	return c
}

func TestCluster_TellsHowFarItIs_WithinOneStart(t *testing.T) {
	t.Parallel()
	x := pointstest.Points(t, pointstest.Sets(t)["iris"].Columns, true)
	var told []float64
	c, err := lloyd.Cluster(t.Context(), x, lloyd.Options{K: 5, Starts: 1, Iterations: 300, Seed: 1}, func(fraction float64) { told = append(told, fraction) })
	require.NoError(t, err)
	require.Len(t, told, c.Iterations+1)
	require.True(t, slices.IsSorted(told))
	require.InDelta(t, 1, told[len(told)-1], 0)
}

// The inertia of ten seeds lies where that of scikit-learn's ten does.
func TestCluster_IsAsGoodAsScikitLearn(t *testing.T) {
	t.Parallel()
	for name, set := range pointstest.Sets(t) {
		x := pointstest.Points(t, set.Columns, true)
		for _, want := range set.KMeans {
			var got []float64
			for seed := range int64(10) {
				got = append(got, cluster(t, x, lloyd.Options{K: want.K, Starts: 10, Iterations: 300, Tol: 1e-4, Seed: seed}).Inertia)
			}
			slices.Sort(got)
			require.LessOrEqualf(t, got[5], want.Most*(1+1e-9), "%s %d: the middle of ours, the worst of theirs", name, want.K)
			require.LessOrEqualf(t, got[0], want.Least*(1+2e-4), "%s %d: the best of both", name, want.K)
		}
	}
}

func random(seed uint64, n, p int) points.Points {
	r := rand.New(rand.NewPCG(seed, 1))
	x := points.Points{N: n, P: p, Data: make([]float64, n*p)}
	for i := range x.Data {
		x.Data[i] = math.Round(r.NormFloat64()*50) / 8 // with equal points and equal distances
	}
	return x
}

// Each point is at its nearest centre, each centre the mean of its points, so no
// bound has ever kept a point from being looked at in vain.
func TestCluster_EndsWhereNothingGetsNearer(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		x := random(seed, 20+int(seed)*37, 1+int(seed)%9)
		k := 1 + int(seed)%23
		c := cluster(t, x, lloyd.Options{K: k, Starts: 2, Iterations: 10_000, Seed: int64(seed)})
		k = len(c.Centres) / x.P
		sums, sizes, inertia := make([]float64, len(c.Centres)), make([]float64, k), 0.0
		for i, label := range c.Labels {
			own := points.SquaredDistance(x.Row(i), c.Centres[int(label)*x.P:(int(label)+1)*x.P])
			inertia += own
			for j := range k {
				require.LessOrEqualf(t, own, points.SquaredDistance(x.Row(i), c.Centres[j*x.P:(j+1)*x.P])+1e-9, "seed %d point %d", seed, i)
			}
			sizes[label]++
			for j, v := range x.Row(i) {
				sums[int(label)*x.P+j] += v
			}
		}
		require.InDelta(t, inertia, c.Inertia, 1e-6*(1+inertia))
		for i, sum := range sums {
			require.InDelta(t, sum/sizes[i/x.P], c.Centres[i], 1e-9)
		}
		require.True(t, slices.IsSortedFunc(sizes, func(a, b float64) int { return int(b - a) }), "the largest first")
	}
}

func TestCluster_IsTheSameOnAnyNumberOfCores(t *testing.T) {
	// Not parallel: it changes the number of cores.
	all := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(all)
	x := random(7, 40_000, 6)
	var first string
	for _, cores := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(cores)
		c := cluster(t, x, lloyd.Options{K: 9, Starts: 2, Iterations: 60})
		got := fmt.Sprintf("%x %x %v", math.Float64bits(c.Inertia), c.Centres, c.Labels[:500])
		if first == "" {
			first = got
		}
		require.Equal(t, first, got)
	}
}

// Scaling all numbers by a power of two changes nothing but the inertia.
func TestCluster_FollowsTheScale(t *testing.T) {
	t.Parallel()
	x := random(3, 500, 4)
	a := cluster(t, x, lloyd.Options{K: 5, Starts: 3, Iterations: 300})
	for i := range x.Data {
		x.Data[i] *= 8
	}
	b := cluster(t, x, lloyd.Options{K: 5, Starts: 3, Iterations: 300})
	require.Equal(t, a.Labels, b.Labels)
	require.InEpsilon(t, 64*a.Inertia, b.Inertia, 1e-12)
}

func TestCluster_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := lloyd.Cluster(ctx, random(1, 100, 2), lloyd.Options{K: 3, Starts: 1, Iterations: 10}, func(float64) {})
	require.ErrorIs(t, err, context.Canceled)
}
