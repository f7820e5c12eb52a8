package report_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/export/report"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/i18n"
	"ddap/shared/operation"
	"ddap/shared/result"
)

func make1(t *testing.T, d *result.Document, p operation.ExportParams) *report.Report {
	t.Helper()
	r, err := report.New([]plan.Input{{Name: "a", Document: d}}, &p, time.Time{})
	require.NoError(t, err)
	return r
}

// clusters is a table of k-means over columns that are called as operations call theirs.
func clusters() *result.Document {
	return &result.Document{
		Kind: "analyze.kmeans", Summary: "s", Metrics: map[string]result.Number{"rows_used": 3, "n_clusters": 1},
		Parameters: map[string]any{"n_clusters": 1, "preprocess": map[string]any{"scaler": "none"}},
		Tables: []result.Table{{
			Name: "clusters", Title: "Groups and their centres", TotalRows: 1,
			Columns: []result.Column{{Name: "cluster", Type: result.Integer}, {Name: "size", Type: result.Integer}, {Name: "mean", Type: result.Float}},
			Rows:    [][]any{{int64(0), int64(3), 1.5}},
		}},
		Charts:  []result.Chart{{Name: "sizes", Type: result.Bar, Series: []result.Series{{X: []any{"a"}, Y: []any{result.Suppressed{Reason: "small_group"}}}}}},
		Sources: []result.Source{{Name: "d", RunnerID: "r", Revision: "1"}},
		Notes:   []string{"6,543 groups were asked for, but there are only 1.5 different rows."},
	}
}

func TestNew_LeavesTheNamesOfDataAsTheyAre(t *testing.T) {
	t.Parallel()
	r := make1(t, clusters(), operation.ExportParams{Language: i18n.Indonesian})
	var heads []string
	for _, h := range r.Sections[0].Tables[0].Heads {
		heads = append(heads, h.Text)
	}
	require.Equal(t, []string{"Kelompok", "Baris", "mean"}, heads)
	require.Equal(t, []string{"Diminta 6543 kelompok, tetapi hanya ada 1,5 baris yang berbeda."}, r.Sections[0].Notes)
	require.Contains(t, r.Sections[0].Data, report.Pair{Name: "Angka yang ditahan", Value: "1"})
}

func TestNew_HasThePartsThatWereAskedFor_AndAlwaysItsNotes(t *testing.T) {
	t.Parallel()
	s := make1(t, clusters(), operation.ExportParams{}).Sections[0]
	require.NotEmpty(t, s.Summary)
	require.NotEmpty(t, s.Figures)
	require.NotEmpty(t, s.Charts)
	require.NotEmpty(t, s.Tables)
	require.NotEmpty(t, s.Method)
	require.NotEmpty(t, s.Data)
	s = make1(t, clusters(), operation.ExportParams{Sections: []operation.ReportSection{operation.TablesSection}}).Sections[0]
	require.Empty(t, s.Summary)
	require.Empty(t, s.Figures)
	require.Empty(t, s.Charts)
	require.Empty(t, s.Method)
	require.Empty(t, s.Data)
	require.NotEmpty(t, s.Tables)
	require.NotEmpty(t, s.Notes)
}

func TestNew_ShowsTheScoresOfAModelAsATable(t *testing.T) {
	t.Parallel()
	d := &result.Document{Kind: "analyze.ridge", Model: &result.Model{Name: "ridge"}, Metrics: map[string]result.Number{
		"rows": 10, "test_r2": 0.5, "test_max_error": 3, "train_r2": 0.75, "train_max_error": 2,
	}}
	of := func(p operation.ExportParams) report.Section {
		p.Format, p.Language = operation.HTML, i18n.Indonesian
		return make1(t, d, p).Sections[0]
	}
	names := func(pairs []report.Pair) (out []string) {
		for _, p := range pairs {
			out = append(out, p.Name)
		}
		return out
	}
	whole := of(operation.ExportParams{})
	require.Equal(t, []string{"Baris", "R², baris baru"}, names(whole.Figures))
	require.Equal(t, "Semua skor", whole.Tables[0].Title)
	require.Equal(t, []report.Head{{Text: "Skor"}, {Text: "Baris baru", Numeric: true}, {Text: "Baris yang dipelajari", Numeric: true}}, whole.Tables[0].Heads)
	require.Len(t, whole.Tables[0].Rows, 2)
	require.Equal(t, "0,75", whole.Tables[0].Rows[1][2].Text)
	require.Len(t, of(operation.ExportParams{Sections: []operation.ReportSection{operation.MetricsSection}}).Figures, 5, "without tables, all of them")
}

func TestReport_WithinItsLimits_PutsTheRestBeside(t *testing.T) {
	t.Parallel()
	d := clusters()
	long := result.Table{Name: "../../etc/passwd", Title: "Long", Columns: []result.Column{{Name: "=x", Type: result.Text}}, TotalRows: 30}
	for i := range 30 {
		long.Rows = append(long.Rows, []any{fmt.Sprintf("=%d+1", i)})
	}
	d.Tables = append(d.Tables, long, long)
	whole := make1(t, d, operation.ExportParams{})
	shown, beside := whole.Within(report.Limits{Rows: 10, Points: 10, Charts: 1})
	require.Len(t, shown.Sections[0].Tables[1].Rows, 10)
	require.Len(t, whole.Sections[0].Tables[1].Rows, 30, "the whole report is left as it was")
	require.Equal(t, "The first 10 of 30 rows. All rows are in the file table-1-etc-passwd.csv.", shown.Sections[0].Tables[1].Caption)
	require.Len(t, beside, 2)
	require.NotEqual(t, beside[0].FileName, beside[1].FileName)

	dir := t.TempDir()
	files, err := report.WriteBeside(dir, beside)
	require.NoError(t, err)
	require.Len(t, files, 2)
	raw, err := os.ReadFile(filepath.Join(dir, files[0].Name))
	require.NoError(t, err)
	require.Contains(t, string(raw), "'=x\n'=0+1\n'=1+1\n")
	require.Contains(t, string(raw), "'=29+1\n")
}
