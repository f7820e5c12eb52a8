package dispatch

import (
	"context"

	"ddap/shared/logkey"
)

// runDeadlineLoop ends tasks whose deadline has passed.
func (s *Service) runDeadlineLoop(ctx context.Context) error {
	return s.every(ctx, "end overdue tasks", s.EndOverdue)
}

// EndOverdue is one pass over the deadlines.
func (s *Service) EndOverdue(ctx context.Context) error {
	ended, changes, err := s.store.EndOverdue(ctx)
	if err != nil {
		return err
	}
	s.hub.Publish(changes)
	if ended > 0 {
		s.log.InfoContext(ctx, "overdue tasks ended", logkey.Count, ended)
	}
	return nil
}
