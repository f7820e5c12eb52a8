package dispatch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// TestClaim_EndsWithARotation: a long poll with a credential that was replaced
// ends on every server, and one within the overlap goes on.
func TestClaim_EndsWithARotation(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	here, there := quiet(t, db), quiet(t, db)
	listening(t, db, 2)
	ws := storetest.Workspace(t, db)
	runner := storetest.Runner(t, db, ws, storetest.Shares("penguins"))
	runner.SecretHash = make([]byte, 32)
	claim := begin(func() (api.ClaimResponse, error) {
		return there.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: time.Minute})
	})
	ping := begin(func() (api.PingResponse, error) {
		return there.Ping(t.Context(), runner, api.PingRequest{State: api.Idle, Running: []api.RunningTask{}}, time.Minute)
	})
	waiting(t, there, 2)
	hash := make([]byte, 32)
	hash[0] = 1
	_, err := db.RotateRunner(t.Context(), ws, runner.ID, hash, 0)
	require.NoError(t, err)
	here.Summon(runner.ID)
	for _, err := range []error{(<-claim).err, (<-ping).err} {
		require.Truef(t, fault.Is(err, fault.Unauthenticated) && fault.HasCode(err, api.CodeCredentialRotated), "got %v", err)
	}
	fresh := runner
	fresh.SecretHash = hash
	_, err = here.Claim(t.Context(), fresh, dispatch.ClaimOptions{})
	require.NoError(t, err)
	_, err = db.RotateRunner(t.Context(), ws, runner.ID, make([]byte, 32), time.Hour)
	require.NoError(t, err)
	_, err = here.Claim(t.Context(), fresh, dispatch.ClaimOptions{})
	require.NoError(t, err, "within the overlap both work")
}

func TestClaim_RefusesARunnerThatIsTooOld(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	s.RequireRunner("1.4.0")
	f := storetest.TaskAt(t, db, task.Queued)
	db.Exec(t, "UPDATE runners SET version = '1.3.0'")
	_, err := s.Claim(t.Context(), f.Runner, dispatch.ClaimOptions{})
	require.Truef(t, fault.Is(err, fault.Forbidden) && fault.HasCode(err, api.CodeRunnerTooOld), "got %v", err)
	require.NoError(t, s.ExplainWaiting(t.Context()))
	got, err := db.GetTask(t.Context(), f.Workspace, f.Task.ID)
	require.NoError(t, err)
	require.Equal(t, task.RunnersTooOld, got.Reason)

	answer, err := s.Claim(t.Context(), f.Runner, dispatch.ClaimOptions{Version: "1.4.1"})
	require.NoError(t, err, "it was updated since")
	require.Len(t, answer.Tasks, 1)
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM runners WHERE version = '1.4.1'"))
}

// TestWaiting_ChangesItsReasonWithTheFleet: one task, and a fleet that changes
// under it.
func TestWaiting_ChangesItsReasonWithTheFleet(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	// With the real store, whose sweep the quiet one leaves out.
	s := build(t, db.Store, db.Store, db.Store)
	f := storetest.TaskAt(t, db, task.Queued)
	admin := storetest.Key(t, db, f.Workspace, api.Admin, "admin")
	for _, step := range []struct {
		change string
		want   task.Reason
		runner task.RunnerReason
	}{
		{"last_seen_at = now()", task.WaitingForRunner, task.GetsWorkInAMoment},
		{"drained = true, note = 'new disk'", task.RunnersDrained, task.IsDrained},
		{"paused = true, drained = false", task.RunnersPaused, task.IsPaused},
		{"paused = false, activity = 'paused'", task.RunnersPaused, task.IsPausedByOwner},
		{"activity = 'stopping'", task.RunnersOffline, task.IsStopping},
		{"activity = 'idle', last_seen_at = now() - interval '91 seconds'", task.RunnersOffline, task.IsOffline},
		{"last_seen_at = now(), state = 'pending'", task.RunnersPending, task.IsPending},
		{"state = 'active', operations = '{400}'", task.NoRunnerForOperation, task.NoMatchingTasks},
		{"operations = '{100,200,300,400}', unconfirmed = 2", task.WaitingForRunner, task.MustPing},
		{"unconfirmed = 0", task.WaitingForRunner, task.GetsWorkInAMoment},
	} {
		db.Exec(t, "UPDATE runners SET "+step.change+" WHERE id = $1", f.Runner.ID)
		require.NoError(t, s.ExplainWaiting(t.Context()))
		got, err := db.GetTask(t.Context(), f.Workspace, f.Task.ID)
		require.NoError(t, err)
		require.Equalf(t, step.want, got.Reason, "the task, after %s", step.change)
		why, err := s.WhyRunner(t.Context(), admin, f.Runner.ID)
		require.NoError(t, err)
		require.Equalf(t, step.runner, why.Reasons[0].Code, "the runner, after %s", step.change)
		require.NotEmpty(t, why.Reasons[0].Message.ID)
	}
	db.Exec(t, "UPDATE datasets SET removed_at = now()")
	require.NoError(t, s.ExplainWaiting(t.Context()))
	got, err := db.GetTask(t.Context(), f.Workspace, f.Task.ID)
	require.NoError(t, err)
	require.Equal(t, task.NoRunnerHasDataset, got.Reason)
	why, err := s.WhyRunner(t.Context(), admin, f.Runner.ID)
	require.NoError(t, err)
	require.Equal(t, []api.UnmetNeed{{Need: task.NeedsDataset, Tasks: 1}}, why.Unmet)
	require.Zero(t, why.Matching)
	_, err = s.WhyRunner(t.Context(), storetest.Key(t, db, storetest.Workspace(t, db), api.Admin, "x"), f.Runner.ID)
	require.True(t, fault.Is(err, fault.NotFound), "another workspace's runner does not exist")
}

func TestClaim_OfADrainedRunnerWaitsAndIsNotWokenForTasks(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	ws := storetest.Workspace(t, db)
	runner := storetest.Runner(t, db, ws, storetest.Shares("penguins"))
	require.NoError(t, db.SteerRunner(t.Context(), ws, runner.ID, store.Steering{Drained: new(true)}))
	claim := begin(func() (api.ClaimResponse, error) {
		return s.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: time.Minute})
	})
	waiting(t, s, 1)
	idle(t, s, 0)
	require.NoError(t, db.SteerRunner(t.Context(), ws, runner.ID, store.Steering{Drained: new(false)}))
	s.Summon(runner.ID)
	idle(t, s, 1)
	s.stop()
	require.NoError(t, (<-claim).err)
}
