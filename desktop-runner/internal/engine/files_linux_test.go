package engine_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ddap/desktop-runner/internal/engine"
)

const fewFiles = "DDAP_TEST_FEW_FILES"

// The limit holds for a whole process, so a process of its own has it.
func TestDB_KnowsTheLimitForOpenFiles(t *testing.T) {
	t.Parallel()
	if os.Getenv(fewFiles) == "" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestDB_KnowsTheLimitForOpenFiles$")
		cmd.Env = append(os.Environ(), fewFiles+"=1")
		out, err := cmd.CombinedOutput()
		require.NoErrorf(t, err, "%s", out)
		return
	}
	dir := t.TempDir()
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, _, err = db.WriteParquet(t.Context(), "a.parquet", "SELECT range AS id FROM range(10)")
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join(dir, "a.parquet"))
	require.NoError(t, err)
	sources := make([]string, 200)
	for i := range sources {
		path := filepath.Join(dir, fmt.Sprintf("%d.parquet", i))
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		sources[i] = "SELECT id FROM read_parquet(" + engine.Path(path) + ")"
	}
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 64, Max: 64}))
	_, err = db.Rows(t.Context(), "SELECT count(*) FROM ("+strings.Join(sources, " UNION ALL ")+")")
	require.Equal(t, engine.TooManyFiles, engine.KindOf(err), "%v", err)
}
