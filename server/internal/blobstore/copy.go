package blobstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"gocloud.dev/gcerrors"
)

// EachContent calls visit with everything that the storage has in whole, for a
// backup, and with a way to read it. What goes away meanwhile is left out.
func (s *Store) EachContent(ctx context.Context, visit func(key string, size int64, from io.Reader) error) error {
	list := s.bucket.List(nil)
	for {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list content: %w", err)
		}
		if object.IsDir || withoutTempSuffix(object.Key) != "" { // being written, or what a killed server left
			continue
		}
		if err := s.visit(ctx, object.Key, visit); err != nil {
			return err
		}
	}
}

func (s *Store) visit(ctx context.Context, key string, visit func(key string, size int64, from io.Reader) error) error {
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
func (s *Store) PutContent(ctx context.Context, key string, from io.Reader) error {
	_, err := s.Write(ctx, key, from, func(Written) error { return nil })
	return err
}

// IsEmpty reports whether the storage has nothing at all.
func (s *Store) IsEmpty(ctx context.Context) (bool, error) {
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
func (s *Store) CheckWritable(ctx context.Context) error {
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
