// Package blobstore keeps the bytes of files: in a folder, or in a bucket of an
// object store that speaks S3. It is the only package that knows which, and the
// only one that speaks to either. What a file means stands in the database.
//
// A file is written whole or not at all, under a key that its owner chooses.
package blobstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// ErrNotFound is the error of a key under which there is nothing.
var ErrNotFound = errors.New("there is no such content")

// Store keeps content by key. It is safe for concurrent use.
type Store struct {
	bucket *blob.Bucket
	shared bool
	// verify looks for what would keep the store from working.
	verify func(ctx context.Context) error
}

// Close gives up the storage.
func (s *Store) Close() error { return s.bucket.Close() }

// Shared reports whether other servers can reach the same content wherever
// they run: true for an object store.
func (s *Store) Shared() bool { return s.shared }

// Check asks the storage whether it is there and takes this server's
// credentials.
func (s *Store) Check(ctx context.Context) error { return s.verify(ctx) }

// Written is what arrived under a key.
type Written struct {
	SizeBytes int64
	// SHA256 is the content's, in lower-case hexadecimal digits.
	SHA256 string
}

// bufferBytes and concurrency bound the memory that one upload to an object
// store takes: parts are buffered so that one that failed can be sent again. S3
// takes 10,000 parts, so files can have up to 80 GiB.
const (
	bufferBytes = 8 << 20
	concurrency = 2
)

// Write stores what from gives, all of it or nothing, in place of what is there.
// Before it becomes visible, judge is asked whether it may stay. The errors of
// from and of judge are returned as they are; any other is a *StorageError.
func (s *Store) Write(ctx context.Context, key string, from io.Reader, judge func(Written) error) (Written, error) {
	// Ending this context before Close is how a bucket is told to drop what it
	// has been given.
	ctx, drop := context.WithCancel(ctx)
	defer drop()
	w, err := s.bucket.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType: "application/octet-stream", DisableContentTypeDetection: true,
		BufferSize: bufferBytes, MaxConcurrency: concurrency,
	})
	if err != nil {
		return Written{}, &StorageError{err}
	}
	sum := sha256.New()
	source := &reading{from: from}
	size, err := io.Copy(io.MultiWriter(w, sum), source)
	done := Written{SizeBytes: size, SHA256: hex.EncodeToString(sum.Sum(nil))}
	switch {
	case source.err != nil:
		err = source.err
	case err != nil:
		err = &StorageError{err}
	default:
		err = judge(done)
	}
	if err != nil {
		drop()
		_ = w.Close() // says that it was dropped
		return Written{}, err
	}
	if err := w.Close(); err != nil {
		return Written{}, &StorageError{err}
	}
	return done, nil
}

// StorageError is a failure of the storage, as opposed to one of what was to be
// stored: the same content may be taken another time.
type StorageError struct{ Err error }

// Error says that the storage did not take the content, and why.
func (e *StorageError) Error() string { return "store content: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *StorageError) Unwrap() error { return e.Err }

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

// Read gives length bytes of a content from offset, the rest where length is
// negative. ErrNotFound where there is none. The caller closes the reader.
func (s *Store) Read(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	reader, err := s.bucket.NewRangeReader(ctx, key, offset, length, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read content: %w", err)
	}
	return reader, nil
}

// Delete removes a content. That it is gone already is no error: another
// server may have been faster.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := s.bucket.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("remove content: %w", err)
	}
	return nil
}

// Object is one stored content.
type Object struct {
	// Key is the content's. For what a killed server has left of a content, it
	// is the key under which that would have been, and Leftover the one under
	// which the rest is.
	Key      string
	Leftover string
}

// Place is the key to delete.
func (o Object) Place() string {
	if o.Leftover != "" {
		return o.Leftover
	}
	return o.Key
}

// Each calls do with batches of at most limit objects whose keys begin with
// prefix and that were written before a time by the storage's clock. It stops
// at the first error.
func (s *Store) Each(ctx context.Context, prefix string, before time.Time, limit int, do func([]Object) error) error {
	list := s.bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		batch, done, err := nextBatch(ctx, list, before, limit)
		if err != nil {
			return err
		}
		if len(batch) > 0 {
			if err := do(batch); err != nil {
				return err
			}
		}
		if done {
			return nil
		}
	}
}

// nextBatch reads on in the bucket's list; done says that it ended.
func nextBatch(ctx context.Context, list *blob.ListIterator, before time.Time, limit int) (batch []Object, done bool, err error) {
	for len(batch) < limit {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return batch, true, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("list content: %w", err)
		}
		if !object.ModTime.Before(before) {
			continue
		}
		found := Object{Key: object.Key}
		if whole := withoutTempSuffix(object.Key); whole != "" {
			found = Object{Key: whole, Leftover: object.Key}
		}
		batch = append(batch, found)
	}
	return batch, false, nil
}

// withoutTempSuffix gives the key under which a folder would have stored what
// it writes to KEY.TIME.tmp until it is whole; nothing for any other key.
func withoutTempSuffix(key string) string {
	key, temporary := strings.CutSuffix(key, ".tmp")
	if at := strings.LastIndexByte(key, '.'); temporary && at >= 0 {
		return key[:at]
	}
	return ""
}
