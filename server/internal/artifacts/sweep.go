package artifacts

import (
	"context"
	"time"

	"ddap/server/internal/blobstore"
	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/shared/logkey"
)

const (
	sweepInterval = time.Hour
	// minAge keeps the sweep away from content that is about to be recorded.
	minAge = time.Hour
	// forgetBatch bounds one question to the database.
	forgetBatch = 500
)

// RunSweepLoop removes what no result will show, once per interval until ctx
// ends. It is safe to run on any number of servers.
func (s *Service) RunSweepLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "sweep artifacts", Interval: sweepInterval, Do: func(ctx context.Context) error {
		removed, err := s.Sweep(ctx, minAge)
		if removed > 0 {
			s.log.InfoContext(ctx, "artifacts swept", logkey.Count, removed)
		}
		return err
	}})
}

// Sweep forgets uploads of attempts that ended without naming them, and removes
// content to which nothing refers, both only where they are older than age. It
// reports how many contents it removed. While a backup is made it removes none.
func (s *Service) Sweep(ctx context.Context, age time.Duration) (removed int, err error) {
	for {
		n, err := s.records.ForgetUploads(ctx, age, forgetBatch)
		if err != nil {
			return 0, err
		}
		if n < forgetBatch {
			break
		}
	}
	return blobstore.Sweep[content]{
		Age: age, Read: readKey, Known: s.known, Alone: s.records.RemoveContent,
	}.Run(ctx, s.files)
}

func (s *Service) known(ctx context.Context, asked []content) ([]content, error) {
	places := make([]store.Content, len(asked))
	for i, c := range asked {
		places[i] = store.Content(c)
	}
	found, err := s.records.FindContent(ctx, places)
	known := make([]content, len(found))
	for i, c := range found {
		known[i] = content(c)
	}
	return known, err
}
