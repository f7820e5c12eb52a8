// Package stats gathers the figures that operators watch.
package stats

import (
	"context"
	"time"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

// Service gathers figures. It is safe for concurrent use.
type Service struct {
	figures store.Figures
}

// New makes the service.
func New(figures store.Figures) *Service { return &Service{figures: figures} }

// times are those over which rates are counted.
var times = []time.Duration{time.Minute, 5 * time.Minute, time.Hour}

// Stats gives the figures of the workspace of p at this moment.
func (s *Service) Stats(ctx context.Context, p store.Principal) (api.Stats, error) {
	open, err := s.figures.CountOpen(ctx, p.WorkspaceID)
	if err != nil {
		return api.Stats{}, err
	}
	out := api.Stats{At: open.Now, Tasks: map[task.State]int{}, Waiting: map[task.Reason]int{}}
	for _, state := range task.States() {
		if !state.Final() {
			out.Tasks[state] = open.ByState[string(state)]
		}
	}
	for reason, n := range open.ByReason {
		out.Waiting[task.Reason(reason)] = n
	}
	if open.OldestQueued != nil {
		seconds := open.OldestQueued.Seconds()
		out.OldestQueuedSeconds = &seconds
	}
	if out.Rates, err = s.figures.CountRates(ctx, p.WorkspaceID, times); err != nil {
		return api.Stats{}, err
	}
	if out.ClaimLatency, err = s.figures.ClaimLatency(ctx, p.WorkspaceID, time.Hour); err != nil {
		return api.Stats{}, err
	}
	out.Runners, err = s.figures.CountRunners(ctx, p.WorkspaceID)
	return out, err
}
