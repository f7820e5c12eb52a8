package source_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/result"
)

// openAll reads files as one dataset.
func openAll(t *testing.T, limits plan.Limits, reading plan.Reading, ending string, contents ...string) (*source.Relation, [][]any, error) {
	t.Helper()
	dir := t.TempDir()
	var file plan.File
	for i, content := range contents {
		path := filepath.Join(dir, string(rune('a'+i))+ending)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		file.More = append(file.More, path)
	}
	file.Path, file.More, file.Reading = file.More[0], file.More[1:], reading
	file.Format, _ = plan.FormatOf(file.Path)
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: t.TempDir(), Files: file.Paths()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	rel, err := source.Open(t.Context(), db, 0, "sales", file, limits)
	if err != nil {
		return nil, nil, err
	}
	rows, err := db.Rows(t.Context(), "SELECT "+source.Cells(rel.Columns)+" FROM "+rel.From)
	require.NoError(t, err)
	return rel, rows, nil
}

func TestOpen_ReadsSeveralFilesAsOne(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		ending   string
		contents []string
		types    []result.Type
		rows     [][]any
	}{
		"columns in another order":   {".csv", []string{"a,b\n1,x\n", "b,a\ny,2\n"}, []result.Type{result.Integer, result.Text}, [][]any{{int64(1), "x"}, {int64(2), "y"}}},
		"another way of writing":     {".csv", []string{"a,b\n1,x\n", "\xff\xfea\x00;\x00b\x00\n\x002\x00;\x00y\x00\n\x00"}, []result.Type{result.Integer, result.Text}, [][]any{{int64(1), "x"}, {int64(2), "y"}}},
		"integers and fractions":     {".csv", []string{"a\n1\n", "a\n2.5\n"}, []result.Type{result.Float}, [][]any{{1.0}, {2.5}}},
		"numbers and words":          {".csv", []string{"a\n007\n", "a\nx\n"}, []result.Type{result.Text}, [][]any{{"007"}, {"x"}}},
		"nothing in the first":       {".csv", []string{"a,b\n1,\n", "a,b\n2,3\n"}, []result.Type{result.Integer, result.Integer}, [][]any{{int64(1), nil}, {int64(2), int64(3)}}},
		"days and times":             {".csv", []string{"a\n2020-01-02\n", "a\n2020-01-02 10:00:00\n"}, []result.Type{result.Timestamp}, [][]any{{"2020-01-02T00:00:00"}, {"2020-01-02T10:00:00"}}},
		"records of JSON":            {".ndjson", []string{`{"a":1}`, `{"a":2}`}, []result.Type{result.Integer}, [][]any{{int64(1)}, {int64(2)}}},
		"late numbers in the second": {".csv", []string{"a\n1\n", "a\n" + lines(12_000, "1", "x")}, []result.Type{result.Text}, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rel, rows, err := openAll(t, plan.Limits{}, plan.Reading{}, tc.ending, tc.contents...)
			require.NoError(t, err)
			for i, c := range rel.Columns {
				require.Equal(t, tc.types[i], c.Type)
			}
			if tc.rows != nil {
				require.Equal(t, tc.rows, rows)
			}
		})
	}
}

func TestOpen_NamesTheFileThatDiffers(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		ending, first, second, want string
	}{
		"a column missing": {".csv", "a,b\n1,2\n", "a,c\n1,2\n", `file 2 of 2 in the order of their names: the column "b" is missing`},
		"a column more":    {".csv", "a\n1\n", "a,c\n1,2\n", `file 2 of 2 in the order of their names: it has a column "c"`},
		"another type":     {".ndjson", `{"a":1}`, `{"a":true}`, `file 2 of 2 in the order of their names: the column "a" has the type boolean`},
		"a ragged line":    {".csv", "a,b\n1,2\n", "a,b\n1,2\n3\n", "file 2 of 2 in the order of their names: line 3 has 1 field"},
		"no text":          {".csv", "a,b\n1,2\n", "\x89PNG\r\n\x1a\n", "file 2 of 2 in the order of their names: it is named as a CSV file, but it is a picture"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := openAll(t, plan.Limits{}, plan.Reading{}, tc.ending, tc.first, tc.second)
			requireUnreadable(t, err, tc.want)
		})
	}
}

func TestOpen_FindsWhatOnlyTheRestOfAFileShows(t *testing.T) {
	t.Parallel()
	long := lines(30_000, "1,"+strings.Repeat("x", 60), "")
	for name, tc := range map[string]struct {
		content, want string
	}{
		"another encoding":    {"a,b\n" + strings.TrimSuffix(long, "\n") + "2,caf\xe9\n", "café"},
		"another line end":    {"a,b\n" + strings.TrimSuffix(long, "\n") + "2,y\r\n", "y"},
		"a quoted blank line": {"a,b\n" + strings.TrimSuffix(long, "\n") + "2,\"y\n\nz\"\n", "y\n\nz"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, rows, err := openAll(t, plan.Limits{}, plan.Reading{}, ".csv", tc.content)
			require.NoError(t, err)
			require.Len(t, rows, 30_001)
			require.Equal(t, []any{int64(2), tc.want}, rows[30_000])
		})
	}
}

func TestOpen_FindsTheTypeOfAColumnThatBeginsLate(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]any{"7": int64(7), "2.5": 2.5, "x": "x", "true": true, "": nil} {
		_, rows, err := openAll(t, plan.Limits{}, plan.Reading{}, ".csv", "a,b\n"+lines(12_000, "1,", "")+"2,"+value+"\n")
		require.NoError(t, err, value)
		require.Equal(t, want, rows[len(rows)-1][1], value)
	}
}

func TestOpen_CountsWhatItWritesAnew(t *testing.T) {
	t.Parallel()
	_, _, err := openAll(t, plan.Limits{DiskBytes: 100}, plan.Reading{}, ".csv", "a,b\n"+lines(100, "1,caf\xe9", "2,x"))
	require.ErrorContains(t, err, "needs more disk space")
}

func TestOpen_SaysWhatItLeftUndecided(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"d\n01/02/2020\n":              `Column "d" could have the day or the month first`,
		"a;b\n1,234;x\n":               `Column "a" could have a comma as decimal mark or between thousands`,
		"a;b\n1.234;0,5\n":             `Column "a" could have points as decimal mark or between thousands`,
		"n\n18446744073709551616\n":    `Column "n" has integers of more than 64 bits`,
		"d\n01/02/2020\n\"12,3,4\"\n1": "",
	} {
		rel, _, err := openAll(t, plan.Limits{}, plan.Reading{}, ".csv", content)
		require.NoError(t, err)
		if want == "" {
			require.Empty(t, rel.Notes)
			continue
		}
		require.Len(t, rel.Notes, 1, content)
		require.Contains(t, rel.Notes[0], want)
		require.Equal(t, result.Text, rel.Columns[0].Type)
	}
}

func TestReading_ComesThroughThePlanAsItIs(t *testing.T) {
	t.Parallel()
	no := false
	for _, want := range []plan.Reading{{}, {NAValues: []string{}, Header: &no}, {NAValues: []string{"-"}, Types: map[string]result.Type{"a": result.Text}}} {
		raw, err := json.Marshal(plan.File{Reading: want})
		require.NoError(t, err)
		var got plan.File
		require.NoError(t, json.Unmarshal(raw, &got))
		require.Equal(t, want, got.Reading)
	}
	_, rows, err := openAll(t, plan.Limits{}, plan.Reading{NAValues: []string{}}, ".csv", "a,b\nNA,1\n,2\n")
	require.NoError(t, err)
	require.Equal(t, [][]any{{"NA", int64(1)}, {nil, int64(2)}}, rows)
}

func TestOpen_HoldsTheFileToTheOwnersTypes(t *testing.T) {
	t.Parallel()
	as := func(name string, as result.Type) plan.Reading {
		return plan.Reading{Types: map[string]result.Type{name: as}}
	}
	rel, rows, err := openAll(t, plan.Limits{}, as("a", result.Text), ".ndjson", `{"a":1}`)
	require.NoError(t, err)
	require.Equal(t, result.Text, rel.Columns[0].Type)
	require.Equal(t, [][]any{{"1"}}, rows)
	for ending, content := range map[string]string{".csv": "a\nsecret\n", ".ndjson": `{"a":"secret"}`} {
		_, _, err = openAll(t, plan.Limits{}, as("a", result.Integer), ending, content)
		requireUnreadable(t, err, "")
		_, _, err = openAll(t, plan.Limits{}, as("b", result.Integer), ending, content)
		requireUnreadable(t, err, `"b"`)
	}
}

func TestOpen_RefusesAFileThatIsBeingWritten(t *testing.T) {
	t.Parallel()
	path := write(t, "a.csv", "a,b\n"+lines(200_000, "1,2", "3,4"))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	stop, stopped := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				stopped <- f.Close()
				return
			default:
				_, _ = f.WriteString("5,6\n7") // what fails shows in the test
			}
		}
	}()
	for range 20 { // on a busy computer, the writer may rest all the while
		if _, _, err = open(t, path); err != nil && strings.Contains(err.Error(), "changed") {
			break
		}
	}
	close(stop)
	require.NoError(t, <-stopped)
	requireUnreadable(t, err, "it changed while it was read")
}
