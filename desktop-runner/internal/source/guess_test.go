package source_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/workbook/workbooktest"
)

func TestInspect_SaysHowAFileIsTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ content, guess, layout string }{
		"plain":         {"a,b\n1,x\n2,y\n", "utf-8, separator comma", "separator comma"},
		"German":        {"a;b;wann\n1,5;x;31.01.2020\n2,5;\xfc;01.02.2020\n", "windows-1252, separator semicolon, decimal comma, dates with the day first", "separator semicolon"},
		"American":      {"a\tb\n1/31/2020\t\"1,234.5\"\n2/1/2020\t\"2,345.5\"\n", "utf-8, separator tab, thousands separators, dates with the month first", "separator tab"},
		"without names": {"1|2\n3|4\n5|6\n", "utf-8, separator bar, no header", "separator bar, no header"},
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o600))
		d, err := source.Inspect(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
		require.NoError(t, err, name)
		require.Equal(t, c.guess, d.Guess, name)
		require.Equal(t, c.layout, d.Layout, name)
	}
}

// The cells in use tell exactly how many rows there are.
func TestInspect_SaysOfAWorkbook_NothingThatSummariesMayNotTell(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pay.xlsx")
	require.NoError(t, os.WriteFile(path, workbooktest.Pack(workbooktest.Parts(workbooktest.Rows([]any{"name"}, []any{"Ann"}, []any{"Ben"}))), 0o600))
	d, err := source.Inspect(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
	require.NoError(t, err)
	require.Contains(t, d.Guess, "A1:A3")
	require.Empty(t, d.Layout)
}
