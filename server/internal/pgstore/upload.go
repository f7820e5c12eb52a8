package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

var _ store.Uploads = (*Store)(nil)

type uploadRow struct {
	bun.BaseModel `bun:"table:uploads,alias:u"`

	ID             uuid.UUID `bun:"id,pk"`
	WorkspaceID    uuid.UUID `bun:"workspace_id"`
	Name           string    `bun:"name"`
	ContentType    string    `bun:"content_type"`
	SizeBytes      int64     `bun:"size_bytes"`
	SHA256         string    `bun:"sha256"`
	CreatorID      int64     `bun:"creator_id"`
	CreatedBy      string    `bun:"created_by"`
	IdempotencyKey string    `bun:"idempotency_key,nullzero"`
	CreatedAt      time.Time `bun:"created_at"`
	ExpiresAt      time.Time `bun:"expires_at"`

	CreatorKeyID uuid.UUID `bun:"creator_key_id,scanonly"`
	CreatorUser  string    `bun:"creator_user,scanonly"`
	Expired      bool      `bun:"expired,scanonly"`
}

func (r uploadRow) toUpload() store.Upload {
	return store.Upload{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Name: r.Name, ContentType: r.ContentType, SizeBytes: r.SizeBytes, SHA256: r.SHA256,
		CreatorKeyID: r.CreatorKeyID, CreatorUser: r.CreatorUser, CreatedBy: r.CreatedBy,
		CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt, Expired: r.Expired,
	}
}

// selectUploads begins a query that fills every field of the rows.
func selectUploads(db bun.IDB, rows *[]uploadRow) *bun.SelectQuery {
	return db.NewSelect().Model(rows).
		ColumnExpr("?TableColumns, c.key_id AS creator_key_id, c.acting_user AS creator_user, u.expires_at <= now() AS expired").
		Join("JOIN creators AS c ON c.id = u.creator_id")
}

// AddUpload implements store.Uploads.
func (s *Store) AddUpload(ctx context.Context, creator store.Principal, u store.Upload, lifetime time.Duration, key string) (store.Upload, error) {
	const op = "pgstore.AddUpload"
	creatorID, err := s.creatorID(ctx, creator)
	if err != nil {
		return store.Upload{}, failed(op, err)
	}
	var rows []uploadRow
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		row := uploadRow{
			ID: u.ID, WorkspaceID: creator.WorkspaceID, Name: u.Name, ContentType: u.ContentType, SizeBytes: u.SizeBytes, SHA256: u.SHA256,
			CreatorID: creatorID, CreatedBy: creator.Creator(), IdempotencyKey: key,
		}
		done, err := tx.NewInsert().Model(&row).
			Value("created_at", "now()").Value("expires_at", "now() + make_interval(secs => ?)", lifetime.Seconds()).
			On("CONFLICT (creator_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING").Returning("NULL").Exec(ctx)
		if err != nil {
			return err
		}
		added, err := done.RowsAffected()
		if err != nil {
			return err
		}
		query := selectUploads(tx, &rows).Where("u.id = ?", u.ID)
		if added == 0 {
			query = selectUploads(tx, &rows).Where("u.creator_id = ? AND u.idempotency_key = ?", creatorID, key)
		}
		if err := query.Scan(ctx); err != nil || added == 0 {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: creator.WorkspaceID, action: "upload.create", kind: "upload", id: u.ID.String(), name: u.Name,
			after: fields{"size_bytes": u.SizeBytes, "sha256": u.SHA256, "content_type": u.ContentType},
		})
	})
	if err == nil && len(rows) == 0 {
		err = fault.New(op, fault.Conflict, "upload_deleted", "The upload of that request was deleted in this moment; send it again.")
	}
	if err != nil {
		return store.Upload{}, failed(op, err)
	}
	return rows[0].toUpload(), nil
}

// FindUploads implements store.Uploads.
func (s *Store) FindUploads(ctx context.Context, workspace uuid.UUID, ids []uuid.UUID) ([]store.Upload, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []uploadRow
	err := selectUploads(s.db, &rows).Where("u.workspace_id = ? AND u.id = ANY(?)", workspace, pgdialect.Array(ids)).Scan(ctx)
	return mapTo(rows, uploadRow.toUpload), failed("pgstore.FindUploads", err)
}

// ListUploads implements store.Uploads.
func (s *Store) ListUploads(ctx context.Context, workspace uuid.UUID, of store.CreatorFilter, page store.Page) ([]store.Upload, error) {
	var rows []uploadRow
	query := selectUploads(s.db, &rows).Where("u.workspace_id = ?", workspace).Order("u.id DESC").Limit(page.Limit)
	if of.CreatorKeyID != nil {
		query = query.Where("u.creator_id = ANY(ARRAY(?))", s.creatorsOf(workspace, of))
	}
	if page.After != uuid.Nil {
		query = query.Where("u.id < ?", page.After)
	}
	err := query.Scan(ctx)
	return mapTo(rows, uploadRow.toUpload), failed("pgstore.ListUploads", err)
}

// neededUpload holds for an upload, u, that an unfinished task reads.
const neededUpload = `EXISTS (SELECT FROM task_uploads AS i JOIN tasks AS t ON t.id = i.task_id
	WHERE i.upload_id = u.id AND t.finished_at IS NULL)`

// DeleteUpload implements store.Uploads.
func (s *Store) DeleteUpload(ctx context.Context, workspace, id uuid.UUID) error {
	const op = "pgstore.DeleteUpload"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// The lock waits for tasks that are being created on it, see lockUploads.
		var rows []uploadRow
		err := tx.NewSelect().Model(&rows).Where("u.workspace_id = ? AND u.id = ?", workspace, id).For("UPDATE").Scan(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		needed, err := tx.NewSelect().Model((*uploadRow)(nil)).Where("u.id = ?", id).Where(neededUpload).Exists(ctx)
		if err != nil {
			return err
		}
		if needed {
			return fault.New(op, fault.Conflict, api.CodeStillNeeded, "An unfinished task needs this upload; cancel it first or wait for its end.")
		}
		if _, err := tx.NewDelete().Model(&rows[0]).WherePK().Exec(ctx); err != nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspace, action: "upload.delete", kind: "upload", id: id.String(), name: rows[0].Name,
			before: fields{"size_bytes": rows[0].SizeBytes, "sha256": rows[0].SHA256, "created_by": rows[0].CreatedBy},
		})
	})
	return failed(op, err)
}

// ForgetExpired implements store.Uploads.
func (s *Store) ForgetExpired(ctx context.Context, limit int) ([]uuid.UUID, error) {
	var forgotten []uuid.UUID
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		forgotten = nil
		var locked []uuid.UUID
		// Whether one is needed is asked again once it is locked: a task may have
		// been created on it since. Another server's sweep takes others.
		err := tx.NewRaw("SELECT u.id FROM uploads AS u WHERE u.expires_at <= now() AND NOT "+neededUpload+
			" ORDER BY u.expires_at LIMIT ? FOR UPDATE SKIP LOCKED", limit).Scan(ctx, &locked)
		if err != nil || len(locked) == 0 {
			return err
		}
		return tx.NewRaw("DELETE FROM uploads AS u WHERE u.id = ANY(?) AND NOT "+neededUpload+" RETURNING u.id",
			pgdialect.Array(locked)).Scan(ctx, &forgotten)
	})
	return forgotten, failed("pgstore.ForgetExpired", err)
}

// FindKnown implements store.Uploads.
func (s *Store) FindKnown(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var known []uuid.UUID
	err := s.db.NewRaw("SELECT id FROM uploads WHERE id = ANY(?)", pgdialect.Array(ids)).Scan(ctx, &known)
	return known, failed("pgstore.FindKnown", err)
}

// HoldsUpload implements store.Uploads.
func (s *Store) HoldsUpload(ctx context.Context, runner, id uuid.UUID) (bool, error) {
	holds, err := s.db.NewSelect().TableExpr("tasks AS t").
		Join("JOIN task_uploads AS i ON i.task_id = t.id").
		Where("t.lease_runner_id = ? AND t.state IN ('leased', 'running') AND i.upload_id = ?", runner, id).
		Exists(ctx)
	return holds, failed("pgstore.HoldsUpload", err)
}

type taskUploadRow struct {
	bun.BaseModel `bun:"table:task_uploads"`

	TaskID   uuid.UUID `bun:"task_id"`
	Path     string    `bun:"path"`
	UploadID uuid.UUID `bun:"upload_id"`
}

// linkUploads writes down which uploads new tasks read, and keeps these from
// being deleted until the tasks are there. One that has gone or expired since
// the tasks were checked is Invalid, at the place where it is named.
func linkUploads(ctx context.Context, tx bun.Tx, workspace uuid.UUID, tasks []store.NewTask) error {
	var rows []taskUploadRow
	var ids []uuid.UUID
	for i := range tasks {
		for _, in := range tasks[i].Inputs {
			if in.UploadID != nil {
				rows = append(rows, taskUploadRow{TaskID: tasks[i].ID, Path: in.Path, UploadID: *in.UploadID})
				ids = append(ids, *in.UploadID)
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	var there []uuid.UUID
	err := tx.NewRaw("SELECT id FROM uploads WHERE workspace_id = ? AND id = ANY(?) AND expires_at > now() ORDER BY id FOR SHARE",
		workspace, pgdialect.Array(ids)).Scan(ctx, &there)
	if err != nil {
		return fmt.Errorf("lock the uploads of new tasks: %w", err)
	}
	live := make(map[uuid.UUID]bool, len(there))
	for _, id := range there {
		live[id] = true
	}
	for i := range tasks {
		for _, in := range tasks[i].Inputs {
			if in.UploadID != nil && !live[*in.UploadID] {
				return refused(&tasks[i], in.Path+".upload", api.CodeUnknownUpload, "is not an upload of this workspace any more")
			}
		}
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("insert the uploads of tasks: %w", err)
	}
	return nil
}

type assignedUploadRow struct {
	TaskID      uuid.UUID `bun:"task_id"`
	Path        string    `bun:"path"`
	UploadID    uuid.UUID `bun:"upload_id"`
	Name        string    `bun:"name"`
	ContentType string    `bun:"content_type"`
	SizeBytes   int64     `bun:"size_bytes"`
	SHA256      string    `bun:"sha256"`
}

func (r assignedUploadRow) toInput() api.Input {
	return api.Input{
		Path: r.Path, Name: r.Name, UploadID: r.UploadID.String(), ContentType: r.ContentType, SizeBytes: r.SizeBytes, SHA256: r.SHA256,
	}
}

// addUploads adds the uploads among the inputs of tasks that are handed out.
func addUploads(ctx context.Context, tx bun.Tx, ids []uuid.UUID, inputs map[uuid.UUID][]api.Input) error {
	var rows []assignedUploadRow
	err := tx.NewRaw(`
		SELECT i.task_id, i.path, i.upload_id, coalesce(u.name, '') AS name, coalesce(u.content_type, '') AS content_type,
			coalesce(u.size_bytes, 0) AS size_bytes, coalesce(u.sha256, '') AS sha256
		FROM task_uploads AS i LEFT JOIN uploads AS u ON u.id = i.upload_id
		WHERE i.task_id = ANY(?) ORDER BY i.task_id, i.path`, pgdialect.Array(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read the uploads of what is handed out: %w", err)
	}
	for _, r := range rows {
		inputs[r.TaskID] = append(inputs[r.TaskID], r.toInput())
	}
	return nil
}
