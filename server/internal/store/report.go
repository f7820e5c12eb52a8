package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/task"
)

// Report is the end of an attempt as its runner tells it.
type Report struct {
	Lease   Lease
	Outcome api.Outcome
	// Hash is the SHA-256 of the whole report: it tells a repetition from another report.
	Hash  []byte
	Error *api.AttemptError
	Usage *api.ResourceUsage
}

// Verdict is what a report does to its task.
type Verdict struct {
	// State is Succeeded, Failed or Queued.
	State   task.State
	Reason  task.Reason
	Message string
	// UsesAttempt counts the attempt against max_attempts; back in the queue, the
	// task then waits its backoff.
	UsesAttempt bool
	// Delay keeps a task that goes back to the queue from being handed out at once.
	Delay time.Duration
	// Hold keeps a task that goes back to the queue for the runner that reports,
	// while its owner is asked: until HoldUntil, at most MaxHold, or HoldTime
	// where that is nil or has passed by the database's clock.
	Hold      bool
	HoldUntil *time.Time
	// Document is the accepted result as JSON, for Succeeded.
	Document []byte
	// OutputRunnerID is where the result's rows stay.
	OutputRunnerID *uuid.UUID
	// Artifacts become visible; they must have been uploaded under this attempt.
	Artifacts []api.ArtifactRef
}

// How long a task is held for an owner who is asked, where nothing else is
// said, and at most.
const (
	HoldTime = 7 * 24 * time.Hour
	MaxHold  = 30 * 24 * time.Hour
)

// Reports ends attempts.
type Reports interface {
	// AcceptReport asks judge what the report does to the task, while the task
	// is locked, and does it. The same report again is answered as before and
	// not judged. Conflict: lease_lost, task_canceled. Invalid: artifact_missing.
	AcceptReport(ctx context.Context, report Report, judge func(*Task) Verdict) (api.ResultAck, Changes, error)
	// GetResult gives a task's accepted document as JSON; nil where it has none.
	GetResult(ctx context.Context, workspaceID, taskID uuid.UUID) ([]byte, error)
}
