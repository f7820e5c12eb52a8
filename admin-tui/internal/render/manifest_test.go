package render_test

import (
	"strings"
	"testing"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/result"
	"ddap/shared/task"
)

func TestResult_SaysWhichDataItWas(t *testing.T) {
	t.Parallel()
	shown := func(m *result.Manifest) api.ResultView {
		return api.ResultView{State: task.Succeeded, Result: &result.Document{Version: 1, Kind: "fetch", Summary: "344 rows with 7 columns.", Manifest: m}}
	}
	golden(t, "manifest", 100, view().Result(shown(&result.Manifest{
		Source: result.ManifestSource{Kind: result.SourceFile, Format: "csv", Name: "birds.csv", Files: 1, Revision: "29e1a3f0"},
		Rows:   new(int64(1344)), Bytes: new(int64(813_345)), SHA256: strings.Repeat("0f", 32), SHA256State: result.HashKnown,
		Engine: "DuckDB v1.5.5", ColumnCount: 7,
	})))
	indonesian := view()
	indonesian.Language = i18n.Indonesian
	golden(t, "manifest.id", 100, indonesian.Result(shown(&result.Manifest{
		Source: result.ManifestSource{Kind: result.SourceFiles, Format: "parquet", Revision: "29e1a3f0"},
		Rows:   new(int64(340)), RowsApproximate: true, SHA256State: result.HashWithheld, Engine: "DuckDB v1.5.5", ColumnCount: 7,
	})))
	golden(t, "manifest.new", 60, view().Result(shown(&result.Manifest{
		Source: result.ManifestSource{Kind: "carrier pigeon", Files: 2}, SHA256State: "lost at sea",
	})))
}
