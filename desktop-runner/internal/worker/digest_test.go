//go:build unix

package worker_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/worker"
)

func TestLauncher_Digest(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "birds.csv")
	require.NoError(t, os.WriteFile(path, []byte("abc"), 0o600))
	sum, err := (&worker.Launcher{}).Digest(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
	require.NoError(t, err)
	require.Equal(t, "hash of abc", sum)

	require.NoError(t, os.Truncate(path, 0))
	_, err = (&worker.Launcher{}).Digest(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
	var failed *worker.FailedError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "birds.csv cannot be read", failed.Message)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = (&worker.Launcher{}).Digest(ended, plan.File{Path: path}, t.TempDir(), plan.Limits{})
	require.Error(t, err)
}
