package retention_test

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/retention"
	"ddap/server/internal/store"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const day = 24 * time.Hour

func pass(t *testing.T, s store.Retention, keep retention.Keep) {
	t.Helper()
	require.NoError(t, retention.New(s, keep, slog.New(slog.DiscardHandler)).Pass(t.Context()))
}

func endedDaysAgo(t *testing.T, db *storetest.DB, days int, ids ...uuid.UUID) {
	t.Helper()
	for _, id := range ids {
		require.Equal(t, int64(1), db.Exec(t, "UPDATE tasks SET finished_at = now() - make_interval(days => $2, secs => 1), cancel_pending = false, stop_expires_at = NULL WHERE id = $1", id, days))
	}
}

func TestPass_RemovesEachEndStateAfterItsOwnTime(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	at := func(state task.State, days int) storetest.Fixture {
		f := storetest.TaskAt(t, db, state)
		endedDaysAgo(t, db, days, f.Task.ID)
		return f
	}
	old := []storetest.Fixture{at(task.Succeeded, 30), at(task.Failed, 20), at(task.Canceled, 10)}
	young := []storetest.Fixture{at(task.Succeeded, 29), at(task.Failed, 19), at(task.Canceled, 9)}
	running := storetest.TaskAt(t, db, task.Running)
	pass(t, db, retention.Keep{})
	require.Equal(t, 7, db.Count(t, "SELECT count(*) FROM tasks"), "zero keeps for ever")

	pass(t, db, retention.Keep{Succeeded: 30 * day, Failed: 20 * day, Canceled: 10 * day})
	for _, f := range old {
		_, err := db.GetTask(t.Context(), f.Workspace, f.Task.ID)
		require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
		_, err = db.ListArtifacts(t.Context(), f.Workspace, f.Task.ID)
		require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
		require.Equal(t, 1, db.Count(t, `SELECT count(*) FROM audit_log WHERE workspace_id = $1 AND action = 'task.expire' AND actor_kind = 'system'
			AND before -> 'ids' ? $2`, f.Workspace, f.Task.ID.String()))
	}
	for _, f := range append(young, running) {
		_, err := db.GetTask(t.Context(), f.Workspace, f.Task.ID)
		require.NoError(t, err)
	}
	require.Equal(t, 3, db.Count(t, "SELECT count(*) FROM audit_log WHERE action = 'task.expire'"))
	for _, table := range []string{"task_events", "attempts", "results", "task_inputs"} {
		require.Zero(t, db.Count(t, "SELECT count(*) FROM "+table+" AS x WHERE NOT EXISTS (SELECT FROM tasks AS t WHERE t.id = x.task_id)"), table)
	}
}

func TestPass_LeavesWhatIsStillNeeded(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Succeeded)
	reads := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	endedDaysAgo(t, db, 400, f.Task.ID)
	keep := retention.Keep{Succeeded: day, Failed: day, Canceled: day}
	pass(t, db, keep)
	require.Equal(t, 2, db.Count(t, "SELECT count(*) FROM tasks"))
	_, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{reads.ID}, false)
	require.NoError(t, err)
	pass(t, db, keep)
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM tasks"), "nothing unfinished needs it any more")
}

func TestPass_RemovesPipelinesWhoseTasksAreGone(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	creator := storetest.Analyst(t, db, storetest.Workspace(t, db))
	pipeline := storetest.NewID(t)
	step := func(of *uuid.UUID) store.NewTask {
		return storetest.NewTask(t, storetest.With(func(n *store.NewTask) { n.PipelineID, n.RetryOf = &pipeline, of }))
	}
	first, second := step(nil), step(nil)
	_, _, err := db.CreateTasks(t.Context(), creator, &store.NewPipeline{ID: pipeline, Name: "p"}, []store.NewTask{first, second})
	require.NoError(t, err)
	_, err = db.CancelTasks(t.Context(), creator.WorkspaceID, []uuid.UUID{first.ID, second.ID}, false)
	require.NoError(t, err)
	again := step(&first.ID)
	_, _, err = db.CreateTasks(t.Context(), creator, nil, []store.NewTask{again})
	require.NoError(t, err)
	_, err = db.CancelTasks(t.Context(), creator.WorkspaceID, []uuid.UUID{again.ID}, false)
	require.NoError(t, err)
	keep := retention.Keep{Canceled: 5 * day}

	endedDaysAgo(t, db, 6, second.ID, again.ID)
	pass(t, db, keep)
	_, tasks, err := db.GetPipeline(t.Context(), creator.WorkspaceID, pipeline)
	require.NoError(t, err)
	require.Len(t, tasks, 1, "the retry stays for as long as its original, which would show again")
	require.Equal(t, again.ID, tasks[0].ID)

	endedDaysAgo(t, db, 6, first.ID)
	pass(t, db, keep)
	pass(t, db, keep)
	_, _, err = db.GetPipeline(t.Context(), creator.WorkspaceID, pipeline)
	require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
	_, _, err = db.CreateTasks(t.Context(), creator, nil, []store.NewTask{step(&again.ID)})
	require.True(t, fault.Is(err, fault.NotFound), "a retry that comes too late: %v", err)
}

func TestPass_OnSeveralServersAtOnceRemovesEverythingOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	creator := storetest.Analyst(t, db, storetest.Workspace(t, db))
	storetest.Task(t, db, creator)
	db.Exec(t, `INSERT INTO tasks (id, workspace_id, name, operation_code, params, creator_id, created_by, state, deadline, timeout_seconds, max_attempts, finished_at)
		SELECT gen_random_uuid(), t.workspace_id, 'old', 100, '{}', t.creator_id, t.created_by, 'succeeded', now(), 60, 1, now() - interval '2 days'
		FROM (SELECT * FROM tasks LIMIT 1) AS t, generate_series(1, 1000)`)
	var wg sync.WaitGroup
	for range 3 {
		other := db.Another(t)
		wg.Go(func() { pass(t, other, retention.Keep{Succeeded: day}) })
	}
	wg.Wait()
	pass(t, db, retention.Keep{Succeeded: day}) // what one had locked, another left
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM tasks"))
	require.Equal(t, 1000, db.Count(t, "SELECT sum((before ->> 'count')::int) FROM audit_log WHERE action = 'task.expire'"))
}
