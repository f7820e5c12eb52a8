//go:build unix

package worker_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sandbox"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/task"
)

func planFor(t *testing.T, name string) plan.Plan {
	t.Helper()
	return plan.Plan{TaskID: "t1", Attempt: 1, Name: name, WorkDir: t.TempDir()}
}

func run(t *testing.T, p plan.Plan) worker.Ended {
	t.Helper()
	return (&worker.Launcher{}).Perform(t.Context(), p, func(plan.Progress) {})
}

// runUntilFirstProgress calls stop as soon as the child has begun to work.
func runUntilFirstProgress(t *testing.T, p plan.Plan) (_ worker.Ended, took time.Duration) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stopped time.Time
	ended := (&worker.Launcher{}).Perform(ctx, p, func(plan.Progress) { stopped = time.Now(); stop() })
	return ended, time.Since(stopped)
}

func requireFailure(t *testing.T, reason task.Reason, ended worker.Ended) {
	t.Helper()
	require.NotNil(t, ended.Outcome.Failure, "got %+v", ended)
	require.Equal(t, reason, ended.Outcome.Failure.Reason, "got %+v, %s", ended.Outcome.Failure, ended.Stderr)
}

func TestLauncher_Perform_GivesOutcomeProgressAndUsage(t *testing.T) {
	t.Parallel()
	var stages []string
	ended := (&worker.Launcher{}).Perform(t.Context(), planFor(t, "succeed"), func(p plan.Progress) { stages = append(stages, p.Stage) })
	require.NotNil(t, ended.Outcome.Document, "got %+v", ended)
	require.Equal(t, "done", ended.Outcome.Document.Summary)
	require.Equal(t, []string{"reading", "writing"}, stages)
	require.Positive(t, ended.Usage.MaxMemoryBytes)
	require.Empty(t, ended.Trouble)
	require.False(t, ended.Stopped)
}

func TestLauncher_Perform_GivesTheChildAnEmptyEnvironment(t *testing.T) {
	t.Parallel()
	require.Empty(t, run(t, planFor(t, "environment")).Outcome.Document.Summary)
}

func TestLauncher_Perform_SurvivesALibraryThatPrints(t *testing.T) {
	t.Parallel()
	ended := run(t, planFor(t, "print"))
	require.NotNil(t, ended.Outcome.Document, "got %+v", ended)
	require.Contains(t, ended.Stderr, "a library prints")
}

func TestLauncher_Perform_LetsTheChildWriteToItsFolder(t *testing.T) {
	t.Parallel()
	p := planFor(t, "write")
	require.Equal(t, "written", run(t, p).Outcome.Document.Summary)
	require.FileExists(t, filepath.Join(p.WorkDir, "out.csv"))
}

func TestLauncher_Perform_BoundsTheFilesOfTheChild(t *testing.T) {
	t.Parallel()
	p := planFor(t, "write much")
	p.Limits.DiskBytes = 1 << 20
	ended := run(t, p)
	require.NotNil(t, ended.Outcome.Document, "got %+v", ended)
	require.Contains(t, ended.Outcome.Document.Summary, "file too large")
	p = planFor(t, "write much")
	require.Equal(t, "<nil>", run(t, p).Outcome.Document.Summary)
}

func TestLauncher_Perform_KeepsTheChildFromTheNetwork(t *testing.T) {
	t.Parallel()
	if !sandbox.Probe().SystemCalls {
		require.Empty(t, os.Getenv("CI"), "CI must try the filter for system calls")
		t.Skip("this system has no filter for system calls")
	}
	require.Contains(t, run(t, planFor(t, "dial")).Outcome.Document.Summary, "operation not permitted")
}

func TestLauncher_Perform_NamesWhatWentWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		reason    task.Reason
		retryable bool
	}{
		"panic":    {task.EngineCrashed, true},
		"segfault": {task.EngineCrashed, true},
		"killed":   {task.OutOfMemory, false},
		"no such":  {task.OperationFailed, false},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := run(t, planFor(t, name))
			requireFailure(t, want.reason, ended)
			require.Equal(t, want.retryable, ended.Outcome.Failure.Retryable)
		})
	}
}

func TestLauncher_Perform_RetriesACrashOnce(t *testing.T) {
	t.Parallel()
	p := planFor(t, "panic")
	p.Attempt = 2
	ended := run(t, p)
	requireFailure(t, task.EngineCrashed, ended)
	require.False(t, ended.Outcome.Failure.Retryable)
	require.Contains(t, ended.Stderr, "on purpose")
	require.NotContains(t, ended.Trouble, "on purpose", "what goes to the log holds nothing of the task")
}

func TestLauncher_Perform_EndsAChildOverItsTimeout(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"until told", "hang"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := planFor(t, name)
			p.Limits.Timeout = 300 * time.Millisecond
			begun := time.Now()
			requireFailure(t, task.Timeout, run(t, p))
			require.Less(t, time.Since(begun), 4*time.Second)
		})
	}
}

func TestLauncher_Perform_EndsAChildOverItsMemory(t *testing.T) {
	t.Parallel()
	p := planFor(t, "grow")
	p.Limits.MemoryBytes = 64 << 20
	p.Limits.Timeout = time.Minute
	ended := run(t, p)
	requireFailure(t, task.OutOfMemory, ended)
	require.Equal(t, "the child process was killed for its memory", ended.Trouble, "and not by a system that has none left")
}

func TestLauncher_Perform_StopsWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"until told", "hang"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended, took := runUntilFirstProgress(t, planFor(t, name))
			require.True(t, ended.Stopped, "got %+v", ended)
			require.Less(t, took, 2*time.Second)
		})
	}
}

func TestLauncher_Perform_KeepsWorkThatWasDoneAllTheSame(t *testing.T) {
	t.Parallel()
	ended, _ := runUntilFirstProgress(t, planFor(t, "finish when told"))
	require.False(t, ended.Stopped)
	require.Equal(t, "just in time", ended.Outcome.Document.Summary)
}

// A child that does not keep to the protocol, played by a shell.
func TestLauncher_Perform_HandlesAChildThatBreaksTheProtocol(t *testing.T) {
	t.Parallel()
	const outcome = `echo '{"outcome":{"document":{"version":1,"kind":"test","summary":"first"}}}'`
	tests := map[string]struct {
		script  string
		summary string
	}{
		"garbage":                   {script: `echo hello; read forever`},
		"an empty message":          {script: `echo '{}'; read forever`},
		"a line that is cut":        {script: `printf '{"outcome":{'`},
		"nothing":                   {script: `exit 0`},
		"a line without end":        {script: `while :; do printf '%01000000d' 0; done`},
		"output after the outcome":  {script: outcome + `; echo hello`, summary: "first"},
		"a second outcome":          {script: outcome + `; echo '{"outcome":{"failure":{"reason":"timeout","message":"m"}}}'`, summary: "first"},
		"it stays after its result": {script: outcome + `; while :; do :; done`, summary: "first"},
		"a bad exit after it":       {script: outcome + `; exit 7`, summary: "first"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &worker.Launcher{Program: "/bin/sh", Arguments: []string{"-c", "read order; " + tt.script}, ExitGrace: time.Second}
			ended := l.Perform(t.Context(), planFor(t, "x"), func(plan.Progress) {})
			if tt.summary == "" {
				requireFailure(t, task.EngineCrashed, ended)
				return
			}
			require.NotNil(t, ended.Outcome.Document)
			require.Equal(t, tt.summary, ended.Outcome.Document.Summary)
			require.NotEmpty(t, ended.Trouble)
		})
	}
}

func TestLauncher_Perform_SaysSo_WhenTheChildCannotStart(t *testing.T) {
	t.Parallel()
	l := &worker.Launcher{Program: filepath.Join(t.TempDir(), "missing")}
	ended := l.Perform(t.Context(), planFor(t, "x"), func(plan.Progress) {})
	requireFailure(t, task.EngineCrashed, ended)
	require.NotEmpty(t, ended.Trouble)
}

func TestLauncher_Inspect(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "birds.json")
	require.NoError(t, os.WriteFile(path, []byte(`[{"name":"species","type":"string"}]`), 0o600))
	d, err := (&worker.Launcher{}).Inspect(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
	require.NoError(t, err)
	require.Equal(t, "species", d.Columns[0].Name)
	require.Equal(t, int64(3), *d.Rows)

	require.NoError(t, os.WriteFile(path, []byte(`nonsense`), 0o600))
	_, err = (&worker.Launcher{}).Inspect(t.Context(), plan.File{Path: path}, t.TempDir(), plan.Limits{})
	var failed *worker.FailedError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, "birds.json is not JSON", failed.Message)
}

func TestSweep_RemovesWhatACrashLeft(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "work")
	require.NoError(t, worker.Sweep(root))
	left, err := worker.Folder(root)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(left, "x"), nil, 0o600))
	require.NoError(t, worker.Sweep(root))
	require.NoDirExists(t, left)
	require.DirExists(t, root)
}
