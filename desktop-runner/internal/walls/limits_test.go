//go:build linux

package walls_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// large writes rows enough to keep every operation busy for some seconds.
func (w *world) large(t *testing.T, rows int) string {
	t.Helper()
	path := filepath.Join(w.shared, "large.parquet")
	a := ask(t, w, fmt.Sprintf(`COPY (SELECT range AS id, hash(range) %% 1000003 AS x, hash(range + 7) %% 999983 AS y, md5(range::VARCHAR) AS note FROM range(%d)) TO '%s' (FORMAT parquet)`, rows, path), false, false)
	require.Empty(t, a.Refused)
	w.before = w.outside(t)
	return path
}

// work is one task of every operation.
var work = map[string]struct {
	code   operation.Code
	params string
}{
	"fetch":             {operation.Fetch, `{"source":{"dataset":"d"}}`},
	"filter":            {operation.Filter, `{"source":{"dataset":"d"},"where":{"column":"note","op":"matches","value":"a.*b.*c"},"sort":[{"column":"note"}],"drop_duplicates":true}`},
	"describe":          {operation.Analyze, `{"source":{"dataset":"d"},"model":"describe"}`},
	"linear_regression": {operation.Analyze, `{"source":{"dataset":"d"},"model":"linear_regression","target":"x","features":["y","id"]}`},
	"kmeans":            {operation.Analyze, `{"source":{"dataset":"d"},"model":"kmeans","params":{"n_clusters":300,"n_init":50,"tol":0}}`},
	"export":            {operation.Export, `{"inputs":[{"dataset":"d"}],"format":"csv"}`},
}

func TestTasks_StopWithinASecond_WhateverTheyDo(t *testing.T) { //nolint:tparallel // what is measured is time, so its parts run one after the other
	t.Parallel()
	w := newWorld(t)
	path := w.large(t, 2_000_000)
	for name, job := range work {
		t.Run(name, func(t *testing.T) {
			p := w.plan(job.code, job.params, "d", path)
			p.WorkDir = filepath.Join(w.work, name)
			require.NoError(t, os.Mkdir(p.WorkDir, 0o700))
			p.Limits.MemoryBytes, p.Limits.DiskBytes = 1<<30, 1<<30
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var told time.Time
			ended := (&worker.Launcher{}).Perform(ctx, p, func(plan.Progress) {
				if told.IsZero() {
					told = time.Now()
					cancel()
				}
			})
			require.False(t, told.IsZero(), "it ended before it told how far it was: %+v", ended)
			require.True(t, ended.Stopped, "%+v", ended)
			require.Less(t, time.Since(told), 2*time.Second, "one, with room for a busy machine") // Perform returns when the process is gone
			require.NoError(t, os.RemoveAll(p.WorkDir))
		})
	}
	w.requireNoTrace(t)
}

func TestTasks_FailWithTheirReason_OverALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.large(t, 2_000_000)
	cases := map[string]struct {
		job    string
		limits plan.Limits
		reason []task.Reason
	}{
		"memory of the engine":  {"filter", plan.Limits{MemoryBytes: 32 << 20, DiskBytes: 1 << 20}, []task.Reason{task.OutOfMemory, task.DiskFull}},
		"memory of a model":     {"kmeans", plan.Limits{MemoryBytes: 48 << 20, DiskBytes: 1 << 30}, []task.Reason{task.OutOfMemory}},
		"disk for what spills":  {"filter", plan.Limits{MemoryBytes: 64 << 20, DiskBytes: 8 << 20, Threads: 1}, []task.Reason{task.DiskFull, task.OutOfMemory}},
		"disk for what is made": {"export", plan.Limits{MemoryBytes: 512 << 20, DiskBytes: 4 << 20}, []task.Reason{task.DiskFull}},
		"time":                  {"kmeans", plan.Limits{MemoryBytes: 1 << 30, Timeout: 300 * time.Millisecond}, []task.Reason{task.Timeout}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := w.plan(work[c.job].code, work[c.job].params, "d", path)
			p.WorkDir, p.Limits = t.TempDir(), c.limits
			ended := (&worker.Launcher{}).Perform(t.Context(), p, func(plan.Progress) {})
			require.NotNil(t, ended.Outcome.Failure, "%+v", ended.Outcome)
			require.Contains(t, c.reason, ended.Outcome.Failure.Reason, ended.Outcome.Failure.Message)
			require.NotContains(t, ended.Outcome.Failure.Message, "/")
			small := w.plan(operation.Fetch, `{"source":{"dataset":"d"}}`, "d", w.share)
			small.WorkDir = t.TempDir()
			require.NotNil(t, (&worker.Launcher{}).Perform(t.Context(), small, func(plan.Progress) {}).Outcome.Document, "the runner lives on")
		})
	}
}
