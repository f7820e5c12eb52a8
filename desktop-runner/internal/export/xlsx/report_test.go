package xlsx_test

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"ddap/desktop-runner/internal/export/xlsx"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/i18n"
	"ddap/shared/operation"
	"ddap/shared/result"
)

var now = time.Date(2026, 3, 5, 14, 7, 0, 0, time.UTC)

// document has every kind of part that a result can have.
func document() *result.Document {
	withheld := result.Suppressed{Reason: "small_group"}
	return &result.Document{
		Version: 1, Kind: "analyze.linear_regression", Summary: "=Pay is explained by 1 column.",
		Metrics:    map[string]result.Number{"r2": 0.7614704841, "rows_used": 1234567, "f_pvalue": 1e-30, "inertia": result.Number(math.NaN())},
		Parameters: map[string]any{"model": "linear_regression", "target": "+Pay", "features": []string{"Age", "Height"}, "fit_intercept": true},
		Tables: []result.Table{
			{
				Name: "coefficients", Title: "Coefficients", TotalRows: 2,
				Columns: []result.Column{{Name: "term", Type: result.Text}, {Name: "coefficient", Type: result.Float}, {Name: "p_value", Type: result.Float}},
				Rows:    [][]any{{"intercept", -12345.678, 0.00001}, {"Age", 0.0000123456, withheld}},
			},
			{
				Name: "preview", Title: "First rows", TotalRows: 12345, Artifact: "preview.csv",
				Columns: []result.Column{
					{Name: "=cmd|' /C calc'!A0", Type: result.Text}, {Name: "Pay", Type: result.Float, Unit: "€"}, {Name: "Year", Type: result.Integer},
					{Name: "ok", Type: result.Boolean}, {Name: "when", Type: result.Date}, {Name: "at", Type: result.Timestamp}, {Name: "time", Type: result.Time},
				},
				Rows: [][]any{
					{"=1+1", 1.5, int64(1999), true, "2024-02-29", "2024-02-29T12:00:00", "06:00:00"},
					{nil, 2.0, withheld, false, nil, withheld, nil},
					{"intercept", float64(3), float64(2001), nil, "0044-03-15", nil, nil},
				},
			},
			{Name: "none", Title: "First [rows]: a/b*c?d\\e", Columns: []result.Column{{Name: "a", Type: result.Text}}},
			{Name: "again", Title: "FIRST ROWS", Columns: []result.Column{{Name: "a", Type: result.Text}}, Rows: [][]any{{"x"}}, TotalRows: 1},
		},
		Charts: []result.Chart{
			{Name: "h", Type: result.Histogram, Title: "Distribution of Pay", X: result.Axis{Title: "Pay", Unit: "€", Type: result.Float}, Y: result.Axis{Title: "Rows"},
				Series: []result.Series{{Name: "Pay", X: []any{0.5, 2.0, 4.0}, Y: []any{int64(7), withheld, int64(9)}, Edges: []float64{0, 1, 3, 5}}}},
			{Name: "b", Type: result.Bar, Title: "Effect of each feature on Pay", X: result.Axis{Title: "Feature"}, Y: result.Axis{Title: "Standardized coefficient"},
				Series: []result.Series{{X: []any{"=Age", "A name that is much too long for the room that there is"}, Y: []any{-0.25, 0.5}}}},
			{Name: "predicted_vs_actual", Type: result.Scatter, Title: "Predicted and actual Pay", X: result.Axis{Title: "Predicted Pay"}, Y: result.Axis{Title: "Actual Pay"},
				Series: []result.Series{{Name: "Group 0", X: []any{1.0, nil, 2.5}, Y: []any{2.0, 3.0, 1.5}}, {Name: "Group 1", X: []any{3.0}, Y: []any{1.0}}}},
			{Name: "l", Type: result.Line, Title: "Line", X: result.Axis{Title: "when", Type: result.Date}, Y: result.Axis{Title: "n"},
				Series: []result.Series{{Name: "n", X: []any{"2024-01-01", "2024-01-02", "2024-02-01"}, Y: []any{1.0, withheld, 2.0}}}},
			{Name: "correlation", Type: result.Heatmap, Title: "Correlation of each two columns", X: result.Axis{Title: "Column"}, Y: result.Axis{Title: "Coefficient"},
				Series: []result.Series{{Name: "Age", X: []any{"Age", "Pay & <more>"}, Y: []any{1.0, -0.456}}, {Name: "Pay & <more>", X: []any{"Age", "Pay & <more>"}, Y: []any{-0.456, withheld}}}},
			{Name: "x", Type: result.Box, Title: "Box", Series: []result.Series{{X: []any{"a"}, Y: []any{1.0}}}},
			{Name: "e", Type: result.Bar, Title: "Empty", Series: []result.Series{{}}},
		},
		Dataset: &result.Dataset{Policy: result.Aggregates, MinGroupSize: 5},
		Sources: []result.Source{{Name: "pay", RunnerID: "r-1", Revision: "abc"}},
		Notes:   []string{"2 rows were left out because a number was missing or not finite.", "@Something new."},
	}
}

func report(t *testing.T, language i18n.Language, documents ...*result.Document) (*excelize.File, []byte) {
	t.Helper()
	inputs := make([]plan.Input, len(documents))
	for i, d := range documents {
		inputs[i] = plan.Input{Name: "=Pay", Document: d}
	}
	dir := t.TempDir()
	f, err := xlsx.Run(t.Context(), dir, inputs, &operation.ExportParams{Format: operation.XLSX, Language: language, Title: "=Pay & age"}, now)
	require.NoError(t, err)
	require.Equal(t, finding.Report, f.Files[0].Holds)
	raw, err := os.ReadFile(filepath.Join(dir, f.Files[0].Name))
	require.NoError(t, err)
	if keep := os.Getenv("KEEP_WORKBOOK"); keep != "" {
		require.NoError(t, os.WriteFile(filepath.Join(keep, t.Name()+"-"+string(language)+".xlsx"), raw, 0o600))
	}
	book, err := excelize.OpenFile(filepath.Join(dir, f.Files[0].Name))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	return book, raw
}

func cells(t *testing.T, book *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := book.GetRows(sheet, excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	return rows
}

func TestRun_WritesTypedCellsAndSaysWhatIsWithheld(t *testing.T) {
	t.Parallel()
	book, _ := report(t, i18n.English, document())
	require.Equal(t, []string{"Report", "Coefficients", "First rows", "First -rows-- a-b-c-d-e", "FIRST ROWS (2)", "Charts"}, book.GetSheetList())
	require.Equal(t, [][]string{{"Term", "Coefficient", "p"}, {"intercept", "-12345.678", "0.00001"}, {"Age", "0.0000123456", "withheld"}}, lower(cells(t, book, "Coefficients")))
	require.Equal(t, [][]string{
		{"=cmd|' /C calc'!A0", "Pay (€)", "Year", "ok", "when", "at", "time"},
		{"=1+1", "1.5", "1999", "1", "45351", "45351.5", "0.25"},
		{"", "2", "withheld", "0", "", "withheld"},
		{"intercept", "3", "2001", "", "0044-03-15"},
	}, cells(t, book, "First rows"))
	for at, want := range map[string]excelize.CellType{
		"A2": excelize.CellTypeSharedString, "B2": excelize.CellTypeUnset, "D2": excelize.CellTypeBool, "E2": excelize.CellTypeUnset, "C3": excelize.CellTypeSharedString, "B4": excelize.CellTypeUnset,
	} {
		kind, err := book.GetCellType("First rows", at)
		require.NoError(t, err)
		require.Equal(t, want, kind, at)
	}
	shown, err := book.GetCellValue("First rows", "F2")
	require.NoError(t, err)
	require.Equal(t, "2024-02-29 12:00:00", shown)
	panes, err := book.GetPanes("First rows")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
}

// lower undoes what a language does to own text.
func lower(rows [][]string) [][]string {
	for _, row := range rows {
		if row[0] == "Intercept" {
			row[0] = "intercept"
		}
	}
	return rows
}

func TestRun_HasNoFormulaAnywhere(t *testing.T) {
	t.Parallel()
	book, raw := report(t, i18n.English, document(), document())
	for _, sheet := range book.GetSheetList() {
		for i, row := range cells(t, book, sheet) {
			for j := range row {
				at, err := excelize.CoordinatesToCellName(j+1, i+1)
				require.NoError(t, err)
				formula, err := book.GetCellFormula(sheet, at)
				require.NoError(t, err)
				require.Empty(t, formula)
			}
		}
	}
	require.Equal(t, "=Pay & age", cells(t, book, "Report")[0][0])
	_, again := report(t, i18n.English, document(), document())
	require.Equal(t, raw, again, "the same results give the same bytes")
}

func TestRun_DrawsChartsBesideTheirDataAndNothingAsZero(t *testing.T) {
	t.Parallel()
	book, _ := report(t, i18n.English, document())
	rows := cells(t, book, "Charts")
	at := func(title string) int {
		for i, row := range rows {
			if len(row) > 0 && row[0] == title {
				return i
			}
		}
		require.Fail(t, "no chart named "+title)
		return 0
	}
	h := at("Distribution of Pay")
	require.Equal(t, [][]string{
		{"Interval", "From", "To", "Rows", "Remark"}, {"0 to 1", "0", "1", "7"}, {"1 to 3", "1", "3", "", "Rows: withheld"}, {"3 to 5", "3", "5", "9"},
	}, rows[h+1:h+5])
	s := at("Predicted and actual Pay")
	require.Equal(t, [][]string{{"Predicted Pay", "Group 0", "Predicted Pay", "Group 1"}, {"1", "2", "3", "1"}, {"", "3"}, {"2.5", "1.5"}}, rows[s+1:s+5])
	l := at("Line")
	require.Equal(t, [][]string{{"when", "n", "Remark"}, {"45292", "1"}, {"45293", "", "n: withheld"}, {"45323", "2"}}, rows[l+1:l+5])
	c := at("Correlation of each two columns")
	require.Equal(t, [][]string{{"Column", "Age", "Pay & <more>"}, {"Age", "1", "-0.456"}, {"Pay & <more>", "-0.456", "withheld"}}, rows[c+1:c+4])
	formats, err := book.GetConditionalFormats("Charts")
	require.NoError(t, err)
	require.Len(t, formats, 1)

	drawn, anchors := 0, []int{h, at("Effect of each feature on Pay"), s, l}
	for name, content := range parts(book) {
		if strings.HasPrefix(name, "xl/charts/chart") {
			drawn++
			require.Contains(t, content, "Charts&#39;!$")
		}
	}
	require.Equal(t, len(anchors), drawn)
}

func parts(book *excelize.File) map[string]string {
	out := map[string]string{}
	book.Pkg.Range(func(name, content any) bool {
		out[name.(string)] = string(content.([]byte))
		return true
	})
	return out
}

func TestRun_SaysWhatAndHowAndWhereFrom(t *testing.T) {
	t.Parallel()
	for language, wanted := range map[i18n.Language][]string{
		i18n.English: {
			"=Pay is explained by 1 column.", "Rows used", "1234567", "R²", "0.7614704841", "missing", "Linear regression", "Summaries only, of at least 5 rows", "Revision", "abc", "r-1",
			"The first 3 of 12,345 rows. All rows are in the file preview.csv.", "2 rows were left out because a number was missing or not finite.", "@Something new.", "Age, Height",
		},
		i18n.Indonesian: {
			"Baris dipakai", "1234567", "tidak ada", "Regresi linear", "Hanya ringkasan, minimal 5 baris", "Revisi", "Ringkasan", "Keterangan",
			"3 baris pertama dari 12.345. Semua baris ada di berkas preview.csv.", "2 baris tidak dipakai karena ada angka yang hilang atau tak hingga.",
		},
	} {
		book, _ := report(t, language, document())
		var all []string
		for _, row := range cells(t, book, book.GetSheetList()[0]) {
			all = append(all, row...)
		}
		for _, want := range wanted {
			require.Contains(t, all, want)
		}
	}
}

func TestRun_NamesSheetsOfManyResults(t *testing.T) {
	t.Parallel()
	documents := make([]*result.Document, 12)
	for i := range documents {
		documents[i] = &result.Document{Kind: "fetch", Tables: []result.Table{{
			Title: "A title that is longer than the name of a sheet may be 😀😀😀", Columns: []result.Column{{Name: "a", Type: result.Integer}}, Rows: [][]any{{int64(i)}}, TotalRows: 1,
		}, {Title: "'History'"}}}
	}
	book, _ := report(t, i18n.English, documents...)
	seen := map[string]bool{}
	for _, name := range book.GetSheetList() {
		require.LessOrEqual(t, len([]rune(name)), 31)
		require.NotContains(t, seen, strings.ToLower(name))
		seen[strings.ToLower(name)] = true
	}
	require.Len(t, seen, 25)
	for i := range documents {
		require.Equal(t, strconv.Itoa(i), cells(t, book, book.GetSheetList()[1+2*i])[1][0])
	}
}

func TestRun_NamesTheInputWithoutAResult(t *testing.T) {
	t.Parallel()
	_, err := xlsx.Run(t.Context(), t.TempDir(), []plan.Input{{Name: "a", Path: "params.inputs[0]"}}, &operation.ExportParams{}, now)
	require.ErrorContains(t, err, "params.inputs[0]: has no result to report")
}
