// Package ratelimit keeps one client from taking the servers for itself. It
// counts in memory, so that nothing is asked of the database for a request;
// several servers tell each other now and then what was taken (Taken, Charge).
package ratelimit

import (
	"maps"
	"math"
	"slices"
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
	taken   map[K]int
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
	return &Limiter[K]{rate: rate.Limit(perSecond), burst: max(burst, 1), now: now, buckets: map[K]*bucket{}, taken: map[K]int{}, swept: now()}
}

// Take takes one token of a key, or says how long it is until there is one.
func (l *Limiter[K]) Take(key K) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b := l.bucketOf(key, now)
	if b.AllowN(now, 1) {
		l.taken[key]++
		return 0, true
	}
	return l.until(b, now), false
}

// bucketOf is called under the lock.
func (l *Limiter[K]) bucketOf(key K, now time.Time) *bucket {
	l.sweep(now)
	b := l.buckets[key]
	if b == nil {
		b = &bucket{Limiter: rate.NewLimiter(l.rate, l.burst)}
		l.buckets[key] = b
	}
	b.used = now
	return b
}

// Taken gives what Take took since it was last asked, by key: of at most n keys,
// those that took the most, and none that took less than least. Other limiters
// are charged with it.
func (l *Limiter[K]) Taken(n, least int) map[K]int {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	taken := l.taken
	l.taken = map[K]int{}
	l.mu.Unlock()
	maps.DeleteFunc(taken, func(_ K, tokens int) bool { return tokens < least })
	if len(taken) <= n {
		return taken
	}
	keys := slices.SortedFunc(maps.Keys(taken), func(a, b K) int { return taken[b] - taken[a] })
	for _, key := range keys[n:] {
		delete(taken, key)
	}
	return taken
}

// Charge takes tokens of a key that were taken elsewhere, also where there are
// not as many: then the key waits until the rate has made up for them. What is
// charged at once is at most a burst.
func (l *Limiter[K]) Charge(key K, tokens int) {
	if l == nil || tokens <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.bucketOf(key, now).ReserveN(now, min(tokens, l.burst))
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
