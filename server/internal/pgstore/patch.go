package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// PatchTask implements store.Tasks.
func (s *Store) PatchTask(ctx context.Context, workspaceID, id uuid.UUID, patch api.TaskPatch) error {
	const op = "pgstore.PatchTask"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var found struct {
			State, Name string
			Priority    int
			Deadline    time.Time
			RunAt       *time.Time
			Now         time.Time
		}
		err := tx.NewRaw("SELECT state, name, priority, deadline, run_at, now() AS now FROM tasks WHERE workspace_id = ? AND id = ? FOR UPDATE",
			workspaceID, id).Scan(ctx, &found)
		if errors.Is(err, sql.ErrNoRows) {
			return taskNotFound(op, id)
		}
		if err == nil {
			err = checkVersion(ctx, tx, store.VersionedTask)
		}
		switch {
		case err != nil:
			return err
		case task.State(found.State).Final():
			return fault.New(op, fault.Conflict, "wrong_state", "A task that is %s cannot be changed.", found.State)
		case patch.Deadline != nil && !patch.Deadline.After(found.Now):
			return fault.BadFields(op, "invalid_task", fault.Field{Path: "deadline", Message: "is in the past"})
		case patch.Deadline != nil && found.RunAt != nil && !patch.Deadline.After(*found.RunAt):
			return fault.BadFields(op, "invalid_task", fault.Field{Path: "deadline", Message: "is before run_at"})
		}
		if patch == (api.TaskPatch{}) {
			return nil
		}
		if err := patchTask(ctx, tx, id, patch); err != nil {
			return err
		}
		before, after := fields{}, fields{}
		if patch.Priority != nil {
			before["priority"], after["priority"] = found.Priority, *patch.Priority
		}
		if patch.Deadline != nil {
			before["deadline"], after["deadline"] = found.Deadline, *patch.Deadline
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspaceID, action: "task.change", kind: "task", id: id.String(), name: found.Name, before: before, after: after,
		})
	})
	return failed(op, err)
}

func patchTask(ctx context.Context, tx bun.Tx, id uuid.UUID, patch api.TaskPatch) error {
	query := tx.NewUpdate().Table("tasks").Where("id = ?", id)
	var said []string
	if patch.Priority != nil {
		query = query.Set("priority = ?", *patch.Priority)
		said = append(said, fmt.Sprintf("priority %d", *patch.Priority))
	}
	if patch.Deadline != nil {
		query = query.Set("deadline = ?", *patch.Deadline)
		said = append(said, "deadline "+patch.Deadline.UTC().Format(time.RFC3339))
	}
	if _, err := query.Exec(ctx); err != nil {
		return fmt.Errorf("change a task: %w", err)
	}
	_, err := tx.NewRaw(`INSERT INTO task_events (workspace_id, task_id, type, state, reason, message, attempt)
		SELECT workspace_id, id, ?, state, reason, ?, attempt FROM tasks WHERE id = ?`,
		string(api.EventChanged), strings.Join(said, ", "), id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write the event of a change: %w", err)
	}
	return nil
}
