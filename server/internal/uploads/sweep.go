package uploads

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/blobstore"
	"ddap/shared/logkey"
)

const (
	// sweepInterval is the usual pause between two sweeps, give or take a
	// tenth, so that servers on one database do not sweep in step.
	sweepInterval = time.Hour
	// minAge keeps the sweep away from content that is about to be recorded.
	minAge = time.Hour
	// sweepBatch bounds one question to the database.
	sweepBatch = 500
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
	timer := time.NewTimer(jittered())
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			if removed, err := s.Sweep(ctx, minAge); err != nil && ctx.Err() == nil {
				s.log.Error("sweep of uploads failed", logkey.Error, err)
			} else if removed > 0 {
				s.log.Info("uploads swept", logkey.Count, removed)
			}
			timer.Reset(jittered())
		case <-ctx.Done():
			return nil
		}
	}
}

func jittered() time.Duration {
	return sweepInterval*9/10 + rand.N(sweepInterval/5) //nolint:gosec // spreads load, guards nothing
}

// errBusy ends a sweep while a backup is under way, or another server sweeps:
// the next one comes.
var errBusy = errors.New("content is being kept")

// Sweep removes the uploads that have expired and which no unfinished task
// needs, and content older than age that belongs to no upload. It reports how
// many contents it removed. While a backup is made it removes none.
func (s *Service) Sweep(ctx context.Context, age time.Duration) (removed int, err error) {
	remove := func(work func(ctx context.Context) (int, error)) error {
		mine, err := s.records.RemoveContent(ctx, func(ctx context.Context) error {
			n, err := work(ctx)
			removed += n
			return err
		})
		if err == nil && !mine {
			return errBusy
		}
		return err
	}
	if err = remove(s.removeExpired); err == nil {
		// The files' own times only make the sweep careful: the database decides.
		err = s.files.Each(ctx, prefix, time.Now().Add(-age), sweepBatch, func(batch []blobstore.Object) error {
			return remove(func(ctx context.Context) (int, error) { return s.removeUnknown(ctx, batch) })
		})
	}
	if errors.Is(err, errBusy) {
		err = nil
	}
	return removed, err
}

func (s *Service) removeExpired(ctx context.Context) (removed int, err error) {
	for {
		ids, err := s.records.ForgetExpired(ctx, sweepBatch)
		if err != nil {
			return removed, err
		}
		for _, id := range ids {
			if err := s.files.Delete(ctx, keyOf(id)); err != nil {
				return removed, err
			}
			removed++
		}
		if len(ids) < sweepBatch {
			return removed, nil
		}
	}
}

func (s *Service) removeUnknown(ctx context.Context, batch []blobstore.Object) (removed int, err error) {
	ours := make(map[blobstore.Object]uuid.UUID, len(batch))
	ids := make([]uuid.UUID, 0, len(batch))
	for _, file := range batch {
		if id, ok := readKey(file.Key); ok {
			ours[file] = id
			ids = append(ids, id)
		}
	}
	found, err := s.records.FindKnown(ctx, ids)
	if err != nil {
		return 0, err
	}
	known := make(map[uuid.UUID]bool, len(found))
	for _, id := range found {
		known[id] = true
	}
	for file, id := range ours {
		if known[id] && file.Leftover == "" {
			continue
		}
		if err := s.files.Delete(ctx, file.Place()); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
