//go:build linux

package walls_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
)

// sizeOf reads 2GiB or 256MiB; zero where nothing is asked for.
func sizeOf(t *testing.T, variable string) int64 {
	t.Helper()
	text := os.Getenv(variable)
	unit := map[string]int64{"GiB": 1 << 30, "MiB": 1 << 20}[text[max(0, len(text)-3):]]
	n, err := strconv.ParseInt(strings.TrimRight(text, "GMiB"), 10, 64)
	require.True(t, text == "" || err == nil && unit > 0, "%s: write it like 2GiB, not %q", variable, text)
	return n * unit
}

// TestOutOfCore groups a Parquet file that is much larger than the memory that is
// allowed, with as many groups as rows over four. It speaks to the engine with a
// task's limits and lock-down; groupBy is the one place to change for a task.
func TestOutOfCore_GroupsMoreThanFitsIntoMemory(t *testing.T) {
	t.Parallel()
	bytes, memory := sizeOf(t, "DDAP_OUT_OF_CORE_BYTES"), sizeOf(t, "DDAP_OUT_OF_CORE_MEMORY")
	if bytes == 0 {
		t.Skip("NOT RUN: it is a form of its own, ./task test:outofcore")
	}
	dir, work := t.TempDir(), t.TempDir()
	var disk unix.Statfs_t
	require.NoError(t, unix.Statfs(dir, &disk))
	if free := int64(disk.Bavail) * disk.Bsize; free < 3*bytes {
		t.Skipf("NOT RUN: it needs %d GiB of disk, and %d GiB are free", 3*bytes>>30, free>>30)
	}
	path := filepath.Join(dir, "large.parquet")
	const rowBytes = 48 // hashes and digests, which do not compress: measured
	rows := bytes / rowBytes
	begun := time.Now()
	tool, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	_, err = tool.ExecContext(t.Context(), fmt.Sprintf(`COPY (SELECT hash(range %% %d) AS key, hash(range) AS x, md5(range::VARCHAR) AS note FROM range(%d)) TO '%s' (FORMAT parquet, COMPRESSION uncompressed)`,
		max(rows/4, 1), rows, path))
	require.NoError(t, err)
	require.NoError(t, tool.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	t.Logf("made %d rows, %d MiB, in %s", rows, info.Size()>>20, time.Since(begun).Round(time.Second))

	begun = time.Now()
	db, err := engine.Open(t.Context(), engine.Options{
		WorkDir: work, Files: []string{path}, Limits: plan.Limits{MemoryBytes: memory, DiskBytes: 2 * bytes},
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	groups, size, err := groupBy(t, db, path)
	require.NoError(t, err)
	require.InDelta(t, float64(rows)/4, float64(groups), 4)
	t.Logf("grouped into %d groups, %d MiB of Parquet, with %d MiB allowed, in %s", groups, size>>20, memory>>20, time.Since(begun).Round(time.Second))
}

func groupBy(t *testing.T, db *engine.DB, path string) (groups, bytes int64, err error) {
	t.Helper()
	return db.WriteParquet(t.Context(), "output.parquet",
		"SELECT key, count(*) AS n, avg(x) AS mean, min(note) AS first FROM read_parquet("+engine.Path(path)+") GROUP BY key")
}
