package pgstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/shared/task"
)

// inconsistent lists, for each state, changes of columns that its rows must not
// take. Each one alone is enough to be refused.
var inconsistent = map[task.State][]string{
	task.Scheduled: {"reason = NULL", "run_at = NULL", "lease_token = 'x'", "finished_at = now()", "confirmed_at = now()", "cancel_pending = true"},
	task.Blocked:   {"reason = NULL", "lease_runner_id = id", "finished_at = now()", "stopped_at = now()"},
	task.Queued:    {"reason = NULL", "requirement_id = NULL", "queued_at = NULL", "lease_token = 'x'", "finished_at = now()", "hold_runner_id = id"},
	task.Leased: {
		"reason = 'x'", "lease_token = NULL", "lease_runner_id = NULL", "leased_at = NULL", "lease_expires_at = NULL",
		"timeout_at = NULL", "confirmed_at = now()", "attempt = 0", "finished_at = now()", "requirement_id = NULL",
		"lease_token = NULL, lease_runner_id = NULL, leased_at = NULL, lease_expires_at = NULL, timeout_at = NULL",
	},
	task.Running:   {"reason = 'x'", "lease_token = NULL", "confirmed_at = NULL", "last_runner_id = NULL", "finished_at = now()", "fraction = 2"},
	task.Succeeded: {"reason = 'x'", "finished_at = NULL", "lease_token = 'x'", "stopped_at = now()", "cancel_pending = true"},
	task.Failed:    {"reason = NULL", "finished_at = NULL", "leased_at = now()", "stopped_at = now()"},
	task.Canceled:  {"reason = NULL", "finished_at = NULL", "stop_expires_at = NULL", "cancel_pending = false", "attempts_used = 99"},
}

func TestSchema_RefusesRowsThatContradictTheirState(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	for _, state := range task.States() {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			f := storetest.TaskAt(t, db, state)
			require.NotEmpty(t, inconsistent[state])
			for _, change := range inconsistent[state] {
				require.Errorf(t, db.Try(t, "UPDATE tasks SET "+change+" WHERE id = $1", f.Task.ID), "%s: %s", state, change)
			}
			require.NoError(t, db.Try(t, "UPDATE tasks SET name = 'other' WHERE id = $1", f.Task.ID))
			require.Error(t, db.Try(t, "UPDATE tasks SET state = 'paused' WHERE id = $1", f.Task.ID), "no such state")
			require.Error(t, db.Try(t, "UPDATE tasks SET operation_code = 150 WHERE id = $1", f.Task.ID), "no such operation")
		})
	}
}

func TestSchema_EveryStateIsInItsCheckAndNoOther(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	var check string
	db.Scan(t, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'tasks_state_check'", nil, &check)
	for _, state := range task.States() {
		require.Contains(t, check, "'"+string(state)+"'")
	}
}
