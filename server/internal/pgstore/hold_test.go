package pgstore_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

// held gives a task that its runner has released to ask its owner.
func held(t *testing.T, db *storetest.DB, until *time.Time) storetest.Fixture {
	t.Helper()
	f := storetest.TaskAt(t, db, task.Running)
	ack, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeReleased, store.Verdict{
		State: task.Queued, Reason: task.WaitingForOwner, Hold: true, HoldUntil: until,
	})
	require.NoError(t, err)
	require.Equal(t, task.Queued, ack.State)
	return f
}

func claimOne(t *testing.T, db *storetest.DB, runner, id uuid.UUID) []api.Assignment {
	t.Helper()
	claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: runner, Limit: 10, TaskID: &id})
	require.NoError(t, err)
	return claim.Assignments
}

func TestHold_KeepsATaskForItsRunner(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := held(t, db, nil)
	got := at(t, db, f.Workspace, f.Task.ID)
	require.Equal(t, task.WaitingForOwner, got.Reason)
	require.Zero(t, got.AttemptsUsed)
	require.Zero(t, db.Count(t, "SELECT count(*) FROM tasks WHERE lease_runner_id IS NOT NULL"), "it takes no slot")
	require.Equal(t, 7*24, db.Count(t, "SELECT extract(epoch FROM hold_until - queued_at)::int / 3600 FROM tasks WHERE id = $1", f.Task.ID))

	other := storetest.Runner(t, db, f.Workspace, storetest.Shares("birds", "penguins"))
	require.Empty(t, storetest.Claim(t, db, f.Runner), "not by a claim for any task")
	require.Empty(t, claimOne(t, db, other.ID, f.Task.ID), "nor by another runner")
	// Also while it is drained: the owner was asked already.
	db.Exec(t, "UPDATE runners SET drained = true WHERE id = $1", f.Runner.ID)
	again := claimOne(t, db, f.Runner.ID, f.Task.ID)
	require.Len(t, again, 1)
	require.Equal(t, 2, again[0].Attempt)
	require.Zero(t, db.Count(t, "SELECT count(*) FROM tasks WHERE hold_until IS NOT NULL"))
	storetest.Succeed(t, db, f.Runner, again[0])
}

func TestHold_IsBoundedByTheDatabasesClock(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for name, c := range map[string]struct {
		ahead time.Duration
		hours int
	}{
		"AsAsked": {48 * time.Hour, 47}, "TooLong": {1000 * time.Hour, 30 * 24}, "InThePast": {-time.Hour, 7 * 24},
	} {
		f := held(t, db, new(time.Now().Add(c.ahead)))
		require.InDeltaf(t, c.hours, db.Count(t, "SELECT extract(epoch FROM hold_until - queued_at)::int / 3600 FROM tasks WHERE id = $1", f.Task.ID), 1, name)
	}
}

func TestHold_WithoutAnAnswerEndsAsDeclined(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f, other := held(t, db, nil), held(t, db, nil)
	db.Exec(t, "UPDATE tasks SET hold_until = now() - interval '1 second' WHERE id = $1", f.Task.ID)
	n, changes, err := db.EndOverdue(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []uuid.UUID{f.Task.ID}, changes.Ended)
	got := at(t, db, f.Workspace, f.Task.ID)
	require.Equal(t, task.Failed, got.State)
	require.Equal(t, task.OwnerDeclined, got.Reason)
	require.Empty(t, claimOne(t, db, f.Runner.ID, f.Task.ID))
	require.Equal(t, task.Queued, at(t, db, other.Workspace, other.Task.ID).State)
}

func TestHold_EndsWithTheRunner(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := held(t, db, nil)
	require.NoError(t, db.RevokeRunner(t.Context(), f.Workspace, f.Runner.ID))
	evicted, err := db.EvictRunner(t.Context(), f.Workspace, f.Runner.ID)
	require.NoError(t, err)
	require.Equal(t, 1, evicted.Freed)
	require.Zero(t, db.Count(t, "SELECT count(*) FROM tasks WHERE hold_runner_id IS NOT NULL"))
	require.NotEqual(t, task.WaitingForOwner, at(t, db, f.Workspace, f.Task.ID).Reason)
}

func TestClaim_OfADrainedRunnerGetsNothingNew(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Queued)
	db.Exec(t, "UPDATE runners SET drained = true WHERE id = $1", f.Runner.ID)
	require.Empty(t, storetest.Claim(t, db, f.Runner))
	require.Empty(t, claimOne(t, db, f.Runner.ID, f.Task.ID))
	db.Exec(t, "UPDATE runners SET drained = false WHERE id = $1", f.Runner.ID)
	require.Len(t, storetest.Claim(t, db, f.Runner), 1)
}
