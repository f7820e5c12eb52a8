package result_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
	"ddap/shared/result"
)

func document() result.Document {
	return result.Document{
		Version: result.Version, Kind: "fetch", Summary: "3 rows.",
		Metrics: map[string]result.Number{"r2": 0.5},
		Tables: []result.Table{{
			Name: "preview", Title: "First rows", TotalRows: 3,
			Columns: []result.Column{{Name: "a", Type: result.Integer}, {Name: "b", Type: result.Text}},
			Rows:    [][]any{{int64(1), "x"}, {nil, result.Suppressed{Reason: "small_group"}}},
		}},
		Charts: []result.Chart{{
			Name: "h", Type: result.Histogram,
			Series: []result.Series{{X: []any{0.5, 1.5}, Y: []any{int64(1), int64(2)}, Edges: []float64{0, 1, 2}}},
		}},
	}
}

func TestCheck_AcceptsADocumentBeforeAndAfterJSON(t *testing.T) {
	t.Parallel()
	d := document()
	require.NoError(t, d.Check())

	raw, err := json.Marshal(d)
	require.NoError(t, err)
	var back result.Document
	require.NoError(t, json.Unmarshal(raw, &back))
	require.NoError(t, back.Check())
	reason, ok := result.SuppressedReason(back.Tables[0].Rows[1][1])
	require.True(t, ok)
	require.Equal(t, "small_group", reason)
}

func TestCheck_NamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil func(*result.Document)
		path  string
	}{
		"version":       {func(d *result.Document) { d.Version = 9 }, "result.version"},
		"kind":          {func(d *result.Document) { d.Kind = "" }, "result.kind"},
		"unnamed table": {func(d *result.Document) { d.Tables[0].Name = "" }, "result.tables[0].name"},
		"double table":  {func(d *result.Document) { d.Tables = append(d.Tables, d.Tables[0]) }, "result.tables[1].name"},
		"narrow row":    {func(d *result.Document) { d.Tables[0].Rows[0] = []any{"x"} }, "result.tables[0].rows[0]"},
		"nested cell":   {func(d *result.Document) { d.Tables[0].Rows[0][0] = []any{1} }, "result.tables[0].rows[0][0]"},
		"not a number":  {func(d *result.Document) { d.Tables[0].Rows[0][0] = math.NaN() }, "result.tables[0].rows[0][0]"},
		"total":         {func(d *result.Document) { d.Tables[0].TotalRows = 1 }, "result.tables[0].total_rows"},
		"series":        {func(d *result.Document) { d.Charts[0].Series[0].Y = nil }, "result.charts[0].series[0]"},
		"edges":         {func(d *result.Document) { d.Charts[0].Series[0].Edges = []float64{0, 1} }, "result.charts[0].series[0].edges"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := document()
			tc.spoil(&d)
			var f *fault.Error
			require.ErrorAs(t, d.Check(), &f)
			require.Equal(t, fault.Invalid, f.Kind)
			require.Equal(t, tc.path, f.Fields[0].Path)
		})
	}
}

func TestNumber_IsNullWhereItIsNotFinite(t *testing.T) {
	t.Parallel()
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		raw, err := json.Marshal(result.Number(v))
		require.NoError(t, err)
		require.Equal(t, "null", string(raw))
	}
	var n result.Number
	require.NoError(t, json.Unmarshal([]byte("null"), &n))
	require.True(t, math.IsNaN(float64(n)))
	require.NoError(t, json.Unmarshal([]byte("0.1"), &n))
	require.Equal(t, result.Number(0.1), n)
}

// A float64 has no place for the last digits of a 64-bit id.
func TestTable_KeepsEveryDigitOfAnInteger_ThroughJSON(t *testing.T) {
	t.Parallel()
	table := result.Table{
		Name: "preview", Columns: []result.Column{{Name: "id", Type: result.Integer}, {Name: "x", Type: result.Float}, {Name: "s", Type: result.Text}},
		Rows: [][]any{
			{int64(math.MaxInt64), 2.0, "a"}, {int64(math.MinInt64), 0.1, nil}, {nil, 1e300, true}, {result.Suppressed{Reason: "small"}, nil, "9"},
		},
		TotalRows: 4,
	}
	raw, err := json.Marshal(result.Document{Version: result.Version, Kind: "fetch", Tables: []result.Table{table}})
	require.NoError(t, err)
	var got result.Document
	require.NoError(t, json.Unmarshal(raw, &got))
	require.Equal(t, table.Rows[:3], got.Tables[0].Rows[:3])
	_, withheld := result.SuppressedReason(got.Tables[0].Rows[3][0])
	require.True(t, withheld)
	require.NoError(t, got.Check())
	again, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, string(raw), string(again))
}

func TestTable_TakesWhatIsNoTable_ToCheck(t *testing.T) {
	t.Parallel()
	var got result.Table
	require.NoError(t, json.Unmarshal([]byte(`{"columns":[{"name":"n","type":"integer"}],"rows":[[1.5, 2], [99999999999999999999]]}`), &got))
	require.Equal(t, [][]any{{1.5, 2.0}, {1e20}}, got.Rows)
	require.Error(t, json.Unmarshal([]byte(`{"rows":[[1e999]]}`), &got))
}
