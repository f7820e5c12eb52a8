package source_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/fault"
	"ddap/shared/result"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// open reads a file as a task would, and gives its rows as cells.
func open(t *testing.T, path string) (*source.Relation, [][]any, error) {
	t.Helper()
	format, _ := plan.FormatOf(path)
	file := plan.File{Path: path, Format: format}
	if err := source.CheckPlaces("sales", file); err != nil {
		return nil, nil, err
	}
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: t.TempDir(), Files: []string{path}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	rel, err := source.Open(t.Context(), db, 0, "sales", file, plan.Limits{})
	if err != nil {
		return nil, nil, err
	}
	rows, err := db.Rows(t.Context(), "SELECT "+source.Cells(rel.Columns)+" FROM "+rel.From)
	require.NoError(t, err)
	return rel, rows, nil
}

func lines(n int, line, last string) string { return strings.Repeat(line+"\n", n) + last + "\n" }

func TestOpen_ReadsWhatPeopleHave(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		name, content string
		columns       []result.Column
		rows          [][]any
	}{
		"commas": {
			"a.csv", "a,b\n1,x\n2,\n",
			[]result.Column{{Name: "a", Type: result.Integer}, {Name: "b", Type: result.Text}},
			[][]any{{int64(1), "x"}, {int64(2), nil}},
		},
		"semicolons with commas inside": {
			"a.csv", "a;b\n1,5;2\n3,4;4\n",
			[]result.Column{{Name: "a", Type: result.Float}, {Name: "b", Type: result.Integer}},
			[][]any{{1.5, int64(2)}, {3.4, int64(4)}},
		},
		"tabs, byte order mark, Windows line ends": {
			"a.tsv", "\xef\xbb\xbfa\tb\r\n1\t2\r\n",
			[]result.Column{{Name: "a", Type: result.Integer}, {Name: "b", Type: result.Integer}},
			[][]any{{int64(1), int64(2)}},
		},
		"quotes, line ends and separators in fields": {
			"a.csv", "a,b\n1,\"x, \"\"y\"\"\nz\"\n",
			[]result.Column{{Name: "a", Type: result.Integer}, {Name: "b", Type: result.Text}},
			[][]any{{int64(1), "x, \"y\"\nz"}},
		},
		"one column": {
			"a.csv", "name\nBob\nAnn\n",
			[]result.Column{{Name: "name", Type: result.Text}},
			[][]any{{"Bob"}, {"Ann"}},
		},
		"names that differ in case or not at all": {
			"a.csv", "a,a,A\n1,2,3\n",
			[]result.Column{{Name: "a", Type: result.Integer}, {Name: "a.1", Type: result.Integer}, {Name: "A.2", Type: result.Integer}},
			[][]any{{int64(1), int64(2), int64(3)}},
		},
		"no header": {
			"a.csv", "1,2\n3,4\n",
			[]result.Column{{Name: "column0", Type: result.Integer}, {Name: "column1", Type: result.Integer}},
			[][]any{{int64(1), int64(2)}, {int64(3), int64(4)}},
		},
		"only a header": {
			"a.csv", "a,b\n",
			[]result.Column{{Name: "a", Type: result.Text}, {Name: "b", Type: result.Text}}, nil,
		},
		"dates and numbers": {
			"a.csv", "d,t,b,z,x\n2020-02-29,2020-01-31 10:00:00,true,12:30:00,NaN\n,,,,1.5\n",
			[]result.Column{
				{Name: "d", Type: result.Date}, {Name: "t", Type: result.Timestamp}, {Name: "b", Type: result.Boolean},
				{Name: "z", Type: result.Time}, {Name: "x", Type: result.Float},
			},
			[][]any{{"2020-02-29", "2020-01-31T10:00:00", true, "12:30:00", nil}, {nil, nil, nil, nil, 1.5}},
		},
		"a list of objects, fields that come late": {
			"a.json", `[{"a":9007199254740993,"b":"x"},{"a":-1,"c":[1,2]}]`,
			[]result.Column{{Name: "a", Type: result.Integer}, {Name: "b", Type: result.Text}, {Name: "c", Type: result.Other}},
			[][]any{{int64(9007199254740993), "x", nil}, {int64(-1), nil, "[1, 2]"}},
		},
		"an object on each line, mixed types": {
			"a.ndjson", "{\"a\":1}\n{\"a\":\"q\"}\n",
			[]result.Column{{Name: "a", Type: result.Text}},
			[][]any{{"1"}, {"q"}},
		},
		"a name with the characters of a pattern": {
			"a[1]*'?.csv", "a,b\n1,2\n",
			[]result.Column{{Name: "a", Type: result.Integer}, {Name: "b", Type: result.Integer}},
			[][]any{{int64(1), int64(2)}},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rel, rows, err := open(t, write(t, tc.name, tc.content))
			require.NoError(t, err)
			require.Equal(t, tc.columns, rel.Columns)
			require.Equal(t, tc.rows, rows)
		})
	}
}

// The types that the engine finds do not tell in which form dates are written,
// nor which of two names it has changed.
func TestOpen_ReadsJSONAsTheEngineFoundIt(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		content string
		rows    [][]any
	}{
		"dates of another form":      {`{"v":"01-31-2020"}` + "\n" + `{"v":"02-01-2020"}` + "\n", [][]any{{"2020-01-31"}, {"2020-02-01"}}},
		"names that differ by case":  {`{"a":1,"A":2}` + "\n", [][]any{{int64(1), int64(2)}}},
		"quotes in names":            {`{"a'b":1,"c\"d":2}` + "\n", [][]any{{int64(1), int64(2)}}},
		"a fraction that comes late": {lines(30_000, `{"v":1}`, `{"v":1.5}`), nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, rows, err := open(t, write(t, "a.json", tc.content))
			require.NoError(t, err)
			if tc.rows == nil {
				require.Equal(t, []any{1.5}, rows[len(rows)-1])
				return
			}
			require.Equal(t, tc.rows, rows)
		})
	}
}

func TestOpen_LooksAtAllRowsWhenALateOneDoesNotFit(t *testing.T) {
	t.Parallel()
	rel, rows, err := open(t, write(t, "a.csv", "a,b\n"+lines(30_000, "1,2", "oops,3")))
	require.NoError(t, err)
	require.Equal(t, result.Text, rel.Columns[0].Type)
	require.Len(t, rows, 30_001)
}

func TestOpen_RefusesWhatItCannotReadWhole(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ name, content, want string }{
		"a short line":                {"a.csv", "a,b,c\n1,2,3\n4,5\n7,8,9\n", "sales: line 3 has 2 fields but the header has 3 fields"},
		"a long line":                 {"a.csv", "a,b,c\n1,2,3\n4,5,6,7\n", "line 3 has 4 fields"},
		"a line of one field":         {"a.csv", "a,b,c\n1,2,3\nsecret\n7,8,9\n", "line 3 has 1 field"},
		"a short line far down":       {"a.csv", "a,b\n" + lines(30_000, "1,2", "5"), "line 30002 has 1 field"},
		"a long line very far down":   {"a.csv", "a,b\n" + lines(400_000, "1,2", "5,6,7"), "line 400002 has 3 fields"},
		"many ragged lines":           {"a.csv", "1,2\n3\n4,5,6\n7,8\n9\n", "line 2 has 1 field"},
		"a title above the header":    {"a.csv", "Report of 2020\n\na,b\n1,2\n3,4\n", "line 3 has 2 fields but the header has 1 field"},
		"a comment above the header":  {"a.csv", "# exported\na,b\n1,2\n", "line 2 has 2 fields"},
		"an open quote":               {"a.csv", "a,b\n1,\"x\n3,4\n", "line 2 is never closed"},
		"text after a quote":          {"a.csv", "a,b\n1,\"x\"y\n3,4\n", "line 2 has text after a closing quote"},
		"a field without end":         {"a.csv", "a,b\n1,\"" + strings.Repeat("x", 5<<20) + "\"\n", "a line of more than 2 MB"},
		"a first line without end":    {"a.csv", strings.Repeat("x", 2<<20), "more than 1 MB"},
		"a header without end":        {"a.csv", strings.Repeat("x,", 1<<20), "more than 1 MB"},
		"too many columns":            {"a.csv", strings.Repeat("x,", 10_000) + "y\n", "has 10001 columns where 10000 are allowed"},
		"a name without end":          {"a.csv", "a," + strings.Repeat("x", 1001) + "\n1,2\n", "the name of column 2 has more than 1000 characters"},
		"a name of JSON without end":  {"a.json", `[{"` + strings.Repeat("x", 1001) + `":1}]`, "the name of column 1 has more than 1000 characters"},
		"UTF-8 that is damaged":       {"a.csv", "a,b\n1,caf\xc3\xa9\n2,caf\xe9\n", "line 3 has a character that is not UTF-8"},
		"a picture named CSV":         {"a.csv", "\x89PNG\r\n\x1a\n....", "a picture (PNG)"},
		"a spreadsheet named Parquet": {"a.parquet", "PK\x03\x04....", "a spreadsheet or a ZIP archive"},
		"a broken line far down":      {"a.ndjson", lines(30_000, `{"a":1}`, `{"a":`), "ends in the middle at line 30001"},
		"nothing":                     {"a.csv", "", "the file is empty"},
		"blank lines":                 {"a.csv", " \n\n", "the file is empty"},
		"Parquet named CSV":           {"a.csv", "PAR1....", "it is named as a CSV file, but it is a Parquet file"},
		"JSON named CSV":              {"a.csv", `[{"a":1}]`, "looks like JSON"},
		"CSV named Parquet":           {"a.parquet", "a,b\n1,2\n", "it is not one"},
		"a spreadsheet named CSV":     {"a.csv", "PK\x03\x04....", "a spreadsheet"},
		"gzip":                        {"a.json", "\x1f\x8b....", "compressed"},
		"Parquet that was cut off":    {"a.parquet", "PAR1garbage", "not a complete Parquet file"},
		"JSON that was cut off":       {"a.json", `[{"a":1},{"a":2`, "ends in the middle"},
		"a broken line of JSON":       {"a.ndjson", "{\"a\":1}\n{\"a\":2\n{\"a\":3}\n", "not valid JSON at line 2"},
		"a field twice in one record": {"a.json", `[{"a":1,"a":2}]`, "one field twice"},
		"JSON of numbers":             {"a.json", `[1,2,3]`, "does not hold objects"},
		"JSON without records":        {"a.json", ` [ ]`, "the list of records is empty"},
		"no JSON at all":              {"a.json", `hello`, "not JSON records"},
		"empty JSON":                  {"a.json", ``, "the file is empty"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, tc.name, tc.content)
			_, _, err := open(t, path)
			requireUnreadable(t, err, tc.want)
			_, err = source.Inspect(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
			require.Error(t, err, "what cannot be read cannot be shared")
			require.NotContains(t, err.Error(), filepath.Dir(path))
		})
	}
}

func requireUnreadable(t *testing.T, err error, want string) {
	t.Helper()
	require.Error(t, err)
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, "source_unreadable", f.Code)
	require.Contains(t, f.Message, want)
	require.Contains(t, f.Message, "sales: ")
	for _, leak := range []string{"secret", "oops", os.TempDir(), "auto-detected", "ignore_errors"} {
		require.NotContains(t, f.Message, leak)
	}
}

func TestOpen_SaysWhatStandsInTheWayOfTheFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	elsewhere := write(t, "secret.csv", "a,b\n1,2\n")
	link := filepath.Join(folder, "link.csv")
	require.NoError(t, os.Symlink(elsewhere, link))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "folder.csv"), 0o700))
	require.NoError(t, os.Symlink(filepath.Join(folder, "loop.csv"), filepath.Join(folder, "loop.csv")))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "real.csv"), []byte("a,b\n1,2\n"), 0o600))
	require.NoError(t, os.Symlink("real.csv", filepath.Join(folder, "current.csv")))

	for name, want := range map[string]string{
		"gone.csv":    "not there any more",
		"link.csv":    "leads out of what is shared",
		"folder.csv":  "a folder or a device",
		"loop.csv":    "could not be found or opened",
		"current.csv": "a link has taken the place", // the agent has followed the owner's own
	} {
		_, _, err := open(t, filepath.Join(folder, name))
		requireUnreadable(t, err, want)
	}
}

func TestInspect_DescribesAFileWithoutItsRows(t *testing.T) {
	t.Parallel()
	path := write(t, "a.csv", "a,b\n"+lines(30_000, "1,2", "oops,3"))
	d, err := source.Inspect(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
	require.NoError(t, err)
	rows := int64(30_001)
	require.NotNil(t, d.Known)
	require.Equal(t, rows, d.Known.Rows)
	d.Known = nil
	require.Equal(t, source.Description{
		Format:  plan.CSV,
		Columns: []result.Column{{Name: "a", Type: result.Text}, {Name: "b", Type: result.Integer}},
		Rows:    &rows, Guess: "utf-8, separator comma", Layout: "separator comma",
	}, d)
}

func TestInspect_StopsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	path := write(t, "a.csv", "a,b\n"+lines(10, "1,2", "3,4"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := source.Inspect(ctx, plan.File{Path: path}, t.TempDir(), plan.Limits{})
	require.Error(t, err)
}

func TestColumn_OffersTheNearestName(t *testing.T) {
	t.Parallel()
	rel, _, err := open(t, write(t, "a.csv", "Species,Mass\nx,1\n"))
	require.NoError(t, err)
	for _, wrong := range []string{"species", "Specie"} {
		_, err := rel.Pick("params.columns", []string{"Mass", wrong})
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		require.Equal(t, "invalid_params", f.Code)
		require.Equal(t, []fault.Field{{
			Path: "params.columns[1]", Suggestion: "Species",
			Message: fmt.Sprintf("%q is not a known column of sales; did you mean %q?", wrong, "Species"),
		}}, f.Fields)
	}
}
