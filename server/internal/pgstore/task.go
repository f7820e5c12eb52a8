package pgstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

var _ store.Tasks = (*Store)(nil)

// taskRow is a task as people and services read it; the columns of the
// machinery (lease, turn) are read where they matter.
type taskRow struct {
	bun.BaseModel `bun:"table:tasks,alias:t"`

	ID             uuid.UUID         `bun:"id"`
	WorkspaceID    uuid.UUID         `bun:"workspace_id"`
	PipelineID     *uuid.UUID        `bun:"pipeline_id"`
	Position       int               `bun:"position"`
	Ref            string            `bun:"ref"`
	RetryOf        *uuid.UUID        `bun:"retry_of"`
	ScheduleID     *uuid.UUID        `bun:"schedule_id"`
	Name           string            `bun:"name"`
	Operation      int               `bun:"operation_code"`
	Params         json.RawMessage   `bun:"params,type:jsonb"`
	RequirementID  *int64            `bun:"requirement_id"`
	PinnedRunnerID *uuid.UUID        `bun:"pinned_runner_id"`
	Labels         map[string]string `bun:"labels,type:jsonb"`
	Priority       int               `bun:"priority"`
	CreatedBy      string            `bun:"created_by"`

	State   string  `bun:"state"`
	Reason  *string `bun:"reason"`
	Message string  `bun:"message"`

	RunAt          *time.Time `bun:"run_at"`
	Deadline       time.Time  `bun:"deadline"`
	TimeoutSeconds int        `bun:"timeout_seconds"`
	MaxAttempts    int        `bun:"max_attempts"`
	Attempt        int        `bun:"attempt"`
	AttemptsUsed   int        `bun:"attempts_used"`
	LastRunnerID   *uuid.UUID `bun:"last_runner_id"`

	Fraction        *float64 `bun:"fraction"`
	Stage           string   `bun:"stage"`
	ProgressMessage string   `bun:"progress_message"`
	RowsDone        *int64   `bun:"rows_done"`
	RowsTotal       *int64   `bun:"rows_total"`
	Remaining       *int64   `bun:"remaining_seconds"`

	CreatedAt     time.Time  `bun:"created_at"`
	StartedAt     *time.Time `bun:"started_at"`
	FinishedAt    *time.Time `bun:"finished_at"`
	StoppedAt     *time.Time `bun:"stopped_at"`
	CancelPending bool       `bun:"cancel_pending"`

	CreatorKeyID uuid.UUID `bun:"creator_key_id,scanonly"`
	CreatorUser  string    `bun:"creator_user,scanonly"`
	RunnerName   *string   `bun:"runner_name,scanonly"`
	// WaitReason is why a queued task waits: more exact than its own reason.
	WaitReason *string `bun:"wait_reason,scanonly"`
}

func (r taskRow) toTask() store.Task {
	t := store.Task{
		ID: r.ID, WorkspaceID: r.WorkspaceID, PipelineID: r.PipelineID, Position: r.Position, Ref: r.Ref,
		RetryOf: r.RetryOf, ScheduleID: r.ScheduleID, Name: r.Name, Operation: operation.Code(r.Operation), Params: r.Params,
		PinnedRunnerID: r.PinnedRunnerID, Labels: r.Labels, Priority: r.Priority, CreatorKeyID: r.CreatorKeyID,
		CreatorUser: r.CreatorUser, CreatedBy: r.CreatedBy, RequirementID: value(r.RequirementID),
		State: task.State(r.State), Reason: task.Reason(value(r.Reason)), Message: r.Message,
		RunAt: r.RunAt, Deadline: r.Deadline, TimeoutSeconds: r.TimeoutSeconds, MaxAttempts: r.MaxAttempts,
		Attempt: r.Attempt, AttemptsUsed: r.AttemptsUsed, LastRunnerID: r.LastRunnerID, RunnerName: value(r.RunnerName),
		Progress: api.Progress{
			Fraction: r.Fraction, Stage: r.Stage, Message: r.ProgressMessage, RowsDone: r.RowsDone, RowsTotal: r.RowsTotal,
			RemainingSeconds: r.Remaining,
		},
		CreatedAt: r.CreatedAt, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt, StoppedAt: r.StoppedAt,
		CancelPending: r.CancelPending,
	}
	if r.WaitReason != nil {
		t.Reason = task.Reason(*r.WaitReason)
	}
	return t
}

func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// selectTasks reads tasks with their creators, their runners' names, and why
// the queued ones wait.
func selectTasks(db bun.IDB, rows any) *bun.SelectQuery {
	return db.NewSelect().Model(rows).ColumnExpr("t.*").
		ColumnExpr("c.key_id AS creator_key_id, c.acting_user AS creator_user, r.name AS runner_name").
		ColumnExpr(fmt.Sprintf(waitReason, "q.reason") + " AS wait_reason").
		Join("JOIN creators AS c ON c.id = t.creator_id").
		Join("LEFT JOIN runners AS r ON r.id = t.last_runner_id").
		Join("LEFT JOIN requirements AS q ON q.id = t.requirement_id")
}

// GetTask implements store.Tasks.
func (s *Store) GetTask(ctx context.Context, workspaceID, id uuid.UUID) (store.Task, error) {
	const op = "pgstore.GetTask"
	var row taskRow
	err := selectTasks(s.db, &row).Where("t.workspace_id = ? AND t.id = ?", workspaceID, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Task{}, taskNotFound(op, id)
	}
	return row.toTask(), failed(op, err)
}

func taskNotFound(op string, id uuid.UUID) error {
	return fault.New(op, fault.NotFound, "task_not_found", "There is no task %s in this workspace.", id)
}

// HoldsInput implements store.Tasks.
func (s *Store) HoldsInput(ctx context.Context, runnerID, taskID uuid.UUID) (bool, error) {
	holds, err := s.db.NewSelect().TableExpr("tasks AS t").
		Join("JOIN task_inputs AS i ON i.task_id = t.id").
		Where("t.lease_runner_id = ? AND t.state IN ('leased', 'running') AND i.input_task_id = ?", runnerID, taskID).
		Exists(ctx)
	return holds, failed("pgstore.HoldsInput", err)
}

// DeleteTask implements store.Tasks.
func (s *Store) DeleteTask(ctx context.Context, workspaceID, id uuid.UUID) error {
	const op = "pgstore.DeleteTask"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var row taskRow
		err := tx.NewSelect().Model(&row).Column("name", "state", "cancel_pending", "pipeline_id").
			Where("t.workspace_id = ? AND t.id = ?", workspaceID, id).For("UPDATE").Scan(ctx)
		if err == nil {
			err = checkVersion(ctx, tx, store.VersionedTask)
		}
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return taskNotFound(op, id)
		case err != nil:
			return err
		case !task.State(row.State).Final():
			return fault.New(op, fault.Conflict, "wrong_state", "A task that is %s cannot be deleted; cancel it first.", row.State)
		case row.CancelPending:
			return fault.New(op, fault.Conflict, "still_stopping", "The runner has not confirmed yet that it stopped this task.")
		}
		needed, err := tx.NewSelect().TableExpr("task_inputs AS i").Join("JOIN tasks AS t ON t.id = i.task_id").
			Where("i.input_task_id = ? AND t.finished_at IS NULL", id).Exists(ctx)
		if err != nil {
			return err
		}
		if needed {
			return fault.New(op, fault.Conflict, "still_needed", "An unfinished task needs the output of this one.")
		}
		var pipelines []uuid.UUID
		if row.PipelineID != nil {
			pipelines = append(pipelines, *row.PipelineID)
		}
		if err := removeTasks(ctx, tx, []uuid.UUID{id}, pipelines); err != nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspaceID, action: "task.delete", kind: "task", id: id.String(), name: row.Name,
			before: fields{"state": row.State},
		})
	})
	return failed(op, err)
}
