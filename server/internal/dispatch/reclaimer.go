package dispatch

import (
	"context"

	"ddap/shared/logkey"
)

// runReclaimLoop takes back leases whose holders are gone.
func (s *Service) runReclaimLoop(ctx context.Context) error {
	return s.every(ctx, "reclaim leases", s.Reclaim)
}

// Reclaim is one pass of the reclaimer.
func (s *Service) Reclaim(ctx context.Context) error {
	back, err := s.store.TakeBack(ctx)
	if err != nil {
		return err
	}
	s.hub.Publish(back.Changes)
	s.observer.reclaimed(back)
	if back.Gap > 0 {
		s.log.InfoContext(ctx, "leases extended by the time in which no server was up", logkey.Elapsed, back.Gap.Milliseconds())
	}
	if back.Total() > 0 {
		s.log.InfoContext(ctx, "leases reclaimed", logkey.Unconfirmed, back.Unconfirmed, logkey.Expired, back.Expired,
			logkey.Exhausted, back.Exhausted, logkey.TimedOut, back.TimedOut)
	}
	return nil
}
