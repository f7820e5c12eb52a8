package wakeup

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/logkey"
)

// notice is one payload between servers. Names are short because PostgreSQL
// takes 8000 bytes at most.
type notice struct {
	From    string        `json:"f"`
	Queued  map[int64]int `json:"q,omitempty"`
	Ended   []uuid.UUID   `json:"e,omitempty"`
	Runners []uuid.UUID   `json:"r,omitempty"`
	// Told is what Tell sends, by name.
	Told map[string]json.RawMessage `json:"t,omitempty"`
}

// runListenLoop hears what other servers publish.
func (h *Hub) runListenLoop(ctx context.Context) error {
	err := h.store.Listen(ctx, func(payload string) { h.receive(ctx, payload) })
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("listen for notices: %w", err)
	}
	return nil
}

func (h *Hub) receive(ctx context.Context, payload string) {
	var n notice
	if err := json.Unmarshal([]byte(payload), &n); err != nil {
		h.log.WarnContext(ctx, "notice not understood", logkey.Error, err)
		return
	}
	if n.From == h.self {
		return
	}
	if len(n.Told) > 0 {
		h.hear(n.Told)
		return
	}
	h.Stir()
	if err := h.learn(ctx, n.Queued); err != nil {
		h.log.WarnContext(ctx, "requirements of a notice not read", logkey.Error, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wakeNamed(store.Changes{Ended: n.Ended, Runners: n.Runners})
	h.wakeIdle(n.Queued)
}

// maxKnown bounds the memory of requirements.
const maxKnown = 50_000

// learn reads those requirements that the hub does not know yet. They never
// change in what they ask for.
func (h *Hub) learn(ctx context.Context, queued map[int64]int) error {
	h.mu.Lock()
	var unknown []int64
	for id := range queued {
		if _, known := h.needs[id]; !known {
			unknown = append(unknown, id)
		}
	}
	// Nobody here would take a task: no need to know it.
	if len(h.idle) == 0 {
		unknown = nil
	}
	h.mu.Unlock()
	if len(unknown) == 0 {
		return nil
	}
	found, err := h.store.FindRequirements(ctx, unknown)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.needs) > maxKnown {
		clear(h.needs)
	}
	for _, q := range found {
		h.needs[q.ID] = q
	}
	return nil
}
