package pgstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

// Renew implements store.Leases.
func (s *Store) Renew(ctx context.Context, ping store.Ping) (store.Pinged, error) {
	var out store.Pinged
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = store.Pinged{}
		if err := s.enter(ctx, tx, ping.RunnerID, ping.InstanceID, ping.SecretHash, &out.Changes); err != nil {
			return err
		}
		// A ping is the proof of life that lets a runner have tasks again.
		err := tx.NewRaw(`UPDATE runners SET last_seen_at = now(), unconfirmed = 0, activity = ?0,
				slots = CASE WHEN ?1 > 0 THEN ?1 ELSE slots END, version = coalesce(nullif(?4, ''), version)
			WHERE id = ?2 RETURNING now(), paused, drained, datasets_revision <> ?3`,
			string(ping.Activity), ping.Slots, ping.RunnerID, ping.DatasetsRevision, ping.Version).
			Scan(ctx, &out.Now, &out.Paused, &out.Drained, &out.SendDatasets)
		if err != nil {
			return fmt.Errorf("note that the runner is there: %w", err)
		}
		return s.renew(ctx, tx, ping, &out)
	})
	return out, failed("pgstore.Renew", err)
}

// namedRow is an entry of a ping as the database sees it.
type namedRow struct {
	// At is the entry's place in the ping.
	At    int       `bun:"at"`
	ID    uuid.UUID `bun:"id"`
	State string    `bun:"state"`
	// Held says that the entry names the task's current lease, Canceled that it
	// names what was that lease until the task was canceled.
	Held     bool `bun:"held"`
	Canceled bool `bun:"canceled"`
}

// renew confirms and renews the leases that a ping names, and sorts the rest
// into those to stop and those that are lost. A lease whose time has passed is
// renewed as long as nobody has taken it back.
func (s *Store) renew(ctx context.Context, tx bun.Tx, ping store.Ping, out *store.Pinged) error {
	if len(ping.Running) == 0 {
		return nil
	}
	rows, err := lockNamed(ctx, tx, ping)
	if err != nil {
		return err
	}
	lost := slices.Repeat([]bool{true}, len(ping.Running))
	var unconfirmed, stopping []uuid.UUID
	var held []api.RunningTask
	for _, r := range rows {
		entry := ping.Running[r.At]
		switch {
		case r.Held:
			lost[r.At] = false
			held = append(held, entry)
			if r.State == string(task.Leased) {
				unconfirmed = append(unconfirmed, r.ID)
			}
		case r.Canceled:
			lost[r.At] = false
			stopping = append(stopping, r.ID)
			out.Cancels = append(out.Cancels, api.AttemptRef{TaskID: entry.TaskID, Attempt: entry.Attempt})
		}
	}
	for i, entry := range ping.Running {
		if lost[i] {
			out.Lost = append(out.Lost, api.AttemptRef{TaskID: entry.TaskID, Attempt: entry.Attempt})
		}
	}
	out.Confirmed = len(unconfirmed)
	if err := confirm(ctx, tx, unconfirmed, &out.Changes); err != nil {
		return err
	}
	if err := keepRunning(ctx, tx, held); err != nil {
		return err
	}
	return keepStopping(ctx, tx, stopping)
}

// lockNamed locks the tasks that a ping names. An entry is known by its attempt:
// a runner may still be stopping one attempt when it has begun the next one.
func lockNamed(ctx context.Context, tx bun.Tx, ping store.Ping) ([]namedRow, error) {
	named := columnsOf(ping.Running)
	var rows []namedRow
	err := tx.NewRaw(`
		SELECT n.at - 1 AS at, t.id, t.state,
			t.state IN ('leased', 'running') AND t.attempt = n.attempt AND t.lease_token = n.token
				AND t.lease_runner_id = ?0 AS held,
			t.state = 'canceled' AND t.attempt = n.attempt AND EXISTS (SELECT FROM attempts AS a
				WHERE a.task_id = t.id AND a.attempt = n.attempt AND a.runner_id = ?0
					AND a.lease_token = n.token AND a.ended_at IS NULL) AS canceled
		FROM unnest(?1::uuid[], ?2::int[], ?3::text[]) WITH ORDINALITY AS n (id, attempt, token, at)
		JOIN tasks AS t ON t.id = n.id ORDER BY t.id FOR UPDATE OF t`,
		ping.RunnerID, pgdialect.Array(named.ids), pgdialect.Array(named.attempts), pgdialect.Array(named.tokens)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("lock what the runner holds: %w", err)
	}
	return rows, nil
}

// confirm notes that a runner has received leases, and has begun.
func confirm(ctx context.Context, tx bun.Tx, ids []uuid.UUID, changes *store.Changes) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := transition{
		to: task.Running,
		set: `lease_expires_at = now() + make_interval(secs => ?),
			timeout_at = now() + make_interval(secs => t.timeout_seconds + ?)`,
		where: "t.id = ANY(?) AND t.state = 'leased'",
		args:  []any{store.LeaseTime.Seconds(), store.TimeoutGrace.Seconds(), pgdialect.Array(ids)},
	}.runOn(ctx, tx, changes)
	return err
}

// runningColumns is what a ping says, column by column, for unnest.
type runningColumns struct {
	ids, tokens         []string
	attempts            []int
	fractions           []*float64
	stages, messages    []string
	rowsDone, rowsTotal []*int64
	remaining           []*int64
}

func columnsOf(running []api.RunningTask) runningColumns {
	var c runningColumns
	for _, r := range running {
		c.ids, c.attempts, c.tokens = append(c.ids, r.TaskID), append(c.attempts, r.Attempt), append(c.tokens, r.LeaseToken)
		c.fractions = append(c.fractions, r.Fraction)
		c.stages, c.messages = append(c.stages, r.Stage), append(c.messages, r.Message)
		c.rowsDone, c.rowsTotal = append(c.rowsDone, r.RowsDone), append(c.rowsTotal, r.RowsTotal)
		c.remaining = append(c.remaining, r.RemainingSeconds)
	}
	return c
}

// keepRunning renews the leases that are held, with the progress that came
// along, and notes in the timeline where a task entered another stage. A renewal
// touches no index and changes no state.
func keepRunning(ctx context.Context, tx bun.Tx, held []api.RunningTask) error {
	if len(held) == 0 {
		return nil
	}
	c := columnsOf(held)
	_, err := tx.NewRaw(`
		WITH named AS (
			SELECT n.*, t.stage AS old_stage, t.workspace_id
			FROM unnest(?::uuid[], ?::int[], ?::float8[], ?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[])
				AS n (id, attempt, fraction, stage, message, rows_done, rows_total, remaining_seconds)
			JOIN tasks AS t ON t.id = n.id),
		staged AS (
			INSERT INTO task_events (workspace_id, task_id, type, state, message, attempt)
			SELECT workspace_id, id, 'stage', 'running', stage, attempt FROM named
			WHERE stage <> '' AND stage <> old_stage ORDER BY id)
		UPDATE tasks AS t SET lease_expires_at = now() + make_interval(secs => ?), fraction = n.fraction, stage = n.stage,
			progress_message = n.message, rows_done = n.rows_done, rows_total = n.rows_total,
			remaining_seconds = n.remaining_seconds
		FROM named AS n WHERE t.id = n.id`,
		pgdialect.Array(c.ids), pgdialect.Array(c.attempts), pgdialect.Array(c.fractions), pgdialect.Array(c.stages),
		pgdialect.Array(c.messages), pgdialect.Array(c.rowsDone), pgdialect.Array(c.rowsTotal), pgdialect.Array(c.remaining),
		store.LeaseTime.Seconds()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("renew leases: %w", err)
	}
	return nil
}

// keepStopping notes that a runner still works on what was canceled: its slots
// stay taken.
func keepStopping(ctx context.Context, tx bun.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewRaw(`UPDATE tasks SET cancel_pending = true, stop_expires_at = now() + make_interval(secs => ?)
		WHERE id = ANY(?) AND state = 'canceled'`, store.LeaseTime.Seconds(), pgdialect.Array(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note what still stops: %w", err)
	}
	return nil
}

// CheckLease implements store.Leases.
func (s *Store) CheckLease(ctx context.Context, lease store.Lease) error {
	return failed("pgstore.CheckLease", lockLease(ctx, s.db, lease))
}
