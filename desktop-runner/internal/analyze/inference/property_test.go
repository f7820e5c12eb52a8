package inference_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/inference"
)

const rounds = 12

// drawn gives numbers of which some are equal where tied is set.
func drawn(random *rand.Rand, n int, tied bool) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = random.NormFloat64()
		if tied {
			out[i] = math.Round(out[i])
		}
	}
	return out
}

func moved(x []float64, shift, factor float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = shift + factor*v
	}
	return out
}

func shuffled(random *rand.Rand, x []float64) []float64 {
	out := slices.Clone(x)
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func two(a, b []float64, equal bool, alternative inference.Alternative) inference.TTest {
	x, y := inference.MomentsOf(a), inference.MomentsOf(b)
	return inference.TwoSample(&x, &y, equal, alternative, 0.95)
}

func ranks(t *testing.T, a, b []float64, alternative inference.Alternative) inference.Ranks {
	t.Helper()
	out, err := inference.MannWhitney(t.Context(), slices.Clone(a), slices.Clone(b), inference.Auto, alternative, 0.95)
	require.NoError(t, err)
	return out
}

func TestTwoSample_TurnsRoundAndKeepsItsScale(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 1))
	for round := range rounds {
		a, b, equal := drawn(random, 2+random.IntN(30), round%2 == 0), drawn(random, 3+random.IntN(30), false), round%3 == 0
		got := two(a, b, equal, inference.TwoSided)
		other := two(b, a, equal, inference.TwoSided)
		require.InDelta(t, got.T, -other.T, 1e-9)
		require.InDelta(t, got.D, -other.D, 1e-9)
		require.InDelta(t, got.PValue, other.PValue, 1e-9)
		require.InDelta(t, got.Interval.Low, -other.Interval.High, 1e-9)
		require.InDelta(t, got.PValue, two(shuffled(random, a), shuffled(random, b), equal, inference.TwoSided).PValue, 1e-9, "order of rows")
		scaled := two(moved(a, 1000, 8), moved(b, 1000, 8), equal, inference.TwoSided)
		require.InDelta(t, got.T, scaled.T, 1e-7)
		require.InDelta(t, got.D, scaled.D, 1e-7)
		require.InDelta(t, 8*got.Estimate, scaled.Estimate, 1e-7)
		require.InDelta(t, 8*got.Interval.High, scaled.Interval.High, 1e-6)
		less, greater := two(a, b, equal, inference.Less), two(a, b, equal, inference.Greater)
		require.InDelta(t, 1, less.PValue+greater.PValue, 1e-9)
		require.InDelta(t, got.PValue, 2*min(less.PValue, greater.PValue), 1e-9)
		require.True(t, math.IsInf(less.Interval.Low, -1) && math.IsInf(greater.Interval.High, 1))
	}
}

func TestOneSample_IsTwoPairedColumnsByTheirDifferences(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(2, 2))
	for range rounds {
		x := drawn(random, 2+random.IntN(20), false)
		m := inference.MomentsOf(x)
		shifted := inference.MomentsOf(moved(x, 5, 1))
		got := inference.OneSample(&m, 0.25, inference.TwoSided, 0.9)
		same := inference.OneSample(&shifted, 5.25, inference.TwoSided, 0.9)
		require.InDelta(t, got.T, same.T, 1e-7*max(1, math.Abs(got.T)))
		require.InDelta(t, got.PValue, same.PValue, 1e-8)
		require.InDelta(t, got.Estimate, same.Estimate, 1e-9)
		turned := inference.MomentsOf(moved(x, 0, -1))
		require.InDelta(t, got.T, -inference.OneSample(&turned, -0.25, inference.TwoSided, 0.9).T, 1e-9)
	}
}

func TestMannWhitney_GoesByOrderAlone(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 3))
	for round := range rounds {
		a, b := drawn(random, 1+random.IntN(25), round%2 == 0), drawn(random, 1+random.IntN(25), round%2 == 0)
		got, other := ranks(t, a, b, inference.TwoSided), ranks(t, b, a, inference.TwoSided)
		require.InDelta(t, float64(len(a)*len(b)), got.U+other.U, 1e-9)
		require.InDelta(t, got.PValue, other.PValue, 1e-12)
		require.InDelta(t, got.RankBiserial, -other.RankBiserial, 1e-12)
		require.InDelta(t, got.Shift, -other.Shift, 1e-12)
		cube := func(x []float64) []float64 {
			out := slices.Clone(x)
			for i, v := range out {
				out[i] = v * v * v
			}
			return out
		}
		bent := ranks(t, cube(shuffled(random, a)), cube(b), inference.TwoSided)
		require.InDelta(t, got.U, bent.U, 1e-12)
		require.InDelta(t, got.PValue, bent.PValue, 1e-12)
		far := ranks(t, moved(a, 100, 1), b, inference.Greater)
		require.InDelta(t, 1, far.CommonLanguage, 1e-12)
	}
}

func TestMannWhitney_OfTiesEverywhere(t *testing.T) {
	t.Parallel()
	got := ranks(t, []float64{1, 1, 1}, []float64{1, 1}, inference.TwoSided)
	require.InDelta(t, 3, got.U, 0, "half of six pairs")
	require.InDelta(t, 0.5, got.CommonLanguage, 0)
	require.True(t, got.PValue == 1 || math.IsNaN(got.PValue), "got %v", got.PValue)
	require.Zero(t, got.Shift)
	require.True(t, got.Ties)
}

func TestMannWhitney_EndsWhenCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	random := rand.New(rand.NewPCG(4, 4))
	_, err := inference.MannWhitney(ctx, drawn(random, 100, false), drawn(random, 100, false), inference.Exact, inference.TwoSided, 0.95)
	require.ErrorIs(t, err, context.Canceled)
}

func TestOneWay_DoesNotMindOrderOrUnit_AndIsTOfTwoGroups(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 5))
	for range rounds {
		groups := make([][]float64, 2+random.IntN(4))
		for i := range groups {
			groups[i] = drawn(random, 2+random.IntN(10), false)
		}
		moments := func(shift, factor float64) (out []inference.Moments) {
			for _, g := range groups {
				out = append(out, inference.MomentsOf(moved(g, shift, factor)))
			}
			return out
		}
		got := inference.OneWay(moments(0, 1), 0.95)
		scaled := inference.OneWay(moments(-300, -4), 0.95)
		require.InDelta(t, got.F, scaled.F, 1e-7*max(1, got.F))
		require.InDelta(t, got.WelchPValue, scaled.WelchPValue, 1e-8)
		require.InDelta(t, got.EtaSquared, scaled.EtaSquared, 1e-9)
		require.InDelta(t, got.SSTotal, got.SSBetween+got.SSWithin, 1e-9*got.SSTotal)
		first := moments(0, 1)
		slices.Reverse(first)
		require.InDelta(t, got.PValue, inference.OneWay(first, 0.95).PValue, 1e-9)
		pair := inference.OneWay(moments(0, 1)[:2], 0.95)
		of := two(groups[0], groups[1], true, inference.TwoSided)
		require.InDelta(t, of.T*of.T, pair.F, 1e-9*max(1, pair.F))
		require.InDelta(t, of.PValue, pair.PValue, 1e-9)
		welch := two(groups[0], groups[1], false, inference.TwoSided)
		require.InDelta(t, welch.PValue, pair.WelchPValue, 1e-8)
	}
}

func TestTests_OfConstantGroups(t *testing.T) {
	t.Parallel()
	same, one := []float64{4, 4, 4}, []float64{5, 5}
	got := two(same, same, false, inference.TwoSided)
	require.True(t, math.IsNaN(got.T) && math.IsNaN(got.PValue), "no difference, and no spread: %v", got)
	got = two(one, same, true, inference.TwoSided)
	require.True(t, math.IsInf(got.T, 1), "got %v", got.T)
	require.Zero(t, got.PValue)
	a := inference.OneWay([]inference.Moments{inference.MomentsOf(same), inference.MomentsOf(one)}, 0.95)
	require.True(t, math.IsInf(a.F, 1))
	a = inference.OneWay([]inference.Moments{inference.MomentsOf(same), inference.MomentsOf(same)}, 0.95)
	require.True(t, math.IsNaN(a.F))
	single := inference.MomentsOf([]float64{3})
	alone := inference.OneSample(&single, 0, inference.TwoSided, 0.95)
	require.True(t, math.IsNaN(alone.PValue))
}

func TestChiSquare_DoesNotMindOrderOrWhichIsWhich(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 6))
	for range rounds {
		r, c := 2+random.IntN(4), 2+random.IntN(4)
		table, turned := make([][]int64, r), make([][]int64, c)
		for j := range turned {
			turned[j] = make([]int64, r)
		}
		for i := range table {
			table[i] = make([]int64, c)
			for j := range table[i] {
				table[i][j] = 1 + random.Int64N(40)
				turned[j][i] = table[i][j]
			}
		}
		got, other := inference.ChiSquare(table, true, 0.95), inference.ChiSquare(turned, true, 0.95)
		require.InDelta(t, got.Statistic, other.Statistic, 1e-9*max(1, got.Statistic))
		require.InDelta(t, got.V, other.V, 1e-9)
		slices.Reverse(table)
		require.InDelta(t, got.PValue, inference.ChiSquare(table, true, 0.95).PValue, 1e-9)
	}
	product := inference.ChiSquare([][]int64{{2, 4}, {3, 6}}, false, 0.95)
	require.InDelta(t, 0, product.Statistic, 1e-12, "independent by hand")
	require.InDelta(t, 1, product.PValue, 1e-12)
}
