package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
)

// Times of a lease. They are the database's to measure.
const (
	// LeaseTime is how long a confirmed lease lasts without a renewal.
	LeaseTime = time.Minute
	// ConfirmTime is how long a lease may go unconfirmed before it goes back.
	ConfirmTime = 15 * time.Second
	// TimeoutGrace is how much later than the runner the server ends a task that takes too long.
	TimeoutGrace = 30 * time.Second
	// MaxUnconfirmed is after how many leases in a row that went back
	// unconfirmed a runner gets nothing until its next ping.
	MaxUnconfirmed = 2
)

// ClaimRequest asks for work for one runner.
type ClaimRequest struct {
	RunnerID uuid.UUID
	// InstanceID is random per process start of the runner; empty where it says nothing.
	InstanceID string
	Limit      int
	// TaskID asks for this one task.
	TaskID *uuid.UUID
	// SecretHash is of the credential that came with the request: one that was
	// replaced meanwhile is refused. Not looked at where empty.
	SecretHash []byte
	// Version is that of the runner's program; empty where it says nothing.
	Version string
}

// Claim is what a claim found.
type Claim struct {
	Assignments []api.Assignment
	// Runner is the claimer as it stands now, for the wait for more.
	Runner Candidate
	// MustPing says that the runner gets nothing until it has sent a ping.
	MustPing bool
	// Waited is how long each task that is handed out for the first time was queued.
	Waited  []time.Duration
	Changes Changes
}

// Ping is a runner's heartbeat.
type Ping struct {
	RunnerID         uuid.UUID
	InstanceID       string
	Activity         api.Activity
	Slots            int
	DatasetsRevision string
	Running          []api.RunningTask
	// SecretHash and Version are as in a claim.
	SecretHash []byte
	Version    string
}

// Pinged answers a heartbeat.
type Pinged struct {
	// Now is the database's clock.
	Now time.Time
	// Lost are the attempts that the runner named and does not hold.
	Lost []api.AttemptRef
	// Cancels are the attempts that it named and should stop.
	Cancels []api.AttemptRef
	// Paused is an operator's word.
	Paused bool
	// Drained is another one.
	Drained bool
	// SendDatasets says that the server knows other datasets than the runner offers.
	SendDatasets bool
	// Confirmed counts the leases that this ping has confirmed.
	Confirmed int
	Changes   Changes
}

// Leases hands out work and keeps track of who holds it.
type Leases interface {
	// Claim hands out what the runner may take: first again what it was given and
	// has not confirmed, with the same token, then new work up to its free slots.
	// Errors: Unauthenticated (runner_revoked, credential_rotated), Conflict (instance_superseded).
	Claim(ctx context.Context, req ClaimRequest) (Claim, error)
	// Renew takes a ping: it confirms and renews the leases that it names. Errors as for Claim.
	Renew(ctx context.Context, ping Ping) (Pinged, error)
	// CheckLease returns nil where the runner holds this attempt with this token,
	// else a Conflict: lease_lost or task_canceled.
	CheckLease(ctx context.Context, lease Lease) error
	// EvictRunner takes back what a revoked runner holds (runner_revoked) and
	// fails what only it could do (input_lost, runner_revoked). For a runner that
	// is not revoked, or once there is nothing left, it does nothing.
	EvictRunner(ctx context.Context, workspaceID, runnerID uuid.UUID) (Evicted, error)
}

// Evicted says what the revocation of a runner meant for tasks.
type Evicted struct {
	// TakenBack counts the leases that ended, Stranded the tasks that failed.
	TakenBack, Stranded int
	// Freed counts tasks that were held for its owner and wait for others now.
	Freed   int
	Changes Changes
}
