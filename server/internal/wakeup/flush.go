package wakeup

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/logkey"
)

// maxNoticeIDs is how many ids one notice names: 39 bytes each as JSON, below
// the 8000 that PostgreSQL takes.
const maxNoticeIDs = 150

// runFlushLoop tells other servers what was published since it last did. While
// one notice is on its way the next ones gather, so that a busy server sends
// few. It is not done in the transactions themselves: a notice there makes all
// commits of the database wait for each other.
func (h *Hub) runFlushLoop(ctx context.Context) error {
	for {
		select {
		case <-h.outgoing:
			h.flush(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

func (h *Hub) flush(ctx context.Context) {
	h.mu.Lock()
	out := h.outbox
	h.outbox = store.Changes{}
	h.mu.Unlock()

	// What was not known when it was published may have a taker here after all.
	if err := h.learn(ctx, out.Queued); err != nil {
		h.log.WarnContext(ctx, "requirements of new tasks not read", logkey.Error, err)
	}
	h.mu.Lock()
	out.Queued = h.wakeIdle(out.Queued)
	h.mu.Unlock()

	for _, n := range h.notices(out) {
		payload, err := json.Marshal(n)
		if err == nil {
			err = h.store.Notify(ctx, string(payload))
		}
		if err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "notice not sent", logkey.Error, err)
			return
		}
	}
}

// notices cuts changes into pieces that PostgreSQL carries.
func (h *Hub) notices(c store.Changes) []notice {
	var out []notice
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(c.Queued)), maxNoticeIDs) {
		n := notice{From: h.self, Queued: make(map[int64]int, len(ids))}
		for _, id := range ids {
			n.Queued[id] = c.Queued[id]
		}
		out = append(out, n)
	}
	out = appendIDs(out, c.Ended, func(ids []uuid.UUID) notice { return notice{From: h.self, Ended: ids} })
	return appendIDs(out, c.Runners, func(ids []uuid.UUID) notice { return notice{From: h.self, Runners: ids} })
}

func appendIDs(out []notice, ids []uuid.UUID, wrap func([]uuid.UUID) notice) []notice {
	for some := range slices.Chunk(ids, maxNoticeIDs) {
		out = append(out, wrap(some))
	}
	return out
}
