// Package ratelimit keeps one client from taking the server for itself. It
// counts in the memory of one server: with several servers behind a balancer a
// client gets up to as many times its rate as there are servers, and nothing is
// asked of the database for it.
package ratelimit

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter gives each key a token bucket: it may ask at the rate for ever, and
// for a burst at once. It is safe for concurrent use. A nil Limiter allows
// everything.
type Limiter[K comparable] struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu      sync.Mutex
	buckets map[K]*bucket
	swept   time.Time
}

type bucket struct {
	*rate.Limiter
	used time.Time
}

// forgetAfter is for how long an unused bucket is kept. By then it is full
// again, so that forgetting it changes nothing.
const forgetAfter = time.Hour

// New makes a limiter of perSecond requests and bursts of burst. It gives nil,
// which allows everything, where perSecond is not positive. now is the clock.
func New[K comparable](perSecond float64, burst int, now func() time.Time) *Limiter[K] {
	if perSecond <= 0 {
		return nil
	}
	// A bucket that takes longer than forgetAfter to fill would be forgotten too early.
	perSecond = max(perSecond, float64(burst)/forgetAfter.Seconds())
	return &Limiter[K]{rate: rate.Limit(perSecond), burst: max(burst, 1), now: now, buckets: map[K]*bucket{}, swept: now()}
}

// Take takes one token of a key, or says how long it is until there is one.
func (l *Limiter[K]) Take(key K) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.sweep(now)
	b := l.buckets[key]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(l.rate, l.burst)}
		l.buckets[key] = b
	}
	b.used = now
	if b.AllowN(now, 1) {
		return 0, true
	}
	return l.until(b, now), false
}

// Exhausted reports, without taking one, whether a key has no token left, and
// how long it is until it has.
func (l *Limiter[K]) Exhausted(key K) (wait time.Duration, exhausted bool) {
	if l == nil {
		return 0, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := l.buckets[key]
	if b == nil || b.TokensAt(now) >= 1 {
		return 0, false
	}
	return l.until(b, now), true
}

// Len counts the keys that are remembered.
func (l *Limiter[K]) Len() int {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buckets)
}

func (l *Limiter[K]) until(b *bucket, now time.Time) time.Duration {
	missing := 1 - b.TokensAt(now)
	return time.Duration(math.Ceil(missing / float64(l.rate) * float64(time.Second)))
}

// sweep forgets, now and then, the keys that nobody used for long.
func (l *Limiter[K]) sweep(now time.Time) {
	if now.Sub(l.swept) < forgetAfter/4 {
		return
	}
	l.swept = now
	for key, b := range l.buckets {
		if now.Sub(b.used) >= forgetAfter {
			delete(l.buckets, key)
		}
	}
}
