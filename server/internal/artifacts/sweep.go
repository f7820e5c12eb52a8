package artifacts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

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
	list := s.bucket.List(nil)
	for done := false; !done; {
		var batch []stored
		batch, done, err = nextBatch(ctx, list, time.Now().Add(-age))
		if err != nil {
			return removed, err
		}
		mine, err := s.records.RemoveContent(ctx, func(ctx context.Context) error {
			n, err := s.removeUnknown(ctx, batch)
			removed += n
			return err
		})
		if err != nil || !mine { // a backup is under way, or another server sweeps: the next sweep comes
			return removed, err
		}
	}
	return removed, nil
}

// stored is a file of ours in the bucket.
type stored struct {
	key string
	of  content
	// unfinished is what a server that was killed has left of an upload.
	unfinished bool
}

// nextBatch reads on in the bucket's list; done says that it ended.
func nextBatch(ctx context.Context, list *blob.ListIterator, before time.Time) (batch []stored, done bool, err error) {
	for len(batch) < sweepBatch {
		object, err := list.Next(ctx)
		if errors.Is(err, io.EOF) {
			return batch, true, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("list content: %w", err)
		}
		file := stored{key: object.Key}
		var ours bool
		if file.of, ours = readKey(object.Key); !ours {
			file.of, ours = readKey(withoutTempSuffix(object.Key))
			file.unfinished = true
		}
		// The file's own time is the server's clock, and only makes the sweep
		// careful: the database decides.
		if ours && object.ModTime.Before(before) {
			batch = append(batch, file)
		}
	}
	return batch, false, nil
}

// withoutTempSuffix gives the key under which the bucket would have stored what
// it writes to KEY.TIME.tmp until it is whole.
func withoutTempSuffix(key string) string {
	key, temporary := strings.CutSuffix(key, ".tmp")
	if at := strings.LastIndexByte(key, '.'); temporary && at >= 0 {
		return key[:at]
	}
	return ""
}

func (s *Service) removeUnknown(ctx context.Context, batch []stored) (removed int, err error) {
	asked := make([]store.Content, len(batch))
	for i, file := range batch {
		asked[i] = store.Content(file.of)
	}
	found, err := s.records.FindContent(ctx, asked)
	if err != nil {
		return 0, err
	}
	known := make(map[content]bool, len(found))
	for _, c := range found {
		known[content(c)] = true
	}
	for _, file := range batch {
		if known[file.of] && !file.unfinished {
			continue
		}
		// Another server may have been faster.
		if err := s.bucket.Delete(ctx, file.key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return removed, fmt.Errorf("remove content: %w", err)
		}
		removed++
	}
	return removed, nil
}
