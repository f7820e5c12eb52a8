package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
)

// Key is an API key. Of its secret only the SHA-256 is kept.
type Key struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	// Workspace is the workspace's name; filled in by reading.
	Workspace  string
	Name       string
	Role       api.Role
	Delegate   bool
	Grants     []api.Grant
	SecretHash []byte
	CreatedAt  time.Time
	ExpiresAt  *time.Time
	RevokedAt  *time.Time
	// Expired is the judgment of the database's clock at the time of reading.
	Expired bool
}

// Keys keeps API keys.
type Keys interface {
	// AddKey keeps a new key, which expires after lifetime, never where that
	// is zero, and gives it back as kept.
	AddKey(ctx context.Context, k Key, lifetime time.Duration) (Key, error)
	// FindKey gives the key with this id in any workspace, revoked or expired
	// ones as well. It is for authentication only. NotFound where there is none.
	FindKey(ctx context.Context, id uuid.UUID) (Key, error)
	// ListKeys gives a page of a workspace's keys, newest first.
	ListKeys(ctx context.Context, workspace uuid.UUID, page Page) ([]Key, error)
	// Key gives one key of a workspace.
	Key(ctx context.Context, workspace, id uuid.UUID) (Key, error)
	// RenameKey changes what people call a key.
	RenameKey(ctx context.Context, workspace, id uuid.UUID, name string) (Key, error)
	// RevokeKey ends a key for good; it may have ended before.
	// Its sessions end with it. It is a
	// Conflict (last_admin_key) for the workspace's last usable admin key.
	RevokeKey(ctx context.Context, workspace, id uuid.UUID) (Key, error)
}
