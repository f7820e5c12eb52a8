package jsonfile_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/export/jsonfile"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
	"ddap/shared/result"
)

func document() *result.Document {
	return &result.Document{
		Version: 1, Kind: "analyze.describe", Summary: "2 columns <b> & more.",
		Metrics:    map[string]result.Number{"rows": 1234567, "r2": 0.1, "inertia": result.Number(math.NaN())},
		Parameters: map[string]any{"model": "describe", "a": true},
		Tables: []result.Table{{
			Name: "describe", Title: "=Description", TotalRows: 2,
			Columns: []result.Column{{Name: "a", Type: result.Text}, {Name: "b", Type: result.Integer}},
			Rows:    [][]any{{"=1+1", int64(9007199254740993)}, {nil, result.Suppressed{Reason: "small_group"}}},
		}},
		Notes: []string{"A note."},
	}
}

func TestRun_WritesTheDocumentsAsTheyAre(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inputs := []plan.Input{
		{Path: "params.inputs[0]", Name: "First", Document: document()},
		{Path: "params.inputs[1]", Name: "Second", Document: &result.Document{Version: 1, Kind: "fetch"}},
	}
	p := &operation.ExportParams{Format: operation.JSON, Inputs: []operation.Source{{Task: "t-1"}, {Task: "t-2"}}}
	f, err := jsonfile.Run(dir, inputs, p)
	require.NoError(t, err)
	require.Equal(t, "First, Second", f.Parameters["title"])
	raw, err := os.ReadFile(filepath.Join(dir, f.Files[0].Name))
	require.NoError(t, err)

	documents := make([]json.RawMessage, 2)
	for i := range documents {
		documents[i], err = json.Marshal(inputs[i].Document)
		require.NoError(t, err)
	}
	require.JSONEq(t, `{"version":1,"title":"First, Second","documents":[
		{"name":"First","task":"t-1","document":`+string(documents[0])+`},
		{"name":"Second","task":"t-2","document":`+string(documents[1])+`}]}`, string(raw))
	require.Contains(t, string(raw), "9007199254740993", "no digit of a large number is lost")
	require.Contains(t, string(raw), `"suppressed": "small_group"`)
	require.Contains(t, string(raw), "<b> & more")

	var back jsonfile.File
	strict := json.NewDecoder(bytes.NewReader(raw))
	strict.DisallowUnknownFields()
	require.NoError(t, strict.Decode(&back))
	reason, withheld := result.SuppressedReason(back.Documents[0].Document.Tables[0].Rows[1][1])
	require.True(t, withheld)
	require.Equal(t, "small_group", reason)
	for range 20 {
		again, err := jsonfile.Encode(inputs, p)
		require.NoError(t, err)
		require.Equal(t, string(raw), string(again), "the same results give the same bytes")
	}
}

func TestEncode_NamesTheInputWithoutAResult(t *testing.T) {
	t.Parallel()
	_, err := jsonfile.Encode([]plan.Input{{Name: "a", Path: "params.inputs[0]"}}, &operation.ExportParams{})
	require.ErrorContains(t, err, "params.inputs[0]: has no result to export")
}
