package pdf_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/export/pdf"
	"ddap/desktop-runner/internal/export/report"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/i18n"
	"ddap/shared/operation"
	"ddap/shared/result"
)

var now = time.Date(2026, 3, 5, 14, 7, 0, 0, time.UTC)

const foreign = "東京 שלום مرحبا 😀 \u202eabc\u0000\xff Ωμέγα Привет" //nolint:gosmopolitan // names in other scripts are what is tried

func document(rows, columns int) *result.Document {
	t := result.Table{Name: "preview", Title: "First rows", TotalRows: int64(rows)}
	for j := range columns {
		t.Columns = append(t.Columns, result.Column{Name: fmt.Sprintf("column %d", j+1), Type: result.Float})
	}
	for i := range rows {
		row := make([]any, columns)
		for j := range row {
			row[j] = float64(i*columns) + float64(j)/8
		}
		t.Rows = append(t.Rows, row)
	}
	withheld := result.Suppressed{Reason: "small_group"}
	return &result.Document{
		Kind: "fetch", Summary: "3 rows with 2 columns.", Metrics: map[string]result.Number{"rows": 12345, "columns": 2},
		Tables: []result.Table{t, {
			Name: "text", Title: "Text", TotalRows: 2, Columns: []result.Column{{Name: foreign, Type: result.Text}},
			Rows: [][]any{{"=SUM(A1)"}, {strings.Repeat("endless", 400)}},
		}},
		Charts: []result.Chart{
			{Name: "b", Type: result.Bar, Title: "Most frequent values of city", Series: []result.Series{{X: []any{foreign, "b"}, Y: []any{-0.25, withheld}}}},
			{Name: "h", Type: result.Histogram, Title: "Distribution of pay", Series: []result.Series{{X: []any{0.5, 2.0}, Y: []any{int64(7), withheld}, Edges: []float64{0, 1, 3}}}},
			{Name: "s", Type: result.Scatter, Title: "Scatter", Series: []result.Series{{Name: "Group 0", X: []any{1.0, nil}, Y: []any{2.0, 3.0}}, {Name: "Group 1", X: []any{3.0}, Y: []any{1.0}}}},
			{Name: "l", Type: result.Line, Title: "Line", Series: []result.Series{{X: []any{int64(1), int64(2)}, Y: []any{1e-9, 2e12}}}},
			{Name: "m", Type: result.Heatmap, Title: "Heatmap", Series: []result.Series{{Name: "a", X: []any{"a", "b"}, Y: []any{1.0, withheld}}}},
			{Name: "x", Type: result.Box, Title: "Box", Series: []result.Series{{Name: "a", X: []any{1, 2, 3}, Y: []any{1.0, 2.0, 9.0}}}},
			{Name: "e", Type: result.Bar, Title: "Empty", Series: []result.Series{{}}},
		},
		Notes: []string{"The rows themselves are not shown: the owner shares this data as summaries only."},
	}
}

func render(t *testing.T, language i18n.Language, documents ...*result.Document) ([]byte, []report.Beside) {
	t.Helper()
	var inputs []plan.Input
	for _, d := range documents {
		inputs = append(inputs, plan.Input{Name: "Pay " + foreign, Document: d})
	}
	r, err := report.New(inputs, &operation.ExportParams{Language: language}, now)
	require.NoError(t, err)
	raw, beside, err := pdf.Render(r)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(raw, []byte("%PDF-")))
	require.True(t, bytes.HasSuffix(bytes.TrimSpace(raw), []byte("%%EOF")))
	return raw, beside
}

func pages(raw []byte) int { return len(regexp.MustCompile(`/Type /Page\b[^s]`).FindAll(raw, -1)) }

// text gives what a reader would copy; ./task test installs pdftotext.
func text(t *testing.T, raw []byte) string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	require.NoError(t, err, "./task setup:test installs it")
	path := filepath.Join(t.TempDir(), "report.pdf")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	out, err := exec.CommandContext(t.Context(), program, "-layout", path, "-").Output()
	require.NoError(t, err)
	return string(out)
}

func TestRender_IsTheSameBytesForTheSameInput(t *testing.T) {
	t.Parallel()
	first, _ := render(t, i18n.English, document(3, 2), document(120, 5))
	second, _ := render(t, i18n.English, document(3, 2), document(120, 5))
	require.True(t, bytes.Equal(first, second))
	require.Contains(t, string(first), "/CreationDate (D:20260305140700")
	require.Contains(t, string(first), "/Outlines")
	require.Contains(t, string(first), "/Lang (en)")
	require.Less(t, len(first), 500_000, "only the characters that are used are embedded")
}

func TestRender_SaysWhatItIsToldInBothLanguages(t *testing.T) {
	t.Parallel()
	english, _ := render(t, i18n.English, document(3, 2), document(3, 2))
	indonesian, _ := render(t, i18n.Indonesian, document(3, 2))
	got := text(t, english)
	for _, want := range []string{
		"REPORT", "5 March 2026, 14:07 UTC", "12,345", "Table 1. First rows", "Figure 6. Box", "Figure 7. Empty", "This chart is shown as a table only.",
		"=SUM(A1)", "Ωμέγα Привет", "□ stands for characters", "as HTML", "Page 1 / ", "endlessendless", "Good to know", "withheld",
	} {
		require.Contains(t, got, want)
	}
	got = text(t, indonesian)
	for _, want := range []string{"LAPORAN", "5 Maret 2026, 14.07 UTC", "12.345", "Tabel 1. Baris pertama", "Sebaran pay", "Perlu diketahui", "Halaman 1 / ", "ditahan"} {
		require.Contains(t, got, want)
	}
}

func TestRender_SaysHowManyCharactersItCannotShow(t *testing.T) {
	t.Parallel()
	told := func(summary string) string {
		r, err := report.New([]plan.Input{{Name: "a", Document: &result.Document{Kind: "fetch", Summary: summary}}}, &operation.ExportParams{Language: i18n.English, Title: "A"}, now)
		require.NoError(t, err)
		raw, _, err := pdf.Render(r)
		require.NoError(t, err)
		return text(t, raw)
	}
	require.Contains(t, told("漢字 and 漢 and 😀."), "(3 different ones)") //nolint:gosmopolitan // as above
	require.NotContains(t, told("漢字"), "Arabic letters")               //nolint:gosmopolitan // as above
	require.Contains(t, told("سلام"), "Arabic letters are not joined")
	require.NotContains(t, told("Żółw, Ωμέγα, Привет, שלום"), "font of this file")
}

func TestRender_RepeatsHeads_AndLaysOutWideTablesInParts(t *testing.T) {
	t.Parallel()
	raw, beside := render(t, i18n.English, document(150, 3))
	require.Empty(t, beside)
	require.Greater(t, pages(raw), 3)
	require.GreaterOrEqual(t, strings.Count(text(t, raw), "column 3"), 3, "the head is on every page of the table")
	wide, _ := render(t, i18n.English, document(3, 60))
	require.Contains(t, text(t, wide), "of 60.")
	require.Contains(t, text(t, wide), "column 60")
}

func TestRender_PutsLongTablesBeside(t *testing.T) {
	t.Parallel()
	raw, beside := render(t, i18n.English, document(20_000, 4))
	require.Len(t, beside, 1)
	require.Len(t, beside[0].Table.Raw, 20_000)
	require.Less(t, len(raw), pdf.MaxBytes)
	require.Less(t, pages(raw), 15)
}

func TestRender_TakesAnyText(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 6 {
		letters := make([]rune, 200)
		for i := range letters {
			letters[i] = rune(r.IntN(0x110000))
		}
		d := document(1, 1)
		d.Tables[1].Rows[0][0] = string(letters)
		d.Charts[0].Title, d.Kind = string(letters), string(letters)
		render(t, i18n.English, d)
	}
}
