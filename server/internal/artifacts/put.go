package artifacts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"

	"gocloud.dev/blob"

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
	// Ending this context before Close is how a bucket is told to drop what it
	// has been given.
	ctx, drop := context.WithCancel(ctx)
	defer drop()
	w, err := s.bucket.NewWriter(ctx, to.key(), &blob.WriterOptions{ContentType: fallbackType, DisableContentTypeDetection: true})
	if err != nil {
		return 0, fault.E(op, fault.Internal, fmt.Errorf("store content: %w", err))
	}
	sum := sha256.New()
	source := &reading{from: io.LimitReader(from, s.maxBytes+1)}
	size, err := io.Copy(io.MultiWriter(w, sum), source)
	if err = s.judge(op, size, sum, to.SHA256, source.err, err); err != nil {
		drop()
		_ = w.Close() // says that it was dropped
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, fault.E(op, fault.Internal, fmt.Errorf("store content: %w", err))
	}
	return size, nil
}

// judge decides whether what came in may stay.
func (s *Service) judge(op string, size int64, sum hash.Hash, want string, readErr, copyErr error) error {
	switch {
	case readErr != nil:
		return readErr // the sender's, in whatever form the caller gave it
	case copyErr != nil:
		return fault.E(op, fault.Internal, fmt.Errorf("store content: %w", copyErr))
	case size > s.maxBytes:
		return s.tooLarge(op)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return fault.BadFields(op, "hash_mismatch", fault.Field{
			Path: "header." + api.ArtifactHashHeader, Message: fmt.Sprintf("does not fit the content that arrived: %d bytes with the SHA-256 %s", size, got),
		})
	}
	return nil
}

// reading keeps the error of a source, which io.Copy mixes with the writer's.
type reading struct {
	from io.Reader
	err  error
}

func (r *reading) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}
