package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
)

// TaskProgress is how far a running task says it is.
type TaskProgress struct {
	TaskID, WorkspaceID uuid.UUID
	PipelineID          *uuid.UUID
	Name                string
	CreatorKeyID        uuid.UUID
	CreatorUser         string
	OperationCode       int
	Attempt             int
	Progress            api.Progress
}

// Presence notices what nobody writes: that a runner has come or gone, how far
// tasks have come, and that events are old.
type Presence interface {
	// ListProgress gives the progress of the running tasks of these workspaces
	// that say anything.
	ListProgress(ctx context.Context, workspaces []uuid.UUID) ([]TaskProgress, error)
	// ReportPresence writes an event for each runner that has come or gone since
	// it was last said, and tells how many. Any number of servers may call it.
	ReportPresence(ctx context.Context) (int, error)
	// ForgetEvents removes at most limit events of the fleet that are older than
	// age, and says how many. Cursors from before them are then refused.
	ForgetEvents(ctx context.Context, age time.Duration, limit int) (int, error)
}
