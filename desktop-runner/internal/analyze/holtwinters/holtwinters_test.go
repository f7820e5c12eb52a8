package holtwinters_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/holtwinters"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

func params(t *testing.T, more string) *operation.AnalyzeParams {
	t.Helper()
	p, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},"model":"holt_winters","target":"y","params":{"time":"t"`+more+`}}`))
	require.NoError(t, err)
	return p.(*operation.AnalyzeParams)
}

func open(t *testing.T, rows []string) *step.Step {
	t.Helper()
	return steptest.Open(t, steptest.Write(t, "a.csv", "t,y\n"+strings.Join(rows, "\n")+"\n"))
}

// monthly has the series co2 of statsmodels, the last row first.
func monthly(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "smoothing", "testdata", "reference.json"))
	require.NoError(t, err)
	var all struct{ Series map[string][]float64 }
	require.NoError(t, json.Unmarshal(raw, &all))
	var out []string
	at := time.Date(1958, 3, 1, 0, 0, 0, 0, time.UTC)
	for i, y := range all.Series["co2"] {
		out = append([]string{fmt.Sprintf("%s,%v", at.AddDate(0, i, 0).Format(time.DateOnly), y)}, out...)
	}
	return out
}

func metric(f finding.Finding, name string) float64 {
	for _, m := range f.Metrics {
		if m.Name == name {
			return m.Value
		}
	}
	return math.NaN()
}

func TestRun_ForecastsMonths(t *testing.T) {
	t.Parallel()
	f, err := holtwinters.Run(t.Context(), open(t, monthly(t)), params(t, `,"trend":"auto","seasonal":"auto","seasonal_periods":12,"steps":24`))
	require.NoError(t, err)
	require.Less(t, metric(f, "test_mase"), 1.0)
	require.Less(t, metric(f, "test_mape"), 0.01)
	rows := frame.Rows(f.Tables[0].(*finding.Estimates).Frame)
	require.Len(t, rows, 24)
	require.Equal(t, "1978-03-01", rows[0][0], "240 months after March 1958")
	require.Equal(t, "1980-02-01", rows[23][0])
	require.Less(t, rows[0][2].(float64), rows[0][1].(float64))
	require.Len(t, frame.Rows(f.Tables[2].(*finding.Estimates).Frame), 9)
	require.NotEqual(t, "none", fmt.Sprint(f.Parameters["seasonal"]))
	chart := f.Charts[0].(*finding.Points).Chart
	require.Len(t, chart.Series, 4)
	require.LessOrEqual(t, len(chart.Series[0].X), 500)
}

func TestRun_DoesNotMindTheOrderOfRows(t *testing.T) {
	t.Parallel()
	rows := monthly(t)
	a, err := holtwinters.Run(t.Context(), open(t, rows), params(t, `,"trend":"add"`))
	require.NoError(t, err)
	for i := range len(rows) / 2 {
		rows[i], rows[len(rows)-1-i] = rows[len(rows)-1-i], rows[i]
	}
	b, err := holtwinters.Run(t.Context(), open(t, rows), params(t, `,"trend":"add"`))
	require.NoError(t, err)
	require.Equal(t, metric(a, "sse"), metric(b, "sse"))
}

func TestRun_RefusesWhatIsNoSeries(t *testing.T) {
	t.Parallel()
	days := func(more ...string) []string {
		var out []string
		for i := range 20 {
			out = append(out, fmt.Sprintf("2024-01-%02d,%d", i+1, i*i%7))
		}
		return append(out, more...)
	}
	cases := map[string]struct {
		rows                   []string
		params, field, message string
	}{
		"a gap":         {days("2024-01-23,3"), "", "params.params.time", "from 2024-01-20 to 2024-01-23 another; resample"},
		"a duplicate":   {days("2024-01-07,3"), "", "params.params.time", "has 2024-01-07 more than once"},
		"a hole":        {days("2024-01-21,"), "", "params.source", "has 1 rows without a number"},
		"too short":     {days()[:4], "", "params.source", "has 4 rows, and this trend and season need"},
		"not above 0":   {days(), `,"trend":"mul"`, "params.target", "not above zero"},
		"text for time": {[]string{"a,1", "b,2", "c,3"}, "", "params.params.time", "neither a date"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := holtwinters.Run(t.Context(), open(t, tc.rows), params(t, tc.params))
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, "invalid_params", f.Code)
			require.Equal(t, tc.field, f.Fields[0].Path)
			require.Contains(t, f.Fields[0].Message, tc.message)
		})
	}
}

func TestRun_IsRefusedWhereSingleRowsMustNotShow(t *testing.T) {
	t.Parallel()
	s := open(t, monthly(t))
	s.SingleRowsMayShow, s.MinGroupSize = false, 5
	_, err := holtwinters.Run(t.Context(), s, params(t, ""))
	require.True(t, fault.HasCode(err, "policy_refused"), "got %v", err)
	require.ErrorContains(t, err, "what may be asked is")
}

func TestRun_EndsWithinASecondOfBeingCanceled(t *testing.T) {
	t.Parallel()
	rows := make([]string, 40_000)
	for i := range rows {
		rows[i] = fmt.Sprintf("%d,%v", i, 100+10*math.Sin(float64(i))+float64(i%97))
	}
	s := open(t, rows)
	ctx, cancel := context.WithCancel(t.Context())
	var at time.Time
	time.AfterFunc(1500*time.Millisecond, func() { at = time.Now(); cancel() })
	_, err := holtwinters.Run(ctx, s, params(t, `,"trend":"auto","seasonal":"auto","seasonal_periods":300`))
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(at), time.Second)
}
