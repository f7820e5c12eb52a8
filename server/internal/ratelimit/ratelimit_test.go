package ratelimit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/ratelimit"
)

// clock is a time that only the test moves.
type clock struct{ at time.Time }

func newClock() *clock { return &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

func TestLimiter_AllowsABurstAndThenTheRate(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ratelimit.New[string](2, 3, c.now)
	for range 3 {
		_, ok := l.Take("a")
		require.True(t, ok)
	}
	wait, ok := l.Take("a")
	require.False(t, ok)
	require.Equal(t, 500*time.Millisecond, wait, "two a second")
	_, ok = l.Take("b")
	require.True(t, ok, "another one has a bucket of its own")
	c.advance(wait)
	_, ok = l.Take("a")
	require.True(t, ok)
	_, ok = l.Take("a")
	require.False(t, ok)
}

func TestLimiter_ExhaustedTakesNothing(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ratelimit.New[string](1, 1, c.now)
	for range 5 {
		_, exhausted := l.Exhausted("a")
		require.False(t, exhausted)
	}
	_, ok := l.Take("a")
	require.True(t, ok)
	wait, exhausted := l.Exhausted("a")
	require.True(t, exhausted)
	require.Equal(t, time.Second, wait)
	c.advance(wait)
	_, exhausted = l.Exhausted("a")
	require.False(t, exhausted)
}

func TestLimiter_ForgetsWhoDoesNotCome(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ratelimit.New[int](1, 1, c.now)
	for key := range 100 {
		l.Take(key)
	}
	require.Equal(t, 100, l.Len())
	c.advance(30 * time.Minute)
	l.Take(7)
	c.advance(31 * time.Minute)
	l.Take(7)
	require.Equal(t, 1, l.Len())
}

func TestLimiter_OfNoRateAllowsEverything(t *testing.T) {
	t.Parallel()
	l := ratelimit.New[int](0, 1, newClock().now)
	for range 1000 {
		_, ok := l.Take(1)
		require.True(t, ok)
	}
	_, exhausted := l.Exhausted(1)
	require.False(t, exhausted)
	require.Zero(t, l.Len())
}

func TestLimiter_IsChargedWithWhatWasTakenElsewhere(t *testing.T) {
	t.Parallel()
	c := newClock()
	here, there := ratelimit.New[string](2, 4, c.now), ratelimit.New[string](2, 4, c.now)
	for range 4 {
		_, ok := here.Take("a")
		require.True(t, ok)
	}
	_, ok := here.Take("a")
	require.False(t, ok, "what is refused is not taken")
	here.Take("b")
	require.Equal(t, map[string]int{"a": 4}, here.Taken(10, 2), "b took less")
	require.Empty(t, here.Taken(10, 1), "what was told of is told of once")
	there.Take("a")
	there.Charge("a", 4)
	wait, ok := there.Take("a")
	require.False(t, ok)
	require.Equal(t, time.Second, wait, "one was taken too much, and one is needed, at two a second")
	require.Equal(t, map[string]int{"a": 1}, there.Taken(10, 1), "what one is charged with is not told of again")
	there.Charge("b", 1000)
	wait, _ = there.Take("b")
	require.Equal(t, 500*time.Millisecond, wait, "a burst at most")
}

func TestLimiter_TellsOfThoseWhoTookTheMost(t *testing.T) {
	t.Parallel()
	l := ratelimit.New[int](100, 100, newClock().now)
	for key := range 10 {
		for range key {
			l.Take(key)
		}
	}
	require.Equal(t, map[int]int{7: 7, 8: 8, 9: 9}, l.Taken(3, 1))
}
