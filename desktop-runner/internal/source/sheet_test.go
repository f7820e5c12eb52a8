package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/workbook/workbooktest"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

func openSheets(t *testing.T, reading plan.Reading, files ...[]byte) (*source.Relation, [][]any, error) {
	t.Helper()
	contents := make([]string, len(files))
	for i, f := range files {
		contents[i] = string(f)
	}
	return openAll(t, plan.Limits{}, reading, ".xlsx", contents...)
}

func TestOpen_ReadsSeveralWorkbooksAsOne(t *testing.T) {
	t.Parallel()
	late := [][]any{{"a", "b"}}
	for range 12_000 {
		late = append(late, []any{1, 2})
	}
	late = append(late, []any{"x", 2.5})
	cases := map[string]struct {
		files [][]byte
		types []result.Type
		rows  [][]any
	}{
		"columns in another order": {
			[][]byte{workbooktest.File([]any{"a", "b"}, []any{1, "x"}), workbooktest.File([]any{nil, "b", "a"}, []any{nil, "y", 2})},
			[]result.Type{result.Integer, result.Text}, [][]any{{int64(1), "x"}, {int64(2), "y"}},
		},
		"integers and fractions": {
			[][]byte{workbooktest.File([]any{"a"}, []any{1}), workbooktest.File([]any{"a"}, []any{2.5})}, []result.Type{result.Float}, [][]any{{1.0}, {2.5}},
		},
		"nothing in the first": {
			[][]byte{workbooktest.File([]any{"a", "b"}, []any{1}), workbooktest.File([]any{"a", "b"}, []any{2, true})},
			[]result.Type{result.Integer, result.Boolean}, [][]any{{int64(1), nil}, {int64(2), true}},
		},
		"late words in the second": {[][]byte{workbooktest.File([]any{"a", "b"}, []any{1, 2}), workbooktest.File(late...)}, []result.Type{result.Text, result.Float}, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rel, rows, err := openSheets(t, plan.Reading{}, tc.files...)
			require.NoError(t, err)
			for i, c := range rel.Columns {
				require.Equal(t, tc.types[i], c.Type)
			}
			if tc.rows != nil {
				require.Equal(t, tc.rows, rows)
				return
			}
			require.Len(t, rows, 12_002)
			require.Equal(t, []any{"x", 2.5}, rows[12_001])
		})
	}
}

func TestOpen_FindsColumnsThatOnlyTheRestOfASheetShows(t *testing.T) {
	t.Parallel()
	rows := [][]any{{nil, "a"}}
	for i := range 11_000 {
		rows = append(rows, []any{nil, i})
	}
	rows = append(rows, []any{"left", 1, "right"})
	rel, read, err := openSheets(t, plan.Reading{}, workbooktest.File(rows...))
	require.NoError(t, err)
	require.Equal(t, []string{"Unnamed: 0", "a", "Unnamed: 2"}, rel.Names())
	require.Equal(t, []any{"left", int64(1), "right"}, read[11_000])
}

func TestOpen_SaysWhichCellIsWrong(t *testing.T) {
	t.Parallel()
	good := workbooktest.File([]any{"a", "b"}, []any{1, "x"}, []any{2, "y"})
	two := workbooktest.With(workbooktest.Parts(workbooktest.Rows([]any{"a"})), workbooktest.Book,
		`<workbook `+workbooktest.Namespaces+`><sheets><sheet name="Sales" r:id="worksheet"/><sheet name="Staff" r:id="worksheet"/></sheets></workbook>`)
	ole := "\xd0\xcf\x11\xe0" + strings.Repeat("\x00", 600)
	var password strings.Builder
	for _, c := range "EncryptedPackage" {
		password.WriteString(string(c) + "\x00")
	}
	cases := map[string]struct {
		reading plan.Reading
		files   []string
		says    string
	}{
		"a type that does not fit":    {plan.Reading{Types: map[string]result.Type{"b": result.Integer}}, []string{string(good)}, `sheet "Data": the value in cell B2 does not fit the type that was set`},
		"in the second file":          {plan.Reading{Types: map[string]result.Type{"a": result.Integer}}, []string{string(workbooktest.File([]any{"a"}, []any{1})), string(workbooktest.File([]any{"a"}, []any{2.5}))}, `file 2 of 2 in the order of their names: sheet "Data": the value in cell A2`},
		"a column of a type":          {plan.Reading{Types: map[string]result.Type{"c": result.Integer}}, []string{string(good)}, "is not a known column"},
		"a cell that is broken":       {plan.Reading{}, []string{string(workbooktest.Pack(workbooktest.Parts(`<row r="7"><c r="C7"><v>x</v></c></row>`)))}, `sheet "Data", at cell C7: its value is not`},
		"a sheet by a wrong name":     {plan.Reading{Sheet: "Stuff"}, []string{string(workbooktest.Pack(two))}, `did you mean "Staff"?`},
		"a sheet by a wrong number":   {plan.Reading{SheetNumber: 3}, []string{string(workbooktest.Pack(two))}, "its sheets are numbered from 1 to 2"},
		"a range without values":      {plan.Reading{Range: "D1:F9"}, []string{string(good)}, `sheet "Data" has no value in the range D1:F9`},
		"a range below the values":    {plan.Reading{Range: "5:"}, []string{string(good)}, `sheet "Data" has no value in the range 5:`},
		"an empty sheet":              {plan.Reading{}, []string{string(workbooktest.File())}, `sheet "Data" is empty`},
		"too many columns":            {plan.Reading{}, []string{string(workbooktest.Pack(workbooktest.Parts(`<row><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>`)))}, "16384 columns where 10000 are allowed"},
		"a name without end":          {plan.Reading{}, []string{string(workbooktest.File([]any{strings.Repeat("x", 2000)}, []any{1}))}, "the name of column 1 has more than"},
		"another column":              {plan.Reading{}, []string{string(good), string(workbooktest.File([]any{"a", "c"}, []any{1, 2}))}, `file 2 of 2 in the order of their names: the column "b" is missing`},
		"text":                        {plan.Reading{}, []string{"a,b\n1,2\n"}, "it is text; if it is CSV, give it the ending .csv"},
		"JSON":                        {plan.Reading{}, []string{`[{"a":1}]`}, "give it the ending .json"},
		"Parquet":                     {plan.Reading{}, []string{"PAR1xxxx"}, "it is a Parquet file"},
		"a workbook of the time past": {plan.Reading{}, []string{ole}, "Excel before 2007 (.xls)"},
		"a password":                  {plan.Reading{}, []string{ole + password.String()}, "protected by a password"},
		"an archive cut off":          {plan.Reading{}, []string{string(good[:len(good)-30])}, "not a complete XLSX file"},
		"an archive of other things":  {plan.Reading{}, []string{string(workbooktest.Pack(map[string]string{"a.txt": "x"}))}, "no spreadsheet in it"},
		"nothing":                     {plan.Reading{}, []string{""}, "the file is empty"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := openAll(t, plan.Limits{}, tc.reading, ".xlsx", tc.files...)
			require.ErrorContains(t, err, tc.says)
			require.Equal(t, string(task.SourceUnreadable), fault.CodeOf(err))
			require.NotContains(t, err.Error(), "/", "no path")
		})
	}
}

func TestOpen_BoundsTheTextsThatSheetsShare(t *testing.T) {
	t.Parallel()
	var texts strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&texts, "<si><t>a text of some length, number %d</t></si>", i*7919%20_011)
	}
	raw := workbooktest.Pack(workbooktest.WithTexts(`<row><c t="s"><v>0</v></c></row>`, `<sst>`+texts.String()+`</sst>`))
	_, _, err := openAll(t, plan.Limits{MemoryBytes: 2 << 20}, plan.Reading{}, ".xlsx", string(raw))
	require.ErrorContains(t, err, "allow tasks more memory")
	_, _, err = openAll(t, plan.Limits{}, plan.Reading{}, ".xlsx", string(raw))
	require.NoError(t, err)
}

func TestOpen_SaysWhatItLeftUndecidedInASheet(t *testing.T) {
	t.Parallel()
	rel, rows, err := openSheets(t, plan.Reading{}, workbooktest.File([]any{"d", "n", "h"}, []any{"01/02/2020", "1,234", "123456789012345678901234567890"}, []any{"03/04/2020", "5,678", 1}))
	require.NoError(t, err)
	require.Len(t, rel.Notes, 3)
	require.Equal(t, []any{"01/02/2020", "1,234", "123456789012345678901234567890"}, rows[0])
	yes := true
	rel, rows, err = openSheets(t, plan.Reading{DayFirst: &yes, Thousands: ","}, workbooktest.File([]any{"d", "n"}, []any{"01/02/2020", "1,234"}, []any{"03/04/2020", 5}))
	require.NoError(t, err)
	require.Empty(t, rel.Notes)
	require.Equal(t, [][]any{{"2020-02-01", 1234.0}, {"2020-04-03", 5.0}}, rows)
}

func TestInspect_SaysWhichCellsAreShared(t *testing.T) {
	t.Parallel()
	path := write(t, "a.xlsx", string(workbooktest.File([]any{nil, "a", "b"}, []any{nil, 1, true}, nil, []any{nil, 2, false})))
	d, err := source.Inspect(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
	require.NoError(t, err)
	three := int64(3)
	require.Equal(t, source.Description{
		Format: plan.XLSX, Rows: &three, Guess: `sheet "Data", cells B1:C4`,
		Columns: []result.Column{{Name: "a", Type: result.Integer}, {Name: "b", Type: result.Boolean}},
	}, d)
}
