package render_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/render"
	"ddap/shared/i18n"
	"ddap/shared/result"
)

func TestNumber_KeepsWhatIsExactAndRoundsTheRest(t *testing.T) {
	t.Parallel()
	for given, want := range map[float64]string{
		0: "0", 3: "3", -7: "-7", 2001: "2,001", 12345: "12,345", -1234567: "-1,234,567", 1e14: "100,000,000,000,000",
		39.1: "39.1", 18.75: "18.75", 0.5: "0.5", -0.00125: "-0.00125", 123.45: "123.45",
		1.0 / 3: "0.3333", 2.0 / 3000: "0.0006667", 123.456789: "123.5", 1234.5678: "1,235", 123456.789: "123,457",
		1.23456e-7: "1.235e-7", -3e-12: "-3e-12", 1.5e300: "1.5e300", 123456789e12: "1.235e20",
		math.NaN(): "–",
	} {
		require.Equal(t, want, view().Number(given), "%v", given)
	}
	require.Equal(t, "–", view().Number(math.Inf(-1)))
	require.Equal(t, "–", view().Number(math.NaN()))
}

func TestNumber_UsesTheLanguagesSeparators(t *testing.T) {
	t.Parallel()
	v := view()
	v.Language = i18n.Indonesian
	require.Equal(t, "1.234.567", v.Number(1234567))
	require.Equal(t, "39,1", v.Number(39.1))
	require.Equal(t, "1,235e-7", v.Number(1.23456e-7))
	require.Equal(t, "1,25 MB", v.Bytes(1_250_000))
}

func TestCell_KeepsEveryDigitOfAWholeNumber(t *testing.T) {
	t.Parallel()
	for cell, want := range map[any]string{
		int64(9007199254740993):            "9,007,199,254,740,993",
		int64(-9223372036854775808):        "-9,223,372,036,854,775,808",
		int64(12345):                       "12,345",
		true:                               "yes",
		"text":                             "text",
		nil:                                "–",
		result.Suppressed{Reason: "small"}: "withheld",
	} {
		require.Equal(t, want, view().Cell(cell).Text, "%v", cell)
	}
	require.Equal(t, "withheld", view().Cell(map[string]any{"suppressed": "small_group"}).Text)
	require.Equal(t, "?", view().Cell(map[string]any{"newer": 1}).Text)
}

func TestBytes(t *testing.T) {
	t.Parallel()
	for given, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.00 kB", 15234: "15.2 kB", 999_400: "999 kB", 999_600: "1.00 MB", 2_500_000_000: "2.50 GB", 7e15: "7,000 TB",
	} {
		require.Equal(t, want, view().Bytes(given))
	}
}

func TestPercent_IsAHundredOnlyForTheWhole(t *testing.T) {
	t.Parallel()
	for given, want := range map[float64]string{0: "0 %", 0.456: "45 %", 0.29: "29 %", 0.9999: "99 %", 1: "100 %", 1.5: "100 %", -1: "0 %"} {
		require.Equal(t, want, view().Percent(given))
	}
}

func TestAge_IsOneUnitEitherWay(t *testing.T) {
	t.Parallel()
	for given, want := range map[time.Duration]string{
		0: "just now", -3 * time.Second: "just now", 12 * time.Second: "12 s ago", 3*time.Minute + 50*time.Second: "3 min ago",
		26 * time.Hour: "1 day ago", 75 * time.Hour: "3 days ago", -2 * time.Hour: "in 2 h",
	} {
		require.Equal(t, want, view().Age(now.Add(-given)))
	}
	v := view()
	v.Language = i18n.Indonesian
	require.Equal(t, "3 mnt lalu", v.Age(now.Add(-3*time.Minute)))
	require.Equal(t, "2 jam lagi", v.Age(now.Add(2*time.Hour)))
	require.Equal(t, "–", v.Age(time.Time{}))
}

func TestDuration_IsTwoUnitsAtMost(t *testing.T) {
	t.Parallel()
	for given, want := range map[time.Duration]string{
		-time.Second: "0.0 s", 1430 * time.Millisecond: "1.4 s", 12*time.Second + 900*time.Millisecond: "12 s",
		125 * time.Second: "2 min 5 s", 2 * time.Hour: "2 h", 26*time.Hour + 30*time.Minute: "1 day 2 h",
	} {
		require.Equal(t, want, view().Duration(given))
	}
}

func TestBar_IsAsWideAsAsked(t *testing.T) {
	t.Parallel()
	require.Equal(t, "░░░░░░░░░░", render.Bar(0, 10))
	require.Equal(t, "█████░░░░░", render.Bar(0.5, 10))
	require.Equal(t, "██████████", render.Bar(7, 10))
}
