package worker_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sandbox"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/task"
)

func limited(t *testing.T, name string) worker.Ended {
	t.Helper()
	return (&worker.Launcher{}).Perform(t.Context(), plan.Plan{TaskID: "t", Attempt: 1, Name: name, WorkDir: t.TempDir()}, func(plan.Progress) {})
}

func TestChild_OpensSoManyFilesAndNoMore(t *testing.T) {
	t.Parallel()
	ended := limited(t, "open many files")
	require.NotNil(t, ended.Outcome.Document, "%+v", ended)
	var opened int
	var why bool
	_, err := fmt.Sscan(ended.Outcome.Document.Summary, &opened, &why)
	require.NoError(t, err)
	require.True(t, why, "the system says that there are too many")
	require.Greater(t, opened, 400)
	require.Less(t, opened, 512, "some are open already")
}

func TestChild_MakesNoProcess(t *testing.T) {
	t.Parallel()
	if !sandbox.Probe().SystemCalls {
		require.Empty(t, os.Getenv("CI"), "CI must try the filter for system calls")
		t.Skip("this kernel filters no system calls")
	}
	ended := limited(t, "start a process")
	require.NotNil(t, ended.Outcome.Document, "%+v", ended)
	require.Contains(t, ended.Outcome.Document.Summary, "operation not permitted")
}

func TestChild_IsEnded_WhenItStartsTooManyThreads(t *testing.T) {
	t.Parallel()
	ended := limited(t, "start many threads")
	require.Equal(t, &plan.Failure{
		Reason: task.OperationFailed, Message: "The task started more than the 1000 threads that it may have on this computer.",
	}, ended.Outcome.Failure)
	require.Equal(t, "the child process was killed for its threads", ended.Trouble)
	require.False(t, ended.Stopped)
}
