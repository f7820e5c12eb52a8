package source_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
)

// corpora are what testdata/*.py wrote: folders of awkward files, and what pandas
// reads of them.
var corpora = map[string]string{"corpus": "testdata/corpus.json", "sheets": "testdata/sheets.json"}

// corpus is one of them.
type corpus struct {
	Pandas string       `json:"pandas"`
	Cases  []corpusCase `json:"cases"`
}

type corpusCase struct {
	File    string       `json:"file"`
	Reading plan.Reading `json:"reading"`
	Error   string       `json:"error"`
	Columns []string     `json:"columns"`
	// Values are columns, each of runs: a value, and how often it follows itself.
	Values [][][2]any `json:"values"`
	// Differs tells why ours are other values on purpose; none where the file is refused.
	Differs string  `json:"differs"`
	Ours    [][]any `json:"ours"`
}

func TestOpen_AgreesWithPandasOnEveryValueOfTheCorpus(t *testing.T) {
	t.Parallel()
	for folder, list := range corpora {
		raw, err := os.ReadFile(list)
		require.NoError(t, err)
		var c corpus
		require.NoError(t, json.Unmarshal(raw, &c))
		require.Equal(t, "1.5.3", c.Pandas)
		onDisk, err := os.ReadDir(filepath.Join("testdata", folder))
		require.NoError(t, err)
		require.Len(t, c.Cases, len(onDisk), "each file has its values")
		for _, tc := range c.Cases {
			for way, known := range map[string]bool{"never seen": false, "known": true} {
				t.Run(tc.File+", "+way, func(t *testing.T) {
					t.Parallel()
					requireAgreement(t, folder, tc, known)
				})
			}
		}
	}
}

func requireAgreement(t *testing.T, folder string, tc corpusCase, known bool) {
	t.Helper()
	rel, columns, err := readColumns(t, folder, tc, known)
	switch {
	case tc.Differs != "" && tc.Ours == nil:
		require.Error(t, err, tc.Differs)
		return
	case tc.Differs != "":
		require.NoError(t, err)
		require.Equal(t, tc.Ours, columns, tc.Differs)
		return
	}
	require.NoError(t, err)
	require.Empty(t, tc.Error, "pandas refuses this file")
	require.Equal(t, tc.Columns, rel.Names())
	for i, runs := range tc.Values {
		requireSame(t, rel.Columns[i].Name, runs, columns[i])
	}
}

// readColumns reads a file as a task does, every value as text; where it is known,
// by what a look at it found, and while the statement runs.
func readColumns(t *testing.T, folder string, tc corpusCase, known bool) (*source.Relation, [][]any, error) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", folder, tc.File))
	require.NoError(t, err)
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: t.TempDir(), Files: []string{path}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	format, _ := plan.FormatOf(path)
	file := plan.File{Path: path, Format: format, Reading: tc.Reading}
	if known {
		d, err := source.Inspect(t.Context(), file, t.TempDir(), plan.Limits{})
		if err != nil {
			return nil, nil, err
		}
		file.Known = d.Known
	}
	rel, err := source.OpenFor(t.Context(), db, 0, "corpus", file, plan.Limits{}, source.Use{Once: known})
	if err != nil {
		return nil, nil, err
	}
	require.Equal(t, known && format != plan.XLSX, rel.Streams())
	columns := make([][]any, len(rel.Columns))
	err = db.Each(t.Context(), func(row []any) error {
		for i, cell := range row {
			if cell != nil {
				cell = fmt.Sprint(cell)
			}
			columns[i] = append(columns[i], cell)
		}
		return nil
	}, "SELECT "+source.Cells(rel.Columns)+" FROM "+rel.From)
	require.NoError(t, err)
	return rel, columns, nil
}

// requireSame compares a column: numbers as numbers, texts by every character.
func requireSame(t *testing.T, name string, runs [][2]any, got []any) {
	t.Helper()
	row := 0
	for _, run := range runs {
		times, ok := run[1].(float64)
		require.True(t, ok)
		for range int(times) {
			require.Less(t, row, len(got), "column %s has fewer rows", name)
			requireSameCell(t, fmt.Sprintf("column %s, row %d", name, row+1), run[0], got[row])
			row++
		}
	}
	require.Len(t, got, row, "column %s has more rows", name)
}

func requireSameCell(t *testing.T, where string, want, got any) {
	t.Helper()
	special, _ := want.(map[string]any)
	text, _ := got.(string)
	switch {
	case special["moment"] != nil:
		require.Equal(t, strings.TrimSuffix(special["moment"].(string), "T00:00:00"), strings.TrimSuffix(strings.Replace(text, " ", "T", 1), "T00:00:00"), where)
	case special["number"] != nil && text != special["number"]:
		expected, err := strconv.ParseFloat(special["number"].(string), 64)
		require.NoError(t, err, where)
		number, err := strconv.ParseFloat(text, 64)
		require.NoErrorf(t, err, "%s: want %v, got %v", where, special["number"], got)
		require.Equal(t, expected, number, where)
	case special != nil:
	case want == nil:
		require.Nil(t, got, where)
	default:
		require.Equal(t, fmt.Sprint(want), text, where)
	}
}
