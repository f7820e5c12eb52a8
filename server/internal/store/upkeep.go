package store

import (
	"context"
	"time"
)

// TakenBack says what one pass of the reclaimer did.
type TakenBack struct {
	// Unconfirmed and Expired count leases that went back to the queue;
	// Exhausted and TimedOut count tasks that failed.
	Unconfirmed, Expired, Exhausted, TimedOut int
	// Gap is time in which no server was up, and by which every lease was extended.
	Gap     time.Duration
	Changes Changes
}

// Total counts what was done.
func (t TakenBack) Total() int { return t.Unconfirmed + t.Expired + t.Exhausted + t.TimedOut }

// Upkeep is the work that no request asks for. Every method is safe to run on
// any number of servers at once, takes a bounded batch, and is to be called
// about once a second.
type Upkeep interface {
	// TakeBack ends leases whose time has passed, after it has made good for time
	// in which nobody was serving. Where another server is at it, it does nothing.
	TakeBack(ctx context.Context) (TakenBack, error)
	// StartDue moves scheduled tasks whose time has come on to their inputs or to the queue.
	StartDue(ctx context.Context) (int, Changes, error)
	// EndOverdue fails unfinished tasks whose deadline has passed, and those whose
	// owner was asked and has not answered in time.
	EndOverdue(ctx context.Context) (int, Changes, error)
}
