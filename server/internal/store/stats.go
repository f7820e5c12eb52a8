package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
)

// Figures counts what is going on in a workspace. The cost of each method is
// bounded by what has not ended and by what happened within the time asked
// for, never by the history.
type Figures interface {
	// CountOpen counts the unfinished tasks by state, the queued ones by reason,
	// and says how long the oldest queued one has been waiting.
	CountOpen(ctx context.Context, workspace uuid.UUID) (Open, error)
	// CountRates counts what was created and what ended within each of these times.
	CountRates(ctx context.Context, workspace uuid.UUID, within []time.Duration) ([]api.Rate, error)
	// ClaimLatency is of the tasks that were created within this time and handed
	// out; nil where there are none.
	ClaimLatency(ctx context.Context, workspace uuid.UUID, within time.Duration) (*api.Latency, error)
	// CountRunners counts the runners that are not revoked.
	CountRunners(ctx context.Context, workspace uuid.UUID) (api.RunnerStats, error)
}

// Open are the tasks that have not ended.
type Open struct {
	Now      time.Time
	ByState  map[string]int
	ByReason map[string]int
	// OldestQueued is nil where none is queued.
	OldestQueued *time.Duration
}
