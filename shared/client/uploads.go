package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/fault"
)

// UploadFile is a file to send.
type UploadFile struct {
	// Name is the file's; its ending says what it is, unless ContentType does.
	Name        string
	ContentType string
	// Lifetime is how long to keep it; as long as the server does when zero.
	Lifetime time.Duration
	// SHA256, where it is known, makes the server refuse a content that came
	// damaged.
	SHA256 string
	// Content is streamed, once, to its end. Where it can be rewound
	// (io.Seeker), a request that got no answer is sent again: the server makes
	// one upload of both.
	Content io.Reader
}

const (
	uploadTries = 3
	uploadPause = time.Second
)

// Upload sends a file for tasks to use as a source. It takes as long as it
// takes; the context bounds it.
func (c *Client) Upload(ctx context.Context, file UploadFile) (api.Upload, error) {
	q, header := file.describe()
	rewind := rewinder(file.Content)
	for try := 1; ; try++ {
		source := &failing{Reader: file.Content}
		out, err := c.upload(ctx, q, header, source)
		switch {
		case source.err != nil:
			return out, fault.E("client.Upload", fault.Invalid, fmt.Errorf("read the file: %w", source.err))
		case err == nil || try == uploadTries || !fault.Retryable(err) || ctx.Err() != nil || !rewind():
			return out, err
		}
		pause := uploadPause * time.Duration(try)
		if told, ok := RetryAfter(err); ok {
			pause = max(pause, told)
		}
		if pause > maxPause || c.clock.Sleep(ctx, pause+rand.N(pause/5)) != nil { //nolint:gosec // jitter is no secret
			return out, err
		}
	}
}

// describe gives what goes with the content, the same for every try.
func (f UploadFile) describe() (url.Values, http.Header) {
	q := url.Values{"name": {f.Name}}
	if f.Lifetime > 0 {
		q.Set("expires_in_seconds", strconv.Itoa(int(f.Lifetime/time.Second)))
	}
	header := http.Header{api.IdempotencyHeader: {uuid.NewString()}}
	header.Set("Content-Type", cmp.Or(f.ContentType, "application/octet-stream"))
	if f.SHA256 != "" {
		header.Set(api.UploadHashHeader, f.SHA256)
	}
	return q, header
}

// rewinder gives what takes a reader back to where it is now; it reports false
// where that cannot be done.
func rewinder(r io.Reader) func() bool {
	seeker, ok := r.(io.Seeker)
	if !ok {
		return func() bool { return false }
	}
	// A pipe has the method as well and fails here.
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return func() bool { return false }
	}
	return func() bool {
		_, err := seeker.Seek(start, io.SeekStart)
		return err == nil
	}
}

func (c *Client) upload(ctx context.Context, q url.Values, header http.Header, content io.Reader) (api.Upload, error) {
	var out api.Upload
	r := request{method: http.MethodPost, path: "/v1/uploads", query: q}
	// Not the reader itself: the transport closes what can be closed, and then
	// it could not be sent again.
	resp, err := c.send(ctx, r, struct{ io.Reader }{content}, header.Clone())
	if err != nil {
		return out, err
	}
	defer drain(resp.Body)
	return out, c.decode(r, resp.Body, &out)
}

// failing keeps the error of a source, which the transport tells as its own.
type failing struct {
	io.Reader
	err error
}

func (r *failing) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// Uploads gives a page of uploads, newest first: the first one where cursor is
// empty, of the server's usual size where limit is zero.
func (c *Client) Uploads(ctx context.Context, cursor string, limit int) (api.UploadList, error) {
	q := url.Values{}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	var out api.UploadList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/uploads", query: q}, &out)
}

// GetUpload describes one upload.
func (c *Client) GetUpload(ctx context.Context, id string) (api.Upload, error) {
	var out api.Upload
	return out, c.call(ctx, request{method: http.MethodGet, path: uploadPath(id)}, &out)
}

// DeleteUpload removes an upload with its content.
func (c *Client) DeleteUpload(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: uploadPath(id)}, nil)
}

// UploadContent copies an upload's content to w. A runner gets that of the
// tasks which it holds. A line that breaks in the middle is an error of the
// kind Unavailable, after some of the content was written.
func (c *Client) UploadContent(ctx context.Context, id string, w io.Writer) error {
	r := request{method: http.MethodGet, path: uploadPath(id) + "/content"}
	resp, err := c.sendAgain(ctx, r)
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	source := &failing{Reader: resp.Body}
	if _, err := io.Copy(w, source); err != nil {
		if source.err != nil {
			return fault.E(r.op(), fault.Unavailable, fmt.Errorf("download upload %s: %w", id, err))
		}
		return fmt.Errorf("download upload %s: %w", id, err)
	}
	return nil
}

func uploadPath(id string) string { return "/v1/uploads/" + url.PathEscape(id) }
