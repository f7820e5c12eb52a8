// Package steptest opens data for the tests of operations, as a task would.
package steptest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
)

// Example gives the path of a file of examples/data.
func Example(name string) string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "../../../../examples/data", name)
}

// Write puts content into a file of its own and gives its path.
func Write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// Open opens a file under the dataset name "data". Single rows may show.
func Open(t *testing.T, path string) *step.Step {
	t.Helper()
	real, err := source.Locate("data", path)
	require.NoError(t, err)
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: t.TempDir(), Files: []string{real}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	format, _ := source.FormatOf(real)
	rel, err := source.Open(t.Context(), db, 0, "data", plan.File{Path: real, Format: format})
	require.NoError(t, err)
	counted, err := db.Rows(t.Context(), "SELECT count(*) FROM "+rel.From)
	require.NoError(t, err)
	rows, ok := counted[0][0].(int64)
	require.True(t, ok)
	return &step.Step{DB: db, Relation: rel, Rows: rows, SingleRowsMayShow: true, Tracker: &step.Tracker{}}
}
