package store

import (
	"context"

	"github.com/google/uuid"

	"ddap/shared/result"
)

// Ancestor is a task on whose output a result stands, through any number of
// others; the task itself is the first.
type Ancestor struct {
	TaskID uuid.UUID
	// Known is false where the task is gone: what it read nobody can say.
	Known bool
	Name  string
	// Sources are those that its runner named in its result.
	Sources []result.Source
	// Datasets and Uploads are what its parameters name.
	Datasets []AncestorDataset
	Uploads  []uuid.UUID
}

// AncestorDataset is a dataset in the parameters of a task: one dataset, or a
// name (ID is nil) for that of whichever runner took the task.
type AncestorDataset struct {
	Name string
	ID   *uuid.UUID
}

// Lineages tell what a result was made from.
type Lineages interface {
	// ListAncestors gives a task and those that it stands on.
	ListAncestors(ctx context.Context, workspace, task uuid.UUID) ([]Ancestor, error)
}
