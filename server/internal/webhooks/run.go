package webhooks

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

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
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	loops := []func(context.Context) error{s.runFollowLoop, s.runSendLoop, s.runForgetLoop, s.runOrphanLoop}
	errs := make([]error, len(loops))
	var wg sync.WaitGroup
	for i, loop := range loops {
		wg.Go(func() {
			defer cancel()
			errs[i] = loop(ctx)
		})
	}
	wg.Wait()
	s.client.CloseIdleConnections()
	return errors.Join(errs...)
}

// hurry makes the sending look at once.
func (s *Service) hurry() { nudge(s.wake) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// runSendLoop begins deliveries, and waits at its end for those under way.
func (s *Service) runSendLoop(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, atOnce)
	return s.every(ctx, s.settings.Pause, s.wake, "deliveries not begun", func(ctx context.Context) error { return s.start(ctx, &wg, slots) })
}

func (s *Service) runForgetLoop(ctx context.Context) error {
	return s.every(ctx, forgetPause, nil, "old deliveries not removed", s.Forget)
}

// runOrphanLoop disables what a key has left behind by expiring.
func (s *Service) runOrphanLoop(ctx context.Context) error {
	return s.every(ctx, orphanPause, nil, "webhooks of ended keys not disabled", func(ctx context.Context) error {
		n, err := s.store.DisableOrphans(ctx)
		if n > 0 {
			s.log.WarnContext(ctx, "webhooks of ended keys disabled", logkey.Count, n)
		}
		return err
	})
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

// every does work again and again until ctx ends, at once when woken.
func (s *Service) every(ctx context.Context, pause time.Duration, wake <-chan struct{}, trouble string, work func(context.Context) error) error {
	timer := time.NewTimer(rand.N(pause)) //nolint:gosec // jitter is no secret
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-wake:
		case <-ctx.Done():
			return nil
		}
		if err := work(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "periodic work failed", logkey.Trouble, trouble, logkey.Error, err)
		}
		timer.Reset(pause*9/10 + rand.N(pause/5)) //nolint:gosec // jitter is no secret
	}
}
