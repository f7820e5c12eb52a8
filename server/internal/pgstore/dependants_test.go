package pgstore_test

import (
	"sync"
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

// work lets a runner claim one task and succeed with it.
func work(t *testing.T, db *storetest.DB, runner store.Principal) uuid.UUID {
	t.Helper()
	given := storetest.Claim(t, db, runner)
	require.Len(t, given, 1)
	storetest.Succeed(t, db, runner, given[0])
	return uuid.MustParse(given[0].TaskID)
}

func TestDependants_RunOneAfterTheOtherWhereTheRowsAre(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Queued)
	other := storetest.Runner(t, db, f.Workspace, storetest.Shares(storetest.SharedName))
	filter := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	second := storetest.Task(t, db, f.Creator, storetest.From(filter.ID))
	report := storetest.Task(t, db, f.Creator, storetest.Reports(second.ID))
	require.Equal(t, task.Blocked, report.State)
	require.Equal(t, task.WaitingForInput, report.Reason)

	require.Equal(t, f.Task.ID, work(t, db, f.Runner))
	require.Empty(t, storetest.Claim(t, db, other), "the rows are not here")
	require.Equal(t, filter.ID, work(t, db, f.Runner))
	require.Equal(t, second.ID, work(t, db, f.Runner))
	require.Equal(t, report.ID, work(t, db, other), "a report needs no rows: any runner can make it")
}

func TestDependants_FailWithWhatTheyNeed(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for name, end := range map[string]func(t *testing.T, f storetest.Fixture){
		"Failed": func(t *testing.T, f storetest.Fixture) {
			_, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeFailed, storetest.Failure())
			require.NoError(t, err)
		},
		"Canceled": func(t *testing.T, f storetest.Fixture) {
			_, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{f.Task.ID}, false)
			require.NoError(t, err)
		},
		"DeadlinePassed": func(t *testing.T, f storetest.Fixture) {
			db.Age(t, f.Task.ID, 31*24*time.Hour)
			n, _, err := db.EndOverdue(t.Context())
			require.NoError(t, err)
			require.Positive(t, n)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := storetest.TaskAt(t, db, task.Running)
			child := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
			scheduled := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID), storetest.With(func(n *store.NewTask) { n.RunAt = later() }))
			grandchild := storetest.Task(t, db, f.Creator, storetest.From(child.ID))
			require.Equal(t, task.Scheduled, scheduled.State)
			end(t, f)
			for _, id := range []uuid.UUID{child.ID, scheduled.ID, grandchild.ID} {
				got := at(t, db, f.Workspace, id)
				require.Equal(t, task.Failed, got.State)
				require.Equal(t, task.InputFailed, got.Reason)
				requireLastEvent(t, db, id, api.EventFailed, task.InputFailed)
			}
			_, _, err := db.CreateTasks(t.Context(), f.Creator, nil, []store.NewTask{storetest.NewTask(t, storetest.From(f.Task.ID))})
			require.True(t, fault.Is(err, fault.Invalid), "it failed already: %v", err)
		})
	}
}

func TestDependants_OfTwoInputsOnDifferentRunnersFail(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Succeeded)
	other := storetest.Runner(t, db, f.Workspace, storetest.Shares(storetest.SharedName))
	second := storetest.Task(t, db, f.Creator)
	both := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID, second.ID))
	report := storetest.Task(t, db, f.Creator, storetest.Reports(f.Task.ID, second.ID))
	require.Equal(t, second.ID, work(t, db, other))
	got := at(t, db, f.Workspace, both.ID)
	require.Equal(t, task.Failed, got.State)
	require.Equal(t, task.InputsOnDifferentRunners, got.Reason)
	require.Equal(t, task.Queued, at(t, db, f.Workspace, report.ID).State, "documents can be read anywhere")
}

func TestDependants_AreQueuedOnceWhenTheirInputsEndAtTheSameTime(t *testing.T) {
	t.Parallel()
	const inputs = 6
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	runner := storetest.Runner(t, db, ws, storetest.Slots(inputs), storetest.Shares(storetest.SharedName))
	for range 5 {
		var ids []uuid.UUID
		for range inputs {
			ids = append(ids, storetest.Task(t, db, analyst).ID)
		}
		child := storetest.Task(t, db, analyst, storetest.Reports(ids[0]))
		for i, id := range ids[1:] {
			db.Exec(t, "INSERT INTO task_inputs (task_id, path, input_task_id, needs_data) VALUES ($1, $2, $3, false)",
				child.ID, string(rune('a'+i)), id)
		}
		given := storetest.Claim(t, db, runner)
		require.Len(t, given, inputs)
		var wg sync.WaitGroup
		for _, a := range given {
			wg.Go(func() {
				if _, err := storetest.Report(t, db, runner, a, api.OutcomeSucceeded, storetest.Success(runner)); err != nil {
					t.Errorf("report: %v", err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, task.Queued, at(t, db, ws, child.ID).State)
		require.Equal(t, []api.EventType{api.EventCreated, api.EventQueued}, eventTypes(t, db, child.ID))
		require.Equal(t, child.ID, work(t, db, runner))
	}
}

func TestDependants_ThatAreCreatedWhileTheirInputEndsAreNotForgotten(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	runner := storetest.Runner(t, db, ws, storetest.Shares(storetest.SharedName))
	for range 20 {
		input := storetest.Task(t, db, analyst)
		given := storetest.Claim(t, db, runner)
		require.Len(t, given, 1)
		var child store.Task
		var wg sync.WaitGroup
		wg.Go(func() { child = storetest.Task(t, db, analyst, storetest.From(input.ID)) })
		wg.Go(func() { storetest.Succeed(t, db, runner, given[0]) })
		wg.Wait()
		require.Equal(t, task.Queued, at(t, db, ws, child.ID).State)
		require.Equal(t, child.ID, work(t, db, runner))
	}
}

func TestStartDue_MovesScheduledTasksOnToTheirInputsOrTheQueue(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Scheduled)
	soon := storetest.With(func(n *store.NewTask) { n.RunAt = later() })
	open := storetest.Task(t, db, f.Creator, soon, storetest.From(storetest.Task(t, db, f.Creator).ID))
	n, _, err := db.StartDue(t.Context())
	require.NoError(t, err)
	require.Zero(t, n, "it is not time")
	require.Equal(t, task.WaitingForTime, f.Task.Reason)

	db.Age(t, f.Task.ID, 25*time.Hour)
	db.Age(t, open.ID, 2*time.Hour)
	n, changes, err := db.StartDue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Len(t, changes.Queued, 1)
	require.Equal(t, task.Queued, at(t, db, f.Workspace, f.Task.ID).State)
	require.Equal(t, task.Blocked, at(t, db, f.Workspace, open.ID).State)
	work(t, db, f.Runner)
	work(t, db, f.Runner)
	require.Equal(t, task.Queued, at(t, db, f.Workspace, open.ID).State)
}

func TestEndOverdue_EndsEveryUnfinishedState(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for _, state := range task.States() {
		f := storetest.TaskAt(t, db, state)
		n, _, err := db.EndOverdue(t.Context())
		require.NoError(t, err)
		require.Zero(t, n)
		db.Age(t, f.Task.ID, 31*24*time.Hour)
		n, changes, err := db.EndOverdue(t.Context())
		require.NoError(t, err)
		got := at(t, db, f.Workspace, f.Task.ID)
		if state.Final() {
			require.Zero(t, n)
			require.Equal(t, state, got.State)
			continue
		}
		require.Equal(t, 1, n, state)
		require.Equal(t, task.Failed, got.State)
		require.Equal(t, task.DeadlinePassed, got.Reason)
		require.Contains(t, changes.Ended, f.Task.ID)
		if state.Held() {
			require.Len(t, storetest.Ping(t, db, f.Runner, f.Assignment).Lost, 1)
		}
	}
}

func TestCreateTasks_RefusesADeadlineThatHasPassed(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	past := time.Now().Add(-time.Minute)
	_, _, err := db.CreateTasks(t.Context(), storetest.Analyst(t, db, ws), nil,
		[]store.NewTask{storetest.NewTask(t), storetest.NewTask(t, storetest.With(func(n *store.NewTask) { n.At, n.Deadline = "tasks[1].", &past }))})
	require.True(t, fault.Is(err, fault.Invalid), "got %v", err)
	require.ErrorContains(t, err, "tasks[1].deadline")
	require.Zero(t, db.Count(t, "SELECT count(*) FROM tasks"), "all or none")
}

func TestCreateTasks_CountsTheDefaultDeadlineFromTheScheduledTime(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	creator := storetest.Analyst(t, db, ws)
	start := time.Now().Add(2 * store.DefaultDeadline).Truncate(time.Second)
	later := storetest.With(func(n *store.NewTask) { n.RunAt = &start })
	require.WithinDuration(t, start.Add(store.DefaultDeadline), storetest.Task(t, db, creator, later).Deadline, 0)

	before := start.Add(-time.Hour)
	_, _, err := db.CreateTasks(t.Context(), creator, nil, []store.NewTask{
		storetest.NewTask(t, later, storetest.With(func(n *store.NewTask) { n.Deadline = &before })),
	})
	require.True(t, fault.Is(err, fault.Invalid), "got %v", err)
	require.ErrorContains(t, err, "run_at")
}

func TestCreateTasks_ReplacesAStepOfAPipelineOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Failed)
	pipeline := storetest.NewID(t)
	step := storetest.NewTask(t, storetest.With(func(n *store.NewTask) { n.PipelineID = &pipeline }))
	_, _, err := db.CreateTasks(t.Context(), f.Creator, &store.NewPipeline{ID: pipeline, Name: "p"}, []store.NewTask{step})
	require.NoError(t, err)
	const tries = 8
	errs := make([]error, tries)
	var wg sync.WaitGroup
	for i := range tries {
		again := storetest.NewTask(t, storetest.With(func(n *store.NewTask) { n.PipelineID, n.RetryOf = &pipeline, &step.ID }))
		wg.Go(func() { _, _, errs[i] = db.CreateTasks(t.Context(), f.Creator, nil, []store.NewTask{again}) })
	}
	wg.Wait()
	for _, err := range errs {
		require.True(t, err == nil || fault.HasCode(err, "already_retried"), "got %v", err)
	}
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM tasks WHERE retry_of = $1", step.ID))
}

func TestHoldsInput_IsTrueOnlyForTheHolderOfWhatNeedsIt(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Succeeded)
	storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	holds := func(runner store.Principal) bool {
		t.Helper()
		ok, err := db.HoldsInput(t.Context(), runner.ID, f.Task.ID)
		require.NoError(t, err)
		return ok
	}
	require.False(t, holds(f.Runner), "it waits still")
	given := storetest.Claim(t, db, f.Runner)
	require.True(t, holds(f.Runner))
	require.False(t, holds(storetest.Runner(t, db, f.Workspace)))
	storetest.Succeed(t, db, f.Runner, given[0])
	require.False(t, holds(f.Runner), "it is over")
}

func TestWorkspaces_DoNotSeeEachOthersTasks(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f, stranger := storetest.TaskAt(t, db, task.Succeeded), storetest.Workspace(t, db)
	_, err := db.GetTask(t.Context(), stranger, f.Task.ID)
	require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
	document, err := db.GetResult(t.Context(), stranger, f.Task.ID)
	require.NoError(t, err)
	require.Nil(t, document)
	found, err := db.FindInputs(t.Context(), stranger, []uuid.UUID{f.Task.ID})
	require.NoError(t, err)
	require.Empty(t, found)
	tasks, err := db.ListTasks(t.Context(), store.TaskFilter{WorkspaceID: stranger}, store.TaskPage{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, tasks)
	require.True(t, fault.Is(db.DeleteTask(t.Context(), stranger, f.Task.ID), fault.NotFound))
	known, err := db.FindDatasets(t.Context(), stranger, []string{storetest.SharedName}, nil)
	require.NoError(t, err)
	require.Empty(t, known)
	runners, err := db.FindRunnerIDs(t.Context(), stranger, []uuid.UUID{f.Runner.ID})
	require.NoError(t, err)
	require.Empty(t, runners)
	_, _, err = db.CreateTasks(t.Context(), storetest.Analyst(t, db, stranger), nil, []store.NewTask{storetest.NewTask(t, storetest.From(f.Task.ID))})
	require.True(t, fault.Is(err, fault.Invalid), "got %v", err)
}
