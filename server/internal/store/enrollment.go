package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
)

// Enrollment is a token with which runners register. Of its secret only the
// SHA-256 is kept.
type Enrollment struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	// Workspace is the workspace's name; filled in by reading.
	Workspace  string
	SecretHash []byte
	MaxUses    int
	Uses       int
	// Labels are given to every runner that registers; it cannot override them.
	Labels          map[string]string
	RequireApproval bool
	CreatedBy       string
	// KeyID is the API key that made it; Nil where that is not known.
	KeyID uuid.UUID
	// RunnerID is the known runner that it brings back; nil for a new one.
	RunnerID  *uuid.UUID
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
}

// Enrollments keeps enrolment tokens.
type Enrollments interface {
	// AddEnrollment keeps a new token, which expires after lifetime, and gives
	// it back as kept. NotFound or Conflict (runner_revoked) for a known runner
	// that cannot be brought back.
	AddEnrollment(ctx context.Context, e Enrollment, lifetime time.Duration) (Enrollment, error)
	// FindEnrollment gives the token with this id in any workspace, ended ones
	// as well. It is for authentication only. NotFound where there is none.
	FindEnrollment(ctx context.Context, id uuid.UUID) (Enrollment, error)
	// ListEnrollments gives a page of a workspace's tokens, newest first; of
	// those of one API key where that is not Nil.
	ListEnrollments(ctx context.Context, workspace, key uuid.UUID, page Page) ([]Enrollment, error)
	// RevokeEnrollment ends a token for good; it may have ended before. Where
	// key is not Nil it finds the tokens of that API key only.
	RevokeEnrollment(ctx context.Context, workspace, key, id uuid.UUID) (Enrollment, error)
	// RegisterRunner makes a runner and uses the enrolment once, both or
	// neither. Where the same enrolment registered a runner with the same
	// registration id less than the window ago, that runner gets the new
	// secret and description instead, and nothing is used.
	//
	// Errors: Unauthenticated (enrollment_revoked, enrollment_expired,
	// enrollment_used, runner_revoked), Conflict (registration_expired) for a
	// registration id that is older than the window.
	RegisterRunner(ctx context.Context, enrollment uuid.UUID, r Registration, window time.Duration) (Runner, error)
}

// Registration is what a new runner says of itself.
type Registration struct {
	// NewID is the id of the runner, if it turns out to be a new one.
	NewID uuid.UUID
	// Mint makes the credential of the runner with this id and gives the hash
	// of its secret. It may be called again, and the last call counts.
	Mint           func(id uuid.UUID) (secretHash []byte, err error)
	RegistrationID string
	Runner         Runner
	Datasets       []api.DatasetOffer
}
