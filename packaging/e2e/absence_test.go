package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/operation"
	"ddap/shared/task"
)

func taskFilter() client.TaskFilter { return client.TaskFilter{} }

func TestResult_ArrivesLater_WhenTheServerIsAwayAtTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1, "clouds="+clouds(t, 40_000)+":rows")
	id := h.create("finished alone", operation.Analyze, slow(15))
	h.awaitMiddle(id)
	require.NoError(t, h.serving.Stop(20*time.Second))
	h.await("the runner ends the work alone", func() bool { return len(programs.Children(h.working.PID())) == 0 })
	h.startServer()
	ended, view := h.awaitEnd(id)
	require.Equal(t, task.Succeeded, ended.State)
	require.Equal(t, 1, ended.Attempt)
	require.NotNil(t, view.Result)
	h.requireEndedOnce(id)
}

func TestResult_ArrivesLater_EvenFromARunnerThatWasStartedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1, "clouds="+clouds(t, 40_000)+":rows")
	id := h.create("finished alone", operation.Analyze, slow(15))
	h.awaitMiddle(id)
	require.NoError(t, h.serving.Stop(20*time.Second))
	h.await("the runner ends the work alone", func() bool { return len(programs.Children(h.working.PID())) == 0 })
	h.working.Kill()
	h.startServer()
	h.startRunner()
	ended, view := h.awaitEnd(id)
	require.Equal(t, task.Succeeded, ended.State)
	require.NotNil(t, view.Result)
	h.requireEndedOnce(id)
}

func TestCancel_StopsTheWorkWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1, "clouds="+clouds(t, 40_000)+":rows")
	id := h.create("not to be finished", operation.Analyze, slow(100))
	h.awaitMiddle(id)
	canceled, err := h.client.CancelTask(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, task.Canceled, canceled.State)
	stopped := h.awaitTask(id, "the runner confirms that it stopped", func(t api.Task) bool { return t.StoppedAt != nil })
	require.Less(t, stopped.StoppedAt.Sub(*stopped.FinishedAt), 2*time.Second)
	require.Empty(t, programs.Children(h.working.PID()))

	// The slot is free again.
	next, _ := h.awaitEnd(h.create("the next", operation.Fetch, `{"source":{"dataset":"clouds"},"limit":1}`))
	require.Equal(t, task.Succeeded, next.State)
}

func TestStop_HandsTheTaskBackWithoutUsingAnAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1, "clouds="+clouds(t, 40_000)+":rows")
	created, err := h.client.CreateTask(t.Context(), api.TaskRequest{
		Name: "handed back", OperationCode: int(operation.Analyze), Params: []byte(slow(15)), MaxAttempts: 1,
	})
	require.NoError(t, err)
	h.awaitMiddle(created.TaskID)
	begun := time.Now()
	require.NoError(t, h.working.Stop(20*time.Second))
	require.Less(t, time.Since(begun), 10*time.Second)
	back, err := h.client.Task(t.Context(), created.TaskID)
	require.NoError(t, err)
	require.Equal(t, task.Queued, back.State)
	require.Len(t, back.Attempts, 1)
	require.Equal(t, string(api.OutcomeReleased), back.Attempts[0].Outcome)

	h.startRunner()
	ended, _ := h.awaitEnd(created.TaskID)
	require.Equalf(t, task.Succeeded, ended.State, "its only attempt was still there: %s", ended.Message)
	h.requireEndedOnce(created.TaskID)
}
