package pgstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/task"
)

// CancelTasks implements store.Tasks.
func (s *Store) CancelTasks(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID, skipEnded bool) (store.Changes, error) {
	var changes store.Changes
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		changes = store.Changes{}
		open, err := lockOpen(ctx, tx, workspaceID, ids, skipEnded)
		if err != nil || len(open) == 0 {
			return err
		}
		// The slot of a task that a runner holds is free once the runner says
		// that it has stopped, or has not been heard of for the time of a lease.
		canceled, err := transition{
			to: task.Canceled,
			set: `reason = ?, message = '', cancel_pending = t.lease_token IS NOT NULL,
				stop_expires_at = CASE WHEN t.lease_token IS NULL THEN NULL ELSE now() + make_interval(secs => ?) END`,
			where: "t.id = ANY(?)",
			args:  []any{task.CanceledByUser, store.LeaseTime.Seconds(), pgdialect.Array(open)},
		}.runOn(ctx, tx, &changes)
		if err != nil {
			return err
		}
		if err := recordAudit(ctx, tx, canceledEntries(workspaceID, canceled)...); err != nil {
			return err
		}
		return s.settleDependants(ctx, tx, idsOf(canceled), &changes)
	})
	return changes, failed("pgstore.CancelTasks", err)
}

func canceledEntries(workspace uuid.UUID, canceled []changed) []auditEntry {
	entries := make([]auditEntry, len(canceled))
	for i, c := range canceled {
		entries[i] = auditEntry{
			workspace: workspace, action: "task.cancel", kind: "task", id: c.ID.String(), after: fields{"state": task.Canceled},
		}
	}
	return entries
}

// lockOpen locks tasks and gives those that have not ended.
func lockOpen(ctx context.Context, tx bun.Tx, workspaceID uuid.UUID, ids []uuid.UUID, skipEnded bool) ([]uuid.UUID, error) {
	if err := checkVersion(ctx, tx, store.VersionedTask, store.VersionedPipeline); err != nil {
		return nil, err
	}
	var rows []struct {
		ID    uuid.UUID
		State string
	}
	err := tx.NewRaw("SELECT id, state FROM tasks WHERE workspace_id = ? AND id = ANY(?) ORDER BY id FOR UPDATE",
		workspaceID, pgdialect.Array(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("lock what is canceled: %w", err)
	}
	if len(rows) < len(ids) && !skipEnded {
		return nil, taskNotFound("pgstore.CancelTasks", ids[0])
	}
	var open []uuid.UUID
	for _, r := range rows {
		state := task.State(r.State)
		switch {
		case !state.Final():
			open = append(open, r.ID)
		case state == task.Canceled || skipEnded:
		default:
			return nil, task.CheckTransition(state, task.Canceled)
		}
	}
	return open, nil
}
