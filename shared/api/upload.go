package api

import "time"

// UploadHashHeader may carry the SHA-256 that an upload's content must have, as
// 64 lower-case hexadecimal digits.
const UploadHashHeader = ArtifactHashHeader

// Stable codes of problems with uploads.
const (
	// CodeUnknownUpload: a source names no upload of the workspace.
	CodeUnknownUpload = "unknown_upload"
	// CodeUploadExpired: it names one whose time is over.
	CodeUploadExpired = "upload_expired"
	// CodeStillNeeded: what an unfinished task needs cannot be deleted.
	CodeStillNeeded = "still_needed"
)

// Upload is a file that somebody sent, for tasks to use as a source.
type Upload struct {
	ID          string    `json:"id" format:"uuid"`
	Name        string    `json:"name" doc:"The file's name, without what a file's name must not hold"`
	ContentType string    `json:"content_type"`
	SizeBytes   int64     `json:"size_bytes"`
	SHA256      string    `json:"sha256" doc:"Of the content, 64 lower-case hexadecimal digits"`
	Creator     string    `json:"creator" doc:"Who made it, as the filter creator takes it: KEY_ID;USER_ID, or KEY_ID alone where the key acted for itself"`
	CreatedBy   string    `json:"created_by"`
	CreatedAt   time.Time `json:"created_at"`
	ExpiresAt   time.Time `json:"expires_at" doc:"From then on no new task may name it, and it is removed once no unfinished task needs it"`
}

// UploadList is a page of uploads, newest first.
type UploadList struct {
	Uploads    []Upload `json:"uploads"`
	NextCursor string   `json:"next_cursor,omitempty"`
}
