package webhooks

import (
	"context"
	"time"
)

// gather is how long after one the next news are gathered, so that a busy server
// looks at most fifty times a second. What they tell of is read together.
const gather = 20 * time.Millisecond

// runNewsLoop has events followed when there is news. Where there is no webhook,
// news are nobody's concern.
func (s *Service) runNewsLoop(ctx context.Context) error {
	for {
		select {
		case <-s.settings.News:
		case <-ctx.Done():
			return nil
		}
		if !s.unfollowed.Load() {
			nudge(s.look)
		}
		select {
		case <-time.After(gather):
		case <-ctx.Done():
			return nil
		}
	}
}
