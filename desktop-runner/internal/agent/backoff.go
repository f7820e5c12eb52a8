package agent

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/logkey"
)

// Backoff is how long to pause between tries: Min at first, twice as long each
// time, up to Max; each pause is shortened by chance by up to half, so that many
// runners do not come back at the same moment.
type Backoff struct {
	Min, Max time.Duration
}

const (
	defaultMinPause = time.Second
	defaultMaxPause = time.Minute
)

// pause gives the pause before a try; failures counts the tries that failed.
func (b Backoff) pause(failures int) time.Duration {
	low, high := b.Min, b.Max
	if low <= 0 {
		low = defaultMinPause
	}
	if high <= 0 {
		high = defaultMaxPause
	}
	d := low
	for range failures - 1 {
		if d *= 2; d >= high {
			break
		}
	}
	d = min(d, high)
	return d - rand.N(d/2+1) //nolint:gosec // chance, not secrecy
}

// sleep waits for a time, or until early says that it is worth trying now. It
// reports false when ctx ended.
func sleep(ctx context.Context, d time.Duration, early <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-early:
		return true
	case <-ctx.Done():
		return false
	}
}

// final reports whether the server has refused this runner for good, so that no
// loop can go on: it was revoked or is not known, or another instance has taken
// its place.
func final(err error) bool {
	return fault.Is(err, fault.Unauthenticated) || fault.HasCode(err, api.CodeInstanceSuperseded)
}

// link knows whether the server can be reached, and says so once.
type link struct {
	log  *slog.Logger
	mu   sync.Mutex
	away bool
}

// saw takes note of how a request went.
func (l *link) saw(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	unreachable := fault.Is(err, fault.Unavailable)
	switch {
	case unreachable && !l.away:
		l.log.Warn("the server cannot be reached; trying again, and work goes on", logkey.Error, err)
	case err == nil && l.away:
		l.log.Info("the server is back")
	case err != nil && !unreachable:
		return // it answered, if only with a refusal
	}
	l.away = unreachable
}

func (l *link) isAway() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.away
}
