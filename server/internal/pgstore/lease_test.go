package pgstore_test

import (
	"context"
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

func TestRenew_ConfirmsAndExtendsWithProgress(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Leased)
	half, rows, left := 0.5, int64(7), int64(20)
	running := storetest.Running(f.Assignment)
	running[0].Fraction, running[0].Stage, running[0].Message, running[0].RowsDone = &half, "reading", "row 7", &rows
	running[0].RemainingSeconds = &left
	pinged, err := db.Renew(t.Context(), store.Ping{RunnerID: f.Runner.ID, Activity: api.Working, Running: running})
	require.NoError(t, err)
	require.Empty(t, pinged.Lost)
	require.Empty(t, pinged.Cancels)
	require.False(t, pinged.Now.IsZero())

	got := at(t, db, f.Workspace, f.Task.ID)
	require.Equal(t, task.Running, got.State)
	require.NotNil(t, got.StartedAt)
	require.Equal(t, api.Progress{Fraction: &half, Stage: "reading", Message: "row 7", RowsDone: &rows, RemainingSeconds: &left}, got.Progress)
	require.Equal(t, 1, db.Count(t, `SELECT count(*) FROM tasks WHERE id = $1
		AND lease_expires_at = confirmed_at + interval '60 seconds' AND timeout_at = confirmed_at + interval '3630 seconds'`, f.Task.ID))

	_, err = db.Renew(t.Context(), store.Ping{RunnerID: f.Runner.ID, Activity: api.Working, Running: running})
	require.NoError(t, err)
	require.Equal(t, []api.EventType{api.EventCreated, api.EventLeased, api.EventRunning, api.EventStage}, eventTypes(t, db, f.Task.ID),
		"the same stage again is no event")
}

func eventTypes(t *testing.T, db *storetest.DB, id uuid.UUID) []api.EventType {
	t.Helper()
	events, err := db.ListEvents(t.Context(), id)
	require.NoError(t, err)
	var out []api.EventType
	for _, e := range events {
		out = append(out, e.Type)
	}
	return out
}

func TestRenew_NamesWhatIsLost(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	cases := map[string]func(r *api.RunningTask){
		"OtherToken":   func(r *api.RunningTask) { r.LeaseToken = "1-x" },
		"OtherAttempt": func(r *api.RunningTask) { r.Attempt++ },
		"UnknownTask":  func(r *api.RunningTask) { r.TaskID = uuid.NewString() },
	}
	for name, change := range cases {
		running := storetest.Running(f.Assignment, f.Assignment)
		change(&running[1])
		pinged, err := db.Renew(t.Context(), store.Ping{RunnerID: f.Runner.ID, Activity: api.Working, Running: running})
		require.NoError(t, err)
		require.Equal(t, []api.AttemptRef{{TaskID: running[1].TaskID, Attempt: running[1].Attempt}}, pinged.Lost, name)
	}
	thief := storetest.Runner(t, db, f.Workspace)
	require.Len(t, storetest.Ping(t, db, thief, f.Assignment).Lost, 1, "the token alone is not enough")
}

func TestRenew_AcceptsALeaseWhoseTimePassedButThatNobodyTookBack(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for _, state := range []task.State{task.Leased, task.Running} {
		f := storetest.TaskAt(t, db, state)
		db.Age(t, f.Task.ID, 10*time.Minute)
		require.Empty(t, storetest.Ping(t, db, f.Runner, f.Assignment).Lost)
		_, err := db.TakeBack(t.Context())
		require.NoError(t, err)
		require.Equal(t, task.Running, at(t, db, f.Workspace, f.Task.ID).State)
		db.Age(t, f.Task.ID, 10*time.Minute)
		storetest.Succeed(t, db, f.Runner, f.Assignment)
	}
}

func TestTakeBack_ReturnsWhatWasNotConfirmedUncounted(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Leased)
	db.Age(t, f.Task.ID, store.ConfirmTime-time.Second)
	require.Zero(t, takeBack(t, db).Total(), "it has a second left")
	db.Age(t, f.Task.ID, 2*time.Second)
	require.Equal(t, 1, takeBack(t, db).Unconfirmed)
	got := at(t, db, f.Workspace, f.Task.ID)
	require.Equal(t, task.Queued, got.State)
	require.Zero(t, got.AttemptsUsed)
	require.Equal(t, 1, got.Attempt)
	requireLastEvent(t, db, f.Task.ID, api.EventQueued, task.NotConfirmed)

	again := storetest.Claim(t, db, f.Runner)
	require.Len(t, again, 1, "at once, with no backoff")
	require.Equal(t, 2, again[0].Attempt)
	require.NotEqual(t, f.Assignment.LeaseToken, again[0].LeaseToken)
	require.Len(t, storetest.Ping(t, db, f.Runner, f.Assignment).Lost, 1, "the first one is lost")

	// Twice in a row: nothing more until a ping.
	db.Exec(t, "UPDATE runners SET unconfirmed = 1 WHERE id = $1", f.Runner.ID)
	db.Age(t, f.Task.ID, store.ConfirmTime+time.Second)
	require.Equal(t, 1, takeBack(t, db).Unconfirmed)
	claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: f.Runner.ID, Limit: 1})
	require.NoError(t, err)
	require.Empty(t, claim.Assignments)
	require.True(t, claim.MustPing)
	storetest.Ping(t, db, f.Runner)
	require.Len(t, storetest.Claim(t, db, f.Runner), 1)
}

func takeBack(t *testing.T, db *storetest.DB) store.TakenBack {
	t.Helper()
	back, err := db.TakeBack(t.Context())
	require.NoError(t, err)
	return back
}

func requireLastEvent(t *testing.T, db *storetest.DB, id uuid.UUID, typ api.EventType, reason task.Reason) {
	t.Helper()
	events, err := db.ListEvents(t.Context(), id)
	require.NoError(t, err)
	last := events[len(events)-1]
	require.Equal(t, typ, last.Type)
	require.Equal(t, reason, last.Reason)
}

func TestTakeBack_RetriesALostLeaseAfterABackoffUntilAttemptsAreUsedUp(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Queued)
	child := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	for attempt := 1; attempt <= store.DefaultMaxAttempts; attempt++ {
		given := storetest.Claim(t, db, f.Runner)
		require.Len(t, given, 1)
		storetest.Ping(t, db, f.Runner, given...)
		db.Age(t, f.Task.ID, store.LeaseTime+time.Second)
		back := takeBack(t, db)
		got := at(t, db, f.Workspace, f.Task.ID)
		require.Equal(t, attempt, got.AttemptsUsed)
		if attempt == store.DefaultMaxAttempts {
			require.Equal(t, 1, back.Exhausted)
			require.Equal(t, task.Failed, got.State)
			require.Equal(t, task.AttemptsExhausted, got.Reason)
			break
		}
		require.Equal(t, 1, back.Expired)
		require.Equal(t, task.Queued, got.State)
		require.Equal(t, task.RetryBackoff, got.Reason)
		requireLastEvent(t, db, f.Task.ID, api.EventQueued, task.LeaseExpired)
		require.Empty(t, storetest.Claim(t, db, f.Runner), "it waits")
		// 5 s × 2ⁿ, less up to a half.
		whole := 5 * time.Second << (attempt - 1)
		wait := db.Count(t, "SELECT (extract(epoch FROM not_before - now()) * 1000)::int FROM tasks WHERE id = $1", f.Task.ID)
		require.LessOrEqual(t, time.Duration(wait)*time.Millisecond, whole)
		require.Greater(t, time.Duration(wait)*time.Millisecond, whole/2-time.Second)
		db.Age(t, f.Task.ID, whole)
	}
	got := at(t, db, f.Workspace, child.ID)
	require.Equal(t, task.Failed, got.State)
	require.Equal(t, task.InputFailed, got.Reason)

	attempts, err := db.ListAttempts(t.Context(), f.Task.ID)
	require.NoError(t, err)
	require.Len(t, attempts, 3)
	for _, a := range attempts {
		require.Equal(t, "reclaimed", a.Outcome)
		require.Equal(t, task.LeaseExpired, a.Reason)
		require.NotNil(t, a.EndedAt)
	}
}

func TestTakeBack_GivesNoAttemptMoreThanAllowedWhenManyLeasesExpireAtOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	const many = 750 // more than one pass takes
	runner := storetest.Runner(t, db, ws, storetest.Shares(storetest.SharedName), storetest.Slots(many))
	tasks := make([]store.NewTask, many)
	for i := range tasks {
		tasks[i] = storetest.NewTask(t, storetest.With(func(n *store.NewTask) { n.MaxAttempts = 1 }))
	}
	_, _, err := db.CreateTasks(t.Context(), storetest.Analyst(t, db, ws), nil, tasks)
	require.NoError(t, err)
	claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: runner.ID, Limit: many})
	require.NoError(t, err)
	require.Len(t, claim.Assignments, many)
	storetest.Ping(t, db, runner, claim.Assignments...)
	db.Exec(t, "UPDATE tasks SET lease_expires_at = now() - interval '1 second'")
	for range 2 {
		back := takeBack(t, db)
		require.Zero(t, back.Expired, "their only attempt is used up")
	}
	require.Equal(t, many, db.Count(t, "SELECT count(*) FROM tasks WHERE reason = 'attempts_exhausted'"))
}

func TestTakeBack_EndsWhatTakesTooLong(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	db.Age(t, f.Task.ID, 3600*time.Second)
	storetest.Ping(t, db, f.Runner, f.Assignment)
	require.Zero(t, takeBack(t, db).Total(), "the runner ends it first; the server 30 s later")
	db.Age(t, f.Task.ID, store.TimeoutGrace+time.Second)
	storetest.Ping(t, db, f.Runner, f.Assignment)
	require.Equal(t, 1, takeBack(t, db).TimedOut)
	got := at(t, db, f.Workspace, f.Task.ID)
	require.Equal(t, task.Failed, got.State)
	require.Equal(t, task.Timeout, got.Reason)
	require.Len(t, storetest.Ping(t, db, f.Runner, f.Assignment).Lost, 1)
}

func TestTakeBack_PassesOverWhatAnotherTransactionIsAt(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	other := storetest.TaskAt(t, db, task.Running)
	db.Age(t, f.Task.ID, store.LeaseTime+time.Second)
	db.Age(t, other.Task.ID, store.LeaseTime+time.Second)
	db.Lock(t, f.Task.ID)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	back, err := db.TakeBack(ctx)
	require.NoError(t, err, "a ping that comes in this moment wins")
	require.Equal(t, 1, back.Expired)
	require.Equal(t, task.Queued, at(t, db, other.Workspace, other.Task.ID).State)
}

func TestTakeBack_DoesNotCountTimeInWhichNobodyServed(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	require.Zero(t, takeBack(t, db).Gap, "the first stamp ever is no gap")
	running, leased := storetest.TaskAt(t, db, task.Running), storetest.TaskAt(t, db, task.Leased)
	canceled := storetest.TaskAt(t, db, task.Canceled)

	db.Down(t, 2*time.Hour)
	back := takeBack(t, db)
	require.InDelta(t, 2*time.Hour, back.Gap, float64(time.Minute))
	require.Zero(t, back.Total())
	require.Equal(t, task.Running, at(t, db, running.Workspace, running.Task.ID).State)
	require.Equal(t, task.Leased, at(t, db, leased.Workspace, leased.Task.ID).State)
	require.True(t, at(t, db, canceled.Workspace, canceled.Task.ID).CancelPending)

	require.Zero(t, takeBack(t, db).Gap)
	db.Age(t, running.Task.ID, store.LeaseTime+time.Second)
	require.Equal(t, 1, takeBack(t, db).Expired, "time in which somebody served counts")
}

func TestEnter_NewProcessTakesOverAndTheOldOneIsTold(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Queued)
	db.Exec(t, "UPDATE runners SET slots = 3 WHERE id = $1", f.Runner.ID)
	unconfirmed, canceled := storetest.Task(t, db, f.Creator), storetest.Task(t, db, f.Creator)
	enter := func(instance string, held ...api.Assignment) error {
		_, err := db.Renew(t.Context(), store.Ping{
			RunnerID: f.Runner.ID, InstanceID: instance, Activity: api.Working, Running: storetest.Running(held...),
		})
		return err
	}
	require.NoError(t, enter("first"))
	given := storetest.Claim(t, db, f.Runner)
	require.Len(t, given, 3)
	require.NoError(t, enter("first", given[0], given[2]))
	_, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{canceled.ID}, false)
	require.NoError(t, err)

	require.NoError(t, enter("second"))
	got := at(t, db, f.Workspace, f.Task.ID)
	require.Equal(t, task.Queued, got.State)
	require.Equal(t, 1, got.AttemptsUsed, "a task that kills its runner must not do so for ever")
	requireLastEvent(t, db, f.Task.ID, api.EventQueued, task.RunnerLost)
	require.Zero(t, at(t, db, f.Workspace, unconfirmed.ID).AttemptsUsed, "this one had not begun")
	require.NotNil(t, at(t, db, f.Workspace, canceled.ID).StoppedAt, "it stopped with its process")

	err = enter("first", given...)
	require.True(t, fault.HasCode(err, api.CodeInstanceSuperseded) && fault.Is(err, fault.Conflict), "got %v", err)
	_, err = db.Claim(t.Context(), store.ClaimRequest{RunnerID: f.Runner.ID, InstanceID: "first", Limit: 1})
	require.True(t, fault.HasCode(err, api.CodeInstanceSuperseded), "got %v", err)
	claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: f.Runner.ID, InstanceID: "second", Limit: 3})
	require.NoError(t, err)
	require.Len(t, claim.Assignments, 2, "the new process may have it all at once")
}

func TestStampSeen_KeepsRunnersOnlineThatAreNotRevoked(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	waits, revoked := storetest.Runner(t, db, ws), storetest.Runner(t, db, ws)
	require.NoError(t, db.RevokeRunner(t.Context(), ws, revoked.ID))
	db.Exec(t, "UPDATE runners SET last_seen_at = now() - interval '2 minutes'")
	require.NoError(t, db.StampSeen(t.Context(), []uuid.UUID{waits.ID, revoked.ID}))
	online := db.Count(t, "SELECT count(*) FROM runners WHERE last_seen_at > now() - interval '1 minute'")
	require.Equal(t, 1, online)
	got, err := db.Runner(t.Context(), ws, waits.ID)
	require.NoError(t, err)
	require.True(t, got.Online)
}

func TestCheckLease_TellsHolderFromOthers(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	lease := storetest.LeaseOf(f.Runner, f.Assignment)
	require.NoError(t, db.CheckLease(t.Context(), lease))
	other := lease
	other.Token = "1-x"
	require.True(t, fault.HasCode(db.CheckLease(t.Context(), other), api.CodeLeaseLost))
	_, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{f.Task.ID}, false)
	require.NoError(t, err)
	require.True(t, fault.HasCode(db.CheckLease(t.Context(), lease), api.CodeTaskCanceled))
}

func TestEvictRunner_TakesBackAndFailsWhatOnlyItCouldDo(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Succeeded)
	db.Exec(t, "UPDATE runners SET slots = 5 WHERE id = $1", f.Runner.ID)
	held := storetest.Task(t, db, f.Creator)
	storetest.Ping(t, db, f.Runner, storetest.Claim(t, db, f.Runner)...)
	onItsRows := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	pinned := storetest.Task(t, db, f.Creator, storetest.With(func(n *store.NewTask) { n.PinnedRunnerID = &f.Runner.ID }))
	after := storetest.Task(t, db, f.Creator, storetest.From(pinned.ID))
	var shared uuid.UUID
	db.Scan(t, "SELECT id FROM datasets WHERE runner_id = $1", []any{f.Runner.ID}, &shared)
	byID := storetest.With(func(n *store.NewTask) { n.Inputs[0].DatasetID = &shared })
	later := time.Now().Add(time.Hour)
	onItsData, scheduled := storetest.Task(t, db, f.Creator, byID), storetest.Task(t, db, f.Creator, byID, storetest.With(func(n *store.NewTask) { n.RunAt = &later }))
	elsewhere := storetest.Task(t, db, f.Creator)

	evicted, err := db.EvictRunner(t.Context(), f.Workspace, f.Runner.ID)
	require.NoError(t, err)
	require.Zero(t, evicted.TakenBack+evicted.Stranded, "it is not revoked")
	require.NoError(t, db.RevokeRunner(t.Context(), f.Workspace, f.Runner.ID))
	evicted, err = db.EvictRunner(t.Context(), f.Workspace, f.Runner.ID)
	require.NoError(t, err)
	require.Equal(t, 1, evicted.TakenBack)
	require.Equal(t, 4, evicted.Stranded)

	requireLastEvent(t, db, held.ID, api.EventQueued, task.RunnerRevoked)
	require.Zero(t, at(t, db, f.Workspace, held.ID).AttemptsUsed)
	require.Equal(t, task.InputLost, at(t, db, f.Workspace, onItsRows.ID).Reason)
	require.Equal(t, task.RunnerRevoked, at(t, db, f.Workspace, pinned.ID).Reason)
	require.Equal(t, task.InputFailed, at(t, db, f.Workspace, after.ID).Reason)
	require.Equal(t, task.RunnerRevoked, at(t, db, f.Workspace, onItsData.ID).Reason, "nobody else can share that very dataset")
	require.Equal(t, task.RunnerRevoked, at(t, db, f.Workspace, scheduled.ID).Reason)
	require.Equal(t, task.Queued, at(t, db, f.Workspace, elsewhere.ID).State)
}
