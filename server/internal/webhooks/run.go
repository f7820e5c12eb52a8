package webhooks

import (
	"context"
	"sync"
	"time"

	"ddap/server/internal/periodic"
	"ddap/shared/logkey"
)

const (
	// pass is the usual pause between two looks.
	pass        = time.Second
	forgetPause = time.Hour
	forgetBatch = 5000
	orphanPause = 10 * time.Second
)

// Run follows, sends and forgets until ctx ends. Any number of servers may run
// it on one database.
func (s *Service) Run(ctx context.Context) error {
	defer s.client.CloseIdleConnections()
	return periodic.Together(ctx, s.runFollowLoop, s.runSendLoop, s.runForgetLoop, s.runOrphanLoop, s.runNewsLoop)
}

// hurry makes the sending look at once.
func (s *Service) hurry() { nudge(s.wake) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// runFollowLoop makes deliveries when it is told to, and about once a second.
func (s *Service) runFollowLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "follow events for webhooks", Interval: s.settings.Pause, Wake: s.look, Do: s.Follow})
}

// runSendLoop begins deliveries, and waits at its end for those under way.
func (s *Service) runSendLoop(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, atOnce)
	return periodic.Run(ctx, s.log, periodic.Work{
		Name: "begin deliveries", Interval: s.settings.Pause, Wake: s.wake,
		Do: func(ctx context.Context) error { return s.start(ctx, &wg, slots) },
	})
}

func (s *Service) runForgetLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "forget deliveries", Interval: forgetPause, Do: s.Forget})
}

// runOrphanLoop disables what a key has left behind by expiring.
func (s *Service) runOrphanLoop(ctx context.Context) error {
	return periodic.Run(ctx, s.log, periodic.Work{Name: "disable webhooks of ended keys", Interval: orphanPause, Do: func(ctx context.Context) error {
		n, err := s.store.DisableOrphans(ctx)
		if n > 0 {
			s.log.WarnContext(ctx, "webhooks of ended keys disabled", logkey.Count, n)
		}
		return err
	}})
}

// Forget removes deliveries that are too old.
func (s *Service) Forget(ctx context.Context) error {
	for s.settings.Kept > 0 {
		n, err := s.store.ForgetDeliveries(ctx, s.settings.Kept, forgetBatch)
		if err != nil || n < forgetBatch {
			return err
		}
	}
	return nil
}
