// Package uploads keeps the files that people send for tasks to read. Their
// bytes are in package blobstore, what is known of them in the database.
//
// An upload is written whole before it is recorded, belongs to a workspace, and
// can be named by its tasks until it expires. It is kept as long as an
// unfinished task needs it, and swept after that.
package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

// Limits bound uploads.
type Limits struct {
	// MaxBytes bounds the content of one.
	MaxBytes int64
	// Retention is how long one is kept, unless its sender wants less.
	Retention time.Duration
}

// Records is what is known of uploads, beside their bytes.
type Records interface {
	store.Uploads
	store.Sweeps
}

// Service takes and gives uploads. It is safe for concurrent use.
type Service struct {
	files   *blobstore.Store
	records Records
	limits  Limits
	log     *slog.Logger
}

// New makes a service that keeps content in files, which the caller closes.
func New(files *blobstore.Store, records Records, limits Limits, log *slog.Logger) *Service {
	return &Service{files: files, records: records, limits: limits, log: log}
}

// Incoming is an upload on its way in.
type Incoming struct {
	// Name is what the sender calls the file; see cleanName for what is kept of it.
	Name        string
	ContentType string
	// Lifetime is how long to keep it: the retention when zero.
	Lifetime time.Duration
	// SHA256 is what the content must turn out to have; anything when empty.
	SHA256 string
	// Key makes the same request, sent again, have its effect once; empty for none.
	Key string
	// SizeBytes is what the sender declares, negative where it does not.
	SizeBytes int64
	Content   io.Reader
}

// fallbackType is the media type of content that says nothing of itself.
const fallbackType = "application/octet-stream"

// Create takes an upload.
//
// Errors: Invalid for what is malformed, for a content that does not have the
// hash that it should (hash_mismatch), and for a key that was used with another
// content (idempotency_key_reused); TooLarge; Unavailable where the storage
// does not take it now.
func (s *Service) Create(ctx context.Context, p store.Principal, in Incoming) (api.Upload, error) {
	const op = "uploads.Create"
	if err := s.check(op, &in); err != nil {
		return api.Upload{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return api.Upload{}, fault.E(op, fault.Internal, fmt.Errorf("make an id: %w", err))
	}
	written, err := s.files.Write(ctx, keyOf(id), io.LimitReader(in.Content, s.limits.MaxBytes+1), func(w blobstore.Written) error {
		return s.judge(op, w, in.SHA256)
	})
	if trouble, ok := errors.AsType[*blobstore.StorageError](err); ok {
		return api.Upload{}, fault.E(op, fault.Unavailable, trouble)
	}
	if err != nil {
		return api.Upload{}, err
	}
	u, err := s.records.AddUpload(ctx, p, store.Upload{
		ID: id, Name: cleanName(in.Name), ContentType: in.ContentType, SizeBytes: written.SizeBytes, SHA256: written.SHA256,
	}, in.Lifetime, in.Key)
	if err != nil || u.ID != id {
		// What stays here the sweep removes.
		_ = s.files.Delete(context.WithoutCancel(ctx), keyOf(id))
	}
	if err == nil && u.SHA256 != written.SHA256 {
		err = fault.BadFields(op, api.CodeKeyReused, fault.Field{
			Path: "header." + api.IdempotencyHeader, Message: "was used for another file; a new request needs a new key",
		})
	}
	if err != nil {
		return api.Upload{}, err
	}
	return view(u), nil
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (s *Service) check(op string, in *Incoming) error {
	var wrong []fault.Field
	refuse := func(bad bool, path, message string) {
		if bad {
			wrong = append(wrong, fault.Field{Path: path, Message: message})
		}
	}
	if in.SizeBytes > s.limits.MaxBytes {
		return s.tooLarge(op)
	}
	if in.ContentType == "" {
		in.ContentType = fallbackType
	}
	media, _, err := mime.ParseMediaType(in.ContentType)
	refuse(err != nil || len(in.ContentType) > 200, "header.Content-Type", "must be a media type such as text/csv")
	refuse(strings.HasPrefix(media, "multipart/"), "header.Content-Type",
		"must be that of the file: the body is the file itself, not a form; its name goes into the query as name")
	refuse(strings.TrimSpace(in.Name) == "", "query.name", "is required: the file's name, such as sales.csv")
	refuse(len(in.Name) > maxSentName, "query.name", fmt.Sprintf("has more than %d bytes", maxSentName))
	refuse(in.SHA256 != "" && !hashForm.MatchString(in.SHA256), "header."+api.UploadHashHeader,
		"must be the content's SHA-256 as 64 lower-case hexadecimal digits")
	refuse(in.Lifetime < 0 || in.Lifetime > s.limits.Retention, "query.expires_in_seconds",
		fmt.Sprintf("must be from 60 to %d, for which this server keeps uploads at most", int64(s.limits.Retention.Seconds())))
	if in.Lifetime == 0 {
		in.Lifetime = s.limits.Retention
	}
	if len(wrong) > 0 {
		return fault.BadFields(op, "invalid_request", wrong...)
	}
	return nil
}

func (s *Service) tooLarge(op string) error {
	return fault.New(op, fault.TooLarge, api.CodeTooLarge, "An upload may have at most %d bytes on this server.", s.limits.MaxBytes)
}

// judge decides whether what came in may stay.
func (s *Service) judge(op string, w blobstore.Written, want string) error {
	switch {
	case w.SizeBytes > s.limits.MaxBytes:
		return s.tooLarge(op)
	case w.SizeBytes == 0:
		return fault.BadFields(op, "invalid_request", fault.Field{Path: "body", Message: "must be the file's content, and is empty"})
	case want != "" && w.SHA256 != want:
		return fault.BadFields(op, "hash_mismatch", fault.Field{
			Path:    "header." + api.UploadHashHeader,
			Message: fmt.Sprintf("does not fit the content that arrived: %d bytes with the SHA-256 %s", w.SizeBytes, w.SHA256),
		})
	}
	return nil
}

// Limits of a page.
const (
	defaultPage = 50
	maxPage     = 200
)

// List gives a page of the workspace's uploads, newest first: those of a creator
// as store.ReadCreator takes it, all where that is empty. Limit is 50 when zero,
// 200 at most.
func (s *Service) List(ctx context.Context, p store.Principal, creator, cursor string, limit int) (api.UploadList, error) {
	const op = "uploads.List"
	if limit <= 0 {
		limit = defaultPage
	}
	limit = min(limit, maxPage)
	of, err := store.ReadCreator(op, p, creator)
	if err != nil {
		return api.UploadList{}, err
	}
	page := store.Page{Limit: limit + 1}
	if cursor != "" {
		if page.After, err = uuid.Parse(cursor); err != nil {
			return api.UploadList{}, fault.BadFields(op, "invalid_request",
				fault.Field{Path: "query.cursor", Message: "must be the next_cursor of the page before"})
		}
	}
	found, err := s.records.ListUploads(ctx, p.WorkspaceID, of, page)
	if err != nil {
		return api.UploadList{}, err
	}
	list := api.UploadList{Uploads: []api.Upload{}}
	for _, u := range found[:min(limit, len(found))] {
		list.Uploads = append(list.Uploads, view(u))
	}
	if len(found) > limit {
		list.NextCursor = found[limit-1].ID.String()
	}
	return list, nil
}

// Get describes an upload.
func (s *Service) Get(ctx context.Context, p store.Principal, id uuid.UUID) (api.Upload, error) {
	u, err := s.find(ctx, "uploads.Get", p, id)
	if err != nil {
		return api.Upload{}, err
	}
	return view(u), nil
}

// Delete removes an upload and its content. Errors: NotFound, Forbidden for
// what somebody else has sent, Conflict (still_needed) while an unfinished task
// needs it.
func (s *Service) Delete(ctx context.Context, p store.Principal, id uuid.UUID) error {
	const op = "uploads.Delete"
	u, err := s.find(ctx, op, p, id)
	if err != nil {
		return err
	}
	if !p.MayChange(u.OwnedBy(p)) {
		return fault.New(op, fault.Forbidden, "", "this upload was sent by somebody else; deleting it takes an operator")
	}
	if err := s.records.DeleteUpload(ctx, p.WorkspaceID, id); err != nil {
		return err
	}
	_, err = s.records.RemoveContent(context.WithoutCancel(ctx), func(ctx context.Context) error { return s.files.Delete(ctx, keyOf(id)) })
	if err != nil {
		// It is gone for everybody; the sweep removes the bytes, and so it does
		// where a backup is under way.
		s.log.WarnContext(ctx, "content of a deleted upload stays for the sweep", logkey.Error, err)
	}
	return nil
}

// Stat describes an upload to whoever wants its content. A runner may ask only
// for those that a task which it holds reads; others do not exist for it.
func (s *Service) Stat(ctx context.Context, p store.Principal, id uuid.UUID) (store.Upload, error) {
	const op = "uploads.Stat"
	if p.Kind == credential.Runner {
		holds, err := s.records.HoldsUpload(ctx, p.ID, id)
		if err != nil {
			return store.Upload{}, err
		}
		if !holds {
			return store.Upload{}, notFound(op, id)
		}
	}
	return s.find(ctx, op, p, id)
}

// Open reads length bytes of an upload's content from offset, the rest where
// length is negative. The caller closes the reader.
func (s *Service) Open(ctx context.Context, u store.Upload, offset, length int64) (io.ReadCloser, error) {
	const op = "uploads.Open"
	reader, err := s.files.Read(ctx, keyOf(u.ID), offset, length)
	if errors.Is(err, blobstore.ErrNotFound) {
		return nil, fault.E(op, fault.Internal, errors.New("the record of an upload has no content"))
	}
	if err != nil {
		return nil, fault.E(op, fault.Unavailable, err)
	}
	return reader, nil
}

func (s *Service) find(ctx context.Context, op string, p store.Principal, id uuid.UUID) (store.Upload, error) {
	found, err := s.records.FindUploads(ctx, p.WorkspaceID, []uuid.UUID{id})
	if err == nil && len(found) == 0 {
		err = notFound(op, id)
	}
	if err != nil {
		return store.Upload{}, err
	}
	return found[0], nil
}

func notFound(op string, id uuid.UUID) error {
	return fault.New(op, fault.NotFound, "upload_not_found", "There is no upload %s that you may read.", id)
}

func view(u store.Upload) api.Upload {
	return api.Upload{
		ID: u.ID.String(), Name: u.Name, ContentType: u.ContentType, SizeBytes: u.SizeBytes, SHA256: u.SHA256,
		Creator: store.CreatorID(u.CreatorKeyID, u.CreatorUser), CreatedBy: u.CreatedBy, CreatedAt: u.CreatedAt, ExpiresAt: u.ExpiresAt,
	}
}
