package filter_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/filter"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// reference is one case of testdata/reference.json, which testdata/reference.py
// wrote with pandas 1.5.3.
type reference struct {
	Name    string          `json:"name"`
	Source  string          `json:"source"`
	Right   string          `json:"right"`
	Params  json.RawMessage `json:"params"`
	Columns []string        `json:"columns"`
	Rows    [][]any         `json:"rows"`
}

func referenceFile(t *testing.T, name string) string {
	t.Helper()
	switch name {
	case "birdstrikes":
		return steptest.Example("birdstrikes.csv")
	case "birdstrikes300":
		raw, err := os.ReadFile(steptest.Example("birdstrikes.csv"))
		require.NoError(t, err)
		return steptest.Write(t, "first.csv", strings.Join(strings.SplitAfterN(string(raw), "\n", 302)[:301], ""))
	case "penguins":
		return steptest.Example("penguins.json")
	default:
		return filepath.Join("testdata", name+".csv")
	}
}

// do runs a filter on files, of which the second is the other side of a join.
func do(t *testing.T, params string, files ...string) (*step.Step, finding.Finding, error) {
	t.Helper()
	p, err := operation.Decode(operation.Filter, json.RawMessage(`{"source":{"dataset":"x"},`+strings.TrimPrefix(strings.TrimSpace(params), "{")))
	require.NoError(t, err)
	s := steptest.Open(t, files...)
	f, err := filter.Run(t.Context(), s, p.(*operation.FilterParams))
	return s, f, err
}

// written reads the output as cells.
func written(t *testing.T, s *step.Step, out *finding.Output) [][]any {
	t.Helper()
	rows, err := s.DB.Rows(t.Context(), "SELECT "+source.Cells(out.Columns)+" FROM read_parquet("+engine.Path(filepath.Join(s.DB.WorkDir(), out.File))+")")
	require.NoError(t, err)
	return rows
}

func TestRun_AgreesWithPandas(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/reference.json")
	require.NoError(t, err)
	var cases []reference
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	require.NoError(t, dec.Decode(&cases))
	require.Greater(t, len(cases), 100)
	for _, tc := range cases {
		t.Run(tc.Name, func(t *testing.T) {
			t.Parallel()
			files := []string{referenceFile(t, tc.Source)}
			if tc.Right != "" {
				files = append(files, referenceFile(t, tc.Right))
			}
			s, f, err := do(t, string(tc.Params), files...)
			require.NoError(t, err)
			require.Equal(t, tc.Columns, source.NamesOf(f.Output.Columns))
			got := written(t, s, f.Output)
			require.Len(t, got, len(tc.Rows))
			for i, row := range got {
				for j, cell := range row {
					requireCell(t, f.Output.Columns[j], tc.Rows[i][j], cell, i)
				}
			}
		})
	}
}

// tolerance is relative; pandas adds in another order.
const tolerance = 1e-9

func requireCell(t *testing.T, c result.Column, want, got any, row int) {
	t.Helper()
	number, isNumber := want.(json.Number)
	switch {
	case want == nil || got == nil:
		require.Equalf(t, want, got, "%s, row %d", c.Name, row)
	case isNumber || want == "inf" || want == "-inf":
		require.Truef(t, c.Type.Numeric(), "%s is %s", c.Name, c.Type)
		x, ok := got.(float64)
		if n, whole := got.(int64); whole {
			x, ok = float64(n), true
		}
		require.Truef(t, ok, "%s, row %d is %v", c.Name, row, got)
		w := map[any]float64{"inf": math.Inf(1), "-inf": math.Inf(-1)}[want]
		if isNumber {
			var err error
			w, err = number.Float64()
			require.NoError(t, err)
		}
		if w == x {
			return
		}
		require.LessOrEqualf(t, math.Abs(x-w), tolerance*math.Max(1, math.Abs(w)), "%s, row %d: got %v, want %v", c.Name, row, x, w)
	default:
		require.Equalf(t, want, got, "%s, row %d", c.Name, row)
	}
}
