package pgstore

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/fault"
)

var _ store.Workspaces = (*Store)(nil)

type workspaceRow struct {
	bun.BaseModel `bun:"table:workspaces,alias:w"`

	ID        uuid.UUID `bun:"id,pk"`
	Name      string    `bun:"name"`
	CreatedAt time.Time `bun:"created_at,nullzero"`
}

// CreateWorkspace implements store.Workspaces.
func (s *Store) CreateWorkspace(ctx context.Context, w store.Workspace, first store.Key) error {
	const op = "pgstore.CreateWorkspace"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error { return addWorkspace(ctx, tx, w, first) })
	if violates(err, "workspaces_name_key") {
		return fault.New(op, fault.Conflict, "workspace_exists", "There is already a workspace named %q.", w.Name)
	}
	return failed(op, err)
}

// bootstrapLock is the advisory lock under which the first workspace is made.
const bootstrapLock = 0x64646170_00000002

// BootstrapWorkspace implements store.Workspaces.
func (s *Store) BootstrapWorkspace(ctx context.Context, w store.Workspace, first store.Key) (made bool, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		made = false
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(?)", int64(bootstrapLock)); err != nil {
			return err
		}
		exists, err := tx.NewSelect().Model((*workspaceRow)(nil)).Exists(ctx)
		if err != nil || exists {
			return err
		}
		made = true
		return addWorkspace(ctx, tx, w, first)
	})
	return made && err == nil, failed("pgstore.BootstrapWorkspace", err)
}

func addWorkspace(ctx context.Context, db bun.IDB, w store.Workspace, first store.Key) error {
	if _, err := db.NewInsert().Model(&workspaceRow{ID: w.ID, Name: w.Name}).Exec(ctx); err != nil {
		return err
	}
	first.WorkspaceID = w.ID
	_, err := addKey(ctx, db, first, 0)
	return err
}
