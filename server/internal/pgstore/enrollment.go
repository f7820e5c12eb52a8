package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

var _ store.Enrollments = (*Store)(nil)

type enrollmentRow struct {
	bun.BaseModel `bun:"table:enrollments,alias:e"`

	ID              uuid.UUID         `bun:"id,pk"`
	WorkspaceID     uuid.UUID         `bun:"workspace_id"`
	SecretHash      []byte            `bun:"secret_hash"`
	MaxUses         int               `bun:"max_uses"`
	Uses            int               `bun:"uses"`
	Labels          map[string]string `bun:"labels,type:jsonb"`
	RequireApproval bool              `bun:"require_approval"`
	CreatedBy       string            `bun:"created_by"`
	KeyID           *uuid.UUID        `bun:"key_id"`
	RunnerID        *uuid.UUID        `bun:"runner_id"`
	CreatedAt       time.Time         `bun:"created_at"`
	ExpiresAt       time.Time         `bun:"expires_at"`
	RevokedAt       *time.Time        `bun:"revoked_at"`

	Workspace string `bun:"workspace,scanonly"`
	Expired   bool   `bun:"expired,scanonly"`
}

func (r enrollmentRow) toEnrollment() store.Enrollment {
	return store.Enrollment{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Workspace: r.Workspace, SecretHash: r.SecretHash,
		MaxUses: r.MaxUses, Uses: r.Uses, Labels: r.Labels, RequireApproval: r.RequireApproval,
		KeyID: value(r.KeyID), RunnerID: r.RunnerID, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt, RevokedAt: r.RevokedAt,
	}
}

// AddEnrollment implements store.Enrollments.
func (s *Store) AddEnrollment(ctx context.Context, e store.Enrollment, lifetime time.Duration) (store.Enrollment, error) {
	row := enrollmentRow{
		ID: e.ID, WorkspaceID: e.WorkspaceID, SecretHash: e.SecretHash, MaxUses: e.MaxUses,
		Labels: orEmpty(e.Labels), RequireApproval: e.RequireApproval, CreatedBy: e.CreatedBy, RunnerID: e.RunnerID,
	}
	if e.KeyID != uuid.Nil {
		row.KeyID = &e.KeyID
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if e.RunnerID != nil {
			if err := checkReturns(ctx, tx, e.WorkspaceID, *e.RunnerID); err != nil {
				return err
			}
		}
		_, err := tx.NewInsert().Model(&row).
			Value("created_at", "now()").
			Value("expires_at", "now() + make_interval(secs => ?)", lifetime.Seconds()).
			Returning("created_at, expires_at").Exec(ctx)
		if err != nil {
			return err
		}
		err = recordAudit(ctx, tx, auditEntry{
			workspace: e.WorkspaceID, action: "enrollment.create", kind: "enrollment", id: e.ID.String(),
			after: fields{
				"max_uses": e.MaxUses, "labels": row.Labels, "require_approval": e.RequireApproval, "runner_id": e.RunnerID, "expires_at": row.ExpiresAt,
			},
		})
		if err != nil {
			return err
		}
		return performOnce(ctx, tx, row.ID)
	})
	return row.toEnrollment(), failed("pgstore.AddEnrollment", err)
}

// orEmpty keeps a nil map from becoming JSON's null.
func orEmpty(labels map[string]string) map[string]string {
	if labels == nil {
		return map[string]string{}
	}
	return labels
}

// FindEnrollment implements store.Enrollments.
func (s *Store) FindEnrollment(ctx context.Context, id uuid.UUID) (store.Enrollment, error) {
	const op = "pgstore.FindEnrollment"
	var row enrollmentRow
	err := s.db.NewSelect().Model(&row).
		ColumnExpr("?TableColumns, w.name AS workspace").
		Join("JOIN workspaces AS w ON w.id = e.workspace_id").
		Where("e.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Enrollment{}, enrollmentNotFound(op, id)
	}
	return row.toEnrollment(), failed(op, err)
}

// ListEnrollments implements store.Enrollments.
func (s *Store) ListEnrollments(ctx context.Context, workspace, key uuid.UUID, page store.Page) ([]store.Enrollment, error) {
	var rows []enrollmentRow
	query := s.db.NewSelect().Model(&rows).Where("workspace_id = ?", workspace).Order("id DESC").Limit(page.Limit)
	if page.After != uuid.Nil {
		query = query.Where("id < ?", page.After)
	}
	if key != uuid.Nil {
		query = query.Where("key_id = ?", key)
	}
	err := query.Scan(ctx)
	return mapTo(rows, enrollmentRow.toEnrollment), failed("pgstore.ListEnrollments", err)
}

// RevokeEnrollment implements store.Enrollments.
func (s *Store) RevokeEnrollment(ctx context.Context, workspace, key, id uuid.UUID) (store.Enrollment, error) {
	const op = "pgstore.RevokeEnrollment"
	var row enrollmentRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row = enrollmentRow{}
		query := tx.NewUpdate().Model(&row).
			Set("revoked_at = coalesce(revoked_at, now())").
			Where("id = ? AND workspace_id = ?", id, workspace)
		if key != uuid.Nil {
			query = query.Where("key_id = ?", key)
		}
		_, err := query.Returning("?TableColumns").Exec(ctx)
		if err != nil || row.ID == uuid.Nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspace, action: "enrollment.revoke", kind: "enrollment", id: id.String(),
			after: fields{"revoked_at": row.RevokedAt, "uses": row.Uses},
		})
	})
	if err == nil && row.ID == uuid.Nil {
		return store.Enrollment{}, enrollmentNotFound(op, id)
	}
	return row.toEnrollment(), failed(op, err)
}

func enrollmentNotFound(op string, id uuid.UUID) error {
	return fault.New(op, fault.NotFound, "enrollment_not_found", "There is no enrolment %s in this workspace.", id)
}

// RegisterRunner implements store.Enrollments.
func (s *Store) RegisterRunner(ctx context.Context, enrollment uuid.UUID, r store.Registration, window time.Duration) (store.Runner, error) {
	var out store.Runner
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		token, err := lockEnrollment(ctx, tx, enrollment)
		if err != nil {
			return err
		}
		row, known, err := registeredBefore(ctx, tx, enrollment, r.RegistrationID, window)
		switch {
		case err != nil:
			return err
		case known:
			err = renewRunner(ctx, tx, row.ID, r)
		case token.RunnerID != nil:
			row, err = returnRunner(ctx, tx, token, r)
			known = true
		default:
			row, err = enrolRunner(ctx, tx, token, r)
		}
		if err != nil {
			return err
		}
		if err := putDatasets(ctx, tx, row.WorkspaceID, row.ID, r.Datasets); err != nil {
			return err
		}
		out = row.toRunner()
		return recordRegistration(ctx, tx, &row, known)
	})
	return out, failed("pgstore.RegisterRunner", err)
}

func recordRegistration(ctx context.Context, tx bun.Tx, row *runnerRow, again bool) error {
	said := fields{"hostname": row.Hostname, "os": row.OS, "version": row.Version, "state": row.State, "again": again}
	err := recordAudit(ctx, tx, auditEntry{
		workspace: row.WorkspaceID, action: "runner.register", kind: store.SubjectRunner, id: row.ID.String(), name: row.Name, after: said,
	})
	if err != nil {
		return err
	}
	return recordEvent(ctx, tx, fleetEvent{
		workspace: row.WorkspaceID, what: "runner.registered", kind: store.SubjectRunner, id: row.ID, name: row.Name, data: said,
	})
}

// lockEnrollment makes registrations with one token wait for one another, so
// that its uses are counted right.
func lockEnrollment(ctx context.Context, db bun.IDB, id uuid.UUID) (enrollmentRow, error) {
	const op = "pgstore.RegisterRunner"
	var row enrollmentRow
	err := db.NewSelect().Model(&row).ColumnExpr("?TableColumns, e.expires_at <= now() AS expired").
		Where("id = ?", id).For("UPDATE").Scan(ctx)
	if err == nil && row.RevokedAt != nil {
		err = fault.New(op, fault.Unauthenticated, "enrollment_revoked", "This enrolment token was revoked. Ask for a new one.")
	}
	return row, err
}

// registeredBefore finds the runner that the same registration made. The
// answer to it may have been lost, so this holds for a token that is used up
// or expired by now.
func registeredBefore(ctx context.Context, db bun.IDB, enrollment uuid.UUID, registration string, window time.Duration) (runnerRow, bool, error) {
	const op = "pgstore.RegisterRunner"
	if registration == "" {
		return runnerRow{}, false, nil
	}
	var row struct {
		runnerRow `bun:",extend"`
		Fresh     bool `bun:"fresh,scanonly"`
	}
	err := db.NewSelect().Model(&row).
		ColumnExpr("?TableColumns, r.registered_at > now() - make_interval(secs => ?) AS fresh", window.Seconds()).
		Where("enrollment_id = ? AND registration_id = ?", enrollment, registration).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return runnerRow{}, false, nil
	case err != nil:
		return runnerRow{}, false, err
	case row.State == string(api.RunnerRevoked):
		return runnerRow{}, false, fault.New(op, fault.Unauthenticated, api.CodeRunnerRevoked, "The runner that this registration made was revoked.")
	case !row.Fresh:
		return runnerRow{}, false, fault.New(op, fault.Conflict, "registration_expired",
			"This registration_id was used more than %d minutes ago. Register with a new one.", int(window.Minutes()))
	}
	return row.runnerRow, true, nil
}

// useEnrollment uses a token once, where it can still be used.
func useEnrollment(ctx context.Context, db bun.IDB, token enrollmentRow) error {
	const op = "pgstore.RegisterRunner"
	switch {
	case token.Expired:
		return fault.New(op, fault.Unauthenticated, api.CodeTokenExpired,
			"This enrolment token expired on %s. Ask for a new one.", token.ExpiresAt.UTC().Format(time.RFC3339))
	case token.Uses >= token.MaxUses:
		return fault.New(op, fault.Unauthenticated, api.CodeTokenUsed,
			"This enrolment token has been used already (%d of %d). Ask for a new one.", token.Uses, token.MaxUses)
	}
	_, err := db.NewUpdate().Model(&token).Set("uses = uses + 1").WherePK().Exec(ctx)
	return err
}

// checkReturns looks whether a runner can be brought back.
func checkReturns(ctx context.Context, tx bun.Tx, workspace, id uuid.UUID) error {
	const op = "pgstore.AddEnrollment"
	row, err := lockRunner(ctx, tx, op, workspace, id)
	if err == nil && row.State == string(api.RunnerRevoked) {
		err = fault.New(op, fault.Conflict, api.CodeRunnerRevoked, "This runner was revoked; it can only register as a new one.")
	}
	return err
}

// returnRunner makes a known runner out of a registration: it keeps its id, its
// labels and its datasets' ids. Its registration is this one from now on, so
// that a lost answer can be asked for again.
func returnRunner(ctx context.Context, tx bun.Tx, token enrollmentRow, r store.Registration) (runnerRow, error) {
	const op = "pgstore.RegisterRunner"
	if err := useEnrollment(ctx, tx, token); err != nil {
		return runnerRow{}, err
	}
	row, err := lockRunner(ctx, tx, op, token.WorkspaceID, *token.RunnerID)
	switch {
	case err != nil:
		return runnerRow{}, err
	case row.State == string(api.RunnerRevoked):
		return runnerRow{}, fault.New(op, fault.Unauthenticated, api.CodeRunnerRevoked, "The runner that this token brings back was revoked.")
	}
	if err := renewRunner(ctx, tx, row.ID, r); err != nil {
		return runnerRow{}, err
	}
	var back runnerRow
	_, err = tx.NewUpdate().Model(&back).Set("enrollment_id = ?, registration_id = ?, registered_at = now(), last_seen_at = now()", token.ID, r.RegistrationID).
		Where("id = ?", row.ID).Returning("?TableColumns").Exec(ctx)
	return back, err
}

// enrolRunner makes the runner and uses the token once.
func enrolRunner(ctx context.Context, db bun.IDB, token enrollmentRow, r store.Registration) (runnerRow, error) {
	if err := useEnrollment(ctx, db, token); err != nil {
		return runnerRow{}, err
	}
	row, err := fromRegistration(r.NewID, r)
	if err != nil {
		return runnerRow{}, err
	}
	row.WorkspaceID, row.EnforcedLabels, row.EnrollmentID = token.WorkspaceID, orEmpty(token.Labels), &token.ID
	row.State = string(api.RunnerActive)
	if token.RequireApproval {
		row.State = string(api.RunnerPending)
	}
	_, err = db.NewInsert().Model(&row).
		Value("registered_at", "now()").Value("created_at", "now()").Value("last_seen_at", "now()").
		Returning("created_at, last_seen_at").Exec(ctx)
	return row, err
}

// renewRunner gives a runner a fresh secret; the one before stops working.
func renewRunner(ctx context.Context, db bun.IDB, id uuid.UUID, r store.Registration) error {
	row, err := fromRegistration(id, r)
	if err != nil {
		return err
	}
	_, err = db.NewUpdate().Model(&row).
		Column("name", "hostname", "os", "arch", "version", "labels", "operations", "slots", "cpus", "memory_bytes", "secret_hash",
			"previous_secret_hash", "previous_expires_at").
		WherePK().Exec(ctx)
	return err
}
