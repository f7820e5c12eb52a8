package smoothing_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/smoothing"
)

type reference struct {
	Data, Trend, Seasonal string
	Damped                bool
	Periods               int
	SSE, AICC, Level      float64
	Forecast              []float64
}

func references(t *testing.T) (series map[string][]float64, cases []reference) {
	t.Helper()
	raw, err := os.ReadFile("testdata/reference.json")
	require.NoError(t, err)
	var all struct {
		Series map[string][]float64
		Cases  []reference
	}
	require.NoError(t, json.Unmarshal(raw, &all))
	return all.Series, all.Cases
}

// The sums are those of statsmodels' search, which may end above the least one.
func TestFitSeries_IsAsGoodAsStatsmodels(t *testing.T) {
	t.Parallel()
	series, cases := references(t)
	require.GreaterOrEqual(t, len(cases), 30)
	for _, want := range cases {
		t.Run(fmt.Sprintf("%s %s %v %s", want.Data, want.Trend, want.Damped, want.Seasonal), func(t *testing.T) {
			t.Parallel()
			fit, err := smoothing.FitSeries(t.Context(), series[want.Data], smoothing.Form{
				Trend: smoothing.Component(want.Trend), Seasonal: smoothing.Component(want.Seasonal), Damped: want.Damped, Periods: want.Periods,
			})
			require.NoError(t, err)
			require.Less(t, fit.SSE, want.SSE*(1+1e-6))
			require.Less(t, fit.AICC, want.AICC+1e-6*math.Abs(want.AICC))
			t.Logf("%.4g", fit.SSE/want.SSE-1)
			if fit.SSE > want.SSE*(1-1e-7) { // the same optimum
				ahead, err := fit.Ahead(t.Context(), len(want.Forecast), 0.95, 0)
				require.NoError(t, err)
				for h, f := range want.Forecast {
					require.InEpsilon(t, f, ahead[h].Mean, 5e-3, "step %d", h+1)
				}
			}
		})
	}
}

func TestFitSeries_ScalesWithItsSeries(t *testing.T) {
	t.Parallel()
	series, _ := references(t)
	y := series["macrodata"]
	scaled := make([]float64, len(y))
	for i, v := range y {
		scaled[i] = 1000 * v
	}
	form := smoothing.Form{Trend: smoothing.Additive, Seasonal: smoothing.None}
	a, err := smoothing.FitSeries(t.Context(), y, form)
	require.NoError(t, err)
	b, err := smoothing.FitSeries(t.Context(), scaled, form)
	require.NoError(t, err)
	require.InEpsilon(t, a.SSE*1e6, b.SSE, 1e-6)
	require.InDelta(t, a.Level, b.Level, 1e-3)
}

func TestFitSeries_TakesAConstantAndALine(t *testing.T) {
	t.Parallel()
	constant, line := make([]float64, 30), make([]float64, 30)
	for i := range line {
		constant[i], line[i] = 7, 3+2*float64(i)
	}
	fit, err := smoothing.FitSeries(t.Context(), constant, smoothing.Form{Trend: smoothing.None, Seasonal: smoothing.None})
	require.NoError(t, err)
	require.InDelta(t, 0, fit.SSE, 1e-12)
	fit, err = smoothing.FitSeries(t.Context(), line, smoothing.Form{Trend: smoothing.Additive, Seasonal: smoothing.None})
	require.NoError(t, err)
	ahead, err := fit.Ahead(t.Context(), 2, 0.95, 0)
	require.NoError(t, err)
	require.InDelta(t, 65, ahead[1].Mean, 1e-6, "3 + 2×31")
}

func TestAhead_DrawsTheSameFuturesForASeed_AndEndsWhenCanceled(t *testing.T) {
	t.Parallel()
	series, _ := references(t)
	form := smoothing.Form{Trend: smoothing.Additive, Seasonal: smoothing.Multiplicative, Periods: 12}
	fit, err := smoothing.FitSeries(t.Context(), series["co2"], form)
	require.NoError(t, err)
	a, err := fit.Ahead(t.Context(), 24, 0.9, 3)
	require.NoError(t, err)
	b, err := fit.Ahead(t.Context(), 24, 0.9, 3)
	require.NoError(t, err)
	require.Equal(t, a, b)
	for _, f := range a {
		require.Less(t, f.Low, f.Mean)
		require.Greater(t, f.High, f.Mean)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = smoothing.FitSeries(ctx, series["co2"], form)
	require.ErrorIs(t, err, context.Canceled)
}
