package blobstore

import (
	"context"
	"errors"
	"time"
)

// Sweep removes content that the database knows nothing about, among the
// objects whose keys Read as one of the caller's.
type Sweep[ID comparable] struct {
	// Prefix and Age bound what is looked at: what is younger may be about to be
	// recorded. The files' own times only make it careful; the database decides.
	Prefix string
	Age    time.Duration
	// Read tells to whom an object belongs; false where it is not the caller's.
	Read func(key string) (ID, bool)
	// Known gives those among ids whose content is to stay.
	Known func(ctx context.Context, ids []ID) ([]ID, error)
	// Alone does work while nobody else keeps or removes content, and reports
	// whether it could.
	Alone func(ctx context.Context, work func(context.Context) error) (bool, error)
}

// sweepBatch bounds one question to the database.
const sweepBatch = 500

// errBusy ends a sweep while a backup is under way, or another server sweeps:
// the next one comes.
var errBusy = errors.New("content is being kept")

// Run reports how many objects it removed; none where it could not be Alone.
func (w Sweep[ID]) Run(ctx context.Context, s *Store) (removed int, err error) {
	err = s.Each(ctx, w.Prefix, time.Now().Add(-w.Age), sweepBatch, func(batch []Object) error {
		alone, err := w.Alone(ctx, func(ctx context.Context) error {
			n, err := w.remove(ctx, s, batch)
			removed += n
			return err
		})
		if err == nil && !alone {
			return errBusy
		}
		return err
	})
	if errors.Is(err, errBusy) {
		err = nil
	}
	return removed, err
}

func (w Sweep[ID]) remove(ctx context.Context, s *Store, batch []Object) (removed int, err error) {
	ours := make(map[Object]ID, len(batch))
	asked := make([]ID, 0, len(batch))
	for _, object := range batch {
		if id, ok := w.Read(object.Key); ok {
			ours[object] = id
			asked = append(asked, id)
		}
	}
	found, err := w.Known(ctx, asked)
	if err != nil {
		return 0, err
	}
	known := make(map[ID]bool, len(found))
	for _, id := range found {
		known[id] = true
	}
	for object, id := range ours {
		if known[id] && object.Leftover == "" {
			continue
		}
		if err := s.Delete(ctx, object.Place()); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
