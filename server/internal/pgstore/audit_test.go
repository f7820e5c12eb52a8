package pgstore_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

func TestStore_KeepsWhoChangedWhat(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	admin := storetest.Key(t, db, workspace, api.Admin, "Ops")
	admin.ActingUser = "7;Siti"
	runner := storetest.Runner(t, db, workspace)
	created := storetest.Task(t, db, admin)
	ctx := store.WithActor(t.Context(), store.Actor{Principal: admin, Address: "192.0.2.7", RequestID: "r1"})

	require.NoError(t, db.SteerRunner(ctx, workspace, runner.ID, store.Steering{Paused: new(true)}))
	require.NoError(t, db.RevokeRunner(ctx, workspace, runner.ID))
	require.NoError(t, db.RevokeRunner(ctx, workspace, runner.ID), "again, which changes nothing and says nothing")
	_, err := db.CancelTasks(ctx, workspace, []uuid.UUID{created.ID}, false)
	require.NoError(t, err)
	require.NoError(t, db.DeleteTask(ctx, workspace, created.ID))

	const mine = `FROM audit_log WHERE workspace_id = $1 AND actor_id = $2 AND actor_kind = 'key' AND actor_name = 'Ops'
		AND acting_user = '7;Siti' AND remote_address = '192.0.2.7' AND request_id = 'r1'`
	var actions, before, after string
	db.Scan(t, "SELECT string_agg(action, ' ' ORDER BY id) "+mine, []any{workspace, admin.ID}, &actions)
	require.Equal(t, "runner.pause runner.revoke task.cancel task.delete", actions)
	db.Scan(t, "SELECT before::text, after::text "+mine+" AND action = 'runner.revoke' AND target_id = $3",
		[]any{workspace, admin.ID, runner.ID.String()}, &before, &after)
	require.JSONEq(t, `{"state": "active", "paused": true}`, before)
	require.JSONEq(t, `{"state": "revoked", "paused": true}`, after)
}

func TestStore_KeepsNothingOfAChangeThatFailed(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Succeeded)
	workspace := f.Task.WorkspaceID
	before := db.Count(t, "SELECT count(*) FROM audit_log WHERE workspace_id = $1", workspace)
	_, err := db.CancelTasks(t.Context(), workspace, []uuid.UUID{f.Task.ID}, false)
	require.Error(t, err)
	_, err = db.RevokeKey(t.Context(), workspace, storetest.NewID(t))
	require.Error(t, err)
	require.Equal(t, before, db.Count(t, "SELECT count(*) FROM audit_log WHERE workspace_id = $1", workspace))
}

func TestStore_KeepsNoSecretInTheAuditLog(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	storetest.Key(t, db, workspace, api.Admin, "Ops")
	require.NoError(t, db.RevokeRunner(t.Context(), workspace, storetest.Runner(t, db, workspace).ID))
	require.Zero(t, db.Count(t, "SELECT count(*) FROM audit_log WHERE audit_log::text ~* 'secret|hash|ddap_'"))
	require.Positive(t, db.Count(t, "SELECT count(*) FROM audit_log WHERE actor_kind = 'system' AND actor_id IS NULL"))
}
