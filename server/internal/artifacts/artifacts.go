// Package artifacts keeps the files that tasks leave with the server: reports,
// exports, tables too large for a result document. Their bytes are in package
// blobstore; which of them belong to what is decided here.
//
// An upload is fenced twice, before its bytes are read and when it is added to
// the records, so that a runner that has lost its lease leaves nothing behind.
// It is seen by nobody until the accepted result names it with its hash. What
// no record refers to any more is swept.
package artifacts

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/google/uuid"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// DefaultMaxBytes is how large one artifact may be unless configured otherwise.
const DefaultMaxBytes = 1 << 30

// Records is what is known of uploads, beside their bytes.
type Records interface {
	store.Artifacts
	// CheckLease judges a runner's right to upload.
	CheckLease(ctx context.Context, lease store.Lease) error
	// HoldsInput reports whether a runner holds a task that needs another one.
	HoldsInput(ctx context.Context, runnerID, taskID uuid.UUID) (bool, error)
}

// Service takes and gives artifacts. It is safe for concurrent use.
type Service struct {
	records  Records
	files    *blobstore.Store
	maxBytes int64
	log      *slog.Logger
}

// New makes a service that keeps content in files, which the caller closes.
// maxBytes bounds one artifact; DefaultMaxBytes when zero.
func New(files *blobstore.Store, records Records, maxBytes int64, log *slog.Logger) *Service {
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	return &Service{records: records, files: files, maxBytes: maxBytes, log: log}
}

// List lists the artifacts of a task's accepted result, by name.
func (s *Service) List(ctx context.Context, p store.Principal, taskID uuid.UUID) ([]api.Artifact, error) {
	found, err := s.records.ListArtifacts(ctx, p.WorkspaceID, taskID)
	if err != nil {
		return nil, err
	}
	views := make([]api.Artifact, 0, len(found))
	for _, a := range found {
		views = append(views, view(a))
	}
	return views, nil
}

// Stat describes one artifact of a task's accepted result. A runner may ask
// only for those of tasks whose output a task that it holds needs; others do
// not exist for it.
func (s *Service) Stat(ctx context.Context, p store.Principal, taskID uuid.UUID, name string) (store.Artifact, error) {
	const op = "artifacts.Stat"
	if err := checkName(op, name); err != nil {
		return store.Artifact{}, err
	}
	if p.Kind == credential.Runner {
		needed, err := s.records.HoldsInput(ctx, p.ID, taskID)
		if err != nil {
			return store.Artifact{}, err
		}
		if !needed {
			return store.Artifact{}, fault.New(op, fault.NotFound, "artifact_not_found", "No task that you hold needs this artifact.")
		}
	}
	return s.records.GetArtifact(ctx, p.WorkspaceID, taskID, name)
}

// Open reads length bytes of an artifact's content from offset, the rest where
// length is negative. The caller closes the reader.
func (s *Service) Open(ctx context.Context, a store.Artifact, offset, length int64) (io.ReadCloser, error) {
	const op = "artifacts.Open"
	reader, err := s.files.Read(ctx, contentOf(a).key(), offset, length)
	if errors.Is(err, blobstore.ErrNotFound) {
		return nil, fault.E(op, fault.Internal, errors.New("the record of an artifact has no content"))
	}
	if err != nil {
		return nil, fault.E(op, fault.Unavailable, err)
	}
	return reader, nil
}

func view(a store.Artifact) api.Artifact {
	return api.Artifact{Name: a.Name, ContentType: a.ContentType, SizeBytes: a.SizeBytes, SHA256: a.SHA256}
}
