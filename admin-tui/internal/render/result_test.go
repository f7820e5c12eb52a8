package render_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/result"
	"ddap/shared/task"
)

func numbers(values ...float64) []any {
	out := make([]any, len(values))
	for i, f := range values {
		out[i] = f
	}
	return out
}

var sampleResult = api.ResultView{
	TaskID: "01960000-0000-7000-8000-000000000001", State: task.Succeeded,
	Result: &result.Document{
		Version: result.Version, Kind: "analyze.linear_regression",
		Summary: "Over 43,013 flights that were at least 15 minutes late, each 1,000 miles of distance go with 3.1 minutes more delay; distance explains 0.3 % of it.",
		Metrics: map[string]result.Number{"r2": 0.00312345, "n": 43013, "f_pvalue": 1.2e-31},
		Tables: []result.Table{
			{
				Name: "coefficients", Title: "Coefficients", TotalRows: 2,
				Columns: []result.Column{
					{Name: "term", Type: result.Text}, {Name: "coef", Type: result.Float, Unit: "min"}, {Name: "std_err", Type: result.Float},
					{Name: "t", Type: result.Float}, {Name: "p_value", Type: result.Float}, {Name: "ci_lower", Type: result.Float}, {Name: "ci_upper", Type: result.Float},
					{Name: "significant", Type: result.Boolean},
				},
				Rows: [][]any{
					{"intercept", 43.1234567, 0.31234, 138.07, 0.0, 42.5111, 43.7357, true},
					{"distance", 0.0031415926, 0.000271, 11.5925, 4.97e-31, 0.00261, 0.00367, true},
				},
			},
			{
				Name: "airports", Title: "Airports", TotalRows: 228, Artifact: "airports.csv",
				Columns: []result.Column{{Name: "origin", Type: result.Text}, {Name: "flights", Type: result.Integer}, {Name: "mean delay", Type: result.Float, Unit: "min"}},
				Rows:    [][]any{{"ORD", int64(12345), 48.2}, {"ATL", int64(9876), nil}, {"XYZ", result.Suppressed{Reason: "small_group"}, result.Suppressed{Reason: "small_group"}}},
			},
			{Name: "empty", Title: "Outliers", Columns: []result.Column{{Name: "date", Type: result.Date}}},
		},
		Charts: []result.Chart{
			{Name: "delay", Type: result.Histogram, Title: "delay", Series: []result.Series{{X: numbers(20, 40, 60, 80), Y: numbers(120, 60, 25, 4), Edges: []float64{15, 30, 45, 60, 75}}}},
			{Name: "month", Type: result.Line, Title: "Delay by month", Series: []result.Series{{X: []any{"2001-01", "2001-02", "2001-03"}, Y: []any{3.0, nil, 9.0}}}},
			{Name: "fit", Type: result.Scatter, Title: "Delay by distance", X: result.Axis{Title: "distance", Unit: "miles"}, Y: result.Axis{Title: "delay", Unit: "min"}, Series: []result.Series{{X: numbers(100, 2500), Y: numbers(15, 300)}}},
			{Name: "size", Type: result.Bar, Title: "Size of the groups", Series: []result.Series{{X: []any{"1", "2", "3"}, Y: numbers(151, 123, 0)}}},
		},
		Dataset: &result.Dataset{Rows: 43013, Columns: make([]result.Column, 5), Bytes: 812_345},
		Notes:   []string{"12 rows with a missing value were left out.", "1 cell is withheld because fewer than 5 rows are behind it, and the owner of the data allows summaries of at least 5 only."},
	},
	Artifacts: []api.Artifact{{Name: "report.html", ContentType: "text/html; charset=utf-8", SizeBytes: 48_213}},
}

func TestResult(t *testing.T) {
	t.Parallel()
	v := view()
	v.Width = 80
	golden(t, "result_80", 80, v.Result(sampleResult))
	v.Width, v.Language = 0, i18n.Indonesian
	golden(t, "result_id", 0, v.Result(sampleResult))
}

func TestResult_WithoutADocumentSaysHowTheTaskIs(t *testing.T) {
	t.Parallel()
	v := view()
	failed := api.ResultView{TaskID: "T", State: task.Failed, Reason: task.SourceUnreadable, Message: "ledger.csv is gone"}
	running := api.ResultView{TaskID: "T", State: task.Running, Progress: &api.Progress{Stage: "reading"}}
	golden(t, "result_none", 0, append(append(v.Result(failed), nil), v.Result(running)...))
}

func TestResult_SaysHowManyRowsStay_AsFarAsThePolicyTells(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]result.Dataset{
		"\n12 rows in 0 columns":           {Rows: 12},
		"\nAt least 10 rows in 0 columns":  {Rows: 10, RowsApproximate: true, MinGroupSize: 5},
		"\nFewer than 5 rows in 0 columns": {Rows: 0, RowsApproximate: true, MinGroupSize: 5},
		"\n0 rows in 0 columns":            {Rows: 0},
	} {
		var said strings.Builder
		for _, line := range view().Result(api.ResultView{State: task.Succeeded, Result: &result.Document{Dataset: &d}}) {
			said.WriteString("\n" + line.String())
		}
		require.Contains(t, said.String(), want)
	}
}
