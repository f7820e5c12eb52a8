package pgstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

// backoff is how long a task waits whose attempt was used up, as SQL over t
// before the change: 5 s × 2ⁿ up to 10 minutes, less a random half, so that
// tasks that failed together are not tried together.
const backoff = `(least(600, 5 * power(2, least(t.attempts_used, 20))) * (0.5 + random() / 2)) * interval '1 second'`

// takeBack says which leases end that nobody reported on.
type takeBack struct {
	// where selects the tasks, as SQL over t with args.
	where string
	args  []any
	// reason stands in the events.
	reason task.Reason
	// counts tells, as SQL over t, whether the attempt is used up.
	counts string
	// backsOff lets a counted task wait before it is handed out again.
	backsOff bool
}

// takeBack ends leases: tasks go back to the queue, or fail where this was
// their last attempt.
func (s *Store) takeBack(ctx context.Context, tx bun.Tx, b takeBack, changes *store.Changes) error {
	_, _, err := s.takeBackCounted(ctx, tx, b, changes)
	return err
}

func (s *Store) takeBackCounted(ctx context.Context, tx bun.Tx, b takeBack, changes *store.Changes) (requeued, exhausted []changed, err error) {
	because, used := "'"+string(b.reason)+"'", "CASE WHEN "+b.counts+" THEN 1 ELSE 0 END"
	last := b.counts + " AND t.attempts_used + 1 >= t.max_attempts"
	exhausted, err = transition{
		to:            task.Failed,
		set:           "attempts_used = t.max_attempts, reason = ?, message = ?",
		where:         "(" + b.where + ") AND t.state IN ('leased', 'running') AND " + last,
		args:          append([]any{task.AttemptsExhausted, exhaustedMessage[b.reason]}, b.args...),
		outcome:       outcomeReclaimed,
		attemptReason: because,
	}.runOn(ctx, tx, changes)
	if err != nil {
		return nil, nil, err
	}
	if err := s.settleDependants(ctx, tx, idsOf(exhausted), changes); err != nil {
		return nil, nil, err
	}
	wait, reason := "NULL", task.WaitingForRunner
	if b.backsOff {
		wait, reason = "now() + "+backoff, task.RetryBackoff
	}
	requeued, err = transition{
		to:  task.Queued,
		set: "attempts_used = t.attempts_used + " + used + ", not_before = " + wait + ", reason = ?, message = ''",
		// Where selects a batch, it may select other tasks now than it did above.
		where:       "(" + b.where + ") AND t.state IN ('leased', 'running') AND NOT (" + last + ")",
		args:        append([]any{reason}, b.args...),
		eventReason: because,
		outcome:     outcomeReclaimed,
	}.runOn(ctx, tx, changes)
	return requeued, exhausted, err
}

// outcomeReclaimed marks an attempt that the server ended.
const outcomeReclaimed = "reclaimed"

// exhaustedMessage says what happened to the last attempt.
var exhaustedMessage = map[task.Reason]string{
	task.LeaseExpired: "the runner stopped answering during the last attempt",
	task.RunnerLost:   "the runner's program was restarted during the last attempt",
}

// EvictRunner implements store.Leases.
func (s *Store) EvictRunner(ctx context.Context, workspaceID, runnerID uuid.UUID) (store.Evicted, error) {
	const op = "pgstore.EvictRunner"
	var evicted store.Evicted
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		evicted = store.Evicted{}
		var state string
		// Under the lock, so that no claim of this runner comes after it.
		err := tx.NewRaw("SELECT state FROM runners WHERE workspace_id = ? AND id = ? FOR NO KEY UPDATE",
			workspaceID, runnerID).Scan(ctx, &state)
		if err != nil {
			return fmt.Errorf("lock the runner: %w", err)
		}
		if state != string(api.RunnerRevoked) {
			return nil
		}
		return s.evict(ctx, tx, runnerID, &evicted)
	})
	return evicted, failed(op, err)
}

// readsDatasetOf holds, as SQL over t, for tasks that name a dataset of runner r by its id.
const readsDatasetOf = `EXISTS (SELECT FROM task_inputs AS i JOIN datasets AS d ON d.id = i.dataset_id
	WHERE i.task_id = t.id AND d.runner_id = r.id)`

func (s *Store) evict(ctx context.Context, tx bun.Tx, runnerID uuid.UUID, evicted *store.Evicted) error {
	_, err := tx.NewRaw(`UPDATE tasks SET cancel_pending = false, stop_expires_at = NULL
		WHERE last_runner_id = ? AND cancel_pending`, runnerID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("forget what the runner was to stop: %w", err)
	}
	back, _, err := s.takeBackCounted(ctx, tx, takeBack{
		where: "t.lease_runner_id = ?", args: []any{runnerID}, reason: task.RunnerRevoked, counts: "false",
	}, &evicted.Changes)
	if err != nil {
		return err
	}
	evicted.TakenBack = len(back)
	// What waits for this runner only waits for ever: either its creator asked
	// for it or for a dataset of its, or the rows of its inputs are there.
	stranded, err := transition{
		to: task.Failed,
		set: `message = 'the computer that it needs was removed',
			reason = CASE WHEN t.pinned_runner_id = r.id OR ` + readsDatasetOf + ` THEN ? ELSE ? END`,
		from: "runners AS r",
		where: `r.id = ? AND t.workspace_id = r.workspace_id AND t.finished_at IS NULL AND t.state IN ('scheduled', 'blocked', 'queued')
			AND (t.pinned_runner_id = r.id OR ` + readsDatasetOf + `
				OR t.requirement_id IN (SELECT q.id FROM requirements AS q WHERE q.runner_id = r.id))`,
		args: []any{task.RunnerRevoked, task.InputLost, runnerID},
	}.runOn(ctx, tx, &evicted.Changes)
	if err != nil {
		return err
	}
	evicted.Stranded = len(stranded)
	// Its owner will not answer any more; another computer may do the rest.
	var freed []int64
	err = tx.NewRaw(`UPDATE tasks SET hold_runner_id = NULL, hold_until = NULL, reason = ?
		WHERE state = 'queued' AND hold_runner_id = ? RETURNING requirement_id`, task.WaitingForRunner, runnerID).Scan(ctx, &freed)
	if err != nil {
		return fmt.Errorf("free what was held for the owner: %w", err)
	}
	for _, requirement := range freed {
		evicted.Changes.AddQueued(requirement)
	}
	evicted.Freed = len(freed)
	return s.settleDependants(ctx, tx, idsOf(stranded), &evicted.Changes)
}
