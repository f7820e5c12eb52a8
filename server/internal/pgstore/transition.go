package pgstore

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/task"
)

// transition is a change of state of some tasks. It is the only way in which a
// task's state changes after its creation: one statement that is guarded by the
// table of package task, and that writes an event for each task and closes its
// attempt where there is one.
//
// The SQL in it knows the task as t, and where it says so the changed task as c.
type transition struct {
	to task.State
	// set are assignments besides those that follow from the state; from are
	// further tables; where selects the tasks.
	set, from, where string
	// args are for set, from and where, in this order.
	args []any
	// eventReason says in the event why, as SQL over c. Default: the task's new reason.
	eventReason string
	// outcome closes the current attempts; none where it is empty.
	outcome string
	// attemptReason says why in the closed attempt, as SQL. Default: as in the event.
	attemptReason string
}

// changed is a task after a transition.
type changed struct {
	ID            uuid.UUID  `bun:"id"`
	RequirementID int64      `bun:"requirement_id"`
	RunnerID      *uuid.UUID `bun:"last_runner_id"`
	CancelPending bool       `bun:"cancel_pending"`
	// Ready says that the task can be handed out now.
	Ready bool `bun:"ready"`
}

// What follows from a state. The progress of an attempt ends with it.
const (
	withoutLease = `, lease_token = NULL, lease_runner_id = NULL, leased_at = NULL,
		lease_expires_at = NULL, timeout_at = NULL, confirmed_at = NULL`
	withoutProgress = `, fraction = NULL, stage = '', progress_message = '', rows_done = NULL, rows_total = NULL, remaining_seconds = NULL`
	withoutWait     = `, not_before = NULL, hold_runner_id = NULL, hold_until = NULL`
)

var follows = map[task.State]string{
	task.Blocked:   "",
	task.Queued:    withoutLease + withoutProgress + ", queued_at = now()",
	task.Leased:    withoutWait + withoutProgress + ", reason = NULL, message = ''",
	task.Running:   ", confirmed_at = now(), started_at = coalesce(t.started_at, now())",
	task.Succeeded: withoutLease + withoutWait + ", finished_at = now(), reason = NULL, message = '', fraction = 1, remaining_seconds = NULL",
	task.Failed:    withoutLease + withoutWait + ", finished_at = now(), remaining_seconds = NULL",
	task.Canceled:  withoutLease + withoutWait + ", finished_at = now(), remaining_seconds = NULL",
}

// run makes the transition and says which tasks it changed. A task whose state
// does not allow it is left as it is.
func (tr transition) run(ctx context.Context, db bun.IDB) ([]changed, error) {
	query, args := tr.sql()
	var rows []changed
	if err := db.NewRaw(query, args...).Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("change tasks to %s: %w", tr.to, err)
	}
	return rows, nil
}

// runOn is run, and adds what it means for others to changes.
func (tr transition) runOn(ctx context.Context, db bun.IDB, changes *store.Changes) ([]changed, error) {
	rows, err := tr.run(ctx, db)
	for _, r := range rows {
		switch {
		case tr.to == task.Queued && r.Ready:
			changes.AddQueued(r.RequirementID)
		case tr.to.Final():
			changes.Ended = append(changes.Ended, r.ID)
		}
		if r.CancelPending && r.RunnerID != nil {
			changes.AddRunner(*r.RunnerID)
		}
	}
	return rows, err
}

func (tr transition) sql() (string, []any) {
	var b strings.Builder
	args := []any{tr.to}
	b.WriteString("WITH changed AS (UPDATE tasks AS t SET state = ?")
	b.WriteString(follows[tr.to])
	if tr.set != "" {
		b.WriteString(", " + tr.set)
	}
	if tr.from != "" {
		b.WriteString(" FROM " + tr.from)
	}
	b.WriteString(" WHERE (" + tr.where + ") AND t.state = ANY(?) RETURNING t.*)")
	args = append(args, tr.args...)
	args = append(args, pgdialect.Array(stateNames(task.From(tr.to))))

	eventReason := cmp.Or(tr.eventReason, "c.reason")
	b.WriteString(`, logged AS (
		INSERT INTO task_events (workspace_id, task_id, type, state, reason, message, attempt)
		SELECT c.workspace_id, c.id, c.state AS type, c.state, ` + eventReason + `, c.message, c.attempt
		FROM changed AS c ORDER BY c.id)`)
	if tr.outcome != "" {
		b.WriteString(`, closed AS (
		UPDATE attempts AS a SET outcome = ?, reason = ` + cmp.Or(tr.attemptReason, eventReason) + `, message = c.message, ended_at = now()
		FROM changed AS c WHERE a.task_id = c.id AND a.attempt = c.attempt AND a.ended_at IS NULL)`)
		args = append(args, tr.outcome)
	}
	b.WriteString(`
		SELECT id, requirement_id, last_runner_id, cancel_pending,
			(not_before IS NULL OR not_before <= now()) AND hold_runner_id IS NULL AS ready
		FROM changed ORDER BY id`)
	return b.String(), args
}

func stateNames(states []task.State) []string {
	out := make([]string, len(states))
	for i, s := range states {
		out[i] = string(s)
	}
	return out
}

func idsOf(rows []changed) []uuid.UUID {
	out := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out
}
