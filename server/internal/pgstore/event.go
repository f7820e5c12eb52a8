package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/shared/api"
	"ddap/shared/task"
)

type eventRow struct {
	bun.BaseModel `bun:"table:task_events,alias:e"`

	ID      int64     `bun:"id"`
	At      time.Time `bun:"at"`
	Type    string    `bun:"type"`
	State   string    `bun:"state"`
	Reason  *string   `bun:"reason"`
	Message string    `bun:"message"`
	Attempt int       `bun:"attempt"`
}

func (r eventRow) toEvent() api.Event {
	return api.Event{
		ID: r.ID, At: r.At, Type: api.EventType(r.Type), State: task.State(r.State),
		Reason: task.Reason(value(r.Reason)), Message: r.Message, Attempt: r.Attempt,
	}
}

// ListEvents implements store.Tasks.
func (s *Store) ListEvents(ctx context.Context, taskID uuid.UUID) ([]api.Event, error) {
	var rows []eventRow
	err := s.db.NewSelect().Model(&rows).Where("e.task_id = ?", taskID).Order("e.id").Scan(ctx)
	return mapTo(rows, eventRow.toEvent), failed("pgstore.ListEvents", err)
}

// ListEventsAfter implements store.Tasks.
func (s *Store) ListEventsAfter(ctx context.Context, taskID uuid.UUID, after int64, limit int) ([]api.Event, error) {
	var rows []eventRow
	err := s.db.NewSelect().Model(&rows).Where("e.task_id = ? AND e.id > ?", taskID, after).Order("e.id").Limit(limit).Scan(ctx)
	return mapTo(rows, eventRow.toEvent), failed("pgstore.ListEventsAfter", err)
}

type attemptRow struct {
	bun.BaseModel `bun:"table:attempts,alias:a"`

	Attempt    int        `bun:"attempt"`
	RunnerID   uuid.UUID  `bun:"runner_id"`
	Outcome    *string    `bun:"outcome"`
	Reason     *string    `bun:"reason"`
	Message    string     `bun:"message"`
	StartedAt  time.Time  `bun:"started_at"`
	EndedAt    *time.Time `bun:"ended_at"`
	RunnerName *string    `bun:"runner_name,scanonly"`
}

func (r attemptRow) toAttempt() api.Attempt {
	return api.Attempt{
		Attempt: r.Attempt, RunnerID: r.RunnerID.String(), RunnerName: value(r.RunnerName), Outcome: value(r.Outcome),
		Reason: task.Reason(value(r.Reason)), Message: r.Message, StartedAt: r.StartedAt, EndedAt: r.EndedAt,
	}
}

// ListAttempts implements store.Tasks.
func (s *Store) ListAttempts(ctx context.Context, taskID uuid.UUID) ([]api.Attempt, error) {
	var rows []attemptRow
	err := s.db.NewSelect().Model(&rows).
		ColumnExpr("a.attempt, a.runner_id, a.outcome, a.reason, a.message, a.started_at, a.ended_at, r.name AS runner_name").
		Join("LEFT JOIN runners AS r ON r.id = a.runner_id").
		Where("a.task_id = ?", taskID).Order("a.attempt").Scan(ctx)
	return mapTo(rows, attemptRow.toAttempt), failed("pgstore.ListAttempts", err)
}

// ListOpenInputs implements store.Tasks.
func (s *Store) ListOpenInputs(ctx context.Context, taskID uuid.UUID) ([]api.OpenInput, error) {
	var rows []taskRow
	err := selectTasks(s.db, &rows).Where("t.id IN (SELECT input_task_id FROM task_inputs WHERE task_id = ?) AND t.finished_at IS NULL", taskID).
		Order("t.id").Limit(api.MaxOpenInputs).Scan(ctx)
	return mapTo(rows, taskRow.toOpenInput), failed("pgstore.ListOpenInputs", err)
}

func (r taskRow) toOpenInput() api.OpenInput {
	t := r.toTask()
	return api.OpenInput{TaskID: t.ID.String(), Name: t.Name, Ref: t.Ref, State: t.State, Reason: t.Reason}
}
