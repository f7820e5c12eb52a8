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

var _ store.Sessions = (*Store)(nil)

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:s"`

	ID          uuid.UUID  `bun:"id,pk"`
	WorkspaceID uuid.UUID  `bun:"workspace_id"`
	KeyID       uuid.UUID  `bun:"key_id"`
	ActingUser  string     `bun:"acting_user"`
	Name        string     `bun:"name"`
	Role        string     `bun:"role"`
	SecretHash  []byte     `bun:"secret_hash"`
	CreatedAt   time.Time  `bun:"created_at"`
	ExpiresAt   time.Time  `bun:"expires_at"`
	EndedAt     *time.Time `bun:"ended_at"`

	Workspace  string     `bun:"workspace,scanonly"`
	KeyName    string     `bun:"key_name,scanonly"`
	KeyRole    string     `bun:"key_role,scanonly"`
	KeyRevoked *time.Time `bun:"key_revoked_at,scanonly"`
	KeyExpires *time.Time `bun:"key_expires_at,scanonly"`
	KeyExpired bool       `bun:"key_expired,scanonly"`
	Expired    bool       `bun:"expired,scanonly"`
}

func (r sessionRow) toSession() store.Session {
	return store.Session{
		ID: r.ID, WorkspaceID: r.WorkspaceID, KeyID: r.KeyID, ActingUser: r.ActingUser, Name: r.Name, Role: api.Role(r.Role),
		SecretHash: r.SecretHash, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt, EndedAt: r.EndedAt, Expired: r.Expired,
		Key: store.Key{
			ID: r.KeyID, WorkspaceID: r.WorkspaceID, Workspace: r.Workspace, Name: r.KeyName, Role: api.Role(r.KeyRole),
			RevokedAt: r.KeyRevoked, ExpiresAt: r.KeyExpires, Expired: r.KeyExpired,
		},
	}
}

// selectSessions reads sessions with what their keys say.
func selectSessions(db bun.IDB, rows any) *bun.SelectQuery {
	return db.NewSelect().Model(rows).
		ColumnExpr("?TableColumns, s.expires_at <= now() AS expired, w.name AS workspace").
		ColumnExpr("k.name AS key_name, k.role AS key_role, k.revoked_at AS key_revoked_at, k.expires_at AS key_expires_at").
		ColumnExpr("coalesce(k.expires_at <= now(), false) AS key_expired").
		Join("JOIN api_keys AS k ON k.id = s.key_id").Join("JOIN workspaces AS w ON w.id = s.workspace_id")
}

// AddSession implements store.Sessions.
func (s *Store) AddSession(ctx context.Context, n store.Session, lifetime time.Duration) (store.Session, error) {
	const op = "pgstore.AddSession"
	row := sessionRow{
		ID: n.ID, WorkspaceID: n.WorkspaceID, KeyID: n.KeyID, ActingUser: n.ActingUser, Name: n.Name,
		Role: string(n.Role), SecretHash: n.SecretHash,
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		// Locked, so that a revocation comes before or after, and ends this one as well.
		var key keyRow
		err := tx.NewSelect().Model(&key).Where("id = ? AND workspace_id = ? AND revoked_at IS NULL", n.KeyID, n.WorkspaceID).
			Where("expires_at IS NULL OR expires_at > now()").For("SHARE").Scan(ctx)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(op, fault.Unauthenticated, "key_revoked", "This key has ended, and so do its sessions.")
		}
		if err != nil {
			return err
		}
		_, err = tx.NewInsert().Model(&row).
			Value("created_at", "now()").
			Value("expires_at", "least(now() + make_interval(secs => ?), ?::timestamptz)", lifetime.Seconds(), key.ExpiresAt).
			Returning("created_at, expires_at").Exec(ctx)
		if err != nil {
			return err
		}
		row.KeyName, row.KeyRole = key.Name, key.Role
		err = recordAudit(ctx, tx, auditEntry{
			workspace: n.WorkspaceID, action: "session.create", kind: "session", id: n.ID.String(), name: n.Name,
			after: fields{"key_id": n.KeyID, "role": n.Role, "expires_at": row.ExpiresAt},
		})
		if err != nil {
			return err
		}
		return performOnce(ctx, tx, n.ID)
	})
	return row.toSession(), failed(op, err)
}

// FindSession implements store.Sessions.
func (s *Store) FindSession(ctx context.Context, id uuid.UUID) (store.Session, error) {
	const op = "pgstore.FindSession"
	var row sessionRow
	err := selectSessions(s.db, &row).Where("s.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Session{}, sessionNotFound(op, id)
	}
	return row.toSession(), failed(op, err)
}

// ListSessions implements store.Sessions.
func (s *Store) ListSessions(ctx context.Context, f store.SessionFilter) ([]store.Session, error) {
	var rows []sessionRow
	err := sessionsOf(selectSessions(s.db, &rows), f).
		Where("s.ended_at IS NULL AND s.expires_at > now() AND k.revoked_at IS NULL").
		Order("s.id DESC").Limit(maxSessions).Scan(ctx)
	return mapTo(rows, sessionRow.toSession), failed("pgstore.ListSessions", err)
}

// maxSessions bounds a list; they last hours, so there are few.
const maxSessions = 1000

func sessionsOf(q *bun.SelectQuery, f store.SessionFilter) *bun.SelectQuery {
	q = q.Where("s.workspace_id = ?", f.WorkspaceID)
	if f.KeyID != uuid.Nil {
		q = q.Where("s.key_id = ?", f.KeyID)
	}
	if f.ActingID != "" {
		q = q.Where("split_part(s.acting_user, ';', 1) = ?", f.ActingID)
	}
	if f.ID != uuid.Nil {
		q = q.Where("s.id = ?", f.ID)
	}
	return q
}

// EndSession implements store.Sessions.
func (s *Store) EndSession(ctx context.Context, f store.SessionFilter) error {
	const op = "pgstore.EndSession"
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		var row sessionRow
		err := sessionsOf(tx.NewSelect().Model(&row), f).For("UPDATE").Scan(ctx)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return sessionNotFound(op, f.ID)
		case err != nil || row.EndedAt != nil:
			return err
		}
		if _, err := tx.NewUpdate().Model(&row).Set("ended_at = now()").WherePK().Exec(ctx); err != nil {
			return err
		}
		return recordAudit(ctx, tx, auditEntry{
			workspace: row.WorkspaceID, action: "session.end", kind: "session", id: row.ID.String(), name: row.Name,
			before: fields{"key_id": row.KeyID, "role": row.Role},
		})
	})
	return failed(op, err)
}

func endSessionsOf(ctx context.Context, tx bun.Tx, key uuid.UUID) error {
	_, err := tx.NewUpdate().Model((*sessionRow)(nil)).Set("ended_at = now()").
		Where("key_id = ? AND ended_at IS NULL", key).Exec(ctx)
	return err
}

// ForgetSessions implements store.Sessions.
func (s *Store) ForgetSessions(ctx context.Context, age time.Duration, limit int) (int, error) {
	const op = "pgstore.ForgetSessions"
	done, err := s.db.NewRaw(`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions
		WHERE least(expires_at, ended_at) < now() - make_interval(secs => ?) ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED)`,
		age.Seconds(), limit).Exec(ctx)
	if err != nil {
		return 0, failed(op, err)
	}
	n, err := done.RowsAffected()
	return int(n), failed(op, err)
}

func sessionNotFound(op string, id uuid.UUID) error {
	return fault.New(op, fault.NotFound, "session_not_found", "There is no session %s that you could see.", id)
}
