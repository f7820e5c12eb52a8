package artifacts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// Upload is an artifact on its way in.
type Upload struct {
	Lease       store.Lease
	Name        string
	ContentType string
	// SHA256 is what the content must turn out to have.
	SHA256 string
	// SizeBytes is what the sender declares, negative where it does not.
	SizeBytes int64
	Content   io.Reader
}

// fallbackType is the media type of content that says nothing of itself.
const fallbackType = "application/octet-stream"

// Put takes an upload. Sending the same one again changes nothing.
//
// Errors: Invalid for a name, type or hash that is malformed or does not fit
// the content, Conflict (lease_lost, task_canceled) for a runner that does not
// hold the attempt, TooLarge.
func (s *Service) Put(ctx context.Context, u Upload) (api.Artifact, error) {
	const op = "artifacts.Put"
	if err := s.check(op, &u); err != nil {
		return api.Artifact{}, err
	}
	if err := s.records.CheckLease(ctx, u.Lease); err != nil {
		return api.Artifact{}, err
	}
	a := store.Artifact{
		TaskID: u.Lease.TaskID, Attempt: u.Lease.Attempt, Name: u.Name, ContentType: u.ContentType, SHA256: u.SHA256,
	}
	size, err := s.write(ctx, contentOf(a), u.Content)
	if err != nil {
		return api.Artifact{}, err
	}
	a.SizeBytes = size
	if err := s.records.AddArtifact(ctx, u.Lease, a); err != nil {
		return api.Artifact{}, err // the sweep removes the content
	}
	return view(a), nil
}

func (s *Service) check(op string, u *Upload) error {
	if err := checkName(op, u.Name); err != nil {
		return err
	}
	if u.SizeBytes > s.maxBytes {
		return s.tooLarge(op)
	}
	var wrong []fault.Field
	if !hashForm.MatchString(u.SHA256) {
		wrong = append(wrong, fault.Field{Path: "header." + api.ArtifactHashHeader, Message: "must be the content's SHA-256 as 64 lower-case hexadecimal digits"})
	}
	if u.ContentType == "" {
		u.ContentType = fallbackType
	}
	if _, _, err := mime.ParseMediaType(u.ContentType); err != nil || len(u.ContentType) > 200 {
		wrong = append(wrong, fault.Field{Path: "header.Content-Type", Message: "must be a media type such as text/html"})
	}
	if len(wrong) > 0 {
		return fault.BadFields(op, "invalid_request", wrong...)
	}
	return nil
}

func (s *Service) tooLarge(op string) error {
	return fault.New(op, fault.TooLarge, api.CodeTooLarge, "An artifact may have at most %d bytes on this server.", s.maxBytes)
}

// write stores the content, all of it or nothing.
func (s *Service) write(ctx context.Context, to content, from io.Reader) (int64, error) {
	const op = "artifacts.Put"
	written, err := s.files.Write(ctx, to.key(), io.LimitReader(from, s.maxBytes+1), func(w blobstore.Written) error {
		return s.judge(op, w, to.SHA256)
	})
	if trouble, ok := errors.AsType[*blobstore.StorageError](err); ok {
		err = fault.E(op, fault.Unavailable, trouble)
	}
	return written.SizeBytes, err
}

// judge decides whether what came in may stay.
func (s *Service) judge(op string, w blobstore.Written, want string) error {
	if w.SizeBytes > s.maxBytes {
		return s.tooLarge(op)
	}
	if w.SHA256 != want {
		return fault.BadFields(op, "hash_mismatch", fault.Field{
			Path: "header." + api.ArtifactHashHeader, Message: fmt.Sprintf("does not fit the content that arrived: %d bytes with the SHA-256 %s", w.SizeBytes, w.SHA256),
		})
	}
	return nil
}
