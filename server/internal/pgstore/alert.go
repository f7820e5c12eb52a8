package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

var _ store.Alerts = (*Store)(nil)

type alertRow struct {
	bun.BaseModel `bun:"table:alerts,alias:a"`

	ID             uuid.UUID         `bun:"id,pk"`
	WorkspaceID    uuid.UUID         `bun:"workspace_id"`
	Name           string            `bun:"name"`
	Kind           string            `bun:"kind"`
	Labels         map[string]string `bun:"labels,type:jsonb"`
	Dataset        string            `bun:"dataset"`
	Operation      int               `bun:"operation_code"`
	Threshold      float64           `bun:"threshold"`
	Resolve        float64           `bun:"resolve_threshold"`
	WindowSeconds  int               `bun:"window_seconds"`
	MinCount       int               `bun:"min_count"`
	ForSeconds     int               `bun:"for_seconds"`
	ResolveSeconds int               `bun:"resolve_seconds"`
	RepeatSeconds  int               `bun:"repeat_seconds"`
	Emails         []string          `bun:"emails,array"`
	Language       string            `bun:"language"`
	Paused         bool              `bun:"paused"`
	State          string            `bun:"state"`
	Since          time.Time         `bun:"state_since"`
	PendingSince   *time.Time        `bun:"pending_since"`
	NotifiedAt     *time.Time        `bun:"notified_at"`
	Value          *float64          `bun:"value"`
	EvaluatedAt    *time.Time        `bun:"evaluated_at"`
	MailError      string            `bun:"mail_error"`
	CreatedBy      string            `bun:"created_by"`
	CreatedAt      time.Time         `bun:"created_at"`

	Workspace string    `bun:"workspace,scanonly"`
	Now       time.Time `bun:"now,scanonly"`
}

func inSeconds(n int) time.Duration { return time.Duration(n) * time.Second }

func (r alertRow) toAlert() store.Alert {
	return store.Alert{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Workspace: r.Workspace, Name: r.Name, Kind: api.AlertKind(r.Kind),
		Labels: r.Labels, Dataset: r.Dataset, Operation: r.Operation, Threshold: r.Threshold, Resolve: r.Resolve,
		Window: inSeconds(r.WindowSeconds), MinCount: r.MinCount, For: inSeconds(r.ForSeconds), ResolveFor: inSeconds(r.ResolveSeconds),
		RepeatAfter: inSeconds(r.RepeatSeconds), Emails: r.Emails, Language: r.Language, Paused: r.Paused,
		State: api.AlertState(r.State), Since: r.Since, PendingSince: r.PendingSince, NotifiedAt: r.NotifiedAt, Value: r.Value,
		EvaluatedAt: r.EvaluatedAt, MailError: r.MailError, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt,
	}
}

// fromAlert gives the columns that people set.
func fromAlert(a *store.Alert) alertRow {
	return alertRow{
		ID: a.ID, WorkspaceID: a.WorkspaceID, Name: a.Name, Kind: string(a.Kind), Labels: orEmpty(a.Labels), Dataset: a.Dataset,
		Operation: a.Operation, Threshold: a.Threshold, Resolve: a.Resolve, WindowSeconds: int(a.Window.Seconds()), MinCount: a.MinCount,
		ForSeconds: int(a.For.Seconds()), ResolveSeconds: int(a.ResolveFor.Seconds()), RepeatSeconds: int(a.RepeatAfter.Seconds()),
		Emails: append([]string{}, a.Emails...), Language: a.Language, Paused: a.Paused, CreatedBy: a.CreatedBy,
	}
}

// alertColumns are those that people set.
var alertColumns = []string{
	"name", "labels", "dataset", "operation_code", "threshold", "resolve_threshold", "window_seconds", "min_count",
	"for_seconds", "resolve_seconds", "repeat_seconds", "emails", "language", "paused",
}

// shown is what the audit log keeps of an alert.
func (r alertRow) shown() fields {
	return fields{
		"name": r.Name, "kind": r.Kind, "labels": r.Labels, "dataset": r.Dataset, "operation_code": r.Operation, "threshold": r.Threshold,
		"resolve_threshold": r.Resolve, "window_seconds": r.WindowSeconds, "min_count": r.MinCount, "for_seconds": r.ForSeconds,
		"resolve_seconds": r.ResolveSeconds, "repeat_seconds": r.RepeatSeconds, "emails": r.Emails, "language": r.Language, "paused": r.Paused,
	}
}

func (r alertRow) audit(action string, before, after any) auditEntry {
	return auditEntry{
		workspace: r.WorkspaceID, action: action, kind: store.SubjectAlert, id: r.ID.String(), name: r.Name, before: before, after: after,
	}
}

// tooManyAlerts refuses one more. Those who add at the same moment wait for one
// another.
func tooManyAlerts(ctx context.Context, tx bun.Tx, op string, workspace uuid.UUID, limit int) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "alerts"+workspace.String()); err != nil {
		return fmt.Errorf("count alerts: %w", err)
	}
	n, err := tx.NewSelect().Table("alerts").Where("workspace_id = ?", workspace).Count(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("count alerts: %w", err)
	case n >= limit:
		return fault.New(op, fault.Conflict, "too_many_alerts", "This workspace has %d alerts already, and may have %d. Delete one that is not needed.", n, limit)
	default:
		return nil
	}
}

// AddAlert implements store.Alerts.
func (s *Store) AddAlert(ctx context.Context, a store.Alert, limit int) (store.Alert, error) {
	const op = "pgstore.AddAlert"
	var row alertRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := tooManyAlerts(ctx, tx, op, a.WorkspaceID, limit); err != nil {
			return err
		}
		row = fromAlert(&a)
		_, err := tx.NewInsert().Model(&row).Column(append([]string{"id", "workspace_id", "kind", "created_by"}, alertColumns...)...).Returning("*").Exec(ctx)
		if err != nil {
			return err
		}
		if err := recordAudit(ctx, tx, row.audit("alert.create", nil, row.shown())); err != nil {
			return err
		}
		return performOnce(ctx, tx, row.ID)
	})
	return row.toAlert(), failed(op, nameTaken(op, err, a.Name))
}

// nameTaken puts a name that another alert has into words.
func nameTaken(op string, err error, name string) error {
	if violates(err, "alerts_name") {
		return fault.New(op, fault.Conflict, "alert_name_taken", "Another alert of this workspace is called %q.", name)
	}
	return err
}

// GetAlert implements store.Alerts.
func (s *Store) GetAlert(ctx context.Context, workspace, id uuid.UUID) (store.Alert, error) {
	const op = "pgstore.GetAlert"
	row, err := findAlert(ctx, s.db.NewSelect(), op, workspace, id)
	return row.toAlert(), failed(op, err)
}

func findAlert(ctx context.Context, query *bun.SelectQuery, op string, workspace, id uuid.UUID) (alertRow, error) {
	var row alertRow
	err := query.Model(&row).ColumnExpr("?TableColumns, w.name AS workspace, now() AS now").Join("JOIN workspaces AS w ON w.id = a.workspace_id").
		Where("a.id = ? AND a.workspace_id = ?", id, workspace).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(op, fault.NotFound, "alert_not_found", "There is no alert %s in this workspace.", id)
	}
	return row, err
}

// lockAlert reads an alert that is about to change.
func lockAlert(ctx context.Context, tx bun.Tx, op string, workspace, id uuid.UUID) (alertRow, error) {
	row, err := findAlert(ctx, tx.NewSelect().For("UPDATE OF a"), op, workspace, id)
	if err == nil {
		err = checkVersion(ctx, tx, store.VersionedAlert)
	}
	return row, err
}

// ListAlerts implements store.Alerts.
func (s *Store) ListAlerts(ctx context.Context, workspace uuid.UUID) ([]store.Alert, error) {
	var rows []alertRow
	err := s.db.NewSelect().Model(&rows).Where("a.workspace_id = ?", workspace).Order("a.id DESC").Scan(ctx)
	return mapTo(rows, alertRow.toAlert), failed("pgstore.ListAlerts", err)
}

// ChangeAlert implements store.Alerts.
func (s *Store) ChangeAlert(ctx context.Context, workspace, id uuid.UUID, change func(*store.Alert) error, tell store.TellAlert) (store.Alert, error) {
	const op = "pgstore.ChangeAlert"
	var row alertRow
	var name string
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		before, err := lockAlert(ctx, tx, op, workspace, id)
		if err != nil {
			return err
		}
		a := before.toAlert()
		if err := change(&a); err != nil {
			return err
		}
		name = a.Name
		if a.Paused && before.State == string(api.AlertFiring) {
			// Before it becomes paused, because a paused alert is ok.
			if err := endAlert(ctx, tx, before, "paused", tell); err != nil {
				return err
			}
		}
		row = fromAlert(&a)
		update := tx.NewUpdate().Model(&row).Column(alertColumns...).Set("pending_since = NULL").WherePK().Returning("?TableColumns")
		if before.Paused && !a.Paused {
			update = update.Set("evaluated_at = NULL")
		}
		if _, err := update.Exec(ctx); err != nil {
			return err
		}
		return recordAudit(ctx, tx, row.audit("alert.change", before.shown(), row.shown()))
	})
	return row.toAlert(), failed(op, nameTaken(op, err, name))
}

// DeleteAlert implements store.Alerts.
func (s *Store) DeleteAlert(ctx context.Context, workspace, id uuid.UUID, tell store.TellAlert) error {
	const op = "pgstore.DeleteAlert"
	return failed(op, s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := lockAlert(ctx, tx, op, workspace, id)
		if err != nil {
			return err
		}
		if row.State == string(api.AlertFiring) {
			if err := endAlert(ctx, tx, row, "deleted", tell); err != nil {
				return err
			}
		}
		if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("delete an alert: %w", err)
		}
		return recordAudit(ctx, tx, row.audit("alert.delete", row.shown(), nil))
	}))
}

// endAlert resolves an alert that fires because a person ended it.
func endAlert(ctx context.Context, tx bun.Tx, row alertRow, cause string, tell store.TellAlert) error {
	if err := turnAlert(ctx, tx, &row, api.AlertOK); err != nil {
		return err
	}
	return tellAlert(ctx, tx, store.AlertNews{Alert: row.toAlert(), Type: api.AlertEventResolved, At: row.Now, Cause: cause}, tell)
}
