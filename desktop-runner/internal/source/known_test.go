package source_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/result"
)

// look gives a file with what a look at it finds.
func look(t *testing.T, path string, reading plan.Reading) plan.File {
	t.Helper()
	format, _ := plan.FormatOf(path)
	file := plan.File{Path: path, Format: format, Reading: reading}
	d, err := source.Inspect(t.Context(), file, t.TempDir(), plan.Limits{})
	require.NoError(t, err)
	file.Known = d.Known
	return file
}

// openFor opens a file for a use.
func openFor(t *testing.T, file plan.File, use source.Use) (*engine.DB, *source.Relation) {
	t.Helper()
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: t.TempDir(), Files: file.Paths()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	rel, err := source.OpenFor(t.Context(), db, 0, "sales", file, plan.Limits{}, use)
	require.NoError(t, err)
	return db, rel
}

func cellsOf(t *testing.T, db *engine.DB, rel *source.Relation) [][]any {
	t.Helper()
	rows, err := db.Rows(t.Context(), "SELECT "+source.Cells(rel.Columns)+" FROM "+rel.From)
	require.NoError(t, err)
	return rows
}

// awkward are values of each kind that the engine's readers might take in
// another way than its casts do.
var awkward = map[string][]string{
	"integers":    {"1", "+2", " 3 ", "-0", "007", "5.0", "1e3", "NA", "", "9007199254740991"},
	"long":        {"9223372036854775807", "-9223372036854775808", "+1", " 7 ", "null", "00012"},
	"floats":      {"1.5", "-0.0", "1e-300", "inf", "-Infinity", "nan", "2.", ".5", " 3.25 "},
	"booleans":    {"true", "FALSE", " True ", "N/A", ""},
	"dates":       {"2020-02-29", "0001-01-01", "9999-12-31", "", "NULL"},
	"stamps":      {"2020-02-29 23:59:59.123456", "1969-12-31T23:59:59", "2020-01-01 00:00", "2020-01-01 12:30:45.5", "<NA>"},
	"zoned":       {"2020-01-01 00:00:00+05:30", "2020-01-01T00:00:00Z", "2020-06-01 12:00:00-08:00"},
	"times":       {"00:00:00", "23:59:59.999999", "7:05", "12:30"},
	"day first":   {"31/12/2020", "1.2.2021", "13-01-1999"},
	"texts":       {"NA", "SNA", "nan", "#N/A", "n/a ", "", " ", "x\"y", "a,b", "two\nlines", "é€😀"},
	"nothing":     {"", "NA", ""},
	"comma":       {"\"1.234,5\"", "\"0,5\""},
	"marks in it": {"BANANA", "NULLABLE", "nano"},
}

func TestOpenFor_ReadsAKnownFileAsAnUnknownOne(t *testing.T) {
	t.Parallel()
	for name, values := range awkward {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text strings.Builder
			out := csv.NewWriter(&text)
			require.NoError(t, out.Write([]string{"n", "v"}))
			for i, v := range values {
				require.NoError(t, out.Write([]string{fmt.Sprint(i), v}))
			}
			out.Flush()
			path := write(t, "a.csv", text.String())
			db, rel := openFor(t, plan.File{Path: path, Format: plan.CSV}, source.Use{})
			require.False(t, rel.Streams())
			want := cellsOf(t, db, rel)
			require.Len(t, want, len(values))
			known := look(t, path, plan.Reading{})
			for way, use := range map[string]source.Use{"in place": {Once: true}, "as a table": {}} {
				db, again := openFor(t, known, use)
				require.Equal(t, use.Once, again.Streams())
				require.EqualValues(t, len(values), *again.Rows)
				require.Equal(t, rel.Columns, again.Columns, way)
				require.Equal(t, want, cellsOf(t, db, again), way)
			}
			db, unseen := openFor(t, plan.File{Path: path, Format: plan.CSV}, source.Use{Once: true})
			require.Equal(t, want, cellsOf(t, db, unseen), "looked at first")
		})
	}
}

func TestOpenFor_ReadsKnownRecords(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		content string
		known   bool
	}{
		"fields that come late":   {`{"a":1}` + "\n" + `{"a":2,"b":{"c":[1,null]}}`, true},
		"integers beyond 64 bits": {`{"a":18446744073709551615}` + "\n" + `{"a":1}`, true},
		"unsigned ones that fit":  {`{"a":-1}` + "\n" + `{"a":9223372036854775807}`, true},
		"dates of another form":   {`{"d":"31/12/2020"}` + "\n" + `{"d":"01/12/2020"}`, true},
		"a list":                  {`[{"a":"2020-01-01T10:00:00Z"},{"a":null}]`, true},
		"names alike":             {`{"a":1,"A":2,"a_1":3}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, "a.json", tc.content)
			db, rel := openFor(t, plan.File{Path: path, Format: plan.JSON}, source.Use{})
			want := cellsOf(t, db, rel)
			file := look(t, path, plan.Reading{})
			require.Equal(t, tc.known, file.Known != nil)
			db, again := openFor(t, file, source.Use{Once: true})
			require.Equal(t, rel.Columns, again.Columns)
			require.Equal(t, want, cellsOf(t, db, again))
		})
	}
}

func TestOpenFor_ReadsAFileThatIsWrittenAnew(t *testing.T) {
	t.Parallel()
	path := write(t, "a.csv", "\xff\xfea\x00;\x00b\x00\n\x002\x00;\x00\xe9\x00\n\x00")
	db, rel := openFor(t, look(t, path, plan.Reading{}), source.Use{Once: true})
	require.Equal(t, [][]any{{int64(2), "é"}}, cellsOf(t, db, rel))
}

func TestOpenFor_LooksAgain_WhereAFileIsNoLongerAsItIsKnown(t *testing.T) {
	t.Parallel()
	path := write(t, "a.csv", "a,b\n1,2\n3,4\n")
	file := look(t, path, plan.Reading{})
	was, err := os.Stat(path)
	require.NoError(t, err)
	other := filepath.Join(filepath.Dir(path), "other.csv")
	require.NoError(t, os.WriteFile(other, []byte("a,b\nx,2\n3,4\n"), 0o600))
	require.NoError(t, os.Chtimes(other, time.Now(), was.ModTime()))
	require.NoError(t, os.Rename(other, path))
	db, rel := openFor(t, file, source.Use{Once: true})
	require.Equal(t, result.Text, rel.Columns[0].Type, "size and time are the same, the file is not")
	require.Equal(t, [][]any{{"x", int64(2)}, {"3", int64(4)}}, cellsOf(t, db, rel))
}

func TestOpenFor_LooksAgain_WhereWhatIsKnownIsWrong(t *testing.T) {
	t.Parallel()
	file := look(t, write(t, "a.csv", "a,b\nx,2\n3,4\n"), plan.Reading{})
	file.Known.Texts[0].Kinds[0] = file.Known.Texts[0].Kinds[1]
	db, rel := openFor(t, file, source.Use{})
	require.Equal(t, result.Text, rel.Columns[0].Type)
	require.Equal(t, [][]any{{"x", int64(2)}, {"3", int64(4)}}, cellsOf(t, db, rel))
}

func TestSettle_FindsAFileThatChangedWhileItWasRead(t *testing.T) {
	t.Parallel()
	path := write(t, "a.csv", "a\n1\n")
	_, rel := openFor(t, look(t, path, plan.Reading{}), source.Use{Once: true})
	require.NoError(t, rel.Settle(nil))
	require.NoError(t, os.WriteFile(path, []byte("a\n1\n2\n"), 0o600))
	requireUnreadable(t, rel.Settle(nil), "it changed while it was read")
}

func TestOpenFor_KeepsTheColumnsThatAreRead(t *testing.T) {
	t.Parallel()
	path := write(t, "a.csv", "a,b,c\n1,2,x\n3,4,y\n")
	db, rel := openFor(t, plan.File{Path: path, Format: plan.CSV}, source.Use{Column: func(name string) bool { return name == "b" }})
	require.Equal(t, []string{"a", "b", "c"}, rel.Names(), "all are known by their names and types")
	rows, err := db.Rows(t.Context(), "WITH q AS (SELECT a, b, c, "+source.InFileOrder+" AS n FROM "+rel.From+") SELECT b, n FROM q ORDER BY n")
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(2), int64(1)}, {int64(4), int64(2)}}, rows)
	_, err = db.Rows(t.Context(), "SELECT a FROM "+rel.From)
	require.Equal(t, engine.Unreadable, engine.KindOf(err), "rather than a value that is not the file's")
	db, none := openFor(t, plan.File{Path: path, Format: plan.CSV}, source.Use{Column: func(string) bool { return false }})
	rows, err = db.Rows(t.Context(), "SELECT count(*) FROM "+none.From)
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(2)}}, rows)
}

// Quoted line ends and separators stand at the bounds of the pieces in which
// several threads read a file.
func TestOpenFor_DividesALargeFileBetweenRecords(t *testing.T) {
	t.Parallel()
	const records = 60_000
	var text strings.Builder
	text.WriteString("n,v\n")
	for i := range records {
		fmt.Fprintf(&text, "%d,\"%s,\n\"\"%d\n,%d\n\"\n", i, strings.Repeat("x\n,", i%90), i, i)
	}
	path := write(t, "a.csv", text.String())
	require.Greater(t, text.Len(), 8<<20)
	in := csv.NewReader(strings.NewReader(text.String()))
	want, err := in.ReadAll()
	require.NoError(t, err)
	for way, file := range map[string]plan.File{"known": look(t, path, plan.Reading{}), "never seen": {Path: path, Format: plan.CSV}} {
		db, rel := openFor(t, file, source.Use{Once: true})
		got := cellsOf(t, db, rel)
		require.Len(t, got, records)
		for i, row := range got {
			if fmt.Sprint(row[0]) != want[i+1][0] || row[1] != want[i+1][1] {
				t.Fatalf("%s: record %d: got %q, want %q", way, i, row, want[i+1])
			}
		}
	}
}
