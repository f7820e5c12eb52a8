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

var _ store.Artifacts = (*Store)(nil)

type artifactRow struct {
	bun.BaseModel `bun:"table:artifacts,alias:a"`

	TaskID      uuid.UUID `bun:"task_id,pk"`
	Attempt     int       `bun:"attempt,pk"`
	Name        string    `bun:"name,pk"`
	ContentType string    `bun:"content_type"`
	SizeBytes   int64     `bun:"size_bytes"`
	SHA256      string    `bun:"sha256"`
	Visible     bool      `bun:"visible"`
	CreatedAt   time.Time `bun:"created_at"`
}

func (r artifactRow) toArtifact() store.Artifact {
	return store.Artifact{
		TaskID: r.TaskID, Attempt: r.Attempt, Name: r.Name, ContentType: r.ContentType,
		SizeBytes: r.SizeBytes, SHA256: r.SHA256, Visible: r.Visible, CreatedAt: r.CreatedAt,
	}
}

// AddArtifact implements store.Artifacts.
func (s *Store) AddArtifact(ctx context.Context, lease store.Lease, a store.Artifact) error {
	row := artifactRow{
		TaskID: lease.TaskID, Attempt: lease.Attempt, Name: a.Name,
		ContentType: a.ContentType, SizeBytes: a.SizeBytes, SHA256: a.SHA256,
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := lockLease(ctx, tx, lease); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&row).
			Value("created_at", "now()").
			On("CONFLICT (task_id, attempt, name) DO UPDATE").
			Set("content_type = EXCLUDED.content_type, size_bytes = EXCLUDED.size_bytes").
			Set("sha256 = EXCLUDED.sha256, created_at = now()").
			Exec(ctx)
		return err
	})
	return failed("pgstore.AddArtifact", err)
}

// lockLease judges a lease and keeps its attempt from ending until the
// transaction does.
func lockLease(ctx context.Context, db bun.IDB, lease store.Lease) error {
	const op = "pgstore.lockLease"
	var found struct {
		Held, Canceled bool
	}
	err := db.NewSelect().Table("tasks").
		ColumnExpr("state IN ('leased', 'running') AND lease_token = ? AND lease_runner_id = ? AS held", lease.Token, lease.RunnerID).
		ColumnExpr("state = 'canceled' AND last_runner_id = ? AS canceled", lease.RunnerID).
		Where("id = ? AND attempt = ?", lease.TaskID, lease.Attempt).
		For("SHARE").Scan(ctx, &found)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case found.Canceled:
		return fault.New(op, fault.Conflict, api.CodeTaskCanceled, "The task was canceled.")
	case !found.Held:
		return fault.New(op, fault.Conflict, api.CodeLeaseLost, "This attempt is not yours any more; stop it and report nothing.")
	}
	return nil
}

// ListArtifacts implements store.Artifacts.
func (s *Store) ListArtifacts(ctx context.Context, workspace, task uuid.UUID) ([]store.Artifact, error) {
	const op = "pgstore.ListArtifacts"
	var rows []artifactRow
	if err := visibleArtifacts(s.db.NewSelect().Model(&rows), workspace, task).Order("a.name").Scan(ctx); err != nil {
		return nil, failed(op, err)
	}
	if len(rows) > 0 {
		return mapTo(rows, artifactRow.toArtifact), nil
	}
	exists, err := s.db.NewSelect().Table("tasks").Where("workspace_id = ? AND id = ?", workspace, task).Exists(ctx)
	if err == nil && !exists {
		err = fault.New(op, fault.NotFound, "task_not_found", "There is no task %s in this workspace.", task)
	}
	return nil, failed(op, err)
}

// GetArtifact implements store.Artifacts.
func (s *Store) GetArtifact(ctx context.Context, workspace, task uuid.UUID, name string) (store.Artifact, error) {
	const op = "pgstore.GetArtifact"
	var row artifactRow
	err := visibleArtifacts(s.db.NewSelect().Model(&row), workspace, task).Where("a.name = ?", name).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Artifact{}, fault.New(op, fault.NotFound, "artifact_not_found", "This task has no artifact named %q.", name)
	}
	return row.toArtifact(), failed(op, err)
}

func visibleArtifacts(query *bun.SelectQuery, workspace, task uuid.UUID) *bun.SelectQuery {
	return query.Join("JOIN tasks AS t ON t.id = a.task_id").
		Where("t.workspace_id = ? AND a.task_id = ? AND a.visible", workspace, task)
}

// ForgetUploads implements store.Artifacts.
func (s *Store) ForgetUploads(ctx context.Context, age time.Duration, limit int) (int, error) {
	const op = "pgstore.ForgetUploads"
	dead := s.db.NewSelect().Model((*artifactRow)(nil)).Column("a.task_id", "a.attempt", "a.name").
		Join("JOIN tasks AS t ON t.id = a.task_id").
		Where("NOT a.visible AND a.created_at < now() - make_interval(secs => ?)", age.Seconds()).
		Where("NOT (t.state IN ('leased', 'running') AND t.attempt = a.attempt)").
		Limit(limit)
	done, err := s.db.NewDelete().Model((*artifactRow)(nil)).Where("(task_id, attempt, name) IN (?)", dead).Exec(ctx)
	if err != nil {
		return 0, failed(op, err)
	}
	n, err := done.RowsAffected()
	return int(n), failed(op, err)
}

// FindContent implements store.Artifacts.
func (s *Store) FindContent(ctx context.Context, contents []store.Content) ([]store.Content, error) {
	if len(contents) == 0 {
		return nil, nil
	}
	asked := make([]bun.TupleValues, len(contents))
	for i, c := range contents {
		asked[i] = bun.Tuple([]any{c.TaskID, c.Attempt, c.SHA256})
	}
	var rows []artifactRow
	err := s.db.NewSelect().Model(&rows).Distinct().Column("task_id", "attempt", "sha256").
		Where("(task_id, attempt, sha256) IN (?)", bun.List(asked)).Scan(ctx)
	return mapTo(rows, func(r artifactRow) store.Content {
		return store.Content{TaskID: r.TaskID, Attempt: r.Attempt, SHA256: r.SHA256}
	}), failed("pgstore.FindContent", err)
}
