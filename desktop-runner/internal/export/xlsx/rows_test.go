package xlsx_test

import (
	"context"
	"fmt"
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
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// written exports the rows and opens the workbook again.
func written(t *testing.T, s *step.Step) (finding.Finding, *excelize.File, string) {
	t.Helper()
	f, err := xlsx.Rows(t.Context(), s)
	require.NoError(t, err)
	require.Equal(t, finding.RowsOfData, f.Files[0].Holds)
	path := filepath.Join(s.DB.WorkDir(), f.Files[0].Name)
	book, err := excelize.OpenFile(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	return f, book, path
}

// stored gives what a sheet has for a cell of the data.
func stored(v any, t result.Type) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "1"
		}
		return "0"
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
		if at, err := time.Parse(time.DateOnly, v); err == nil && t == result.Date {
			return strconv.Itoa(int(at.Sub(epoch).Hours()) / 24)
		}
		if at, err := time.Parse("2006-01-02T15:04:05.999999", v); err == nil && t == result.Timestamp {
			return strconv.FormatFloat(at.Sub(epoch).Hours()/24, 'f', -1, 64)
		}
		return v
	default:
		return fmt.Sprint(v)
	}
}

// sameMoment allows for the last of the 15 digits that the library reads, which
// is less than a tenth of a millisecond.
func sameMoment(want, got string, t result.Type) bool {
	x, errX := strconv.ParseFloat(want, 64)
	y, errY := strconv.ParseFloat(got, 64)
	return t == result.Timestamp && errX == nil && errY == nil && math.Abs(x-y) < 1e-9
}

func TestRows_WritesEveryValueOfRealData(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"penguins.json", "birdstrikes.csv", "flights.parquet"} {
		s := steptest.Open(t, steptest.Example(name))
		f, book, _ := written(t, s)
		require.Equal(t, "data.xlsx", f.Files[0].Name)
		require.EqualValues(t, s.Rows, f.Metrics[0].Value)
		require.Empty(t, f.Notes)
		require.Equal(t, []string{"data"}, book.GetSheetList())
		rows, err := book.Rows("data")
		require.NoError(t, err)
		require.True(t, rows.Next())
		header, err := rows.Columns(excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		require.Equal(t, source.NamesOf(s.Relation.Columns), header)
		n := 0
		require.NoError(t, s.DB.Each(t.Context(), func(row []any) error {
			n++
			require.True(t, rows.Next())
			got, err := rows.Columns(excelize.Options{RawCellValue: true})
			require.NoError(t, err)
			for i, v := range row {
				want, has := stored(v, s.Relation.Columns[i].Type), ""
				if i < len(got) {
					has = got[i]
				}
				if want != has && !sameMoment(want, has, s.Relation.Columns[i].Type) {
					require.Equal(t, want, has, "%s, row %d, %s", name, n, s.Relation.Columns[i].Name)
				}
			}
			return nil
		}, "SELECT "+source.Cells(s.Relation.Columns)+" FROM "+s.Relation.From))
		require.False(t, rows.Next())
		require.EqualValues(t, s.Rows, n)
	}
}

func TestRows_KeepsTypesAndNeverMakesAFormula(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Write(t, "a.json", `[
		{"=id": 1, "text": "=HYPERLINK(\"http://x\")", "when": "2024-02-29", "at": "2024-01-31 10:00:01", "ok": true, "x": 0.1, "long": 9007199254740993},
		{"=id": 2, "text": "+cmd|' /C calc'!A0", "when": null,         "at": null, "ok": null, "x": null, "long": null},
		{"=id": 3, "text": "-12 apples",  "when": "1900-02-28", "at": "2024-01-31 10:00:00", "ok": false, "x": -2.5e-7, "long": -5},
		{"=id": 4, "text": "@SUM(A1)",    "when": "0044-03-15", "at": "1850-01-01 00:00:00", "ok": false, "x": 1e300, "long": 999999999999999},
		{"=id": 5, "text": "\tx",         "when": "1900-03-01", "at": "2024-01-31 10:00:00", "ok": false, "x": 3, "long": 5},
		{"=id": 6, "text": "\rx",         "when": "1970-01-01", "at": "2024-01-31 10:00:00", "ok": false, "x": 3, "long": 5},
		{"=id": 7, "text": " <a> & \"b\"\n_x0041_ \u0001 ", "when": "9999-12-31", "at": "2024-01-31 10:00:00", "ok": false, "x": 3, "long": 5},
		{"=id": 8, "text": "12",          "when": "1970-01-01", "at": "2024-01-31 10:00:00", "ok": false, "x": 3, "long": 5}
	]`))
	f, book, path := written(t, s)
	require.Equal(t, result.Timestamp, s.Relation.Columns[3].Type)
	require.Equal(t, []string{"Numbers and dates that are text, because a sheet would have changed them: 4."}, f.Notes)

	cell := func(at string) string {
		v, err := book.GetCellValue("data", at, excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		return v
	}
	kind := func(at string) excelize.CellType {
		k, err := book.GetCellType("data", at)
		require.NoError(t, err)
		return k
	}
	for row, want := range []string{`=HYPERLINK("http://x")`, "+cmd|' /C calc'!A0", "-12 apples", "@SUM(A1)", "\tx", "\rx", " <a> & \"b\"\n_x0041_ \uFFFD ", "12"} {
		at := fmt.Sprintf("B%d", row+2)
		require.Equal(t, want, cell(at))
		require.Contains(t, []excelize.CellType{excelize.CellTypeInlineString, excelize.CellTypeSharedString}, kind(at))
	}
	for row := 1; row <= 9; row++ {
		for column := 1; column <= 7; column++ {
			at, err := excelize.CoordinatesToCellName(column, row)
			require.NoError(t, err)
			formula, err := book.GetCellFormula("data", at)
			require.NoError(t, err)
			require.Empty(t, formula)
		}
	}
	require.Equal(t, "=id", cell("A1"))
	for at, want := range map[string]string{
		"A2": "1", "C2": "45351", "C4": "1900-02-28", "C5": "0044-03-15", "C6": "61", "C8": "2958465",
		"D2": "45322.4166782407", "D5": "1850-01-01T00:00:00", "E2": "1", "E4": "0", "F2": "0.1", "F4": "-0.00000025",
		"G2": "9007199254740993", "G4": "-5", "G5": "999999999999999", "C3": "", "D3": "", "E3": "", "F3": "", "G3": "",
	} {
		require.Equal(t, want, cell(at), at)
	}
	for at, want := range map[string]string{"C2": "2024-02-29", "D2": "2024-01-31 10:00:01"} {
		shown, err := book.GetCellValue("data", at)
		require.NoError(t, err)
		require.Equal(t, want, shown, at)
	}
	require.Equal(t, excelize.CellTypeBool, kind("E2"))
	for _, at := range []string{"G2", "C4", "C5", "D5"} {
		require.Contains(t, []excelize.CellType{excelize.CellTypeInlineString, excelize.CellTypeSharedString}, kind(at), at)
	}
	panes, err := book.GetPanes("data")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
	require.Equal(t, 1, panes.YSplit)

	again := steptest.Open(t, path)
	require.Equal(t, []string{"=id", "text", "when", "at", "ok", "x", "long"}, source.NamesOf(again.Relation.Columns))
	require.EqualValues(t, 8, again.Rows)
	text, err := again.DB.Rows(t.Context(), `SELECT "text", "ok" FROM `+again.Relation.From+` LIMIT 1`)
	require.NoError(t, err)
	require.Equal(t, [][]any{{`=HYPERLINK("http://x")`, true}}, text)
}

func TestRows_OfTheSameDataAreTheSameBytes(t *testing.T) {
	t.Parallel()
	var files [2][]byte
	for i := range files {
		_, _, path := written(t, steptest.Open(t, steptest.Example("penguins.json")))
		var err error
		files[i], err = os.ReadFile(path)
		require.NoError(t, err)
		left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "excelize-*"))
		require.NoError(t, err)
		require.Empty(t, left)
	}
	require.Equal(t, files[0], files[1])
}

func TestRows_SaysWhichTextWasTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 32_766) + "😀" // one UTF-16 unit more than a cell takes
	s := steptest.Open(t, steptest.Write(t, "a.json", `[{"a": "`+long+`", "b": 1}, {"a": "`+strings.Repeat("é", 32_767)+`", "b": 1}]`))
	f, book, _ := written(t, s)
	require.Equal(t, []string{"Cells whose text was cut after 32767 characters, because a sheet takes no more: 1."}, f.Notes)
	for at, want := range map[string]int{"A2": 32_766, "A3": 32_767} {
		v, err := book.GetCellValue("data", at)
		require.NoError(t, err)
		require.Len(t, []rune(v), want)
	}
}

func TestRows_RefusesMoreThanASheetHas(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Example("penguins.json"))
	s.Rows = 1_048_576
	_, err := xlsx.Rows(t.Context(), s)
	require.Equal(t, string(task.InvalidParams), fault.CodeOf(err))
	require.ErrorContains(t, err, "the data has 1048576 rows, and a sheet takes 1048575 below its header; export csv or parquet")
	entries, err := os.ReadDir(s.DB.WorkDir())
	require.NoError(t, err)
	for _, e := range entries {
		require.NotContains(t, e.Name(), "xlsx", "nothing was begun")
	}
}

func TestRows_StopsWithinASecond(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Example("flights.parquet"))
	const before = 100 * time.Millisecond
	took := time.Hour
	// The best of three: the processors may be busy with other tests.
	for attempt := 0; attempt < 3 && took >= time.Second; attempt++ {
		ctx, cancel := context.WithTimeout(t.Context(), before)
		began := time.Now()
		_, err := xlsx.Rows(ctx, s)
		cancel()
		require.Error(t, err)
		took = time.Since(began) - before
	}
	require.Less(t, took, time.Second)
}
