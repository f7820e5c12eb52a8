package store

import (
	"context"

	"github.com/google/uuid"
)

// Notices tells servers on one database of each other's writes, and answers
// what a server asks for the requests that wait in its memory: one question for
// all of them.
type Notices interface {
	// Notify sends a payload of at most 8000 bytes to every server that listens,
	// this one included. It may get lost.
	Notify(ctx context.Context, payload string) error
	// Listen calls receive for every payload until ctx ends, and reconnects where
	// it must. It returns nil when ctx ends.
	Listen(ctx context.Context, receive func(payload string)) error
	// FindEnded gives those of the tasks that have ended, or are gone.
	FindEnded(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error)
	// FindSummoned tells which of the runners have to hear of something.
	FindSummoned(ctx context.Context, ids []uuid.UUID) (Summons, error)
	// StampSeen notes that these runners are there.
	StampSeen(ctx context.Context, ids []uuid.UUID) error
}

// Summons says which runners have to hear of something.
type Summons struct {
	// Revoked runners are refused from now on.
	Revoked []uuid.UUID
	// Paused runners are to take no more work.
	Paused []uuid.UUID
	// Canceled runners hold a task that was canceled.
	Canceled []uuid.UUID
}
