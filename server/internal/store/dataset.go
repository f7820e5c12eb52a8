package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/result"
)

// Dataset is what one runner shares under a name.
type Dataset struct {
	ID           uuid.UUID
	WorkspaceID  uuid.UUID
	RunnerID     uuid.UUID
	Name         string
	Columns      []result.Column
	Policy       result.Policy
	MinGroupSize int
	Rows         *int64
	Revision     string
	Description  string
	// Publish says that its owner lets results be shown to everybody.
	Publish bool
	// Reading says in its runner's words how the files are taken.
	Reading   string
	UpdatedAt time.Time
	// RemovedAt is set once the runner shares it no more.
	RemovedAt *time.Time

	// RunnerName and Online are filled in by ListDatasets.
	RunnerName string
	Online     bool
}

// Datasets keeps what runners share.
type Datasets interface {
	// PutDatasets makes offers the whole of what a runner shares. A dataset
	// keeps its id for as long as the runner lives, even while it is not
	// shared. Names must be unique among the offers.
	PutDatasets(ctx context.Context, runner uuid.UUID, offers []api.DatasetOffer, revision string) error
	// ListDatasets lists what a workspace's runners share now, by name, then
	// by id.
	ListDatasets(ctx context.Context, workspace uuid.UUID, page DatasetPage) ([]Dataset, error)
}

// DatasetPage bounds a list of datasets: at most Limit after the one with this
// name and id, of one runner only where RunnerID is set.
type DatasetPage struct {
	RunnerID  uuid.UUID
	Limit     int
	AfterName string
	AfterID   uuid.UUID
}
