package pgstore_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/fault"
)

// follow reads the feed to its end, a few events at a time.
func follow(t *testing.T, db *storetest.DB, workspace uuid.UUID, from store.Cursor) ([]store.FeedEvent, store.Cursor) {
	t.Helper()
	var all []store.FeedEvent
	for {
		events, err := db.ListFeed(t.Context(), workspace, from, 2)
		require.NoError(t, err)
		if len(events) == 0 {
			return all, from
		}
		all, from = append(all, events...), events[len(events)-1].Cursor
	}
}

func typesOf(events []store.FeedEvent) []string {
	types := make([]string, len(events))
	for i, e := range events {
		types[i] = e.Type
	}
	return types
}

func TestStore_ListFeed_TellsOfTasksAndRunnersInTheirOrder(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	head, err := db.FeedHead(t.Context())
	require.NoError(t, err)
	runner := storetest.Runner(t, db, workspace, storetest.Shares(storetest.SharedName))
	created := storetest.Task(t, db, storetest.Analyst(t, db, workspace))
	storetest.Succeed(t, db, runner, storetest.Claim(t, db, runner)[0])
	require.NoError(t, db.SteerRunner(t.Context(), workspace, runner.ID, store.Steering{Paused: new(true)}))
	require.NoError(t, db.RevokeRunner(t.Context(), workspace, runner.ID))

	events, end := follow(t, db, workspace, head)
	require.Equal(t, []string{
		"task.created", "task.leased", "task.succeeded", "runner.paused", "runner.revoked",
	}, typesOf(events))
	require.Equal(t, created.ID, events[0].SubjectID)
	require.Equal(t, "task", events[0].SubjectName)
	require.Equal(t, runner.ID, events[3].SubjectID)
	require.JSONEq(t, `{"state": "active", "paused": true}`, string(events[3].Data))
	again, _ := follow(t, db, workspace, end)
	require.Empty(t, again)
	other, _ := follow(t, db, storetest.Workspace(t, db), head)
	require.Empty(t, other, "another workspace hears nothing of it")
}

// Ids are given out before the commit. An event of a transaction that commits
// late has a smaller id than events which were read before it showed up.
func TestStore_ListFeed_SkipsNoEventThatCommitsLate(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	from, err := db.FeedHead(t.Context())
	require.NoError(t, err)

	slow := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(db.URL)))
	t.Cleanup(func() { _ = slow.Close() })
	tx, err := slow.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	insert := func(what string) string {
		return fmt.Sprintf(`INSERT INTO fleet_events (workspace_id, type, subject_kind, subject_id) VALUES ('%s', '%s', 'runner', '%s')`,
			workspace, what, uuid.Nil)
	}
	_, err = tx.ExecContext(t.Context(), insert("runner.late"))
	require.NoError(t, err)
	db.Exec(t, insert("runner.early"))

	seen, from := follow(t, db, workspace, from)
	require.Empty(t, seen, "what is behind an open transaction waits for it")
	require.NoError(t, tx.Commit())
	seen, _ = follow(t, db, workspace, from)
	require.Equal(t, []string{"runner.late", "runner.early"}, typesOf(seen))
}

func TestStore_ListFeed_IsNotHeldUpByAnotherDatabase(t *testing.T) {
	t.Parallel()
	db, other := storetest.Open(t), storetest.Open(t)
	busy := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(other.URL)))
	t.Cleanup(func() { _ = busy.Close() })
	tx, err := busy.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer tx.Rollback()
	_, err = tx.ExecContext(t.Context(), "UPDATE cluster SET last_served_at = now()")
	require.NoError(t, err)

	workspace := storetest.Workspace(t, db)
	from, err := db.FeedHead(t.Context())
	require.NoError(t, err)
	storetest.Task(t, db, storetest.Analyst(t, db, workspace))
	seen, _ := follow(t, db, workspace, from)
	require.Equal(t, []string{"task.created"}, typesOf(seen))
}

func TestStore_ListFeed_SaysWhereItCannotTellEverything(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	from, err := db.FeedHead(t.Context())
	require.NoError(t, err)

	stale := from
	stale.Epoch++
	_, err = db.ListFeed(t.Context(), workspace, stale, 10)
	require.True(t, fault.Is(err, fault.Gone), "a cursor from another epoch: %v", err)

	db.Exec(t, "UPDATE workspaces SET feed_floor = ($1::bigint + 1)::text::xid8", int64(from.Transaction))
	_, err = db.ListFeed(t.Context(), workspace, from, 10)
	require.True(t, fault.Is(err, fault.Gone), "a cursor below what was removed: %v", err)
}

func TestParseCursor_ReadsWhatStringWrites(t *testing.T) {
	t.Parallel()
	c := store.Cursor{Epoch: 3, Transaction: 812345678901, ID: 42}
	got, err := store.ParseCursor(c.String())
	require.NoError(t, err)
	require.Equal(t, c, got)
	for _, wrong := range []string{"", "1", "1-2", "1-2-x", "1--2-3", "1-2-3-4", "1-99999999999999999999-3"} {
		_, err := store.ParseCursor(wrong)
		require.Error(t, err, "%q", wrong)
	}
}
