package csvfile_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/export/csvfile"
	"ddap/desktop-runner/internal/step/steptest"
)

func export(t *testing.T, path string) [][]string {
	t.Helper()
	s := steptest.Open(t, path)
	f, err := csvfile.Run(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, "data.csv", f.Files[0].Name)
	file, err := os.Open(filepath.Join(s.DB.WorkDir(), "data.csv"))
	require.NoError(t, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	return records
}

func TestRun_WritesTextThatASpreadsheetWouldRunAsText(t *testing.T) {
	t.Parallel()
	path := steptest.Write(t, "a.json", `[
		{"=id": -5, "text": "=HYPERLINK(\"http://x\")", "when": "2024-01-31"},
		{"=id": 2,  "text": "+cmd|' /C calc'!A0",       "when": null},
		{"=id": 3,  "text": "-12.5e3",                  "when": "2024-01-31"},
		{"=id": 4,  "text": "-12 apples",               "when": "2024-01-31"},
		{"=id": 5,  "text": "@SUM(A1)",                 "when": "2024-01-31"},
		{"=id": 6,  "text": "\tx",                      "when": "2024-01-31"},
		{"=id": 7,  "text": "\rx",                      "when": "2024-01-31"},
		{"=id": 8,  "text": "plain, \"quoted\"\nline",  "when": "2024-01-31"},
		{"=id": 9,  "text": "",                         "when": "2024-01-31"}
	]`)
	records := export(t, path)
	require.Equal(t, []string{"'=id", "text", "when"}, records[0])
	require.Equal(t, []string{"-5", `'=HYPERLINK("http://x")`, "2024-01-31"}, records[1], "a number keeps its sign")
	var texts []string
	for _, r := range records[2:] {
		texts = append(texts, r[1])
	}
	require.Equal(t, []string{"'+cmd|' /C calc'!A0", "-12.5e3", "'-12 apples", "'@SUM(A1)", "'\tx", "'\rx", "plain, \"quoted\"\nline", ""}, texts)
	require.Empty(t, records[2][2], "missing is empty")
}

func TestRun_WritesEveryRowOfALargeFileInItsOrder(t *testing.T) {
	t.Parallel()
	records := export(t, steptest.Example("flights.parquet"))
	require.Len(t, records, 200_001)
	require.Equal(t, records, export(t, steptest.Example("flights.parquet")))
}

func TestFileName_FitsAnArtifact(t *testing.T) {
	t.Parallel()
	for dataset, want := range map[string]string{
		"Sales 2024":             "Sales-2024.csv",
		"pay.csv":                "pay.csv",
		"../../etc/passwd":       "etc-passwd.csv",
		"été":                    "t.csv",
		"":                       "data.csv",
		strings.Repeat("x", 300): strings.Repeat("x", 120) + ".csv",
	} {
		require.Equal(t, want, csvfile.FileName(dataset))
		require.Regexp(t, `^[A-Za-z0-9._-]{1,128}$`, csvfile.FileName(dataset))
	}
}
