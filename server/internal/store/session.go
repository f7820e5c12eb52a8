package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
)

// Session is a login bound to an API key. Of its secret only the SHA-256 is kept.
type Session struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	KeyID       uuid.UUID
	// ActingUser is for whom the key acted when it made the session.
	ActingUser string
	Name       string
	Role       api.Role
	SecretHash []byte
	CreatedAt  time.Time
	ExpiresAt  time.Time
	EndedAt    *time.Time
	// Key is the session's key; filled in by reading.
	Key Key
	// Expired is the judgment of the database's clock at the time of reading.
	Expired bool
}

// SessionFilter selects sessions of one workspace; zero fields select all.
type SessionFilter struct {
	WorkspaceID uuid.UUID
	KeyID       uuid.UUID
	// ActingUser, where there is one, is for whom they act, by the id in it.
	ActingID string
	ID       uuid.UUID
}

// Sessions keeps logins.
type Sessions interface {
	// AddSession keeps a new session, which ends after lifetime, and not after
	// its key does, and gives it back as kept. Unauthenticated (key_revoked) where
	// the key ended meanwhile.
	AddSession(ctx context.Context, s Session, lifetime time.Duration) (Session, error)
	// FindSession gives the session with this id in any workspace, ended ones as
	// well. It is for authentication only. NotFound where there is none.
	FindSession(ctx context.Context, id uuid.UUID) (Session, error)
	// ListSessions lists those that have not ended, newest first.
	ListSessions(ctx context.Context, f SessionFilter) ([]Session, error)
	// EndSession ends the one session that the filter selects; it may have
	// ended before. NotFound where it selects none.
	EndSession(ctx context.Context, f SessionFilter) error
	// ForgetSessions removes at most limit sessions that ended longer ago than
	// age, and says how many.
	ForgetSessions(ctx context.Context, age time.Duration, limit int) (int, error)
}
