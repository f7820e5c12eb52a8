package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ddap/shared/fault"
)

const (
	// maxTries is how often a request is sent that is answered with 429 or 503.
	maxTries = 4
	// maxPause is the longest that the client waits by itself. Whoever is told to
	// wait for longer gets the error at once, and decides.
	maxPause = time.Minute
	// firstPause is how long it waits where it was not told, and doubles.
	firstPause = 500 * time.Millisecond
)

// Clock tells time and lets it pass, for tests that do neither. Its zero fields
// are the real ones.
type Clock struct {
	Now func() time.Time
	// Sleep returns the error of ctx where that ends first.
	Sleep func(ctx context.Context, d time.Duration) error
}

func (c Clock) orReal() Clock {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	return c
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait before the next try: %w", context.Cause(ctx))
	}
}

// refusal is the error of an answer: the fault that it tells, with what its head says.
type refusal struct {
	told   *fault.Error
	status int
	// after is how long the server asked to wait; zero where it did not say.
	after time.Duration
}

// Error is that of the fault.
func (r *refusal) Error() string { return r.told.Error() }

// Unwrap gives the fault.
func (r *refusal) Unwrap() error { return r.told }

// RetryAfter gives how long the server asked to wait before the same request is
// sent again; false where it did not say. The client itself has waited already
// where it may repeat the request; this is for loops that send it anew.
func RetryAfter(err error) (time.Duration, bool) {
	if r, ok := errors.AsType[*refusal](err); ok && r.after > 0 {
		return r.after, true
	}
	return 0, false
}

type onceKey struct{}

// Once gives a context whose requests are sent once, whatever the answer: for
// loops that try again by themselves and want to say so. See RetryAfter.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

// again does try until it succeeds, or its error is one that waiting does not
// help, or it may not be done twice. It waits as the server asked, a little
// more so that clients do not all come back at once, and never past ctx.
func (c *Client) again(ctx context.Context, r request, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		if n == maxTries || !refusedForNow(err) || !repeatable(ctx, r) {
			return err
		}
		pause, told := RetryAfter(err)
		if !told {
			pause = firstPause << (n - 1)
		}
		if pause > maxPause {
			return err
		}
		pause += rand.N(pause/5 + time.Millisecond) //nolint:gosec // jitter is no secret
		if end, bounded := ctx.Deadline(); bounded && c.clock.Now().Add(pause).After(end) {
			return err // the wait would outlast the caller
		}
		if c.clock.Sleep(ctx, pause) != nil {
			return err
		}
	}
}

// refusedForNow reports whether the answer was 429 or 503. A server that was not
// reached at all is the caller's to judge.
func refusedForNow(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && (r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable)
}

// repeatable reports whether a request may be sent twice: because it changes
// nothing, or to the same end (RFC 9110, section 9.2.2), or because the server
// knows it again by its key.
func repeatable(ctx context.Context, r request) bool {
	switch {
	case r.once || ctx.Value(onceKey{}) != nil:
		return false
	case conditionsOf(ctx).IdempotencyKey != "":
		return true
	}
	switch r.method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return true
	default:
		return false
	}
}

// readRetryAfter reads the header: seconds, or a time, which is compared with
// the server's own clock where that is in the answer. Zero is not known.
func (c *Client) readRetryAfter(header http.Header) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0
	}
	// A number beyond all bounds is the highest one within them.
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = c.clock.Now()
	}
	return max(at.Sub(now), 0)
}

// sendAgain is send for a request without a body.
func (c *Client) sendAgain(ctx context.Context, r request) (resp *http.Response, err error) {
	err = c.again(ctx, r, func() error {
		resp, err = c.send(ctx, r, nil, http.Header{})
		return err
	})
	return resp, err
}
