package html

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/i18n"
)

func TestLocale_WritesNumbersAsPeopleRead(t *testing.T) {
	t.Parallel()
	cases := []struct {
		value               float64
		english, indonesian string
	}{
		{0, "0", "0"},
		{39.1, "39.1", "39,1"},
		{1947, "1947", "1947"},
		{12345, "12,345", "12.345"},
		{-1234567, "−1,234,567", "−1.234.567"},
		{43.9219298246, "43.92", "43,92"},
		{4201.75438596, "4202", "4202"},
		{54321.9876, "54,322", "54.322"},
		{0.000123456789, "0.0001235", "0,0001235"},
		{0.00001, "1 × 10⁻⁵", "1 × 10⁻⁵"},
		{-1.23456e-12, "−1.235 × 10⁻¹²", "−1,235 × 10⁻¹²"},
		{6.02214076e23, "6.022 × 10²³", "6,022 × 10²³"},
	}
	for _, tc := range cases {
		require.Equal(t, tc.english, localeOf(i18n.English).number(tc.value))
		require.Equal(t, tc.indonesian, localeOf(i18n.Indonesian).number(tc.value))
	}
	require.Equal(t, "9,223,372,036,854,775,807", localeOf(i18n.English).integer(math.MaxInt64))
	require.Equal(t, "−9.223.372.036.854.775.808", localeOf(i18n.Indonesian).integer(math.MinInt64))
}

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
