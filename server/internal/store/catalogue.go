package store

import (
	"context"

	"github.com/google/uuid"

	"ddap/shared/result"
)

// KnownDataset is a dataset that was shared at some time, as a source of tasks.
type KnownDataset struct {
	ID         uuid.UUID
	Name       string
	RunnerID   uuid.UUID
	RunnerName string
	// Live says that its runner shares it now and is not revoked, online or not.
	Live bool
	// Removed says that its runner was revoked: it will never be back.
	Removed      bool
	Columns      []result.Column
	Policy       result.Policy
	MinGroupSize int
	// Publish says that its owner lets results be shown to everybody. Datasets of
	// one name may differ in it: a result names those that it was made from.
	Publish bool
}

// Catalogue answers what new tasks may name.
type Catalogue interface {
	// FindDatasets gives the datasets of a workspace, whether shared now or once,
	// that have one of these names or ids.
	FindDatasets(ctx context.Context, workspaceID uuid.UUID, names []string, ids []uuid.UUID) ([]KnownDataset, error)
	// ListDatasetNames gives the names of what a workspace's runners share now.
	ListDatasetNames(ctx context.Context, workspaceID uuid.UUID) ([]string, error)
	// FindRunnerIDs gives those of the ids that are runners of the workspace and not revoked.
	FindRunnerIDs(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) ([]uuid.UUID, error)
}
