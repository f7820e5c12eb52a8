package pgstore_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func TestCancelTasks_AtEveryState(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for _, state := range task.States() {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			f := storetest.TaskAt(t, db, state)
			changes, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{f.Task.ID}, false)
			if state == task.Succeeded || state == task.Failed {
				require.True(t, fault.Is(err, fault.Conflict), "got %v", err)
				_, err = db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{f.Task.ID}, true)
				require.NoError(t, err)
				require.Equal(t, state, at(t, db, f.Workspace, f.Task.ID).State)
				return
			}
			require.NoError(t, err)
			got := at(t, db, f.Workspace, f.Task.ID)
			require.Equal(t, task.Canceled, got.State)
			require.Equal(t, task.CanceledByUser, got.Reason)
			require.NotNil(t, got.FinishedAt, "cancel ends the task at once")
			require.Equal(t, state.Held() || state == task.Canceled, got.CancelPending)
			if state == task.Canceled {
				require.True(t, changes.Empty(), "canceling again changes nothing")
				return
			}
			require.Equal(t, []uuid.UUID{f.Task.ID}, changes.Ended)
			if state.Held() {
				require.Equal(t, []uuid.UUID{f.Runner.ID}, changes.Runners)
			}
		})
	}
}

func TestCancelTasks_KnowsNoTasksOfOthers(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Queued)
	_, err := db.CancelTasks(t.Context(), storetest.Workspace(t, db), []uuid.UUID{f.Task.ID}, false)
	require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
	require.Equal(t, task.Queued, at(t, db, f.Workspace, f.Task.ID).State)
}

func TestCancel_IsToldWithEveryPingUntilTheRunnerStops(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Canceled)
	for range 3 {
		pinged := storetest.Ping(t, db, f.Runner, f.Assignment)
		require.Len(t, pinged.Cancels, 1)
		require.Equal(t, f.Task.ID.String(), pinged.Cancels[0].TaskID)
		require.Empty(t, pinged.Lost)
	}
	storetest.Task(t, db, f.Creator)
	require.Empty(t, storetest.Claim(t, db, f.Runner), "its slot counts as taken")

	// A runner that never names it again does not keep the slot for ever.
	db.Age(t, f.Task.ID, store.LeaseTime+time.Second)
	takeBack(t, db)
	require.False(t, at(t, db, f.Workspace, f.Task.ID).CancelPending)
	require.Len(t, storetest.Claim(t, db, f.Runner), 1)
	pinged := storetest.Ping(t, db, f.Runner, f.Assignment)
	require.Len(t, pinged.Cancels, 1, "and one that comes back with it is told again")
	require.True(t, at(t, db, f.Workspace, f.Task.ID).CancelPending)
}

func TestDeleteTask_OnlyWhatHasEndedAndNobodyNeeds(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for _, state := range task.States() {
		f := storetest.TaskAt(t, db, state)
		err := db.DeleteTask(t.Context(), f.Workspace, f.Task.ID)
		if state != task.Succeeded && state != task.Failed {
			require.Truef(t, fault.Is(err, fault.Conflict), "%s: got %v", state, err)
			continue
		}
		require.NoError(t, err)
		require.True(t, fault.Is(db.DeleteTask(t.Context(), f.Workspace, f.Task.ID), fault.NotFound))
	}
	f := storetest.TaskAt(t, db, task.Succeeded)
	child := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	require.True(t, fault.HasCode(db.DeleteTask(t.Context(), f.Workspace, f.Task.ID), "still_needed"))
	_, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{child.ID}, false)
	require.NoError(t, err)
	require.NoError(t, db.DeleteTask(t.Context(), f.Workspace, f.Task.ID))
}
