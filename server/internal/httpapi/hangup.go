package httpapi

import (
	"context"
	"net"
	"sync"
	"time"
)

// hangupInterval is how soon the server notices that a waiting client has gone.
const hangupInterval = time.Second

// hangups watches the connections of requests that wait. fasthttp reads a
// connection only between requests, so a client that gives up a long poll
// would otherwise keep its place until the wait ends, and might be handed a
// task that nobody takes.
type hangups struct {
	mu      sync.Mutex
	waiting map[*waiting]struct{}
}

type waiting struct {
	conn   net.Conn
	cancel context.CancelFunc
}

func newHangups() *hangups { return &hangups{waiting: map[*waiting]struct{}{}} }

// watch gives a context that ends when the client hangs up. Call stop when the
// wait is over.
func (h *hangups) watch(ctx context.Context, conn net.Conn) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	w := &waiting{conn: conn, cancel: cancel}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting[w] = struct{}{}
	return ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.waiting, w)
		cancel()
	}
}

// runLoop looks at every waiting connection once per interval.
func (h *hangups) runLoop(ctx context.Context) error {
	tick := time.NewTicker(hangupInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.sweep()
		case <-ctx.Done():
			return nil
		}
	}
}

func (h *hangups) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.waiting)
}

func (h *hangups) sweep() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.waiting {
		if hungUp(w.conn) {
			w.cancel()
		}
	}
}
