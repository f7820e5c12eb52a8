package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Workspace is a tenant: keys, runners, tasks and datasets belong to exactly
// one, and nothing crosses.
type Workspace struct {
	ID        uuid.UUID
	Name      string
	CreatedAt time.Time
}

// Workspaces keeps the tenants.
type Workspaces interface {
	// CreateWorkspace keeps a new workspace together with its first key. It is
	// a Conflict (workspace_exists) where the name is taken.
	CreateWorkspace(ctx context.Context, w Workspace, first Key) error
	// BootstrapWorkspace does the same only where there is no workspace at
	// all, and reports whether it did. Of several servers that start at once
	// on an empty database, one is told true.
	BootstrapWorkspace(ctx context.Context, w Workspace, first Key) (made bool, err error)
}
