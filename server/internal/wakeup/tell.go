package wakeup

import (
	"context"
	"encoding/json"
	"fmt"
)

// Tell sends something that is no wake-up to the other servers, which Heed it by
// its name. As JSON it has at most about 7 KB. It may get lost.
func (h *Hub) Tell(ctx context.Context, name string, content any) error {
	body, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("tell the other servers of %s: %w", name, err)
	}
	payload, err := json.Marshal(notice{From: h.self, Told: map[string]json.RawMessage{name: body}})
	if err != nil {
		return fmt.Errorf("tell the other servers of %s: %w", name, err)
	}
	return h.store.Notify(ctx, string(payload))
}

// Heed calls receive with what another server tells under a name.
func (h *Hub) Heed(name string, receive func(content json.RawMessage)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heeded[name] = receive
}

// hear passes on what another server told. What nobody here heeds is of a newer
// server.
func (h *Hub) hear(told map[string]json.RawMessage) {
	for name, content := range told {
		h.mu.Lock()
		receive := h.heeded[name]
		h.mu.Unlock()
		if receive != nil {
			receive(content)
		}
	}
}
