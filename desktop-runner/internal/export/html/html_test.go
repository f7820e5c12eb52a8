package html_test

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/export/html"
	"ddap/desktop-runner/internal/export/report"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/i18n"
	"ddap/shared/operation"
	"ddap/shared/result"
)

var update = flag.Bool("update", false, "write the golden files again")

var now = time.Date(2026, 3, 5, 14, 7, 0, 0, time.UTC)

// document has every kind of part that a result can have.
func document() *result.Document {
	withheld := result.Suppressed{Reason: "small_group"}
	return &result.Document{
		Version: 1, Kind: "analyze.linear_regression", Summary: "Pay is explained by 1 column.",
		Metrics: map[string]result.Number{"r2": 0.7614704841, "rows_used": 1234567, "f_pvalue": 1e-30, "inertia": result.Number(math.NaN())},
		Parameters: map[string]any{
			"model": "linear_regression", "target": "Pay", "features": []string{"Age", "Height"}, "fit_intercept": true, "tol": 0.0001,
			"where": operation.Where{All: []operation.Where{
				{Column: "Age", Op: operation.Between, Value: []any{20, 30.5}},
				{Not: []operation.Where{{Column: "Name", Op: operation.In, Value: []any{"<b>", "c"}}, {Column: "Name", Op: operation.IsNull}}},
			}},
			"sort": []operation.SortKey{{Column: "Age", Ascending: new(bool)}},
		},
		Tables: []result.Table{
			{
				Name: "coefficients", Title: "Coefficients", TotalRows: 2,
				Columns: []result.Column{{Name: "term", Type: result.Text}, {Name: "coefficient", Type: result.Float}, {Name: "p_value", Type: result.Float}},
				Rows:    [][]any{{"intercept", -12345.678, 0.00001}, {"Age", 0.0000123456, 0.25}},
			},
			{
				Name: "preview", Title: "First rows", TotalRows: 12345, Artifact: "preview.csv",
				Columns: []result.Column{{Name: "<script>alert(1)</script>", Type: result.Text}, {Name: "Pay", Type: result.Float, Unit: "€"}, {Name: "Year", Type: result.Integer}, {Name: "ok", Type: result.Boolean}},
				Rows:    [][]any{{"a & b", 1.5, int64(1999), true}, {nil, 2.0, withheld, false}},
			},
		},
		Charts: []result.Chart{
			{Name: "h", Type: result.Histogram, Title: "Distribution of Pay", X: result.Axis{Title: "Pay", Unit: "€", Type: result.Float}, Y: result.Axis{Title: "Rows"},
				Series: []result.Series{{Name: "Pay", X: []any{0.5, 2.0}, Y: []any{int64(7), withheld}, Edges: []float64{0, 1, 3}}}},
			{Name: "b", Type: result.Bar, Title: "Effect of each feature on Pay", X: result.Axis{Title: "Feature"}, Y: result.Axis{Title: "Standardized coefficient"},
				Series: []result.Series{{X: []any{"Age", "A name that is much too long for the room that there is"}, Y: []any{-0.25, 0.5}}}},
			{Name: "predicted_vs_actual", Type: result.Scatter, Title: "Predicted and actual Pay", X: result.Axis{Title: "Predicted Pay"}, Y: result.Axis{Title: "Actual Pay"},
				Series: []result.Series{{Name: "Group 0", X: []any{1.0, nil}, Y: []any{2.0, 3.0}}, {Name: "Group 1", X: []any{3.0}, Y: []any{1.0}}}},
			{Name: "l", Type: result.Line, Title: "Line", Series: []result.Series{{X: []any{int64(1), int64(2)}, Y: []any{1e-9, 2e12}}}},
			{Name: "correlation", Type: result.Heatmap, Title: "Correlation of each two columns", X: result.Axis{Title: "Column"}, Y: result.Axis{Title: "Coefficient"},
				Series: []result.Series{{Name: "Age", X: []any{"Age", "Pay & <more>"}, Y: []any{1.0, -0.456}}, {Name: "Pay & <more>", X: []any{"Age", "Pay & <more>"}, Y: []any{-0.456, withheld}}}},
			{Name: "x", Type: result.Box, Title: "Box", Series: []result.Series{{X: []any{"a"}, Y: []any{1.0}}}},
			{Name: "e", Type: result.Bar, Title: "Empty", Series: []result.Series{{}}},
		},
		Dataset: &result.Dataset{Policy: result.Aggregates, MinGroupSize: 5},
		Sources: []result.Source{{Name: "pay", RunnerID: "r-1", Revision: "abc"}},
		Notes:   []string{"2 rows were left out because a number was missing or not finite.", "Something new."},
	}
}

func render(t *testing.T, language i18n.Language) string {
	t.Helper()
	r, err := report.New([]plan.Input{{Name: "Pay", Document: document()}, {Name: "Again", Document: document()}},
		&operation.ExportParams{Language: language, Title: "Pay & age"}, now)
	require.NoError(t, err)
	raw, beside, err := html.Render(r)
	require.NoError(t, err)
	require.Empty(t, beside)
	return string(raw)
}

// Who does not see the page goes from table to table by their names.
func TestRender_NamesEachTableOnce_AndEveryColumn(t *testing.T) {
	t.Parallel()
	r, err := report.New([]plan.Input{{Name: "a", Document: heavy()}, {Name: "b", Document: heavy()}}, &operation.ExportParams{}, now)
	require.NoError(t, err)
	raw, _, err := html.Render(r)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`role="region" aria-label="([^"]*)"`).FindAllStringSubmatch(string(raw), -1) {
		require.False(t, seen[m[1]], m[1])
		seen[m[1]] = true
	}
	require.Greater(t, len(seen), 40)
	require.NotRegexp(t, `<th[^>]*></th>`, string(raw))
}

func TestRender_MatchesTheReportThatWasReviewed(t *testing.T) {
	t.Parallel()
	for _, language := range i18n.Languages() {
		golden := filepath.Join("testdata", "report."+string(language)+".html")
		got := render(t, language)
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(got, "\n")
		for i := range min(len(wantLines), len(gotLines)) {
			require.Equal(t, wantLines[i], gotLines[i], "%s, line %d; -update writes it again: look at the difference", golden, i+1)
		}
		require.Len(t, gotLines, len(wantLines))
	}
}

func TestRender_NeedsNothingFromOutside(t *testing.T) {
	t.Parallel()
	got := render(t, i18n.English)
	require.Equal(t, 1, strings.Count(got, "<script"), "what is named like one is text")
	require.NotContains(t, got, "http://")
	require.NotContains(t, got, "https://")
	require.NotContains(t, got, "url(")
	require.NotContains(t, got, "@import")
	require.Contains(t, got, "default-src 'none'")
}

func TestRender_IsWellFormed(t *testing.T) {
	t.Parallel()
	got := render(t, i18n.Indonesian)
	var open []string
	for _, m := range regexp.MustCompile(`<(/?)([a-z0-9]+)[^>]*?(/?)>`).FindAllStringSubmatch(got, -1) {
		switch tag := m[2]; {
		case tag == "meta" || m[3] == "/":
		case m[1] == "":
			open = append(open, tag)
		default:
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], tag)
			open = open[:len(open)-1]
		}
	}
	require.Empty(t, open)
	require.NotRegexp(t, `NaN|Inf|%!|&lt;nil&gt;|map\[`, got)
}

func TestRender_SpeaksItsLanguage(t *testing.T) {
	t.Parallel()
	english, indonesian := render(t, i18n.English), render(t, i18n.Indonesian)
	for _, want := range []string{
		`<html lang="en">`, "5 March 2026, 14:07 UTC", "<dt>Rows used</dt><dd>1,234,567</dd>", "<dd>0.7615</dd>", "&lt; 0.001", "−12,346", "1.235 × 10⁻⁵",
		`<td class="missing">–</td>`, `<td class="withheld right">withheld</td>`, "Pay (€)", "<dd>Linear regression</dd>", "Summaries only, of at least 5 rows",
		"Age from 20 to 30.5 and not (Name is one of “&lt;b&gt;”, “c” or Name is missing)", "Age ↓", "The first 2 of 12,345 rows. All rows are in the file preview.csv.",
		"<td class=\"number\">1999</td>",
	} {
		require.True(t, strings.Contains(english, want), want) //nolint:testifylint // the report is too long to print
	}
	for _, want := range []string{
		`<html lang="id">`, "5 Maret 2026, 14.07 UTC", "<dt>Baris dipakai</dt><dd>1.234.567</dd>", "<dd>0,7615</dd>", "Intersep", "ditahan",
		"Pay dijelaskan oleh kolom lain, dari 1.234.567 baris: R² sebesar 0,7615, dan prediksi rata-rata meleset sejumlah (ditahan).",
		"2 baris tidak dipakai karena ada angka yang hilang atau tak hingga.", "Something new.", "Sebaran Pay", "Kelompok 1",
		"Age dari 20 sampai 30,5 dan bukan (Name salah satu dari", "2 baris pertama dari 12.345.",
	} {
		require.True(t, strings.Contains(indonesian, want), want) //nolint:testifylint // the report is too long to print
	}
}

func TestRender_NamesTheInputWithoutAResult(t *testing.T) {
	t.Parallel()
	_, err := html.Run(t.TempDir(), []plan.Input{{Name: "a", Path: "params.inputs[0]"}}, &operation.ExportParams{}, now)
	require.ErrorContains(t, err, "params.inputs[0]: has no result to report")
}
