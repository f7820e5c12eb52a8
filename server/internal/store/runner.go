package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
)

// OnlineWindow is how recently a runner must have been seen to count as
// online: three times the pause between the pings of an idle one.
const OnlineWindow = 90 * time.Second

// Runner is an enrolled agent on somebody's machine.
type Runner struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	// Workspace is the workspace's name; filled in by FindRunner.
	Workspace string
	Name      string
	Hostname  string
	OS        string
	Arch      string
	Version   string
	// Labels are the runner's own words, EnforcedLabels those of the enrolment
	// or an operator, which win.
	Labels         map[string]string
	EnforcedLabels map[string]string
	Operations     []int
	Slots          int
	CPUs           int
	MemoryBytes    int64
	State          api.RunnerState
	// Paused is an operator's word; Activity is the runner's own.
	Paused   bool
	Activity api.Activity
	// Drained is an operator's word as well: it finishes what it has. Note says why.
	Drained    bool
	Note       string
	SecretHash []byte
	// PreviousHash is that of the credential before the last rotation, Overlaps
	// whether that still works: the judgment of the database's clock, by FindRunner.
	PreviousHash []byte
	Overlaps     bool
	LastSeenAt   *time.Time
	CreatedAt    time.Time
	RevokedAt    *time.Time

	// The rest is filled in by Runner and ListRunners.

	// Online is the judgment of the database's clock (OnlineWindow).
	Online bool
	// BusySlots counts the leases held and the canceled attempts that have not
	// stopped yet.
	BusySlots int
	// Datasets are the names of what it shares now, in order.
	Datasets []string
}

// Steering is what an operator wants of a runner; nil fields stay as they are.
type Steering struct {
	Paused, Drained *bool
	Note            *string
	// Labels are all that the runner cannot override.
	Labels *map[string]string
}

// Page bounds a list: at most Limit records after the one whose id is After,
// in the list's order. The zero After begins at the start.
type Page struct {
	Limit int
	After uuid.UUID
}

// Runners keeps runners.
type Runners interface {
	// FindRunner gives the runner with this id in any workspace, revoked ones
	// as well. It is for authentication only. NotFound where there is none.
	FindRunner(ctx context.Context, id uuid.UUID) (Runner, error)
	// Runner gives one runner of a workspace.
	Runner(ctx context.Context, workspace, id uuid.UUID) (Runner, error)
	// ListRunners lists a workspace's runners, newest first.
	ListRunners(ctx context.Context, workspace uuid.UUID, page Page) ([]Runner, error)
	// SteerRunner keeps an operator's wishes; a Conflict (runner_revoked)
	// for a revoked runner.
	SteerRunner(ctx context.Context, workspace, id uuid.UUID, wishes Steering) error
	// RotateRunner gives a runner another secret. The one before works for the
	// overlap, until the time that it answers. Conflict (runner_revoked) as above.
	RotateRunner(ctx context.Context, workspace, id uuid.UUID, secretHash []byte, overlap time.Duration) (time.Time, error)
	// ApproveRunner makes a pending runner active; it may be active already.
	// A Conflict (runner_revoked) for a revoked one.
	ApproveRunner(ctx context.Context, workspace, id uuid.UUID) error
	// RevokeRunner ends a runner's credential for good and takes away what it
	// shares; it may be revoked already. Its leases are not touched.
	RevokeRunner(ctx context.Context, workspace, id uuid.UUID) error
}
