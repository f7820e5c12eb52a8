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

var _ store.Runners = (*Store)(nil)

type runnerRow struct {
	bun.BaseModel `bun:"table:runners,alias:r"`

	ID             uuid.UUID         `bun:"id,pk"`
	WorkspaceID    uuid.UUID         `bun:"workspace_id"`
	Name           string            `bun:"name"`
	Hostname       string            `bun:"hostname"`
	OS             string            `bun:"os"`
	Arch           string            `bun:"arch"`
	Version        string            `bun:"version"`
	Labels         map[string]string `bun:"labels,type:jsonb"`
	EnforcedLabels map[string]string `bun:"enforced_labels,type:jsonb"`
	Operations     []int             `bun:"operations,array"`
	Slots          int               `bun:"slots"`
	CPUs           int               `bun:"cpus"`
	MemoryBytes    int64             `bun:"memory_bytes"`
	State          string            `bun:"state"`
	Paused         bool              `bun:"paused"`
	Drained        bool              `bun:"drained"`
	Note           string            `bun:"note"`
	PreviousHash   []byte            `bun:"previous_secret_hash"`
	PreviousUntil  *time.Time        `bun:"previous_expires_at"`
	Activity       string            `bun:"activity"`
	SecretHash     []byte            `bun:"secret_hash"`
	RegistrationID string            `bun:"registration_id"`
	EnrollmentID   *uuid.UUID        `bun:"enrollment_id"`
	RegisteredAt   time.Time         `bun:"registered_at"`
	LastSeenAt     *time.Time        `bun:"last_seen_at"`
	CreatedAt      time.Time         `bun:"created_at"`
	RevokedAt      *time.Time        `bun:"revoked_at"`

	Workspace string   `bun:"workspace,scanonly"`
	Online    bool     `bun:"online,scanonly"`
	Overlaps  bool     `bun:"overlaps,scanonly"`
	BusySlots int      `bun:"busy_slots,scanonly"`
	Datasets  []string `bun:"dataset_names,array,scanonly"`
}

func (r runnerRow) toRunner() store.Runner {
	return store.Runner{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Workspace: r.Workspace, Name: r.Name, Hostname: r.Hostname,
		OS: r.OS, Arch: r.Arch, Version: r.Version, Labels: r.Labels, EnforcedLabels: r.EnforcedLabels,
		Operations: r.Operations, Slots: r.Slots, CPUs: r.CPUs, MemoryBytes: r.MemoryBytes,
		State: api.RunnerState(r.State), Paused: r.Paused, Drained: r.Drained, Note: r.Note, Activity: api.Activity(r.Activity), SecretHash: r.SecretHash,
		LastSeenAt: r.LastSeenAt, CreatedAt: r.CreatedAt, RevokedAt: r.RevokedAt,
		Online: r.Online, BusySlots: r.BusySlots, Datasets: r.Datasets,
		PreviousHash: r.PreviousHash, Overlaps: r.Overlaps,
	}
}

// fromRegistration gives the columns of a runner's credential and of what it
// says of itself.
func fromRegistration(id uuid.UUID, r store.Registration) (runnerRow, error) {
	hash, err := r.Mint(id)
	return runnerRow{
		ID: id, SecretHash: hash, RegistrationID: r.RegistrationID,
		Name: r.Runner.Name, Hostname: r.Runner.Hostname, OS: r.Runner.OS, Arch: r.Runner.Arch, Version: r.Runner.Version,
		Labels: orEmpty(r.Runner.Labels), Operations: append([]int{}, r.Runner.Operations...), Slots: max(1, r.Runner.Slots),
		CPUs: r.Runner.CPUs, MemoryBytes: r.Runner.MemoryBytes, Activity: string(api.Idle),
	}, err
}

// FindRunner implements store.Runners.
func (s *Store) FindRunner(ctx context.Context, id uuid.UUID) (store.Runner, error) {
	const op = "pgstore.FindRunner"
	var row runnerRow
	err := s.db.NewSelect().Model(&row).
		ColumnExpr("?TableColumns, w.name AS workspace, coalesce(r.previous_expires_at > now(), false) AS overlaps").
		Join("JOIN workspaces AS w ON w.id = r.workspace_id").
		Where("r.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Runner{}, runnerNotFound(op, id)
	}
	return row.toRunner(), failed(op, err)
}

// Runner implements store.Runners.
func (s *Store) Runner(ctx context.Context, workspace, id uuid.UUID) (store.Runner, error) {
	const op = "pgstore.Runner"
	var row runnerRow
	err := shownRunners(s.db.NewSelect().Model(&row)).
		Where("r.workspace_id = ? AND r.id = ?", workspace, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Runner{}, runnerNotFound(op, id)
	}
	return row.toRunner(), failed(op, err)
}

// ListRunners implements store.Runners.
func (s *Store) ListRunners(ctx context.Context, workspace uuid.UUID, page store.Page) ([]store.Runner, error) {
	var rows []runnerRow
	query := shownRunners(s.db.NewSelect().Model(&rows)).
		Where("r.workspace_id = ?", workspace).Order("r.id DESC").Limit(page.Limit)
	if page.After != uuid.Nil {
		query = query.Where("r.id < ?", page.After)
	}
	err := query.Scan(ctx)
	return mapTo(rows, runnerRow.toRunner), failed("pgstore.ListRunners", err)
}

// shownRunners adds what people want to know of a runner.
func shownRunners(query *bun.SelectQuery) *bun.SelectQuery {
	return query.ColumnExpr("?TableColumns").
		ColumnExpr("coalesce(r.state <> 'revoked' AND r.last_seen_at > now() - make_interval(secs => ?), false) AS online", store.OnlineWindow.Seconds()).
		ColumnExpr("(SELECT count(*) FROM tasks AS t WHERE t.lease_runner_id = r.id AND t.state IN ('leased', 'running')) + " +
			"(SELECT count(*) FROM tasks AS t WHERE t.last_runner_id = r.id AND t.cancel_pending) AS busy_slots").
		ColumnExpr("ARRAY(SELECT d.name FROM datasets AS d WHERE d.runner_id = r.id AND d.removed_at IS NULL ORDER BY d.name) AS dataset_names")
}

// ApproveRunner implements store.Runners.
func (s *Store) ApproveRunner(ctx context.Context, workspace, id uuid.UUID) error {
	const op = "pgstore.ApproveRunner"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		old, err := lockSteered(ctx, tx, op, workspace, id)
		if err != nil {
			return err
		}
		var row runnerRow
		_, err = tx.NewUpdate().Model(&row).Set("state = 'active'").Where("id = ?", id).Returning("?TableColumns").Exec(ctx)
		if err != nil {
			return err
		}
		return recordSteering(ctx, tx, "runner.approve", &old, &row)
	})
	return failed(op, err)
}

// lockRunner reads a runner that is about to change.
func lockRunner(ctx context.Context, tx bun.Tx, op string, workspace, id uuid.UUID) (runnerRow, error) {
	var row runnerRow
	err := tx.NewSelect().Model(&row).Where("workspace_id = ? AND id = ?", workspace, id).For("NO KEY UPDATE").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, runnerNotFound(op, id)
	}
	if err == nil {
		err = checkVersion(ctx, tx, store.VersionedRunner)
	}
	return row, err
}

// steered names the event that goes with an operator's action.
var steered = map[string]string{
	"runner.pause": "runner.paused", "runner.resume": "runner.resumed",
	"runner.approve": "runner.approved", "runner.revoke": "runner.revoked", "runner.drain": "runner.drained",
	"runner.undrain": "runner.undrained", "runner.label": "runner.labeled", "runner.note": "runner.noted", "runner.rotate": "runner.rotated",
}

// recordSteering keeps what an operator changed of a runner, and tells who follows the feed.
func recordSteering(ctx context.Context, tx bun.Tx, action string, before, after *runnerRow) error {
	err := recordAudit(ctx, tx, auditEntry{
		workspace: after.WorkspaceID, action: action, kind: store.SubjectRunner, id: after.ID.String(), name: after.Name,
		before: steering(before), after: steering(after),
	})
	if err != nil {
		return err
	}
	return recordEvent(ctx, tx, fleetEvent{
		workspace: after.WorkspaceID, what: steered[action], kind: store.SubjectRunner, id: after.ID, name: after.Name, data: steering(after),
	})
}

// steering is what operators change of a runner, for the audit log. What is as
// on any other runner is left out.
func steering(r *runnerRow) fields {
	out := fields{"state": r.State, "paused": r.Paused}
	if r.Drained {
		out["drained"] = true
	}
	if r.Note != "" {
		out["note"] = r.Note
	}
	if len(r.EnforcedLabels) > 0 {
		out["labels"] = r.EnforcedLabels
	}
	return out
}

// RevokeRunner implements store.Runners.
func (s *Store) RevokeRunner(ctx context.Context, workspace, id uuid.UUID) error {
	const op = "pgstore.RevokeRunner"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		old, err := lockRunner(ctx, tx, op, workspace, id)
		if err != nil || old.State == string(api.RunnerRevoked) {
			return err
		}
		var row runnerRow
		_, err = tx.NewUpdate().Model(&row).Set("state = 'revoked'").Set("revoked_at = now()").
			Where("id = ?", id).Returning("?TableColumns").Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.NewUpdate().Model((*datasetRow)(nil)).Set("removed_at = now()").
			Where("runner_id = ? AND removed_at IS NULL", id).Exec(ctx)
		if err != nil {
			return err
		}
		return recordSteering(ctx, tx, "runner.revoke", &old, &row)
	})
	return failed(op, err)
}

func runnerNotFound(op string, id uuid.UUID) error {
	return fault.New(op, fault.NotFound, "runner_not_found", "There is no runner %s in this workspace.", id)
}
