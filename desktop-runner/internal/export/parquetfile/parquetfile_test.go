package parquetfile_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/export/parquetfile"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/result"
)

func TestRun_WritesEveryValueWithItsTypeInItsOrder(t *testing.T) {
	t.Parallel()
	hostile := steptest.Write(t, "a.json", `[
		{"=id": 9007199254740993, "text": "=1+1", "when": "2024-01-31", "at": "2024-01-31T10:00:00.123456", "ok": true,  "x": 0.1,  "list": [1, 2]},
		{"=id": null,             "text": "'",    "when": null,         "at": null,                         "ok": false, "x": null, "list": null}
	]`)
	for _, path := range []string{hostile, steptest.Example("flights.parquet"), steptest.Example("penguins.json"), steptest.Example("birdstrikes.csv")} {
		s := steptest.Open(t, path)
		f, err := parquetfile.Run(t.Context(), s)
		require.NoError(t, err)
		require.Equal(t, "data.parquet", f.Files[0].Name)
		require.EqualValues(t, s.Rows, f.Metrics[0].Value)

		written := steptest.Open(t, filepath.Join(s.DB.WorkDir(), "data.parquet"))
		require.Equal(t, s.Relation.Columns, written.Relation.Columns)
		want, err := s.DB.Rows(t.Context(), "SELECT "+source.Cells(s.Relation.Columns)+" FROM "+s.Relation.From)
		require.NoError(t, err)
		got, err := written.DB.Rows(t.Context(), "SELECT "+source.Cells(written.Relation.Columns)+" FROM "+written.Relation.From)
		require.NoError(t, err)
		require.Equal(t, len(want), len(got)) //nolint:testifylint // the rows are too many to print
		for i := range want {
			require.Equal(t, want[i], got[i])
		}
	}
	s := steptest.Open(t, hostile)
	require.Equal(t, result.Integer, s.Relation.Columns[0].Type)
}
