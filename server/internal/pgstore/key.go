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

var _ store.Keys = (*Store)(nil)

type keyRow struct {
	bun.BaseModel `bun:"table:api_keys,alias:k"`

	ID          uuid.UUID  `bun:"id,pk"`
	WorkspaceID uuid.UUID  `bun:"workspace_id"`
	Name        string     `bun:"name"`
	Role        string     `bun:"role"`
	Delegate    bool       `bun:"delegate"`
	Grants      []string   `bun:"grants,array"`
	SecretHash  []byte     `bun:"secret_hash"`
	CreatedAt   time.Time  `bun:"created_at"`
	ExpiresAt   *time.Time `bun:"expires_at"`
	RevokedAt   *time.Time `bun:"revoked_at"`

	Workspace string `bun:"workspace,scanonly"`
	Expired   bool   `bun:"expired,scanonly"`
}

func (r keyRow) toKey() store.Key {
	return store.Key{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Workspace: r.Workspace, Name: r.Name, Role: api.Role(r.Role),
		Delegate: r.Delegate, Grants: mapTo(r.Grants, func(g string) api.Grant { return api.Grant(g) }), SecretHash: r.SecretHash,
		CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt, RevokedAt: r.RevokedAt, Expired: r.Expired,
	}
}

// AddKey implements store.Keys.
func (s *Store) AddKey(ctx context.Context, k store.Key, lifetime time.Duration) (store.Key, error) {
	var kept store.Key
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if kept, err = addKey(ctx, tx, k, lifetime); err != nil {
			return err
		}
		err = recordAudit(ctx, tx, auditEntry{
			workspace: k.WorkspaceID, action: "key.create", kind: "key", id: k.ID.String(), name: k.Name,
			after: fields{"role": k.Role, "delegate": k.Delegate, "grants": k.Grants, "expires_at": kept.ExpiresAt},
		})
		if err != nil {
			return err
		}
		return performOnce(ctx, tx, k.ID)
	})
	return kept, failed("pgstore.AddKey", err)
}

func addKey(ctx context.Context, db bun.IDB, k store.Key, lifetime time.Duration) (store.Key, error) {
	row := keyRow{
		ID: k.ID, WorkspaceID: k.WorkspaceID, Name: k.Name, Role: string(k.Role), Delegate: k.Delegate,
		Grants: mapTo(k.Grants, func(g api.Grant) string { return string(g) }), SecretHash: k.SecretHash,
	}
	_, err := db.NewInsert().Model(&row).
		Value("created_at", "now()").
		Value("expires_at", "now() + make_interval(secs => ?)", seconds(lifetime)).
		Returning("created_at, expires_at").Exec(ctx)
	return row.toKey(), err
}

// seconds gives a lifetime for make_interval, null for one without end.
func seconds(lifetime time.Duration) any {
	if lifetime <= 0 {
		return nil
	}
	return lifetime.Seconds()
}

// FindKey implements store.Keys.
func (s *Store) FindKey(ctx context.Context, id uuid.UUID) (store.Key, error) {
	const op = "pgstore.FindKey"
	var row keyRow
	err := s.db.NewSelect().Model(&row).
		ColumnExpr("?TableColumns, w.name AS workspace, coalesce(k.expires_at <= now(), false) AS expired").
		Join("JOIN workspaces AS w ON w.id = k.workspace_id").
		Where("k.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Key{}, keyNotFound(op, id)
	}
	return row.toKey(), failed(op, err)
}

// ListKeys implements store.Keys.
func (s *Store) ListKeys(ctx context.Context, workspace uuid.UUID, page store.Page) ([]store.Key, error) {
	var rows []keyRow
	query := s.db.NewSelect().Model(&rows).
		ColumnExpr("?TableColumns, coalesce(k.expires_at <= now(), false) AS expired").
		Where("k.workspace_id = ?", workspace).Order("k.id DESC").Limit(page.Limit)
	if page.After != uuid.Nil {
		query = query.Where("k.id < ?", page.After)
	}
	err := query.Scan(ctx)
	return mapTo(rows, keyRow.toKey), failed("pgstore.ListKeys", err)
}

// Key implements store.Keys.
func (s *Store) Key(ctx context.Context, workspace, id uuid.UUID) (store.Key, error) {
	const op = "pgstore.Key"
	var row keyRow
	err := s.db.NewSelect().Model(&row).
		ColumnExpr("?TableColumns, coalesce(k.expires_at <= now(), false) AS expired").
		Where("k.workspace_id = ? AND k.id = ?", workspace, id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Key{}, keyNotFound(op, id)
	}
	return row.toKey(), failed(op, err)
}

// RenameKey implements store.Keys.
func (s *Store) RenameKey(ctx context.Context, workspace, id uuid.UUID, name string) (store.Key, error) {
	const op = "pgstore.RenameKey"
	var row keyRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row = keyRow{}
		err := tx.NewSelect().Model(&row).Where("workspace_id = ? AND id = ?", workspace, id).For("UPDATE").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return keyNotFound(op, id)
		}
		if err == nil {
			err = checkVersion(ctx, tx, store.VersionedKey)
		}
		if err != nil || row.Name == name {
			return err
		}
		before := row.Name
		row.Name = name
		if _, err := tx.NewUpdate().Model(&row).Column("name").WherePK().Exec(ctx); err != nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspace, action: "key.rename", kind: "key", id: id.String(), name: name,
			before: fields{"name": before}, after: fields{"name": name},
		})
	})
	return row.toKey(), failed(op, err)
}

// RevokeKey implements store.Keys.
func (s *Store) RevokeKey(ctx context.Context, workspace, id uuid.UUID) (store.Key, error) {
	const op = "pgstore.RevokeKey"
	var row keyRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// The workspace's row serialises revocations: two admins who revoke
		// each other's keys at once must not lock everybody out.
		if _, err := tx.ExecContext(ctx, "SELECT 1 FROM workspaces WHERE id = ? FOR UPDATE", workspace); err != nil {
			return err
		}
		if err := checkVersion(ctx, tx, store.VersionedKey); err != nil {
			return err
		}
		row = keyRow{}
		_, err := tx.NewUpdate().Model(&row).
			Set("revoked_at = coalesce(revoked_at, now())").
			Where("id = ? AND workspace_id = ?", id, workspace).
			Returning("?TableColumns").Exec(ctx)
		if err != nil || row.ID == uuid.Nil {
			return err
		}
		if err := endSessionsOf(ctx, tx, id); err != nil {
			return err
		}
		if row.Role == string(api.Admin) {
			if err := checkAdminLeft(ctx, tx, workspace); err != nil {
				return err
			}
		}
		if err := pauseSchedules(ctx, tx, id, store.PausedKeyRevoked); err != nil {
			return err
		}
		if _, err := disableWebhooks(ctx, tx, api.WebhookKeyRevoked, "key_id = ? AND enabled", id); err != nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: workspace, action: "key.revoke", kind: "key", id: id.String(), name: row.Name,
			before: fields{"role": row.Role}, after: fields{"revoked_at": row.RevokedAt},
		})
	})
	if err == nil && row.ID == uuid.Nil {
		return store.Key{}, keyNotFound(op, id)
	}
	return row.toKey(), failed(op, err)
}

func checkAdminLeft(ctx context.Context, db bun.IDB, workspace uuid.UUID) error {
	left, err := db.NewSelect().Model((*keyRow)(nil)).
		Where("workspace_id = ? AND role = ? AND revoked_at IS NULL", workspace, string(api.Admin)).
		Where("expires_at IS NULL OR expires_at > now()").Exists(ctx)
	if err != nil || left {
		return err
	}
	return fault.New("pgstore.RevokeKey", fault.Conflict, "last_admin_key",
		"This is the workspace's last admin key. Make another one first, or nobody can administer it any more.")
}

func keyNotFound(op string, id uuid.UUID) error {
	return fault.New(op, fault.NotFound, "key_not_found", "There is no key %s in this workspace.", id)
}

// mapTo turns rows into records.
func mapTo[R, T any](rows []R, to func(R) T) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = to(row)
	}
	return out
}
