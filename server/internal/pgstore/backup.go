package pgstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/fault"
)

var (
	_ store.Backups = (*Store)(nil)
	_ store.Sweeps  = (*Store)(nil)
)

// contentLock is the advisory lock that is shared by backups and taken alone by
// whoever removes content. The number is arbitrary and must stay.
const contentLock = 7_113_010

// WithContentKept implements store.Backups.
func (s *Store) WithContentKept(ctx context.Context, work func(ctx context.Context) error) error {
	const op = "pgstore.WithContentKept"
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return failed(op, fmt.Errorf("connect: %w", err))
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock_shared(?)", contentLock); err != nil {
		return failed(op, fmt.Errorf("wait for servers that remove content: %w", err))
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_shared(?)", contentLock) //nolint:errcheck // a lost connection has lost its lock
	return work(ctx)
}

// RemoveContent implements store.Sweeps.
func (s *Store) RemoveContent(ctx context.Context, work func(ctx context.Context) error) (bool, error) {
	const op = "pgstore.RemoveContent"
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return false, failed(op, fmt.Errorf("connect: %w", err))
	}
	defer conn.Close()
	var mine bool
	if err := conn.NewRaw("SELECT pg_try_advisory_lock(?)", contentLock).Scan(ctx, &mine); err != nil || !mine {
		return false, failed(op, err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(?)", contentLock) //nolint:errcheck // a lost connection has lost its lock
	return true, work(ctx)
}

// Snapshot implements store.Backups.
func (s *Store) Snapshot(ctx context.Context, work func(ctx context.Context, snapshot store.Snapshot) error) error {
	const op = "pgstore.Snapshot"
	return s.db.RunInTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(ctx context.Context, tx bun.Tx) error {
		// It is idle for as long as the copy of the database takes.
		if _, err := tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
			return failed(op, err)
		}
		snapshot, err := describe(ctx, tx)
		if err != nil {
			return failed(op, err)
		}
		return work(ctx, snapshot)
	})
}

func describe(ctx context.Context, tx bun.Tx) (store.Snapshot, error) {
	var ours, unfinished bool
	err := tx.NewRaw("SELECT to_regclass('public.tasks') IS NOT NULL, to_regclass('public.'||?) IS NOT NULL", restoreMark).Scan(ctx, &ours, &unfinished)
	switch {
	case err != nil:
		return store.Snapshot{}, fmt.Errorf("look for the tables: %w", err)
	case !ours:
		return store.Snapshot{}, fault.New("pgstore.Snapshot", fault.Conflict, "nothing_to_back_up",
			"The schema public of this database has no tables of a server: no server has ever run on it.")
	case unfinished:
		return store.Snapshot{}, unfinishedRestore("pgstore.Snapshot")
	}
	out := store.Snapshot{Counts: map[string]int64{}}
	err = tx.NewRaw(`SELECT pg_export_snapshot(), now(), current_setting('server_version_num')::int / 10000,
		(SELECT max(name) FROM schema_migrations), (SELECT epoch FROM cluster)`).
		Scan(ctx, &out.ID, &out.At, &out.Major, &out.Schema, &out.Epoch)
	if err != nil {
		return store.Snapshot{}, fmt.Errorf("take a snapshot: %w", err)
	}
	var rows []struct {
		Name string
		N    int64
	}
	err = tx.NewRaw(`
		SELECT 'tasks ' || state AS name, count(*) AS n FROM tasks GROUP BY state
		UNION ALL SELECT 'tasks', count(*) FROM tasks
		UNION ALL SELECT 'results', count(*) FROM results
		UNION ALL SELECT 'artifacts', count(*) FROM artifacts
		UNION ALL SELECT 'runners', count(*) FROM runners
		UNION ALL SELECT 'keys', count(*) FROM api_keys
		UNION ALL SELECT 'workspaces', count(*) FROM workspaces`).Scan(ctx, &rows)
	if err != nil {
		return store.Snapshot{}, fmt.Errorf("count: %w", err)
	}
	for _, r := range rows {
		out.Counts[r.Name] = r.N
	}
	out.EachContent = func(ctx context.Context, visit func(store.Content) error) error {
		return eachContent(ctx, tx, visit)
	}
	return out, nil
}

// contentBatch bounds one answer of the database.
const contentBatch = 5000

func eachContent(ctx context.Context, tx bun.Tx, visit func(store.Content) error) error {
	after := struct {
		task    uuid.UUID
		attempt int
		name    string
	}{}
	for {
		var rows []artifactRow
		err := tx.NewSelect().Model(&rows).Column("task_id", "attempt", "name", "sha256").
			Where("(a.task_id, a.attempt, a.name) > (?, ?, ?)", after.task, after.attempt, after.name).
			Order("a.task_id", "a.attempt", "a.name").Limit(contentBatch).Scan(ctx)
		if err != nil {
			return failed("pgstore.EachContent", err)
		}
		for _, r := range rows {
			if err := visit(store.Content{TaskID: r.TaskID, Attempt: r.Attempt, SHA256: r.SHA256}); err != nil {
				return err
			}
			after.task, after.attempt, after.name = r.TaskID, r.Attempt, r.Name
		}
		if len(rows) < contentBatch {
			return nil
		}
	}
}
