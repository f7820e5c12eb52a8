package digests_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/digests"
	"ddap/desktop-runner/internal/plan"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// shelf is one file, a book, and how often it was computed. Files are as old as
// they are; the clock is ahead of them.
type shelf struct {
	t        *testing.T
	file     plan.File
	book     string
	now      time.Time
	computed int
	compute  func() (string, error)
	*digests.Book
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{t: t, file: plan.File{Path: filepath.Join(t.TempDir(), "birds.csv")}, book: filepath.Join(t.TempDir(), "digests.json"), now: time.Now().Add(time.Hour)}
	s.compute = func() (string, error) {
		raw, err := os.ReadFile(s.file.Path)
		return "hash of " + string(raw), err
	}
	s.write("one", noon)
	s.open()
	return s
}

func (s *shelf) open() {
	s.Book = digests.Open(s.book, func(context.Context, plan.File) (string, error) {
		s.computed++
		return s.compute()
	}, func() time.Time { return s.now }, slog.New(slog.DiscardHandler))
}

func (s *shelf) write(content string, at time.Time) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(s.file.Path, []byte(content), 0o600))
	require.NoError(s.t, os.Chtimes(s.file.Path, at, at))
}

func (s *shelf) refresh(ctx context.Context) {
	s.Refresh(ctx, []digests.Dataset{{Name: "birds", File: s.file}})
}

func (s *shelf) hash() string {
	sum, stamp := s.Find(s.file)
	require.NotEmpty(s.t, stamp)
	return sum
}

func TestBook_KnowsAHash_UntilTheFileChanges(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	require.Empty(t, s.hash(), "nobody waits for it")
	s.refresh(t.Context())
	s.refresh(t.Context())
	require.Equal(t, "hash of one", s.hash())
	require.Equal(t, 1, s.computed)

	s.write("two", noon.Add(time.Minute))
	require.Empty(t, s.hash(), "that of the old content is no hash of the new one")
	s.refresh(t.Context())
	require.Equal(t, "hash of two", s.hash())
}

func TestBook_SurvivesARestart_AndDamage(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.refresh(t.Context())
	s.open()
	require.Equal(t, "hash of one", s.hash())
	s.refresh(t.Context())
	require.Equal(t, 1, s.computed)

	for _, damaged := range []string{"", "{", "null", `{"a":1}`} {
		require.NoError(t, os.WriteFile(s.book, []byte(damaged), 0o600))
		s.open()
		require.Empty(t, s.hash())
		s.refresh(t.Context())
		require.Equal(t, "hash of one", s.hash())
	}
}

func TestBook_DoesNotTrust(t *testing.T) {
	t.Parallel()
	t.Run("AFileThatChangesMeanwhile", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		s.compute = func() (string, error) {
			s.write("two", noon.Add(time.Minute))
			return "hash of half of each", nil
		}
		s.refresh(t.Context())
		require.Empty(t, s.hash())
	})
	t.Run("AFileThatWasJustWritten", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		s.now = time.Now()
		s.write("two", s.now)
		s.refresh(t.Context())
		require.Zero(t, s.computed)
		s.now = s.now.Add(time.Minute)
		s.refresh(t.Context())
		require.Equal(t, "hash of two", s.hash())
	})
	t.Run("AStop", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		ctx, cancel := context.WithCancel(t.Context())
		s.compute = func() (string, error) {
			cancel()
			return "", ctx.Err()
		}
		s.refresh(ctx)
		s.compute = func() (string, error) { return "whole", nil }
		s.refresh(t.Context())
		require.Equal(t, "whole", s.hash(), "which is no failure of the file")
	})
}

func TestBook_TriesAgainLater_WhatCouldNotBeRead(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.compute = func() (string, error) { return "", errors.New("a bad sector") }
	for range 3 {
		s.refresh(t.Context())
	}
	require.Equal(t, 1, s.computed)
	s.now = s.now.Add(time.Hour)
	s.refresh(t.Context())
	require.Equal(t, 2, s.computed)

	require.NoError(t, os.Remove(s.file.Path))
	s.refresh(t.Context())
	sum, stamp := s.Find(s.file)
	require.Empty(t, sum+stamp)
}

func TestBook_ForgetsWhatIsSharedNoMore(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.refresh(t.Context())
	s.Refresh(t.Context(), nil)
	require.Empty(t, s.hash())
}
