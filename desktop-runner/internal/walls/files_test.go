//go:build linux

package walls_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/operation"
)

// The limit for open files must not be what stops a dataset that may be shared.
func TestTasks_ReadAsManyFilesAsADatasetMayHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := filepath.Join(w.shared, "one.parquet")
	a := ask(t, w, fmt.Sprintf(`COPY (SELECT range AS id, md5(range::VARCHAR) AS note FROM range(100)) TO '%s' (FORMAT parquet)`, one), false, false)
	require.Empty(t, a.Refused)
	raw, err := os.ReadFile(one)
	require.NoError(t, err)
	p := w.plan(operation.Fetch, `{"source":{"dataset":"d"}}`, "d", one)
	p.WorkDir = filepath.Join(w.work, "many")
	require.NoError(t, os.Mkdir(p.WorkDir, 0o700))
	file := p.Inputs[0].File
	for i := range 999 {
		path := filepath.Join(w.shared, fmt.Sprintf("part%04d.parquet", i))
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		file.More = append(file.More, path)
	}
	ended := (&worker.Launcher{}).Perform(t.Context(), p, func(plan.Progress) {})
	require.Nil(t, ended.Outcome.Failure, "%+v", ended)
	require.NotNil(t, ended.Outcome.Document)
	require.InDelta(t, 100_000, float64(ended.Outcome.Document.Metrics["rows"]), 0)
}
