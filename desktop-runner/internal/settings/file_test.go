package settings_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/shared/result"
)

func config(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "runner.yaml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestFile_SaysHowDatasetsAreWritten(t *testing.T) {
	t.Parallel()
	path := config(t, `
server: http://127.0.0.1:1
slots: 3
name: from the file
datasets:
  sales:
    path: exports/*.csv
    description: All sales
    min_group_size: 20
    delimiter: ";"
    encoding: windows-1252
    decimal: ","
    thousands: "."
    header: false
    dayfirst: true
    na_values: ["-"]
    types: {column0: string}
  pay: {path: /data/pay.xlsx, sheet: 2, range: "A3:F"}
  staff: {path: /data/staff.xlsm, sheet: "2"}
  birds: {path: /data/birds.txt, format: csv, policy: rows, delimiter: "\t"}
`)
	s, err := read(t, map[string]string{"DDAP_NAME": "from the environment"}, "--config", path, "--data", "more=x.csv")
	require.NoError(t, err)
	require.Equal(t, 3, s.Slots)
	require.Equal(t, "from the environment", s.Name, "the environment wins over the file")
	no, yes := false, true
	require.Equal(t, []settings.Share{
		{Name: "more", Path: "x.csv", Policy: result.Aggregates, MinGroupSize: 5},
		{
			Name: "sales", Path: filepath.Join(filepath.Dir(path), "exports/*.csv"), Policy: result.Aggregates, MinGroupSize: 20, Description: "All sales",
			Reading: plan.Reading{
				Delimiter: ";", Encoding: "windows-1252", Decimal: ",", Thousands: ".", Header: &no, DayFirst: &yes,
				NAValues: []string{"-"}, Types: map[string]result.Type{"column0": result.Text},
			},
		},
		{
			Name: "pay", Path: "/data/pay.xlsx", Policy: result.Aggregates, MinGroupSize: 5,
			Reading: plan.Reading{SheetNumber: 2, Range: "A3:F"},
		},
		{Name: "staff", Path: "/data/staff.xlsm", Policy: result.Aggregates, MinGroupSize: 5, Reading: plan.Reading{Sheet: "2"}},
		{Name: "birds", Path: "/data/birds.txt", Policy: result.Rows, Format: plan.CSV, Reading: plan.Reading{Delimiter: "\t"}},
	}, s.Shares)
}

func TestFile_NamesTheLineThatIsWrong(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"slot: 2":                            `line 1: unknown key "slot"; did you mean "slots"?`,
		"slots: many":                        "line 1:",
		"slots: [1]":                         `"slots" must be a plain value`,
		"slots: 1\nslots: 2":                 `line 2: "slots" stands there twice`,
		"- a":                                "line 1: a list of names",
		"datasets: 3":                        "a list of names",
		"datasets:\n  a: {}":                 `line 2: dataset "a": path is needed`,
		"datasets:\n  a:\n    paht: x":       `line 3: unknown key "paht"; did you mean "path"?`,
		"datasets:\n  b: {path: x}":          `two datasets are called "b"`,
		"datasets: {a: {policy: all}}":       `policy: "all"`,
		"datasets: {a: {encoding: utf8}}":    `did you mean "utf-8"?`,
		"datasets: {a: {delimiter: abc}}":    `"abc" is not one character`,
		"datasets: {a: {header: maybe}}":     `"maybe" is not true or false`,
		"datasets: {a: {publish: sure}}":     `"sure" is not true or false`,
		"datasets: {a: {min_group_size: 0}}": `"0" is not a number from 1`,
		"datasets: {a: {types: {x: text}}}":  `"text"`,
		"datasets: {a: {path: x, policy: rows, min_group_size: 9}}": "belongs to the policy aggregates",
		"datasets: {a: {path: x, decimal: ',', thousands: ','}}":    "decimal and thousands are the same",
		"datasets: {a: {path: x.xlsx, sheet: 0}}":                   "sheets are numbered from 1",
		"datasets: {a: {path: x.xlsx, sheet: []}}":                  "sheet: a text is expected",
		"datasets: {a: {path: x.xlsx, range: A1}}":                  "range: a range looks like A1:F200",
		"datasets: {a: {path: x.csv, sheet: b}}":                    "sheet and range belong to XLSX files",
		"datasets: {a: {path: x.xlsx, range: 'A:B', format: csv}}":  "sheet and range belong to XLSX files",
		"a: [":                                  "not valid YAML",
		"datasets: {a: {url: 'ftp://h/a.csv'}}": "an address such as https://",
		"datasets: {a: {url: 'https://u:p@h/a.csv'}}":      "do not stand in an address",
		"datasets: {a: {url: 'https://h/a'}}":              "format is needed",
		"datasets: {a: {url: 'https://h/a.csv', path: x}}": "url stands alone",
		"url-hosts: https://h/a.csv":                       "without a path",
		"url-limit: much":                                  "is not a size",
	} {
		_, err := read(t, nil, "--server", "http://127.0.0.1:1", "--data", "b=x", "--config", config(t, content))
		require.ErrorContains(t, err, want, content)
	}
	_, err := read(t, nil, "--config", filepath.Join(t.TempDir(), "missing"))
	require.ErrorContains(t, err, "--config")
}
