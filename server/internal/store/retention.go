package store

import (
	"context"
	"time"

	"ddap/shared/task"
)

// Retention removes what is old. Every method takes a bounded batch, says how
// much it removed, and is safe to run on any number of servers at once.
type Retention interface {
	// ExpireTasks removes at most limit tasks that ended in this state longer ago
	// than keep, with everything that belongs to them, and the pipelines that are
	// empty then. It leaves what an unfinished task needs, what a runner has not
	// stopped yet, and retries whose originals are still there.
	ExpireTasks(ctx context.Context, state task.State, keep time.Duration, limit int) (int, error)
	// ForgetOutputs forgets outputs of tasks that were deleted longer ago than after.
	ForgetOutputs(ctx context.Context, after time.Duration, limit int) (int, error)
	// ForgetOnce is that of Idempotency.
	ForgetOnce(ctx context.Context, limit int) (int, error)
}
