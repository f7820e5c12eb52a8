package webhooks

import (
	"context"
	"math/rand/v2"
	"time"

	"ddap/shared/logkey"
)

// gather is how long after a look news are gathered, so that a busy server
// looks at most fifty times a second. What is read by then is read together.
const gather = 20 * time.Millisecond

// runFollowLoop makes deliveries when there is news, and about once a second
// without. Where there is no webhook, news are nobody's concern.
func (s *Service) runFollowLoop(ctx context.Context) error {
	timer := time.NewTimer(rand.N(s.settings.Pause)) //nolint:gosec // jitter is no secret
	defer timer.Stop()
	for {
		news := s.settings.News
		if s.unfollowed.Load() {
			news = nil
		}
		select {
		case <-timer.C:
		case <-news:
		case <-s.made:
		case <-ctx.Done():
			return nil
		}
		if err := s.Follow(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "periodic work failed", logkey.Trouble, "events for webhooks not read", logkey.Error, err)
		}
		select {
		case <-time.After(gather):
		case <-ctx.Done():
			return nil
		}
		timer.Reset(s.settings.Pause*9/10 + rand.N(s.settings.Pause/5)) //nolint:gosec // jitter is no secret
	}
}
