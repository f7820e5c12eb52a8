package dispatch_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func TestPatch_ChangesWhatHasNotEnded(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Queued)
	first := storetest.Task(t, db, f.Creator)
	priority, deadline := 7, time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	changed, err := s.Patch(t.Context(), f.Creator, first.ID, api.TaskPatch{Priority: &priority, Deadline: &deadline})
	require.NoError(t, err)
	require.Equal(t, 7, changed.Priority)
	require.True(t, deadline.Equal(*changed.Deadline))
	events, err := s.Events(t.Context(), f.Creator, first.ID, 0, "")
	require.NoError(t, err)
	last := events.Events[len(events.Events)-1]
	require.Equal(t, api.EventChanged, last.Type)
	require.Contains(t, last.Message, "priority 7")
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM audit_log WHERE action = 'task.change' AND after ->> 'priority' = '7' AND before ->> 'priority' = '0'"))
	require.Equal(t, first.ID.String(), storetest.Claim(t, db, f.Runner)[0].TaskID, "it goes before the older one")

	same, err := s.Patch(t.Context(), f.Creator, first.ID, api.TaskPatch{})
	require.NoError(t, err)
	require.Equal(t, 7, same.Priority)

	past, far := time.Now().Add(-time.Minute), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, wrong := range []time.Time{past, far} {
		_, err = s.Patch(t.Context(), f.Creator, first.ID, api.TaskPatch{Deadline: &wrong})
		var problem *fault.Error
		require.ErrorAs(t, err, &problem)
		require.Equal(t, "deadline", problem.Fields[0].Path)
	}
	later := time.Now().Add(2 * time.Hour)
	scheduled := storetest.Task(t, db, f.Creator, storetest.With(func(n *store.NewTask) { n.RunAt = &later }))
	_, err = s.Patch(t.Context(), f.Creator, scheduled.ID, api.TaskPatch{Deadline: &deadline})
	require.True(t, fault.Is(err, fault.Invalid), "before run_at: %v", err)

	ended := storetest.TaskAt(t, db, task.Succeeded)
	_, err = s.Patch(t.Context(), ended.Creator, ended.Task.ID, api.TaskPatch{Priority: &priority})
	require.True(t, fault.HasCode(err, "wrong_state"), "got %v", err)
	_, err = s.Patch(t.Context(), ended.Creator, first.ID, api.TaskPatch{Priority: &priority})
	require.True(t, fault.Is(err, fault.NotFound), "another workspace: %v", err)
	_, err = s.Patch(t.Context(), storetest.Key(t, db, f.Workspace, api.Analyst, "other"), first.ID, api.TaskPatch{Priority: &priority})
	require.True(t, fault.Is(err, fault.Forbidden), "got %v", err)
}

func TestPinned_RefusesWhatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Queued)
	priority := 1
	for name, act := range map[string]func(store.Principal, uuid.UUID) func(*testing.T) error{
		"Patch": func(p store.Principal, id uuid.UUID) func(*testing.T) error {
			ctx, _, err := s.Pinned(t.Context(), p, id)
			require.NoError(t, err)
			return func(*testing.T) error {
				_, err := s.Patch(ctx, p, id, api.TaskPatch{Priority: &priority})
				return err
			}
		},
		"Cancel": func(p store.Principal, id uuid.UUID) func(*testing.T) error {
			ctx, _, err := s.Pinned(t.Context(), p, id)
			require.NoError(t, err)
			return func(*testing.T) error {
				_, err := s.Cancel(ctx, p, id)
				return err
			}
		},
	} {
		made := storetest.Task(t, db, f.Creator)
		stale := act(f.Creator, made.ID)
		other := 50
		_, err := s.Patch(t.Context(), f.Creator, made.ID, api.TaskPatch{Priority: &other})
		require.NoError(t, err)
		require.True(t, fault.Is(stale(t), fault.Stale), name)
		require.NoError(t, act(f.Creator, made.ID)(t), name)
	}
	f = storetest.TaskAt(t, db, task.Succeeded)
	ctx, _, err := s.Pinned(t.Context(), f.Creator, f.Task.ID)
	require.NoError(t, err)
	db.Exec(t, "UPDATE tasks SET message = 'x' WHERE id = $1", f.Task.ID)
	require.True(t, fault.Is(s.Delete(ctx, f.Creator, f.Task.ID), fault.Stale))
	require.NoError(t, s.Delete(t.Context(), f.Creator, f.Task.ID))
}

func TestClone_MakesATaskOfItsOwn(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Running)
	again, err := s.Clone(t.Context(), f.Creator, f.Task.ID)
	require.NoError(t, err)
	require.Equal(t, task.Queued, again.State)
	require.NotEqual(t, f.Task.ID.String(), again.ID)
	require.Empty(t, again.RetryOf)
	require.Empty(t, again.PipelineID)
	require.JSONEq(t, string(f.Task.Params), string(again.Params))
	_, err = s.Clone(t.Context(), storetest.Key(t, db, f.Workspace, api.Analyst, "other"), f.Task.ID)
	require.True(t, fault.Is(err, fault.Forbidden), "got %v", err)
}

func TestRetry_OffersToMakeLostRowsAgain(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Succeeded)
	// Another runner shares the same, so that it can be made again.
	storetest.Runner(t, db, f.Workspace, storetest.Shares("penguins"))
	reads := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	_, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{reads.ID}, false)
	require.NoError(t, err)
	require.NoError(t, db.RevokeRunner(t.Context(), f.Workspace, f.Runner.ID))

	_, err = s.Retry(t.Context(), f.Creator, reads.ID, false)
	require.True(t, fault.HasCode(err, api.CodeInputLost) && fault.Is(err, fault.Conflict), "got %v", err)
	require.ErrorContains(t, err, f.Task.Name)
	again, err := s.Retry(t.Context(), f.Creator, reads.ID, true)
	require.NoError(t, err)
	require.Equal(t, task.Blocked, again.State, "it waits for its input, which is made again")
	require.Equal(t, reads.ID.String(), again.RetryOf)
	require.NotContains(t, string(again.Params), f.Task.ID.String())
}
