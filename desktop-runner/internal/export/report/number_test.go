package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/i18n"
)

func TestSpeech_WritesNumbersAsPeopleRead(t *testing.T) {
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
		require.Equal(t, tc.english, SpeechOf(i18n.English).Number(tc.value))
		require.Equal(t, tc.indonesian, SpeechOf(i18n.Indonesian).Number(tc.value))
	}
	require.Equal(t, "9,223,372,036,854,775,807", SpeechOf(i18n.English).Integer(math.MaxInt64))
	require.Equal(t, "−9.223.372.036.854.775.808", SpeechOf(i18n.Indonesian).Integer(math.MinInt64))
}
