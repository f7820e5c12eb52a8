//go:build linux

package walls_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/operation"
	"ddap/shared/result"
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
// allowed, by a column of text that has one group for each four rows. It is a task
// in a child of its own, which is watched from outside and ended where it takes
// more than the engine's part with some room. Spilled, rows take twice the file.
func TestOutOfCore_GroupsMoreThanFitsIntoMemory(t *testing.T) {
	t.Parallel()
	bytes, memory := sizeOf(t, "DDAP_OUT_OF_CORE_BYTES"), sizeOf(t, "DDAP_OUT_OF_CORE_MEMORY")
	if bytes == 0 {
		t.Skip("NOT RUN: it is a form of its own, ./task test:outofcore")
	}
	dir, work := t.TempDir(), t.TempDir()
	var disk unix.Statfs_t
	require.NoError(t, unix.Statfs(dir, &disk))
	if free := int64(disk.Bavail) * disk.Bsize; free < 4*bytes {
		t.Fatalf("it needs %d GiB of disk, and %d GiB are free", 4*bytes>>30, free>>30)
	}
	path := filepath.Join(dir, "large.parquet")
	rows := makeLarge(t, path, bytes)

	const params = `{"source":{"dataset":"large"},"group_by":["key"],"aggregates":[{"func":"size","name":"n"},` +
		`{"column":"x","func":"mean","name":"mean"},{"column":"y","func":"max","name":"most"}]}`
	begun, told := time.Now(), time.Now()
	ended := (&worker.Launcher{}).Perform(t.Context(), plan.Plan{
		TaskID: "t1", RunnerID: "r1", Attempt: 1, Name: "large", Operation: operation.Filter, Params: json.RawMessage(params), WorkDir: work,
		Limits: plan.Limits{MemoryBytes: memory, DiskBytes: 4 * bytes},
		Inputs: []plan.Input{{Path: "params.source", Name: "large", File: &plan.File{Path: path, Format: plan.Parquet, Policy: result.Rows}}},
	}, func(p plan.Progress) {
		if p.Fraction != nil && time.Since(told) > 10*time.Second {
			told = time.Now()
			t.Logf("%s, %.0f %%, after %s", p.Stage, 100**p.Fraction, time.Since(begun).Round(time.Second))
		}
	})
	require.Nil(t, ended.Outcome.Failure)
	require.NotNil(t, ended.Outcome.Document)
	groups := ended.Outcome.Document.Dataset.Rows
	require.InDelta(t, float64(rows)/4, float64(groups), 4)
	t.Logf("grouped into %d groups, with %d MiB allowed and %d MiB taken, in %s",
		groups, memory>>20, ended.Usage.MaxMemoryBytes>>20, time.Since(begun).Round(time.Second))
}

// makeLarge writes rows of digests and hashes, which do not compress.
func makeLarge(t *testing.T, path string, bytes int64) (rows int64) {
	t.Helper()
	const rowBytes = 52 // measured
	rows = bytes / rowBytes
	begun := time.Now()
	tool, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	_, err = tool.ExecContext(t.Context(), fmt.Sprintf(`COPY (SELECT md5((range %% %d)::VARCHAR) AS key, hash(range)::DOUBLE AS x, (hash(range) >> 1)::BIGINT AS y FROM range(%d)) TO '%s' (FORMAT parquet, COMPRESSION uncompressed)`,
		max(rows/4, 1), rows, path))
	require.NoError(t, err)
	require.NoError(t, tool.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	t.Logf("made %d rows, %d MiB, in %s", rows, info.Size()>>20, time.Since(begun).Round(time.Second))
	return rows
}
