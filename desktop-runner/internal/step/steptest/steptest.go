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
	"ddap/shared/operation"
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

// Open opens a file under the dataset name "data", and a second one, named
// "right", as the other side of a join. Single rows may show.
func Open(t *testing.T, files ...string) *step.Step {
	t.Helper()
	names := []string{"data", "right"}
	paths := make([]string, len(files))
	for i, file := range files {
		var err error
		paths[i], err = filepath.Abs(file)
		require.NoError(t, err)
	}
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: t.TempDir(), Files: paths})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	s := &step.Step{DB: db, Others: map[string]*source.Relation{}, SingleRowsMayShow: true, Tracker: &step.Tracker{}}
	for i, path := range paths {
		format, _ := plan.FormatOf(path)
		rel, err := source.Open(t.Context(), db, i, names[i], plan.File{Path: path, Format: format}, plan.Limits{})
		require.NoError(t, err)
		if i > 0 {
			s.Others[operation.JoinPath] = rel
			continue
		}
		counted, err := db.Rows(t.Context(), "SELECT count(*) FROM "+rel.From)
		require.NoError(t, err)
		rows, ok := counted[0][0].(int64)
		require.True(t, ok)
		s.Relation, s.Rows = rel, rows
	}
	return s
}
