// Package storetest builds records for tests on a real PostgreSQL, each in one
// line: a workspace, a runner, a task in any state. What it builds came to be
// in the way in which the server does it, so that it is consistent.
package storetest

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
)

// DB is a store on a database of its own, which goes away with the test.
type DB struct {
	*pgstore.Store
	// URL is the database's.
	URL string
	raw *sql.DB
}

// connections keeps the pools of parallel tests within what PostgreSQL takes.
const connections = 8

// Open makes a database for one test and brings its schema up to date. The
// package's TestMain must call pgtest.Main.
func Open(t testing.TB) *DB {
	t.Helper()
	db := &DB{URL: pgtest.Database(t)}
	db.Store = db.Another(t)
	require.NoError(t, db.Migrate(t.Context()))
	db.raw = sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(db.URL)))
	db.raw.SetMaxOpenConns(2)
	t.Cleanup(func() { _ = db.raw.Close() })
	return db
}

// Another opens the same database once more, as a second server does.
func (db *DB) Another(t testing.TB) *pgstore.Store {
	t.Helper()
	s, err := pgstore.Open(db.URL, pgstore.Options{MaxConnections: connections})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Exec runs a statement with $1, $2, … and says how many rows it touched.
func (db *DB) Exec(t testing.TB, statement string, args ...any) int64 {
	t.Helper()
	done, err := db.raw.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
	n, err := done.RowsAffected()
	require.NoError(t, err)
	return n
}

// Try runs a statement that may fail.
func (db *DB) Try(t testing.TB, statement string, args ...any) error {
	t.Helper()
	_, err := db.raw.ExecContext(t.Context(), statement, args...)
	return err
}

// Scan reads the one row that a query gives.
func (db *DB) Scan(t testing.TB, query string, args []any, into ...any) {
	t.Helper()
	require.NoError(t, db.raw.QueryRowContext(t.Context(), query, args...).Scan(into...))
}

// Count gives the one number that a query gives.
func (db *DB) Count(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	db.Scan(t, query, args, &n)
	return n
}

// Settle waits until nothing in the whole cluster can hide an event that was
// committed: a transaction of another test's database is taken for one of this
// database in the moment in which it ends.
func (db *DB) Settle(t testing.TB) {
	t.Helper()
	const hidden = `SELECT count(*) FROM (SELECT xid FROM task_events UNION ALL SELECT xid FROM fleet_events) AS e
		WHERE e.xid >= pg_snapshot_xmin(pg_current_snapshot())`
	require.Eventually(t, func() bool { return db.Count(t, hidden) == 0 }, settleTime, time.Millisecond)
}

// settleTime is far longer than the transactions of tests.
const settleTime = 20 * time.Second

// Lock keeps a task's row locked until the test ends, as a transaction does that
// is at it.
func (db *DB) Lock(t testing.TB, taskID uuid.UUID) {
	t.Helper()
	tx, err := db.raw.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	_, err = tx.ExecContext(t.Context(), "SELECT FROM tasks WHERE id = $1 FOR UPDATE", taskID)
	require.NoError(t, err)
}

// Age lets d pass for one task: every time by which it is judged moves back.
// The clock itself is PostgreSQL's and stays.
func (db *DB) Age(t testing.TB, taskID uuid.UUID, d time.Duration) {
	t.Helper()
	n := db.Exec(t, `UPDATE tasks SET lease_expires_at = lease_expires_at - $2::interval, timeout_at = timeout_at - $2::interval,
		leased_at = leased_at - $2::interval, stop_expires_at = stop_expires_at - $2::interval,
		not_before = not_before - $2::interval, run_at = run_at - $2::interval, deadline = deadline - $2::interval
		WHERE id = $1`, taskID, fmt.Sprintf("%f seconds", d.Seconds()))
	require.EqualValues(t, 1, n, "no such task")
}

// Down lets d pass in which no server was up: for every task, and for the stamp
// that servers leave.
func (db *DB) Down(t testing.TB, d time.Duration) {
	t.Helper()
	interval := fmt.Sprintf("%f seconds", d.Seconds())
	db.Exec(t, `UPDATE tasks SET lease_expires_at = lease_expires_at - $1::interval, timeout_at = timeout_at - $1::interval,
		leased_at = leased_at - $1::interval, stop_expires_at = stop_expires_at - $1::interval`, interval)
	db.Exec(t, "UPDATE cluster SET last_served_at = last_served_at - $1::interval", interval)
}

// Workspace makes a workspace.
func Workspace(t testing.TB, db *DB) uuid.UUID {
	t.Helper()
	id := NewID(t)
	db.Exec(t, "INSERT INTO workspaces (id, name) VALUES ($1, $2)", id, "ws-"+id.String())
	return id
}

// Key makes an API key with a role.
func Key(t testing.TB, db *DB, workspace uuid.UUID, role api.Role, name string) store.Principal {
	t.Helper()
	id := NewID(t)
	db.Exec(t, "INSERT INTO api_keys (id, workspace_id, name, role, secret_hash) VALUES ($1, $2, $3, $4, $5)",
		id, workspace, name, string(role), make([]byte, 32))
	return store.Principal{Kind: credential.Key, ID: id, WorkspaceID: workspace, Name: name, Role: role}
}

// Analyst makes a key that may create tasks.
func Analyst(t testing.TB, db *DB, workspace uuid.UUID) store.Principal {
	t.Helper()
	return Key(t, db, workspace, api.Analyst, "analyst")
}

// RunnerOption shapes a runner.
type RunnerOption func(*runner)

type runner struct {
	slots      int
	operations []int
	labels     map[string]string
	datasets   []string
}

// Slots is how many tasks it takes at once; 1 unless said.
func Slots(n int) RunnerOption { return func(r *runner) { r.slots = n } }

// Does is what it can do; everything unless said.
func Does(operations ...int) RunnerOption { return func(r *runner) { r.operations = operations } }

// Label gives it a label.
func Label(name, value string) RunnerOption { return func(r *runner) { r.labels[name] = value } }

// Shares is what it shares, with policy rows and one column; nothing unless said.
func Shares(datasets ...string) RunnerOption { return func(r *runner) { r.datasets = datasets } }

// Runner makes an active runner that was seen just now.
func Runner(t testing.TB, db *DB, workspace uuid.UUID, options ...RunnerOption) store.Principal {
	t.Helper()
	r := &runner{slots: 1, operations: []int{100, 200, 300, 400}, labels: map[string]string{}}
	for _, option := range options {
		option(r)
	}
	id := NewID(t)
	labels, err := json.Marshal(r.labels)
	require.NoError(t, err)
	operations, err := json.Marshal(r.operations)
	require.NoError(t, err)
	db.Exec(t, `INSERT INTO runners (id, workspace_id, name, slots, operations, labels, state, secret_hash, last_seen_at)
		VALUES ($1, $2, $3, $4, ARRAY(SELECT jsonb_array_elements_text($5::jsonb)::int), $6::jsonb, 'active', $7, now())`,
		id, workspace, "runner-"+id.String()[30:], r.slots, string(operations), string(labels), make([]byte, 32))
	for _, name := range r.datasets {
		Dataset(t, db, workspace, id, name, `[{"name": "a", "type": "integer"}]`, "rows")
	}
	return store.Principal{Kind: credential.Runner, ID: id, WorkspaceID: workspace, Name: "runner-" + id.String()[30:]}
}

// Dataset lets a runner share a dataset with these columns, as JSON.
func Dataset(t testing.TB, db *DB, workspace, runnerID uuid.UUID, name, columns, policy string) uuid.UUID {
	t.Helper()
	id := NewID(t)
	db.Exec(t, "INSERT INTO datasets (id, workspace_id, runner_id, name, columns, policy) VALUES ($1, $2, $3, $4, $5::jsonb, $6)",
		id, workspace, runnerID, name, columns, policy)
	return id
}

// NewID makes an id that sorts after those made before it.
func NewID(t testing.TB) uuid.UUID {
	t.Helper()
	id, err := uuid.NewV7()
	require.NoError(t, err)
	return id
}

// Attach looks into a database that something else has opened and migrated.
func Attach(t testing.TB, url string) *DB {
	t.Helper()
	db := &DB{URL: url}
	db.raw = sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(url)))
	db.raw.SetMaxOpenConns(2)
	t.Cleanup(func() { _ = db.raw.Close() })
	return db
}
