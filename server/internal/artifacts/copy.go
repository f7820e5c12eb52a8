package artifacts

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"ddap/server/internal/store"
)

// Key names a content in the storage: what EachContent finds and PutContent puts.
func Key(c store.Content) string { return content(c).key() }

// EachContent calls visit with everything that the storage has in whole, for a
// backup, and with a way to read it. What goes away meanwhile is left out.
func (s *Service) EachContent(ctx context.Context, visit func(key string, size int64, from io.Reader) error) error {
	list := s.bucket.List(nil)
	for {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list content: %w", err)
		}
		if object.IsDir || strings.HasSuffix(object.Key, ".tmp") { // being written, or what a killed server left
			continue
		}
		if err := s.visit(ctx, object.Key, visit); err != nil {
			return err
		}
	}
}

func (s *Service) visit(ctx context.Context, key string, visit func(key string, size int64, from io.Reader) error) error {
	reader, err := s.bucket.NewReader(ctx, key, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read content: %w", err)
	}
	defer reader.Close()
	return visit(key, reader.Size(), reader)
}

// PutContent stores what EachContent gave under this key, all of it or nothing.
func (s *Service) PutContent(ctx context.Context, key string, from io.Reader) error {
	ctx, drop := context.WithCancel(ctx)
	defer drop()
	w, err := s.bucket.NewWriter(ctx, key, &blob.WriterOptions{ContentType: fallbackType, DisableContentTypeDetection: true})
	if err != nil {
		return fmt.Errorf("store content: %w", err)
	}
	if _, err := io.Copy(w, from); err != nil {
		drop()
		_ = w.Close() // says that it was dropped
		return fmt.Errorf("store content: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("store content: %w", err)
	}
	return nil
}

// IsEmpty reports whether the storage has nothing at all.
func (s *Service) IsEmpty(ctx context.Context) (bool, error) {
	_, err := s.bucket.List(nil).Next(ctx)
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("list content: %w", err)
	}
	return false, nil
}

// CheckWritable stores something small, reads it back and removes it.
func (s *Service) CheckWritable(ctx context.Context) error {
	key, text := "doctor-"+rand.Text(), rand.Text()
	if err := s.bucket.WriteAll(ctx, key, []byte(text), nil); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	got, err := s.bucket.ReadAll(ctx, key)
	if err == nil && string(got) != text {
		err = errors.New("what comes back is not what was written")
	}
	if err != nil {
		err = fmt.Errorf("read: %w", err)
	}
	if removeErr := s.bucket.Delete(ctx, key); removeErr != nil {
		err = errors.Join(err, fmt.Errorf("remove: %w", removeErr))
	}
	return err
}
