package picture

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTicks_CoverTheRangeInRoundSteps(t *testing.T) {
	t.Parallel()
	require.InDeltaSlice(t, []float64{30, 35, 40, 45, 50, 55, 60}, ticks(32.1, 59.6, 6), 1e-9)
	require.InDeltaSlice(t, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}, ticks(0, 1, 5), 1e-9)
	require.InDeltaSlice(t, []float64{-1000, -500, 0, 500, 1000, 1500}, ticks(-883, 1249, 6), 1e-9)
	require.NotEmpty(t, ticks(7, 7, 5))
}

func TestTicks_AreFewWhateverTheNumbers(t *testing.T) {
	t.Parallel()
	ranges := [][2]float64{
		{1e17, 1e17 + 20}, {1e18, 1e18}, {-1e18 - 1, -1e18}, {-math.MaxFloat64, math.MaxFloat64}, {math.MaxFloat64, math.MaxFloat64},
		{0, math.SmallestNonzeroFloat64}, {1e300, 1e300}, {0, 1e-300},
	}
	for _, r := range ranges {
		got := ticks(r[0], r[1], 6)
		require.NotEmpty(t, got, r)
		require.LessOrEqual(t, len(got), 20, r)
	}
}
