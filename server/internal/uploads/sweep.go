package uploads

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/periodic"
	"ddap/shared/logkey"
)

const (
	sweepInterval = time.Hour
	// minAge keeps the sweep away from content that is about to be recorded.
	minAge = time.Hour
	// expiredBatch bounds one question to the database.
	expiredBatch = 500
)

// prefix is where uploads are among all stored content.
const prefix = "uploads/"

// keyOf names the content of an upload. The end of the id, which is random,
// spreads the files of a folder; its beginning is the time.
func keyOf(id uuid.UUID) string {
	text := id.String()
	return prefix + text[len(text)-2:] + "/" + text
}

// readKey is the reverse of keyOf; ok is false for what is not ours.
func readKey(key string) (id uuid.UUID, ok bool) {
	id, err := uuid.Parse(key[strings.LastIndexByte(key, '/')+1:])
	return id, err == nil && keyOf(id) == key
}

// RunSweepLoop removes uploads whose time is over, once per interval until ctx
// ends. It is safe to run on any number of servers.
func (s *Service) RunSweepLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "sweep uploads", Interval: sweepInterval, Do: func(ctx context.Context) error {
		removed, err := s.Sweep(ctx, minAge)
		if removed > 0 {
			s.log.InfoContext(ctx, "uploads swept", logkey.Count, removed)
		}
		return err
	}})
}

// Sweep removes the uploads that have expired and which no unfinished task
// needs, and content older than age that belongs to no upload. It reports how
// many contents it removed. While a backup is made it removes none.
func (s *Service) Sweep(ctx context.Context, age time.Duration) (removed int, err error) {
	alone, err := s.records.RemoveContent(ctx, func(ctx context.Context) error {
		removed, err = s.removeExpired(ctx)
		return err
	})
	if err != nil || !alone {
		return removed, err
	}
	unknown, err := blobstore.Sweep[uuid.UUID]{
		Prefix: prefix, Age: age, Read: readKey, Known: s.records.FindKnown, Alone: s.records.RemoveContent,
	}.Run(ctx, s.files)
	return removed + unknown, err
}

func (s *Service) removeExpired(ctx context.Context) (removed int, err error) {
	for {
		ids, err := s.records.ForgetExpired(ctx, expiredBatch)
		if err != nil {
			return removed, err
		}
		for _, id := range ids {
			if err := s.files.Delete(ctx, keyOf(id)); err != nil {
				return removed, err
			}
			removed++
		}
		if len(ids) < expiredBatch {
			return removed, nil
		}
	}
}
