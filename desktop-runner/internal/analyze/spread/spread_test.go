package spread_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/spread"
)

func TestMeanAndDeviation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		column          []float64
		mean, deviation float64
	}{
		"by hand: squares of 1 and 1, halved": {[]float64{1, 3}, 2, 1},
		"a constant that has no exact sum":    {[]float64{0.1, 0.1, 0.1}, 0.1, 0},
		"far from zero":                       {[]float64{1e9 + 1, 1e9 + 2, 1e9 + 3}, 1e9 + 2, math.Sqrt(2.0 / 3)},
		"no numbers":                          {nil, 0, 0},
		"a sum beyond all numbers":            {[]float64{1.5e308, 0, 1.5e308}, 1e308, math.Inf(1)},
	} {
		mean, deviation := spread.MeanAndDeviation(tc.column)
		require.InEpsilon(t, 1+tc.mean, 1+mean, 1e-15, name)
		if math.IsInf(tc.deviation, 1) {
			require.True(t, math.IsInf(deviation, 1), name)
			continue
		}
		require.InDelta(t, tc.deviation, deviation, 1e-12, name)
	}
}

func TestRounded_KeepsFourDigits(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 12350, spread.Rounded(12345.6), 0)
	require.InDelta(t, -0.001235, spread.Rounded(-0.00123456), 1e-18)
	require.Zero(t, spread.Rounded(0))
}
