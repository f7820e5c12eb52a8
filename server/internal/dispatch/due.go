package dispatch

import (
	"context"

	"ddap/shared/logkey"
)

// runDueLoop starts scheduled tasks at their time.
func (s *Service) runDueLoop(ctx context.Context) error {
	return s.every(ctx, "start scheduled tasks", s.StartDue)
}

// StartDue is one pass over the scheduled tasks.
func (s *Service) StartDue(ctx context.Context) error {
	started, changes, err := s.store.StartDue(ctx)
	if err != nil {
		return err
	}
	s.hub.Publish(changes)
	if started > 0 {
		s.log.DebugContext(ctx, "scheduled tasks started", logkey.Count, started)
	}
	return nil
}
