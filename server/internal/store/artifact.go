package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Artifact is a file that one attempt of a task has uploaded.
type Artifact struct {
	TaskID      uuid.UUID
	Attempt     int
	Name        string
	ContentType string
	SizeBytes   int64
	// SHA256 is the content's, in lower-case hexadecimal digits.
	SHA256 string
	// Visible is set once the accepted result names the artifact.
	Visible   bool
	CreatedAt time.Time
}

// Lease names the right of a runner to work on one attempt of a task.
type Lease struct {
	RunnerID uuid.UUID
	TaskID   uuid.UUID
	Attempt  int
	Token    string
}

// Artifacts keeps what is known of uploaded files; their content is elsewhere.
type Artifacts interface {
	Sweeps
	// AddArtifact keeps an upload, in place of an earlier one of that name by
	// the same attempt. It judges the lease as Leases.CheckLease does, in the
	// same transaction, so that nothing is added to an attempt that has ended.
	AddArtifact(ctx context.Context, lease Lease, a Artifact) error
	// ListArtifacts lists the visible artifacts of a task, by name. NotFound
	// where there is no such task.
	ListArtifacts(ctx context.Context, workspace, task uuid.UUID) ([]Artifact, error)
	// GetArtifact gives one of them. NotFound where the task has none of that
	// name, or none that is visible.
	GetArtifact(ctx context.Context, workspace, task uuid.UUID, name string) (Artifact, error)
	// ForgetUploads drops at most limit records of uploads that no result can
	// name any more: their attempt has ended without, at least age ago.
	ForgetUploads(ctx context.Context, age time.Duration, limit int) (int, error)
	// FindContent gives those of the contents to which a record refers.
	FindContent(ctx context.Context, contents []Content) ([]Content, error)
}

// Content names what one attempt uploaded with this hash, under whatever name.
type Content struct {
	TaskID  uuid.UUID
	Attempt int
	SHA256  string
}
