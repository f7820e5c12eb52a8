package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/fault"
	"ddap/shared/task"
)

var _ store.Restores = (*Store)(nil)

// restoreMark is a table that is there while a restore is under way: what is
// restored so far must not be served, because its leases are still those from
// before. It keeps the epoch that the database had.
const restoreMark = "unfinished_restore"

func unfinishedRestore(op string) error {
	return fault.New(op, fault.Conflict, "restore_unfinished",
		"A restore into this database was begun and not finished. Run ddap-server restore again.")
}

// ours selects, as SQL over pg_class c, the tables, views and sequences of the
// schema that neither belong to an extension nor to another object.
const ours = `c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
	AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i', 'a'))`

// Occupancy implements store.Restores.
func (s *Store) Occupancy(ctx context.Context) (store.Occupancy, error) {
	var o store.Occupancy
	err := s.db.NewRaw(`SELECT (SELECT count(*) FROM pg_class AS c WHERE `+ours+` AND c.relname <> ?0),
		to_regclass('public.' || ?0) IS NOT NULL, current_setting('server_version_num')::int / 10000,
		(SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?1)`,
		restoreMark, defaultApplication).Scan(ctx, &o.Tables, &o.Unfinished, &o.Major, &o.Sessions)
	return o, failed("pgstore.Occupancy", err)
}

// BeginRestore implements store.Restores.
func (s *Store) BeginRestore(ctx context.Context) error {
	const op = "pgstore.BeginRestore"
	return failed(op, s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// A server that starts now waits here, and then finds the mark.
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(?)", migrationLock); err != nil {
			return fmt.Errorf("keep servers from starting: %w", err)
		}
		var sessions int
		err := tx.NewRaw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?",
			defaultApplication).Scan(ctx, &sessions)
		if err == nil && sessions > 0 {
			err = fault.New(op, fault.Conflict, "servers_running",
				"A server is connected to this database (%d sessions). Stop every server, then restore.", sessions)
		}
		if err != nil {
			return err
		}
		if err := endFormerRestore(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS public.? (former_epoch bigint NOT NULL)", bun.Ident(restoreMark)); err != nil {
			return fmt.Errorf("mark the restore: %w", err)
		}
		if _, err := tx.ExecContext(ctx, keepEpoch, restoreMark); err != nil {
			return fmt.Errorf("keep the epoch: %w", err)
		}
		if _, err := tx.ExecContext(ctx, dropAll, restoreMark); err != nil {
			return fmt.Errorf("empty the schema: %w", err)
		}
		return nil
	}))
}

// restoreTool is the name under which pg_restore is connected.
const restoreTool = "ddap-pg_restore"

// endFormerRestore ends the sessions of a restore that was killed: its pg_restore
// outlives it, and would go on filling what this one empties.
func endFormerRestore(ctx context.Context, tx bun.Tx) error {
	var sessions []int
	err := tx.NewRaw("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = ?", restoreTool).Scan(ctx, &sessions)
	if err != nil {
		return fmt.Errorf("look for a former restore: %w", err)
	}
	// One by one: in a condition of the query above, PostgreSQL would be free to
	// end sessions before it has looked whose they are.
	for _, pid := range sessions {
		ended, err := endSession(ctx, tx, pid)
		if err != nil {
			return fmt.Errorf("end a former restore: %w", err)
		}
		if !ended {
			return fault.New("pgstore.BeginRestore", fault.Conflict, "restore_running",
				"Another restore into this database does not end. Try again in a moment.")
		}
	}
	return nil
}

// endSession ends a session of pg_restore and waits until it is gone; false where
// it does not go.
func endSession(ctx context.Context, tx bun.Tx, pid int) (ended bool, err error) {
	const wait = 10 * time.Second
	if err := tx.NewRaw("SELECT pg_terminate_backend(?, ?)", pid, wait.Milliseconds()).Scan(ctx, &ended); err != nil || ended {
		return ended, err
	}
	// There is none to end either where it ended by itself since it was looked for.
	// A transaction sees sessions as they were when it first looked.
	if _, err := tx.ExecContext(ctx, "SELECT pg_stat_clear_snapshot()"); err != nil {
		return false, err
	}
	var left int
	err = tx.NewRaw("SELECT count(*) FROM pg_stat_activity WHERE pid = ? AND application_name = ?", pid, restoreTool).Scan(ctx, &left)
	return left == 0, err
}

// keepEpoch notes the epoch of what is about to be dropped, which may be there
// or not.
const keepEpoch = `DO $$ BEGIN
	IF to_regclass('public.cluster') IS NOT NULL THEN
		EXECUTE format('INSERT INTO public.%I SELECT epoch FROM public.cluster', ?);
	END IF;
END $$`

// dropAll drops all but the mark.
const dropAll = `DO $$ DECLARE it record; BEGIN
	FOR it IN SELECT c.oid::regclass AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
			WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind
		FROM pg_class AS c WHERE ` + ours + ` AND c.relname <> ?
	LOOP EXECUTE format('DROP %s IF EXISTS %s CASCADE', it.kind, it.name); END LOOP;
	FOR it IN SELECT p.oid::regprocedure AS name FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
		AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
	LOOP EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', it.name); END LOOP;
	FOR it IN SELECT t.oid::regtype AS name FROM pg_type AS t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
		AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
	LOOP EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', it.name); END LOOP;
END $$`

// FinishRestore implements store.Restores.
func (s *Store) FinishRestore(ctx context.Context) (store.Restored, error) {
	const op = "pgstore.FinishRestore"
	if err := s.migrate(ctx, true); err != nil {
		return store.Restored{}, failed(op, err)
	}
	var out store.Restored
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = store.Restored{}
		err := tx.NewRaw(`UPDATE cluster AS c SET epoch = greatest(old.epoch, (SELECT max(former_epoch) FROM public.?)) + 1
			FROM (SELECT epoch FROM cluster FOR UPDATE) AS old RETURNING old.epoch, c.epoch, (SELECT max(name) FROM schema_migrations)`,
			bun.Ident(restoreMark)).Scan(ctx, &out.OldEpoch, &out.Epoch, &out.Schema)
		if err != nil {
			return fmt.Errorf("raise the epoch: %w", err)
		}
		var changes store.Changes
		back, _, err := s.takeBackCounted(ctx, tx, takeBack{where: "true", reason: task.ServerRestored, counts: "false"}, &changes)
		if err != nil {
			return err
		}
		out.TakenBack = len(back)
		// Who logged out since, or whose login was ended, must not be in again.
		if _, err := tx.ExecContext(ctx, "UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL"); err != nil {
			return fmt.Errorf("end logins: %w", err)
		}
		if _, err := tx.ExecContext(ctx, forgetTransactions); err != nil {
			return fmt.Errorf("forget the numbers of transactions: %w", err)
		}
		if err := auditRestore(ctx, tx, out); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DROP TABLE public.?", bun.Ident(restoreMark))
		return err
	})
	return out, failed(op, err)
}

// forgetTransactions sets every number of a transaction to 0: those of the copy
// are another cluster's, in which they may be ahead of all that this one will
// have for years, and whatever follows them in order would not be seen. What is
// restored keeps the order of its ids. Every such column is found, so that none
// is forgotten here when a migration adds it.
const forgetTransactions = `DO $$ DECLARE it record; BEGIN
	FOR it IN SELECT c.oid::regclass AS name, a.attname AS col FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.atttypid = 'xid8'::regtype AND NOT a.attisdropped
	LOOP EXECUTE format('ALTER TABLE %s ALTER COLUMN %I TYPE xid8 USING ''0''::xid8', it.name, it.col); END LOOP;
END $$`

// auditRestore notes in every workspace that what was written since is gone.
func auditRestore(ctx context.Context, tx bun.Tx, r store.Restored) error {
	var workspaces []uuid.UUID
	if err := tx.NewRaw("SELECT id FROM workspaces ORDER BY id").Scan(ctx, &workspaces); err != nil {
		return fmt.Errorf("list workspaces: %w", err)
	}
	entries := make([]auditEntry, len(workspaces))
	for i, id := range workspaces {
		entries[i] = auditEntry{
			workspace: id, action: "server.restore", kind: "server",
			before: fields{"epoch": r.OldEpoch}, after: fields{"epoch": r.Epoch, "taken_back": r.TakenBack},
		}
	}
	return recordAudit(ctx, tx, entries...)
}
