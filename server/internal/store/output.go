package store

import (
	"context"

	"github.com/google/uuid"
)

// Outputs tells a runner what becomes of the rows that tasks left on it.
type Outputs interface {
	// JudgeOutputs sorts tasks whose output stayed on a runner: needed are those
	// that an unfinished task reads, deleted those that a person or retention has
	// removed. Of any other it says nothing, and so of what this server does not know.
	JudgeOutputs(ctx context.Context, runnerID uuid.UUID, taskIDs []uuid.UUID) (needed, deleted []uuid.UUID, err error)
}
