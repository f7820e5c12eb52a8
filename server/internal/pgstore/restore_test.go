package pgstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// restoredAt makes a database look as it does when a copy has been read into it.
func restoredAt(t *testing.T, db *storetest.DB, formerEpoch int64) {
	t.Helper()
	db.Exec(t, "CREATE TABLE unfinished_restore (former_epoch bigint NOT NULL)")
	db.Exec(t, "INSERT INTO unfinished_restore VALUES ($1)", formerEpoch)
}

func TestFinishRestore_TakesLeasesBackAndRaisesTheEpoch(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	restoredAt(t, db, 41)
	require.True(t, fault.HasCode(db.Migrate(t.Context()), "restore_unfinished"))

	done, err := db.FinishRestore(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(1), done.OldEpoch)
	require.Equal(t, int64(42), done.Epoch, "above both lives of this database")
	require.Equal(t, 1, done.TakenBack)
	require.NoError(t, db.Migrate(t.Context()))

	err = db.CheckLease(t.Context(), storetest.LeaseOf(f.Runner, f.Assignment))
	require.True(t, fault.HasCode(err, "lease_lost"))
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM attempts WHERE outcome = 'reclaimed' AND reason = 'server_restored'"))
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM tasks WHERE state = 'queued' AND attempts_used = 0"), "it costs the task no attempt")
	require.Equal(t, 1, db.Count(t, "SELECT count(*) FROM audit_log WHERE action = 'server.restore' AND actor_kind = 'system'"))
	again := storetest.Claim(t, db, f.Runner)
	require.Len(t, again, 1)
	require.Regexp(t, "^42-", again[0].LeaseToken)
	require.Equal(t, 2, again[0].Attempt)
}

// TestFinishRestore_LetsTheFeedGoOn although the events of the copy carry the
// numbers of transactions of a cluster that is far ahead.
func TestFinishRestore_LetsTheFeedGoOn(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Running)
	db.Exec(t, "UPDATE task_events SET xid = '99999999999'")
	db.Exec(t, "UPDATE workspaces SET feed_floor = '99999999990'")
	before, err := db.FeedHead(t.Context())
	require.NoError(t, err)
	restoredAt(t, db, 1)
	_, err = db.FinishRestore(t.Context())
	require.NoError(t, err)

	_, err = db.ListFeed(t.Context(), f.Workspace, before, 100)
	require.True(t, fault.HasCode(err, store.CodeFeedReset), "cursors from before mean nothing now")
	head, err := db.FeedHead(t.Context())
	require.NoError(t, err)
	all, err := db.ListFeed(t.Context(), f.Workspace, store.Cursor{Epoch: head.Epoch}, 100)
	require.NoError(t, err)
	require.NotEmpty(t, all, "what is restored can be read")
	storetest.Claim(t, db, f.Runner)
	db.Settle(t)
	next, err := db.ListFeed(t.Context(), f.Workspace, head, 100)
	require.NoError(t, err)
	require.NotEmpty(t, next, "and what happens since")
	require.Equal(t, "task.leased", next[len(next)-1].Type)
}

func TestBeginRestore_RefusesWhileAServerIsConnected(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	restoring, err := pgstore.Open(db.URL, pgstore.Options{ApplicationName: "ddap-restore", MaxConnections: 2})
	require.NoError(t, err)
	t.Cleanup(func() { _ = restoring.Close() })
	require.NoError(t, db.Ping(t.Context()))
	require.True(t, fault.HasCode(restoring.BeginRestore(t.Context()), "servers_running"))
	require.NoError(t, db.Close())

	o, err := restoring.Occupancy(t.Context())
	require.NoError(t, err)
	require.NotZero(t, o.Tables)
	require.False(t, o.Unfinished)
	db.Exec(t, "CREATE FUNCTION leftover() RETURNS int LANGUAGE sql AS 'SELECT 1'")
	db.Exec(t, "CREATE TYPE mood AS ENUM ('fine')")
	db.Exec(t, "CREATE VIEW seen AS SELECT * FROM tasks")
	require.Eventually(t, func() bool { return restoring.BeginRestore(t.Context()) == nil }, time.Minute, 20*time.Millisecond, "once the sessions are gone")
	o, err = restoring.Occupancy(t.Context())
	require.NoError(t, err)
	require.Zero(t, o.Tables)
	require.True(t, o.Unfinished)
	require.Equal(t, 1, db.Count(t, "SELECT former_epoch::int FROM unfinished_restore"))
	require.Zero(t, db.Count(t, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
	require.Zero(t, db.Count(t, "SELECT count(*) FROM pg_type WHERE typname = 'mood'"))
	err = restoring.Snapshot(t.Context(), func(context.Context, store.Snapshot) error { return nil })
	require.Error(t, err, "there is nothing to copy")
}

func TestBeginRestore_GoesOn_WhereAFormerOneEndedByItself(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	former := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(db.URL), pgdriver.WithApplicationName("ddap-pg_restore")))
	t.Cleanup(func() { _ = former.Close() })
	var pid int
	require.NoError(t, former.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
	ended, err := pgstore.EndSession(t.Context(), db.Store, pid, func() {
		require.NoError(t, former.Close())
		require.Eventually(t, func() bool {
			return db.Count(t, fmt.Sprintf("SELECT count(*)::int FROM pg_stat_activity WHERE pid = %d", pid)) == 0
		}, time.Minute, 10*time.Millisecond)
	})
	require.NoError(t, err)
	require.True(t, ended)
}
