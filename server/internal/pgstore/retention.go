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

var _ store.Retention = (*Store)(nil)

// expiredRow is a task that is old enough to go.
type expiredRow struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	PipelineID  *uuid.UUID
}

// ExpireTasks implements store.Retention.
func (s *Store) ExpireTasks(ctx context.Context, state task.State, keep time.Duration, limit int) (int, error) {
	var rows []expiredRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		// A retry that went before its original would make that show again as the
		// step of its pipeline.
		err := tx.NewRaw(`SELECT t.id, t.workspace_id, t.pipeline_id FROM tasks AS t
			WHERE t.state = ? AND t.finished_at < now() - make_interval(secs => ?) AND NOT t.cancel_pending
				AND NOT EXISTS (SELECT FROM task_inputs AS i JOIN tasks AS n ON n.id = i.task_id
					WHERE i.input_task_id = t.id AND n.finished_at IS NULL)
				AND NOT EXISTS (SELECT FROM tasks AS o WHERE o.id = t.retry_of AND o.pipeline_id = t.pipeline_id)
			ORDER BY t.finished_at LIMIT ? FOR UPDATE OF t SKIP LOCKED`, string(state), keep.Seconds(), limit).Scan(ctx, &rows)
		if err != nil || len(rows) == 0 {
			return err
		}
		return expire(ctx, tx, state, rows)
	})
	if err != nil {
		return 0, failed("pgstore.ExpireTasks", err)
	}
	return len(rows), nil
}

// expire removes tasks, which the transaction has locked, writes down that the
// system did, and up to where readers of the feed have missed events by it.
func expire(ctx context.Context, tx bun.Tx, state task.State, rows []expiredRow) error {
	ids, byWorkspace, pipelines := make([]uuid.UUID, len(rows)), make(map[uuid.UUID][]uuid.UUID), []uuid.UUID(nil)
	for i, r := range rows {
		ids[i] = r.ID
		byWorkspace[r.WorkspaceID] = append(byWorkspace[r.WorkspaceID], r.ID)
		if r.PipelineID != nil {
			pipelines = append(pipelines, *r.PipelineID)
		}
	}
	var floors []struct {
		WorkspaceID uuid.UUID
		Last        string
	}
	// PostgreSQL 14 has no max of xid8.
	err := tx.NewRaw(`SELECT workspace_id, (array_agg(xid ORDER BY xid DESC))[1]::text AS last
		FROM task_events WHERE task_id = ANY(?) GROUP BY workspace_id ORDER BY workspace_id`, pgdialect.Array(ids)).Scan(ctx, &floors)
	if err != nil {
		return fmt.Errorf("look for events that go: %w", err)
	}
	if err := removeTasks(ctx, tx, ids, pipelines); err != nil {
		return err
	}
	entries := make([]auditEntry, 0, len(byWorkspace))
	for workspace, removed := range byWorkspace {
		entries = append(entries, auditEntry{
			workspace: workspace, action: "task.expire", kind: "task",
			before: fields{"state": state, "count": len(removed), "ids": removed},
		})
	}
	if err := recordAudit(ctx, tx, entries...); err != nil {
		return err
	}
	for _, f := range floors {
		_, err := tx.NewRaw("UPDATE workspaces SET feed_floor = greatest(feed_floor, ?::xid8) WHERE id = ?", f.Last, f.WorkspaceID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("raise the floor of the feed: %w", err)
		}
	}
	return nil
}

// removeTasks removes tasks, which the transaction has locked, and those of
// their pipelines that are empty then.
func removeTasks(ctx context.Context, tx bun.Tx, ids, pipelines []uuid.UUID) error {
	if len(pipelines) > 0 {
		// Of two that remove the last tasks of a pipeline, the second one sees that.
		if _, err := tx.NewRaw("SELECT FROM pipelines WHERE id = ANY(?) ORDER BY id FOR UPDATE", pgdialect.Array(pipelines)).Exec(ctx); err != nil {
			return fmt.Errorf("lock pipelines: %w", err)
		}
	}
	if err := rememberOutputs(ctx, tx, ids); err != nil {
		return err
	}
	if _, err := tx.NewRaw("DELETE FROM tasks WHERE id = ANY(?)", pgdialect.Array(ids)).Exec(ctx); err != nil {
		return fmt.Errorf("remove tasks: %w", err)
	}
	if len(pipelines) == 0 {
		return nil
	}
	_, err := tx.NewRaw(`DELETE FROM pipelines AS l WHERE l.id = ANY(?)
		AND NOT EXISTS (SELECT FROM tasks AS t WHERE t.pipeline_id = l.id)`, pgdialect.Array(pipelines)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove empty pipelines: %w", err)
	}
	return nil
}
