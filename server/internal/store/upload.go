package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Upload is a file that a person has sent for tasks to read.
type Upload struct {
	ID, WorkspaceID uuid.UUID
	Name            string
	ContentType     string
	SizeBytes       int64
	// SHA256 is the content's, in lower-case hexadecimal digits.
	SHA256 string
	// CreatorKeyID and CreatorUser tell whose it is; CreatedBy is what people read.
	CreatorKeyID uuid.UUID
	CreatorUser  string
	CreatedBy    string
	CreatedAt    time.Time
	ExpiresAt    time.Time
	// Expired says that no new task may name it any more.
	Expired bool
}

// OwnedBy reports whether p sent the upload, as the same acting user.
func (u *Upload) OwnedBy(p Principal) bool {
	return u.CreatorKeyID == p.Owner() && u.CreatorUser == p.ActingID()
}

// Uploads keeps what is known of uploads; their content is elsewhere.
type Uploads interface {
	// AddUpload keeps an upload of creator's for a lifetime. With a key that the
	// creator has used before it gives the upload of that time and adds nothing.
	AddUpload(ctx context.Context, creator Principal, u Upload, lifetime time.Duration, key string) (Upload, error)
	// FindUploads gives those of a workspace that have these ids.
	FindUploads(ctx context.Context, workspace uuid.UUID, ids []uuid.UUID) ([]Upload, error)
	// ListUploads gives a page, newest first.
	ListUploads(ctx context.Context, workspace uuid.UUID, of CreatorFilter, page Page) ([]Upload, error)
	// DeleteUpload drops one; that it is gone already is no error. Conflict
	// (still_needed) while an unfinished task needs it.
	DeleteUpload(ctx context.Context, workspace, id uuid.UUID) error
	// ForgetExpired drops at most limit uploads whose time is over and which no
	// unfinished task needs, and gives their ids.
	ForgetExpired(ctx context.Context, limit int) ([]uuid.UUID, error)
	// FindKnown gives those of the ids, of whatever workspace, that are uploads.
	FindKnown(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error)
	// HoldsUpload reports whether a runner holds a task that reads an upload.
	HoldsUpload(ctx context.Context, runner, id uuid.UUID) (bool, error)
}
