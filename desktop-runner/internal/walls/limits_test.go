//go:build linux

package walls_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/workbook/workbooktest"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// large writes rows enough to keep every operation busy for some seconds, in a
// format: parquet, csv, json (a record on each line), json array, or xlsx, which has a
// quarter of the rows.
func (w *world) large(t *testing.T, rows int, format string) string {
	t.Helper()
	if format == "xlsx" {
		return w.largeWorkbook(t, rows/4)
	}
	path, options := filepath.Join(w.shared, "large."+format), format
	if format == "json array" {
		path, options = filepath.Join(w.shared, "array.json"), "json, ARRAY true"
	}
	a := ask(t, w, fmt.Sprintf(`COPY (SELECT range AS id, hash(range) %% 1000003 AS x, hash(range + 7) %% 999983 AS y, md5(range::VARCHAR) AS note,
		'kind ' || (hash(range + 9) %% 40)::VARCHAR AS kind, TIMESTAMP '2020-01-01' + to_seconds(range * 7) AS moment, CASE WHEN range %% 3 > 0 THEN range END AS gap
		FROM range(%d)) TO '%s' (FORMAT %s)`, rows, path, options), false, false)
	require.Empty(t, a.Refused)
	w.before = w.outside(t)
	return path
}

func (w *world) largeWorkbook(t *testing.T, rows int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<row r="1">` + inline("A1", "id") + inline("B1", "x") + inline("C1", "note") + `</row>`)
	for i := 2; i <= rows; i++ {
		fmt.Fprintf(&b, `<row r="%d"><c r="A%[1]d"><v>%[1]d</v></c><c r="B%[1]d"><v>%d</v></c>`, i, i*7919%1000003)
		b.WriteString(inline(fmt.Sprint("C", i), fmt.Sprint("note ", i*31)) + `</row>`)
	}
	path := filepath.Join(w.shared, "large.xlsx")
	require.NoError(t, os.WriteFile(path, workbooktest.Pack(workbooktest.Parts(b.String())), 0o600))
	w.before = w.outside(t)
	return path
}

// inline is a cell of a workbook with its text in it.
func inline(at, text string) string {
	return `<c r="` + at + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
}

// job is one task.
type job struct {
	code   operation.Code
	params string
	// format is that of the file, as large takes it; parquet when it is empty. What is read of others
	// nobody has looked at before.
	format string
	// at is the fraction of the work after which it is canceled; reading when it is 0.
	at float64
}

// work has a task of every operation and of every part of one that takes long.
var work = map[string]job{
	"fetch":             {code: operation.Fetch, params: `{"source":{"dataset":"d"}}`},
	"sample":            {code: operation.Fetch, params: `{"source":{"dataset":"d"},"sample":{"rows":900000,"random_state":1}}`},
	"filter":            {code: operation.Filter, params: `{"source":{"dataset":"d"},"where":{"column":"note","op":"matches","value":"a.*b.*c"},"sort":[{"column":"note"}],"drop_duplicates":true}`},
	"join":              {code: operation.Filter, params: `{"source":{"dataset":"d"},"join":{"right":{"dataset":"d"},"on":["x"]},"sort":[{"column":"note_x"}]}`},
	"group_by":          {code: operation.Filter, params: `{"source":{"dataset":"d"},"group_by":["note"],"aggregates":[{"column":"x","func":"median","name":"m"},{"column":"y","func":"nunique","name":"n"}]}`},
	"pivot":             {code: operation.Filter, params: `{"source":{"dataset":"d"},"pivot":{"index":["x"],"columns":"kind","values":"y","aggfunc":"median"}}`},
	"rolling":           {code: operation.Filter, params: `{"source":{"dataset":"d"},"rolling":{"window":5000,"columns":["x","y"],"func":"median"}}`},
	"resample":          {code: operation.Filter, params: `{"source":{"dataset":"d"},"resample":{"on":"moment","rule":"5s","by":["kind"],"aggregates":[{"column":"x","func":"median","name":"m"}]}}`},
	"missing":           {code: operation.Filter, params: `{"source":{"dataset":"d"},"missing":[{"columns":["gap"],"method":"interpolate"}],"sort":[{"column":"note"}]}`},
	"describe":          {code: operation.Analyze, params: `{"source":{"dataset":"d"},"model":"describe"}`},
	"correlation":       {code: operation.Analyze, params: `{"source":{"dataset":"d"},"model":"correlation","features":["x","y","id"],"params":{"method":"kendall"}}`},
	"mann_whitney":      {code: operation.Analyze, params: `{"source":{"dataset":"d"},"model":"mann_whitney","target":"x","params":{"group":"kind","groups":["kind 1","kind 2"]}}`},
	"linear_regression": {code: operation.Analyze, params: `{"source":{"dataset":"d"},"model":"linear_regression","target":"x","features":["y","id"]}`, at: atOnce},
	"decision_tree":     {code: operation.Analyze, params: `{"source":{"dataset":"d"},"model":"decision_tree","target":"x","features":["y","id","kind"]}`},
	"random_forest":     {code: operation.Analyze, params: `{"source":{"dataset":"d"},"model":"random_forest","target":"kind","features":["y","id","x"]}`},
	"auto":              {code: operation.Analyze, params: `{"source":{"dataset":"d"},"model":"auto","target":"x","features":["y","id","kind"]}`},
	"kmeans":            {code: operation.Analyze, params: `{"source":{"dataset":"d"},"model":"kmeans","params":{"n_clusters":300,"n_init":50,"tol":0}}`},
	"export":            {code: operation.Export, params: `{"inputs":[{"dataset":"d"}],"format":"csv"}`},
	"a new CSV file":    {code: operation.Fetch, params: `{"source":{"dataset":"d"}}`, format: "csv", at: 0.05},
	"a new JSON file":   {code: operation.Fetch, params: `{"source":{"dataset":"d"}}`, format: "json", at: 0.05},
	"a new JSON array":  {code: operation.Fetch, params: `{"source":{"dataset":"d"}}`, format: "json array", at: 0.05},
	"a new workbook":    {code: operation.Fetch, params: `{"source":{"dataset":"d"}}`, format: "xlsx", at: 0.05},
}

// reading is the part of the work that is done when the data has been opened: it
// is in the middle of the rest that a task is canceled.
const (
	reading = 0.41
	// atOnce is when anything is told, for what is done soon.
	atOnce = -1
)

func TestTasks_StopWithinASecond_WhateverTheyDo(t *testing.T) { //nolint:tparallel // what is measured is time, so its parts run one after the other
	t.Parallel()
	w := newWorld(t)
	files := map[string]string{}
	for _, format := range []string{"parquet", "csv", "json", "json array", "xlsx"} {
		files[format] = w.large(t, 2_000_000, format)
	}
	for name, job := range work {
		t.Run(name, func(t *testing.T) {
			took := time.Hour
			// The best of three: the processors may be busy with other tests.
			for attempt := 0; attempt < 3 && took >= time.Second; attempt++ {
				p := w.plan(job.code, job.params, "d", files[cmp.Or(job.format, "parquet")])
				p.WorkDir = filepath.Join(w.work, name)
				require.NoError(t, os.Mkdir(p.WorkDir, 0o700))
				p.Limits.MemoryBytes, p.Limits.DiskBytes = 2<<30, 2<<30
				took = stopped(t, p, cmp.Or(job.at, reading))
				require.NoError(t, os.RemoveAll(p.WorkDir))
			}
			require.Less(t, took, time.Second)
		})
	}
	w.requireNoTrace(t)
}

// stopped cancels a task when the fraction of its work is done, and gives how
// long it took until its process was gone.
func stopped(t *testing.T, p plan.Plan, fraction float64) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told time.Time
	ended := (&worker.Launcher{}).Perform(ctx, p, func(now plan.Progress) {
		if told.IsZero() && now.Fraction != nil && *now.Fraction > fraction {
			told = time.Now()
			cancel()
		}
	})
	took := time.Since(told) // Perform returns when the process is gone
	require.False(t, told.IsZero(), "it ended before it had done so much: %+v", ended)
	require.True(t, ended.Stopped, "%+v", ended)
	return took
}

func TestTasks_FailWithTheirReason_OverALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.large(t, 2_000_000, "parquet")
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
