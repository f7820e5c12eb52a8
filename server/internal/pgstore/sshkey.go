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

var _ store.SSHKeys = (*Store)(nil)

type sshKeyRow struct {
	bun.BaseModel `bun:"table:ssh_keys,alias:h"`

	ID          uuid.UUID `bun:"id,pk"`
	WorkspaceID uuid.UUID `bun:"workspace_id"`
	KeyID       uuid.UUID `bun:"key_id"`
	Name        string    `bun:"name"`
	Type        string    `bun:"type"`
	PublicKey   string    `bun:"public_key"`
	Fingerprint string    `bun:"fingerprint"`
	CreatedAt   time.Time `bun:"created_at"`

	Workspace string `bun:"workspace,scanonly"`
	KeyName   string `bun:"key_name,scanonly"`
	KeyRole   string `bun:"key_role,scanonly"`
}

func (r sshKeyRow) toSSHKey() store.SSHKey {
	return store.SSHKey{
		ID: r.ID, WorkspaceID: r.WorkspaceID, KeyID: r.KeyID, Name: r.Name, Type: r.Type, PublicKey: r.PublicKey,
		Fingerprint: r.Fingerprint, CreatedAt: r.CreatedAt,
		Key: store.Key{ID: r.KeyID, WorkspaceID: r.WorkspaceID, Workspace: r.Workspace, Name: r.KeyName, Role: api.Role(r.KeyRole)},
	}
}

// AddSSHKey implements store.SSHKeys.
func (s *Store) AddSSHKey(ctx context.Context, k store.SSHKey) (store.SSHKey, error) {
	const op = "pgstore.AddSSHKey"
	row := sshKeyRow{
		ID: k.ID, WorkspaceID: k.WorkspaceID, KeyID: k.KeyID, Name: k.Name, Type: k.Type,
		PublicKey: k.PublicKey, Fingerprint: k.Fingerprint,
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		key, err := keyOfSSH(ctx, tx, op, k.WorkspaceID, k.KeyID)
		if err != nil {
			return err
		}
		if key.RevokedAt != nil {
			return fault.New(op, fault.Conflict, "key_revoked", "This API key was revoked; nobody can log in as it.")
		}
		_, err = tx.NewInsert().Model(&row).Value("created_at", "now()").Returning("created_at").Exec(ctx)
		if violates(err, "ssh_keys_unique") {
			return fault.New(op, fault.Conflict, "ssh_key_exists", "This public key logs in already in this workspace; remove it there first.")
		}
		if err != nil {
			return err
		}
		err = recordAudit(ctx, tx, auditEntry{
			workspace: k.WorkspaceID, action: "ssh_key.create", kind: "ssh_key", id: k.ID.String(), name: k.Name,
			after: fields{"key_id": k.KeyID, "type": k.Type, "fingerprint": k.Fingerprint},
		})
		if err != nil {
			return err
		}
		return performOnce(ctx, tx, k.ID)
	})
	return row.toSSHKey(), failed(op, err)
}

func keyOfSSH(ctx context.Context, db bun.IDB, op string, workspace, id uuid.UUID) (keyRow, error) {
	var key keyRow
	err := db.NewSelect().Model(&key).Where("workspace_id = ? AND id = ?", workspace, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return key, keyNotFound(op, id)
	}
	return key, err
}

// ListSSHKeys implements store.SSHKeys.
func (s *Store) ListSSHKeys(ctx context.Context, workspace, key uuid.UUID) ([]store.SSHKey, error) {
	const op = "pgstore.ListSSHKeys"
	if _, err := keyOfSSH(ctx, s.db, op, workspace, key); err != nil {
		return nil, failed(op, err)
	}
	var rows []sshKeyRow
	err := s.db.NewSelect().Model(&rows).Where("workspace_id = ? AND key_id = ?", workspace, key).Order("id DESC").Scan(ctx)
	return mapTo(rows, sshKeyRow.toSSHKey), failed(op, err)
}

// SSHKey implements store.SSHKeys.
func (s *Store) SSHKey(ctx context.Context, workspace, id uuid.UUID) (store.SSHKey, error) {
	const op = "pgstore.SSHKey"
	var row sshKeyRow
	err := s.db.NewSelect().Model(&row).Where("workspace_id = ? AND id = ?", workspace, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.SSHKey{}, sshKeyNotFound(op, id)
	}
	return row.toSSHKey(), failed(op, err)
}

func sshKeyNotFound(op string, id uuid.UUID) error {
	return fault.New(op, fault.NotFound, "ssh_key_not_found", "This API key has no public key %s.", id)
}

// DeleteSSHKey implements store.SSHKeys.
func (s *Store) DeleteSSHKey(ctx context.Context, workspace, key, id uuid.UUID) error {
	const op = "pgstore.DeleteSSHKey"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var row sshKeyRow
		_, err := tx.NewDelete().Model(&row).Where("id = ? AND key_id = ? AND workspace_id = ?", id, key, workspace).
			Returning("*").Exec(ctx)
		switch {
		case err != nil:
			return err
		case row.ID == uuid.Nil:
			return sshKeyNotFound(op, id)
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspace, action: "ssh_key.delete", kind: "ssh_key", id: id.String(), name: row.Name,
			before: fields{"key_id": key, "type": row.Type, "fingerprint": row.Fingerprint},
		})
	})
	return failed(op, err)
}

// FindSSHKeys implements store.SSHKeys.
func (s *Store) FindSSHKeys(ctx context.Context, fingerprint string) ([]store.SSHKey, error) {
	var rows []sshKeyRow
	err := s.db.NewSelect().Model(&rows).
		ColumnExpr("?TableColumns, w.name AS workspace, k.name AS key_name, k.role AS key_role").
		Join("JOIN api_keys AS k ON k.id = h.key_id").Join("JOIN workspaces AS w ON w.id = h.workspace_id").
		Where("h.fingerprint = ? AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())", fingerprint).
		Order("w.name").Scan(ctx)
	return mapTo(rows, sshKeyRow.toSSHKey), failed("pgstore.FindSSHKeys", err)
}
