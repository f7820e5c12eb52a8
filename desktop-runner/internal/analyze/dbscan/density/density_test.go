package density_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/dbscan/density"
	"ddap/desktop-runner/internal/analyze/points"
	"ddap/desktop-runner/internal/analyze/points/pointstest"
)

func cluster(t *testing.T, x points.Points, eps float64, minSamples int) *density.Groups {
	t.Helper()
	tree, err := density.NewTree(t.Context(), x)
	require.NoError(t, err)
	g, err := tree.Cluster(t.Context(), eps, minSamples, func(float64) {})
	require.NoError(t, err)
	return g
}

func TestCluster_LabelsAsScikitLearn(t *testing.T) {
	t.Parallel()
	for name, set := range pointstest.Sets(t) {
		for _, want := range set.DBSCAN {
			x := pointstest.Points(t, set.Columns, want.Standardize)
			g := cluster(t, x, want.Eps, want.MinSamples)
			require.Equalf(t, want.Labels, g.Labels, "%s %v", name, want.Eps)
			require.Equal(t, want.Core, g.Core)
		}
	}
}

// plain is the definition, with all distances.
func plain(x points.Points, eps float64, minSamples int) []int32 {
	near := func(i, j int) bool {
		sum := 0.0
		for c, v := range x.Row(i) {
			sum += (v - x.Row(j)[c]) * (v - x.Row(j)[c])
		}
		return sum <= eps*eps
	}
	core, labels := make([]bool, x.N), slices.Repeat([]int32{-1}, x.N)
	for i := range x.N {
		n := 0
		for j := range x.N {
			if near(i, j) {
				n++
			}
		}
		core[i] = n >= minSamples
	}
	k := int32(0)
	for i := range x.N {
		if !core[i] || labels[i] >= 0 {
			continue
		}
		labels[i] = k
		for stack := []int{i}; len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for j := range x.N {
				if labels[j] < 0 && near(at, j) {
					labels[j] = k
					if core[j] {
						stack = append(stack, j)
					}
				}
			}
		}
		k++
	}
	return labels
}

func TestCluster_IsTheDefinition(t *testing.T) {
	t.Parallel()
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 2))
		x := points.Points{N: 1 + r.IntN(400), P: 1 + r.IntN(4)}
		grid := []float64{1, 4, 1e6}[r.IntN(3)] // many equal points and distances, or none
		for range x.N * x.P {
			x.Data = append(x.Data, math.Round(r.NormFloat64()*grid)/grid)
		}
		eps, minSamples := []float64{0.05, 0.25, 0.5, 1, 20}[r.IntN(5)], 1+r.IntN(12)
		require.Equalf(t, plain(x, eps, minSamples), cluster(t, x, eps, minSamples).Labels, "seed %d", seed)
	}
}

func TestCluster_IsTheSameOnAnyNumberOfCores(t *testing.T) {
	// Not parallel: it changes the number of cores.
	all := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(all)
	r := rand.New(rand.NewPCG(1, 2))
	x := points.Points{N: 30_000, P: 3, Data: make([]float64, 90_000)}
	for i := range x.Data {
		x.Data[i] = r.NormFloat64()
	}
	runtime.GOMAXPROCS(1)
	want := cluster(t, x, 0.12, 6)
	require.Greater(t, want.K, 3)
	runtime.GOMAXPROCS(4)
	require.Equal(t, want, cluster(t, x, 0.12, 6))
}

func TestKDistances_AreThoseOfAllPairs(t *testing.T) {
	t.Parallel()
	x := points.Points{N: 5, P: 1, Data: []float64{0, 1, 3, 7, 15}}
	tree, err := density.NewTree(t.Context(), x)
	require.NoError(t, err)
	got, err := tree.KDistances(t.Context(), 3, 5)
	require.NoError(t, err)
	slices.Sort(got)
	require.Equal(t, []float64{2, 3, 3, 6, 12}, got)
	got, err = tree.KDistances(t.Context(), 9, 5)
	require.NoError(t, err)
	require.True(t, math.IsInf(got[0], 1))
}

func TestCluster_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	x := points.Points{N: 3, P: 1, Data: []float64{1, 2, 3}}
	tree, err := density.NewTree(t.Context(), x)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = tree.Cluster(ctx, 1, 2, func(float64) {})
	require.ErrorIs(t, err, context.Canceled)
}
