package artifacts

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/store"
	"ddap/shared/logkey"
)

const (
	// sweepInterval is the usual pause between two sweeps, give or take a
	// tenth, so that servers on one database do not sweep in step.
	sweepInterval = time.Hour
	// minAge keeps the sweep away from uploads that are about to be recorded.
	minAge = time.Hour
	// sweepBatch bounds one question to the database.
	sweepBatch = 500
)

// errBusy ends a sweep while a backup is under way, or another server sweeps:
// the next one comes.
var errBusy = errors.New("content is being kept")

// RunSweepLoop removes what no result will show, once per interval until ctx
// ends. It is safe to run on any number of servers.
func (s *Service) RunSweepLoop(ctx context.Context) error {
	timer := time.NewTimer(jittered())
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			if removed, err := s.Sweep(ctx, minAge); err != nil && ctx.Err() == nil {
				s.log.Error("sweep of artifacts failed", logkey.Error, err)
			} else if removed > 0 {
				s.log.Info("artifacts swept", logkey.Count, removed)
			}
			timer.Reset(jittered())
		case <-ctx.Done():
			return nil
		}
	}
}

func jittered() time.Duration {
	return sweepInterval + time.Duration((rand.Float64()-0.5)*0.2*float64(sweepInterval)) //nolint:gosec // spreads load, guards nothing
}

// Sweep forgets uploads of attempts that ended without naming them, and removes
// content to which nothing refers, both only where they are older than age. It
// reports how many contents it removed. While a backup is made it removes none.
func (s *Service) Sweep(ctx context.Context, age time.Duration) (removed int, err error) {
	for {
		n, err := s.records.ForgetUploads(ctx, age, sweepBatch)
		if err != nil {
			return 0, err
		}
		if n < sweepBatch {
			break
		}
	}
	// The files' own times only make the sweep careful: the database decides.
	err = s.files.Each(ctx, "", time.Now().Add(-age), sweepBatch, func(batch []blobstore.Object) error {
		mine, err := s.records.RemoveContent(ctx, func(ctx context.Context) error {
			n, err := s.removeUnknown(ctx, batch)
			removed += n
			return err
		})
		if err == nil && !mine {
			return errBusy
		}
		return err
	})
	if errors.Is(err, errBusy) {
		err = nil
	}
	return removed, err
}

func (s *Service) removeUnknown(ctx context.Context, batch []blobstore.Object) (removed int, err error) {
	ours := make(map[blobstore.Object]content, len(batch))
	asked := make([]store.Content, 0, len(batch))
	for _, file := range batch {
		if c, ok := readKey(file.Key); ok {
			ours[file] = c
			asked = append(asked, store.Content(c))
		}
	}
	found, err := s.records.FindContent(ctx, asked)
	if err != nil {
		return 0, err
	}
	known := make(map[content]bool, len(found))
	for _, c := range found {
		known[content(c)] = true
	}
	for file, c := range ours {
		if known[c] && file.Leftover == "" {
			continue
		}
		if err := s.files.Delete(ctx, file.Place()); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
