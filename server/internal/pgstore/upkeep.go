package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/task"
)

var _ store.Upkeep = (*Store)(nil)

const (
	// upkeepLock is the advisory lock under which one server at a time takes
	// leases back. The number is arbitrary and must stay.
	upkeepLock = 7_113_002
	// batch bounds one pass; what is left comes a second later.
	batch = 500
	// maxGap is how long no server may stamp before the time counts as one in
	// which nobody served: well above the second between two stamps.
	maxGap = 5 * time.Second
)

// TakeBack implements store.Upkeep.
func (s *Store) TakeBack(ctx context.Context) (store.TakenBack, error) {
	const op = "pgstore.TakeBack"
	var back store.TakenBack
	var silent []uuid.UUID
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		back, silent = store.TakenBack{}, nil
		var mine bool
		if err := tx.NewRaw("SELECT pg_try_advisory_xact_lock(?)", upkeepLock).Scan(ctx, &mine); err != nil || !mine {
			return err
		}
		var err error
		if back.Gap, err = makeGood(ctx, tx); err != nil {
			return err
		}
		silent, err = s.takeBackOverdue(ctx, tx, &back)
		return err
	})
	if err != nil {
		return store.TakenBack{}, failed(op, err)
	}
	return back, failed(op, s.countUnconfirmed(ctx, silent))
}

// makeGood stamps that a server is up. Where nobody has for a while, every clock
// of a lease is set forward by that time, before any of them is judged.
func makeGood(ctx context.Context, tx bun.Tx) (time.Duration, error) {
	var seconds float64
	err := tx.NewRaw(`UPDATE cluster AS c SET last_served_at = now()
		FROM (SELECT coalesce(extract(epoch FROM now() - last_served_at), 0)::float8 AS gap FROM cluster FOR UPDATE) AS old
		RETURNING old.gap`).Scan(ctx, &seconds)
	if err != nil {
		return 0, fmt.Errorf("stamp the time: %w", err)
	}
	gap := time.Duration(seconds * float64(time.Second))
	if gap <= maxGap {
		return 0, nil
	}
	_, err = tx.NewRaw(`UPDATE tasks SET lease_expires_at = lease_expires_at + make_interval(secs => ?0),
			timeout_at = timeout_at + make_interval(secs => ?0)
		WHERE state IN ('leased', 'running')`, seconds).Exec(ctx)
	if err == nil {
		_, err = tx.NewRaw("UPDATE tasks SET stop_expires_at = stop_expires_at + make_interval(secs => ?) WHERE cancel_pending",
			seconds).Exec(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("extend leases: %w", err)
	}
	return gap, noteOutage(ctx, tx, seconds)
}

// takeBackOverdue ends what has run out, and gives the runners that did not
// confirm what they were given.
func (s *Store) takeBackOverdue(ctx context.Context, tx bun.Tx, back *store.TakenBack) (silent []uuid.UUID, err error) {
	unconfirmed, _, err := s.takeBackCounted(ctx, tx, takeBack{
		where: overdue("lease_expires_at", "n.state = 'leased'"), reason: task.NotConfirmed, counts: "false",
	}, &back.Changes)
	if err != nil {
		return nil, err
	}
	expired, exhausted, err := s.takeBackCounted(ctx, tx, takeBack{
		where: overdue("lease_expires_at", "n.state = 'running'"), reason: task.LeaseExpired, counts: "true", backsOff: true,
	}, &back.Changes)
	if err != nil {
		return nil, err
	}
	timedOut, err := transition{
		to: task.Failed, set: "reason = ?, message = 'it took longer than ' || t.timeout_seconds || ' s'",
		where: overdue("timeout_at", "n.state IN ('leased', 'running')"), args: []any{task.Timeout}, outcome: outcomeReclaimed,
	}.runOn(ctx, tx, &back.Changes)
	if err != nil {
		return nil, err
	}
	if err := s.settleDependants(ctx, tx, idsOf(timedOut), &back.Changes); err != nil {
		return nil, err
	}
	_, err = tx.NewRaw("UPDATE tasks SET cancel_pending = false, stop_expires_at = NULL WHERE cancel_pending AND stop_expires_at < now()").Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("stop waiting for runners to stop: %w", err)
	}
	back.Unconfirmed, back.Expired, back.Exhausted, back.TimedOut = len(unconfirmed), len(expired), len(exhausted), len(timedOut)
	for _, r := range unconfirmed {
		if r.RunnerID != nil {
			silent = append(silent, *r.RunnerID)
		}
	}
	return silent, nil
}

// overdue selects a batch of tasks whose clock has run out, and that no other
// transaction is at: a ping that comes in this moment wins.
func overdue(clock, states string) string {
	return fmt.Sprintf("t.id IN (SELECT n.id FROM tasks AS n WHERE %s AND n.%s < now() LIMIT %d FOR UPDATE SKIP LOCKED)", states, clock, batch)
}

// countUnconfirmed notes once for each runner that it did not confirm what it
// was given. It comes after the transaction, because runners are locked before
// tasks everywhere.
func (s *Store) countUnconfirmed(ctx context.Context, runners []uuid.UUID) error {
	if len(runners) == 0 {
		return nil
	}
	_, err := s.db.NewRaw("UPDATE runners SET unconfirmed = unconfirmed + 1 WHERE id = ANY(?)", pgdialect.Array(runners)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("count unconfirmed leases: %w", err)
	}
	return nil
}

// StartDue implements store.Upkeep.
func (s *Store) StartDue(ctx context.Context) (int, store.Changes, error) {
	var changes store.Changes
	var due []uuid.UUID
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		changes, due = store.Changes{}, nil
		err := tx.NewRaw(`SELECT id FROM tasks WHERE state = 'scheduled' AND run_at <= now()
			ORDER BY run_at LIMIT ? FOR UPDATE SKIP LOCKED`, batch).Scan(ctx, &due)
		if err != nil || len(due) == 0 {
			return err
		}
		return s.settle(ctx, tx, &changes, "id = ANY(?) ORDER BY id FOR UPDATE", pgdialect.Array(due))
	})
	return len(due), changes, failed("pgstore.StartDue", err)
}

// EndOverdue implements store.Upkeep.
func (s *Store) EndOverdue(ctx context.Context) (int, store.Changes, error) {
	var changes store.Changes
	var ended []changed
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		changes = store.Changes{}
		var err error
		ended, err = transition{
			to: task.Failed, set: "reason = ?, message = ''",
			where: overdue("deadline", "n.finished_at IS NULL"), args: []any{task.DeadlinePassed}, outcome: outcomeReclaimed,
		}.runOn(ctx, tx, &changes)
		if err != nil {
			return err
		}
		unanswered, err := transition{
			to: task.Failed, set: "reason = ?, message = 'its owner was asked and did not answer in time'",
			where: overdue("hold_until", "n.state = 'queued' AND n.hold_until IS NOT NULL"), args: []any{task.OwnerDeclined},
		}.runOn(ctx, tx, &changes)
		if err != nil {
			return err
		}
		ended = append(ended, unanswered...)
		return s.settleDependants(ctx, tx, idsOf(ended), &changes)
	})
	return len(ended), changes, failed("pgstore.EndOverdue", err)
}
