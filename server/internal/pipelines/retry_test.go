package pipelines_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func TestRetry_TriesAgainWhatFailedAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(chain())
	id := uuid.MustParse(p.ID)
	_, err := h.pipelines.Retry(t.Context(), h.analyst, id, false)
	require.True(t, fault.HasCode(err, "nothing_to_retry") && fault.Is(err, fault.Conflict), "got %v", err)
	h.succeed(h.holder, h.claim(h.holder))
	h.fail(h.holder, h.claim(h.holder))
	before := h.get(p.ID)
	_, err = h.pipelines.Retry(t.Context(), storetest.Key(t, h.db, h.workspace, api.Analyst, "other"), id, false)
	require.True(t, fault.Is(err, fault.Forbidden), "got %v", err)
	_, err = h.pipelines.Retry(t.Context(), storetest.Analyst(t, h.db, storetest.Workspace(t, h.db)), id, false)
	require.True(t, fault.Is(err, fault.NotFound), "got %v", err)

	again, err := h.pipelines.Retry(t.Context(), h.analyst, id, false)
	require.NoError(t, err)
	require.Len(t, again.Tasks, 4)
	after := h.get(p.ID)
	require.Equal(t, before["look"].ID, after["look"].ID)
	for _, ref := range []string{"adults", "model", "report"} {
		require.Equal(t, before[ref].ID, after[ref].RetryOf, ref)
	}
	for range 2 {
		h.succeed(h.holder, h.claim(h.holder))
	}
	h.succeed(h.other, h.claim(h.other))
	for ref, state := range h.states(p.ID) {
		require.Equal(t, task.Succeeded, state, ref)
	}
}

func TestCreate_StepsHaveTimesOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	later, last := time.Now().Add(time.Hour).UTC().Truncate(time.Second), time.Now().Add(2*time.Hour).UTC().Truncate(time.Second)
	req := chain()
	req.Tasks[1].RunAt, req.Tasks[1].Deadline = &later, &last
	tasks := h.get(h.create(req).ID)
	require.Equal(t, task.Scheduled, tasks["look"].State)
	require.Equal(t, task.Blocked, tasks["adults"].State)
	require.True(t, last.Equal(*tasks["look"].Deadline))
	req.Tasks[1].Deadline = &later
	_, err := h.pipelines.Create(t.Context(), h.analyst, req)
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, "tasks[1].deadline", f.Fields[0].Path)
}

func TestRetry_MakesLostRowsAgainWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(chain())
	id := uuid.MustParse(p.ID)
	h.succeed(h.holder, h.claim(h.holder))
	h.fail(h.holder, h.claim(h.holder))
	before := h.get(p.ID)
	second := storetest.Runner(t, h.db, h.workspace, storetest.Shares("penguins"))
	require.NoError(t, h.db.RevokeRunner(t.Context(), h.workspace, h.holder.ID))

	_, err := h.pipelines.Retry(t.Context(), h.analyst, id, false)
	require.True(t, fault.HasCode(err, api.CodeInputLost) && fault.Is(err, fault.Conflict), "got %v", err)
	require.ErrorContains(t, err, "“look”")
	require.Equal(t, before, h.get(p.ID), "nothing has changed")

	_, err = h.pipelines.Retry(t.Context(), h.analyst, id, true)
	require.NoError(t, err)
	after := h.get(p.ID)
	for ref := range before {
		require.Equal(t, before[ref].ID, after[ref].RetryOf, ref)
	}
	for _, want := range []string{"look", "adults", "model"} {
		a := h.claim(second)
		require.Equal(t, want, a.Name)
		h.succeed(second, a)
	}
	require.Equal(t, task.Queued, h.states(p.ID)["report"])
}

// TestRetry_BelievesARunnerThatSaysItsRowsAreGone: the runner is there, and has
// removed the output.
func TestRetry_BelievesARunnerThatSaysItsRowsAreGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(chain())
	id := uuid.MustParse(p.ID)
	h.succeed(h.holder, h.claim(h.holder))
	a := h.claim(h.holder)
	_, err := h.results.Accept(t.Context(), h.holder, api.ResultReport{
		TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Outcome: api.OutcomeFailed,
		Error: &api.AttemptError{Reason: task.InputLost, Message: "the output was removed"},
	})
	require.NoError(t, err)
	_, err = h.pipelines.Retry(t.Context(), h.analyst, id, false)
	require.True(t, fault.HasCode(err, api.CodeInputLost), "got %v", err)
	_, err = h.pipelines.Retry(t.Context(), h.analyst, id, true)
	require.NoError(t, err)
	require.Equal(t, task.Queued, h.states(p.ID)["look"])
}
