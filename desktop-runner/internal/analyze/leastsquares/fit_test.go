package leastsquares_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/leastsquares"
)

func TestSolve_HasElevenDigitsInFloat64Too(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 7))
		p := leastsquares.Problem{X: make([][]float64, 9), Intercept: seed%2 == 0}
		for range 30_000 {
			common, y := random.NormFloat64(), random.NormFloat64()
			for j := range p.X {
				x := 3*common + random.NormFloat64()
				if p.Intercept {
					x += float64(j) * 1000
				}
				p.X[j] = append(p.X[j], x)
				y += x * float64(j-4)
			}
			p.Y = append(p.Y, y)
			if seed > 1 {
				p.Weights = append(p.Weights, random.Float64())
			}
		}
		exact, err := leastsquares.SolveExactly(t.Context(), p)
		require.NoError(t, err)
		rough, err := leastsquares.SolveRoughly(t.Context(), p)
		require.NoError(t, err)
		require.NotEqual(t, exact, rough, "they went the same way")
		for j := range p.X {
			require.InDelta(t, exact.Coefficients[j], rough.Coefficients[j], 1e-11)
		}
		require.InEpsilonSlice(t, exact.Unscaled, rough.Unscaled, 1e-10)
		require.InEpsilonSlice(t, []float64{exact.RSS, exact.TSS, exact.MAE, exact.N}, []float64{rough.RSS, rough.TSS, rough.MAE, rough.N}, 1e-11)
	}
}

func TestSolve_TakesManyRowsThatNearlyFollowFromEachOtherExactly(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 7))
	p := leastsquares.Problem{X: make([][]float64, 6), Intercept: true}
	for range 20_000 {
		x, y := random.Float64()*5, 1.0
		for j := range p.X {
			power := math.Pow(x, float64(j+1))
			p.X[j] = append(p.X[j], power)
			y += power
		}
		p.Y = append(p.Y, y)
	}
	f, err := leastsquares.SolveRoughly(t.Context(), p)
	require.NoError(t, err)
	for _, b := range f.Coefficients {
		require.InDelta(t, 1, b, 1e-10) // by construction
	}
}

func TestSolve_WideProblemsAreThoseWithAPenalty(t *testing.T) {
	t.Parallel()
	// By hand: x = (1, -1), y = (2, -2) and a copy of x; b = xᵀy/(2·2 + penalty) each.
	x := []float64{1, -1}
	f, err := leastsquares.Solve(t.Context(), leastsquares.Problem{X: [][]float64{x, x, {3, 3}}, Y: []float64{7, 3}, Intercept: true, Penalty: 1})
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0.8, 0.8, 0}, f.Coefficients, 1e-15)
	require.InDelta(t, 5, f.Intercept, 1e-14)
}

func TestSolve_TakesTheLargestAndSmallestNumbers(t *testing.T) {
	t.Parallel()
	for _, unit := range []float64{1e-300, 1, 1e300} {
		p := leastsquares.Problem{X: [][]float64{{1 * unit, 2 * unit, 4 * unit, 5 * unit}}, Y: []float64{1, 2, 4, 5}, Intercept: true}
		f, err := leastsquares.Solve(t.Context(), p)
		require.NoError(t, err)
		require.InEpsilon(t, 1, f.Coefficients[0]*unit, 1e-14) // y is x in that unit
	}
}
