package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Pipeline is a set of tasks that were created together.
type Pipeline struct {
	ID, WorkspaceID uuid.UUID
	Name            string
	CreatorKeyID    uuid.UUID
	CreatorUser     string
	CreatedBy       string
	CreatedAt       time.Time
}

// OwnedBy reports whether p created the pipeline, as the same acting user.
func (l *Pipeline) OwnedBy(p Principal) bool {
	return l.CreatorKeyID == p.Owner() && l.CreatorUser == p.ActingID()
}

// Pipelines reads pipelines; Tasks.CreateTasks makes them.
type Pipelines interface {
	// GetPipeline gives a pipeline with its tasks in their order, those left out
	// that a retry has replaced.
	GetPipeline(ctx context.Context, workspaceID, id uuid.UUID) (Pipeline, []Task, error)
	// ListPipelines gives a page, newest first.
	ListPipelines(ctx context.Context, workspaceID uuid.UUID, of CreatorFilter, page Page) ([]Pipeline, error)
}
