package pgstore_test

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

func TestAcceptReport_EndsTheTaskOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for _, from := range []task.State{task.Leased, task.Running} {
		f := storetest.TaskAt(t, db, from)
		ack, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeSucceeded, storetest.Success(f.Runner))
		require.NoError(t, err)
		require.Equal(t, api.ResultAck{TaskID: f.Task.ID.String(), State: task.Succeeded}, ack)
		got := at(t, db, f.Workspace, f.Task.ID)
		require.Equal(t, task.Succeeded, got.State)
		require.NotNil(t, got.StartedAt, "a report confirms the lease")
		document, err := db.GetResult(t.Context(), f.Workspace, f.Task.ID)
		require.NoError(t, err)
		require.JSONEq(t, `{"version": 1, "kind": "fetch", "summary": "done"}`, string(document))

		again, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeSucceeded, storetest.Failure())
		require.NoError(t, err, "the same report again is answered as before, and not judged again")
		require.Equal(t, ack, again)
		_, err = storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeFailed, storetest.Failure())
		require.True(t, fault.HasCode(err, api.CodeLeaseLost) && fault.Is(err, fault.Conflict), "another report: %v", err)
		require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM results WHERE task_id = $1", f.Task.ID))
	}
}

func TestAcceptReport_IsFenced(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	thief := storetest.Runner(t, db, f.Workspace)
	stranger := storetest.Runner(t, db, storetest.Workspace(t, db))
	try := func(runner store.Principal, change func(*api.Assignment)) error {
		a := f.Assignment
		change(&a)
		_, err := storetest.Report(t, db, runner, a, api.OutcomeSucceeded, storetest.Success(runner))
		return err
	}
	same := func(*api.Assignment) {}
	require.True(t, fault.HasCode(try(f.Runner, func(a *api.Assignment) { a.LeaseToken = "1-x" }), api.CodeLeaseLost))
	require.True(t, fault.HasCode(try(f.Runner, func(a *api.Assignment) { a.Attempt = 2 }), api.CodeLeaseLost))
	require.True(t, fault.HasCode(try(thief, same), api.CodeLeaseLost))
	require.True(t, fault.Is(try(stranger, same), fault.NotFound), "another workspace's task does not exist")
	require.True(t, fault.Is(try(f.Runner, func(a *api.Assignment) { a.TaskID = uuid.NewString() }), fault.NotFound))
	require.Equal(t, task.Running, at(t, db, f.Workspace, f.Task.ID).State)
	require.NoError(t, try(f.Runner, same))
}

func TestAcceptReport_RefusesAnAttemptThatWasTakenBack(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	db.Age(t, f.Task.ID, store.LeaseTime+time.Second)
	require.Equal(t, 1, takeBack(t, db).Expired)
	_, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeSucceeded, storetest.Success(f.Runner))
	require.True(t, fault.HasCode(err, api.CodeLeaseLost), "got %v", err)

	db.Age(t, f.Task.ID, time.Hour)
	second := storetest.Claim(t, db, f.Runner)
	require.Len(t, second, 1)
	_, err = storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeSucceeded, storetest.Success(f.Runner))
	require.True(t, fault.HasCode(err, api.CodeLeaseLost), "not even while the same runner holds the next attempt: %v", err)
	storetest.Succeed(t, db, f.Runner, second[0])
}

func TestAcceptReport_SendsARetryableFailureBackWithBackoff(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	ack, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeFailed, store.Verdict{
		State: task.Queued, Reason: task.OutOfMemory, Message: "it needed more memory", UsesAttempt: true,
	})
	require.NoError(t, err)
	require.Equal(t, task.Queued, ack.State)
	got := at(t, db, f.Workspace, f.Task.ID)
	require.Equal(t, task.RetryBackoff, got.Reason)
	require.Equal(t, "it needed more memory", got.Message)
	require.Equal(t, 1, got.AttemptsUsed)
	require.Empty(t, storetest.Claim(t, db, f.Runner))
	requireLastEvent(t, db, f.Task.ID, api.EventQueued, task.OutOfMemory)
	attempts, err := db.ListAttempts(t.Context(), f.Task.ID)
	require.NoError(t, err)
	require.Equal(t, string(api.OutcomeFailed), attempts[0].Outcome)
	require.Equal(t, task.OutOfMemory, attempts[0].Reason)

	again, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeFailed, storetest.Failure())
	require.NoError(t, err)
	require.Equal(t, ack, again, "the answer was lost: the same again, though the task has moved on")
}

func TestAcceptReport_TakesAReleasedTaskBackUncounted(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	_, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeReleased, store.Verdict{State: task.Queued, Reason: task.RunnerStopping})
	require.NoError(t, err)
	got := at(t, db, f.Workspace, f.Task.ID)
	require.Equal(t, task.Queued, got.State)
	require.Zero(t, got.AttemptsUsed)
	require.Nil(t, got.Progress.Fraction)
	again := storetest.Claim(t, db, f.Runner)
	require.Len(t, again, 1)
	_, err = storetest.Report(t, db, f.Runner, again[0], api.OutcomeReleased, store.Verdict{
		State: task.Queued, Reason: task.RunnerPaused, Delay: 5 * time.Second,
	})
	require.NoError(t, err)
	require.Empty(t, storetest.Claim(t, db, f.Runner), "not in the same moment")
	db.Age(t, f.Task.ID, 6*time.Second)
	require.Len(t, storetest.Claim(t, db, f.Runner), 1)
}

func TestAcceptReport_NamesOnlyArtifactsThatWereUploaded(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	sum := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	v := storetest.Success(f.Runner)
	v.Artifacts = []api.ArtifactRef{{Name: "report.html", SHA256: sum}}
	_, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeSucceeded, v)
	require.True(t, fault.HasCode(err, "artifact_missing") && fault.Is(err, fault.Invalid), "got %v", err)
	require.Equal(t, task.Running, at(t, db, f.Workspace, f.Task.ID).State, "it may upload and report again")

	lease := storetest.LeaseOf(f.Runner, f.Assignment)
	require.NoError(t, db.AddArtifact(t.Context(), lease, store.Artifact{Name: "report.html", ContentType: "text/html", SHA256: sum}))
	require.NoError(t, db.AddArtifact(t.Context(), lease, store.Artifact{Name: "draft.html", ContentType: "text/html", SHA256: sum}))
	_, err = storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeSucceeded, v)
	require.NoError(t, err)
	shown, err := db.ListArtifacts(t.Context(), f.Workspace, f.Task.ID)
	require.NoError(t, err)
	require.Len(t, shown, 1)
	require.Equal(t, "report.html", shown[0].Name)
}

func TestAcceptReport_AfterCancelConfirmsTheStopOrIsToldSo(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	t.Run("Canceled", func(t *testing.T) {
		t.Parallel()
		f := storetest.TaskAt(t, db, task.Canceled)
		require.True(t, f.Task.CancelPending)
		forged := f.Assignment
		forged.LeaseToken += "x"
		_, err := storetest.Report(t, db, f.Runner, forged, api.OutcomeCanceled, store.Verdict{})
		require.True(t, fault.HasCode(err, api.CodeLeaseLost), "got %v", err)
		require.True(t, at(t, db, f.Workspace, f.Task.ID).CancelPending, "whoever says that knows the attempt's token")
		ack, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeCanceled, store.Verdict{})
		require.NoError(t, err)
		require.Equal(t, task.Canceled, ack.State)
		got := at(t, db, f.Workspace, f.Task.ID)
		require.NotNil(t, got.StoppedAt)
		require.False(t, got.CancelPending)
		requireLastEvent(t, db, f.Task.ID, api.EventStopped, task.CanceledByUser)
		again, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeCanceled, store.Verdict{})
		require.NoError(t, err)
		require.Equal(t, ack, again)
		require.Len(t, storetest.Ping(t, db, f.Runner, f.Assignment).Lost, 1)
	})
	t.Run("Succeeded", func(t *testing.T) {
		t.Parallel()
		f := storetest.TaskAt(t, db, task.Canceled)
		for range 2 {
			_, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeSucceeded, storetest.Success(f.Runner))
			require.True(t, fault.HasCode(err, api.CodeTaskCanceled) && fault.Is(err, fault.Conflict), "got %v", err)
		}
		got := at(t, db, f.Workspace, f.Task.ID)
		require.Equal(t, task.Canceled, got.State)
		require.NotNil(t, got.StoppedAt, "whatever it says, the work is over")
		require.Zero(t, db.Count(t, "SELECT count(*) FROM results WHERE task_id = $1", f.Task.ID))
		ack, err := storetest.Report(t, db, f.Runner, f.Assignment, api.OutcomeCanceled, store.Verdict{})
		require.NoError(t, err)
		require.Equal(t, task.Canceled, ack.State)
	})
}
