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
	"ddap/shared/fault"
	"ddap/shared/task"
)

var _ store.Schedules = (*Store)(nil)

type scheduleRow struct {
	bun.BaseModel `bun:"table:schedules,alias:s"`

	ID           uuid.UUID       `bun:"id,pk"`
	WorkspaceID  uuid.UUID       `bun:"workspace_id"`
	Name         string          `bun:"name"`
	Cron         string          `bun:"cron"`
	TimeZone     string          `bun:"time_zone"`
	Task         json.RawMessage `bun:"task,type:jsonb,nullzero"`
	Pipeline     json.RawMessage `bun:"pipeline,type:jsonb,nullzero"`
	Missed       string          `bun:"missed"`
	Overlap      string          `bun:"overlap"`
	Paused       bool            `bun:"paused"`
	PausedReason string          `bun:"paused_reason"`
	KeyID        uuid.UUID       `bun:"key_id"`
	ActingUser   string          `bun:"acting_user"`
	CreatedBy    string          `bun:"created_by"`
	CreatedAt    time.Time       `bun:"created_at"`
	UpdatedAt    time.Time       `bun:"updated_at"`
	NextDue      *time.Time      `bun:"next_due_at"`

	Now time.Time `bun:"now,scanonly"`
}

func (r scheduleRow) toSchedule() store.Schedule {
	return store.Schedule{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Name: r.Name, Cron: r.Cron, TimeZone: r.TimeZone, Task: r.Task, Pipeline: r.Pipeline,
		Missed: r.Missed, Overlap: r.Overlap, Paused: r.Paused, PausedReason: r.PausedReason, KeyID: r.KeyID, ActingUser: r.ActingUser,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, NextDue: r.NextDue,
	}
}

func fromSchedule(s store.Schedule) scheduleRow {
	return scheduleRow{
		ID: s.ID, WorkspaceID: s.WorkspaceID, Name: s.Name, Cron: s.Cron, TimeZone: s.TimeZone, Task: s.Task, Pipeline: s.Pipeline,
		Missed: s.Missed, Overlap: s.Overlap, Paused: s.Paused, PausedReason: s.PausedReason, KeyID: s.KeyID, ActingUser: s.ActingUser,
		CreatedBy: s.CreatedBy, NextDue: s.NextDue,
	}
}

// shown is what the audit log says of a schedule.
func (r scheduleRow) shown() fields {
	return fields{"name": r.Name, "cron": r.Cron, "time_zone": r.TimeZone, "missed": r.Missed, "overlap": r.Overlap, "paused": r.Paused}
}

// AddSchedule implements store.Schedules.
func (s *Store) AddSchedule(ctx context.Context, schedule store.Schedule) (store.Schedule, error) {
	row := fromSchedule(schedule)
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&row).Value("created_at", "now()").Value("updated_at", "now()").
			Returning("created_at, updated_at").Exec(ctx)
		if err != nil {
			return err
		}
		err = recordAudit(ctx, tx, auditEntry{
			workspace: row.WorkspaceID, action: "schedule.create", kind: "schedule", id: row.ID.String(), name: row.Name, after: row.shown(),
		})
		if err != nil {
			return err
		}
		return performOnce(ctx, tx, row.ID)
	})
	return row.toSchedule(), failed("pgstore.AddSchedule", err)
}

// GetSchedule implements store.Schedules.
func (s *Store) GetSchedule(ctx context.Context, workspace, id uuid.UUID) (store.Schedule, error) {
	row, err := getSchedule(ctx, s.db.NewSelect(), workspace, id)
	return row.toSchedule(), failed("pgstore.GetSchedule", err)
}

func getSchedule(ctx context.Context, query *bun.SelectQuery, workspace, id uuid.UUID) (scheduleRow, error) {
	var row scheduleRow
	err := query.Model(&row).Where("s.workspace_id = ? AND s.id = ?", workspace, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, scheduleNotFound(id)
	}
	return row, err
}

// lockSchedule reads a schedule that is about to change, with the time at which.
func lockSchedule(ctx context.Context, tx bun.Tx, workspace, id uuid.UUID) (scheduleRow, error) {
	row, err := getSchedule(ctx, tx.NewSelect().ColumnExpr("s.*, clock_timestamp() AS now").For("UPDATE"), workspace, id)
	if err == nil {
		err = checkVersion(ctx, tx, store.VersionedSchedule)
	}
	return row, err
}

func scheduleNotFound(id uuid.UUID) error {
	return fault.New("pgstore.GetSchedule", fault.NotFound, "schedule_not_found", "There is no schedule %s in this workspace.", id)
}

// ListSchedules implements store.Schedules.
func (s *Store) ListSchedules(ctx context.Context, workspace uuid.UUID, of store.CreatorFilter, page store.Page) ([]store.Schedule, error) {
	var rows []scheduleRow
	query := s.db.NewSelect().Model(&rows).Where("s.workspace_id = ?", workspace).Order("s.id DESC").Limit(page.Limit)
	if of.CreatorKeyID != nil {
		query = query.Where("s.key_id = ?", *of.CreatorKeyID)
	}
	if of.CreatorUser != nil {
		query = query.Where("split_part(s.acting_user, ';', 1) = ?", *of.CreatorUser)
	}
	if page.After != uuid.Nil {
		query = query.Where("s.id < ?", page.After)
	}
	err := query.Scan(ctx)
	return mapTo(rows, scheduleRow.toSchedule), failed("pgstore.ListSchedules", err)
}

// ChangeSchedule implements store.Schedules.
func (s *Store) ChangeSchedule(ctx context.Context, workspace, id uuid.UUID, change func(*store.Schedule, time.Time) error) (store.Schedule, error) {
	var row scheduleRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		before, err := lockSchedule(ctx, tx, workspace, id)
		if err != nil {
			return err
		}
		schedule := before.toSchedule()
		if err := change(&schedule, before.Now); err != nil {
			return err
		}
		row = fromSchedule(schedule)
		_, err = tx.NewUpdate().Model(&row).ExcludeColumn("id", "workspace_id", "key_id", "acting_user", "created_by", "created_at").
			Value("updated_at", "now()").WherePK().Returning("created_at, updated_at").Exec(ctx)
		if err != nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspace, action: "schedule.change", kind: "schedule", id: id.String(), name: row.Name, before: before.shown(), after: row.shown(),
		})
	})
	return row.toSchedule(), failed("pgstore.ChangeSchedule", err)
}

// DeleteSchedule implements store.Schedules.
func (s *Store) DeleteSchedule(ctx context.Context, workspace, id uuid.UUID) error {
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := lockSchedule(ctx, tx, workspace, id)
		if err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspace, action: "schedule.delete", kind: "schedule", id: id.String(), name: row.Name, before: row.shown(),
		})
	})
	return failed("pgstore.DeleteSchedule", err)
}

// ClaimDue implements store.Schedules.
func (s *Store) ClaimDue(ctx context.Context, limit int, hold time.Duration) ([]store.DueSchedule, error) {
	var rows []scheduleRow
	err := s.db.NewRaw(`UPDATE schedules AS s SET claimed_until = now() + make_interval(secs => ?)
		WHERE s.id IN (SELECT id FROM schedules
			WHERE next_due_at <= now() AND (claimed_until IS NULL OR claimed_until < now())
			ORDER BY next_due_at LIMIT ? FOR UPDATE SKIP LOCKED)
		RETURNING s.*, now() AS now`, hold.Seconds(), limit).Scan(ctx, &rows)
	return mapTo(rows, func(r scheduleRow) store.DueSchedule {
		return store.DueSchedule{Schedule: r.toSchedule(), Now: r.Now}
	}), failed("pgstore.ClaimDue", err)
}

// runsKept is how long it is told what became of a schedule's times.
const runsKept = "90 days"

// FinishRun implements store.Schedules.
func (s *Store) FinishRun(ctx context.Context, due store.DueSchedule, run store.ScheduleRun, next *time.Time, pausedReason string) error {
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row := fromRun(due.ID, run)
		_, err := tx.NewInsert().Model(&row).ExcludeColumn("ran_at").On("CONFLICT (schedule_id, due_at) DO UPDATE").
			Set("outcome = excluded.outcome, task_id = excluded.task_id, pipeline_id = excluded.pipeline_id, message = excluded.message").
			Where("u.outcome <> ? AND excluded.outcome = ?", store.RunCreated, store.RunCreated).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep the run: %w", err)
		}
		if _, err := tx.NewRaw("DELETE FROM schedule_runs WHERE schedule_id = ?0 AND greatest(due_at, ran_at) < now() - interval '?1'",
			due.ID, bun.Safe(runsKept)).Exec(ctx); err != nil {
			return fmt.Errorf("forget old runs: %w", err)
		}
		// Guarded by what was claimed: a change of the schedule meanwhile wins.
		_, err = tx.NewRaw(`UPDATE schedules SET claimed_until = NULL, next_due_at = ?0, paused = ?0::timestamptz IS NULL, paused_reason = ?1
			WHERE id = ?2 AND next_due_at = ?3`, next, pausedReason, due.ID, *due.NextDue).Exec(ctx)
		return err
	})
	if violates(err, "schedule_runs_schedule_id_fkey") {
		return nil // it was deleted meanwhile
	}
	return failed("pgstore.FinishRun", err)
}

// pauseSchedules pauses what a key has made, for it is of no use any more.
func pauseSchedules(ctx context.Context, tx bun.IDB, key uuid.UUID, reason string) error {
	_, err := tx.NewRaw("UPDATE schedules SET paused = true, next_due_at = NULL, paused_reason = ? WHERE key_id = ? AND NOT paused", reason, key).Exec(ctx)
	return err
}

// AddManualRun implements store.Schedules.
func (s *Store) AddManualRun(ctx context.Context, schedule store.Schedule, run store.ScheduleRun) (store.ScheduleRun, error) {
	row := fromRun(schedule.ID, run)
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewInsert().Model(&row).ExcludeColumn("ran_at").Value("due_at", "clock_timestamp()").Returning("due_at, ran_at").Exec(ctx)
		if err != nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: schedule.WorkspaceID, action: "schedule.run", kind: "schedule", id: schedule.ID.String(), name: schedule.Name,
			after: fields{"task_id": run.TaskID, "pipeline_id": run.PipelineID},
		})
	})
	if violates(err, "schedule_runs_schedule_id_fkey") {
		err = scheduleNotFound(schedule.ID) // it was deleted meanwhile
	}
	return row.toRun(), failed("pgstore.AddManualRun", err)
}

type scheduleRunRow struct {
	bun.BaseModel `bun:"table:schedule_runs,alias:u"`

	ScheduleID uuid.UUID  `bun:"schedule_id,pk"`
	DueAt      time.Time  `bun:"due_at,pk"`
	Manual     bool       `bun:"manual"`
	RanAt      time.Time  `bun:"ran_at"`
	Outcome    string     `bun:"outcome"`
	TaskID     *uuid.UUID `bun:"task_id"`
	PipelineID *uuid.UUID `bun:"pipeline_id"`
	Message    string     `bun:"message"`

	State *string `bun:"state,scanonly"`
}

func fromRun(schedule uuid.UUID, r store.ScheduleRun) scheduleRunRow {
	return scheduleRunRow{
		ScheduleID: schedule, DueAt: r.DueAt, Manual: r.Manual, Outcome: r.Outcome, TaskID: r.TaskID, PipelineID: r.PipelineID, Message: r.Message,
	}
}

func (r scheduleRunRow) toRun() store.ScheduleRun {
	return store.ScheduleRun{
		DueAt: r.DueAt, RanAt: r.RanAt, Manual: r.Manual, Outcome: r.Outcome, TaskID: r.TaskID, PipelineID: r.PipelineID,
		Message: r.Message, State: task.State(value(r.State)),
	}
}

// runState is the state of a run's tasks together, of each its last retry:
// failed if one has failed, then whatever is not over, then canceled, then succeeded.
const runState = `(WITH RECURSIVE made AS (
		SELECT t.id, t.state FROM tasks AS t WHERE t.id = u.task_id OR t.pipeline_id = u.pipeline_id
		UNION SELECT r.id, r.state FROM made AS m JOIN tasks AS r ON r.retry_of = m.id)
	SELECT t.state FROM made AS t WHERE NOT EXISTS (SELECT FROM tasks AS r WHERE r.retry_of = t.id)
	ORDER BY array_position(ARRAY['failed', 'running', 'leased', 'queued', 'blocked', 'scheduled', 'canceled', 'succeeded'], t.state) LIMIT 1)`

// ListRuns implements store.Schedules.
func (s *Store) ListRuns(ctx context.Context, schedule uuid.UUID, failedOnly bool, limit int) ([]store.ScheduleRun, error) {
	var rows []scheduleRunRow
	query := s.db.NewSelect().Model(&rows).ColumnExpr("u.*").ColumnExpr(runState+" AS state").
		Where("u.schedule_id = ?", schedule).Order("u.due_at DESC").Limit(limit)
	if failedOnly {
		query = query.Where("u.outcome = ? OR "+runState+" = 'failed'", store.RunFailed)
	}
	err := query.Scan(ctx)
	return mapTo(rows, scheduleRunRow.toRun), failed("pgstore.ListRuns", err)
}

// GetRunOf implements store.Schedules.
func (s *Store) GetRunOf(ctx context.Context, workspace, made uuid.UUID) (store.ScheduleRun, error) {
	var row scheduleRunRow
	err := s.db.NewSelect().Model(&row).Join("JOIN schedules AS s ON s.id = u.schedule_id").
		Where("s.workspace_id = ? AND (u.task_id = ? OR u.pipeline_id = ?)", workspace, made, made).Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New("pgstore.GetRunOf", fault.NotFound, "schedule_run_not_found", "What was created is there, but not a record of the run that created it.")
	}
	return row.toRun(), failed("pgstore.GetRunOf", err)
}

// Unfinished implements store.Schedules.
func (s *Store) Unfinished(ctx context.Context, schedule uuid.UUID) (bool, error) {
	var busy bool
	err := s.db.NewRaw(`SELECT EXISTS (
		SELECT FROM (SELECT * FROM schedule_runs WHERE schedule_id = ? AND outcome = 'created' ORDER BY due_at DESC LIMIT 20) AS u
		JOIN tasks AS t ON t.id = u.task_id OR t.pipeline_id = u.pipeline_id WHERE t.finished_at IS NULL)`, schedule).Scan(ctx, &busy)
	return busy, failed("pgstore.Unfinished", err)
}
