// Package retention removes tasks that ended long ago, each end state after its
// own time, and the keys of requests that were made long ago. Files of removed
// tasks are then no longer referred to, and the sweep of package artifacts
// removes them.
package retention

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
	"ddap/shared/logkey"
	"ddap/shared/task"
)

// Keep is how long tasks are kept after their end; for ever where it is zero.
type Keep struct {
	Succeeded, Failed, Canceled time.Duration
}

// Service removes what is old. Any number of servers may run it on one database.
type Service struct {
	store store.Retention
	keep  Keep
	log   *slog.Logger
}

// New makes the service; Run runs it.
func New(s store.Retention, keep Keep, log *slog.Logger) *Service {
	return &Service{store: s, keep: keep, log: log}
}

const (
	interval = time.Minute
	// batch bounds one transaction, so that nobody waits long for its locks.
	batch = 200
	// outputsAsked is for how long a runner that was away is told which outputs
	// belong to tasks that were deleted meanwhile.
	outputsAsked = 180 * 24 * time.Hour
)

// Run does a pass once a minute until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "retention", Interval: interval, Do: s.Pass})
}

// Pass removes everything that is old by now, a batch at a time.
func (s *Service) Pass(ctx context.Context) error {
	var errs []error
	for state, keep := range map[task.State]time.Duration{
		task.Succeeded: s.keep.Succeeded, task.Failed: s.keep.Failed, task.Canceled: s.keep.Canceled,
	} {
		if keep <= 0 {
			continue
		}
		removed, err := drain(func() (int, error) { return s.store.ExpireTasks(ctx, state, keep, batch) })
		if removed > 0 {
			s.log.InfoContext(ctx, "old tasks removed", logkey.State, state, logkey.Count, removed)
		}
		errs = append(errs, err)
	}
	_, err := drain(func() (int, error) { return s.store.ForgetOnce(ctx, batch) })
	_, outputsErr := drain(func() (int, error) { return s.store.ForgetOutputs(ctx, outputsAsked, batch) })
	return errors.Join(append(errs, err, outputsErr)...)
}

// drain does work until a batch is not full any more.
func drain(work func() (int, error)) (total int, err error) {
	for {
		n, err := work()
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}
