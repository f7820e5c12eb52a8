package wakeup

import (
	"context"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
)

// Wait is one request that sleeps. It belongs to one goroutine, which closes it.
type Wait struct {
	hub   *Hub
	id    uuid.UUID
	kind  kind
	woken chan struct{}
	timer *time.Timer

	// looked is the hub's count of publications when the runner last began to
	// look for tasks.
	looked uint64
	// stamped is when the database was last told that the runner is there.
	stamped time.Time
	// runner is set while the wait is for work: the hub's, under its lock.
	runner *store.Candidate
}

// kind says what a wait waits for.
type kind int

const (
	forWork kind = iota
	forCommands
	forEnd
)

// ForWork begins the wait of a runner that asks for tasks, for at most d. To
// miss nothing, begin it before looking for tasks.
func (h *Hub) ForWork(runnerID uuid.UUID, d time.Duration) *Wait {
	return h.begin(runnerID, forWork, d)
}

// ForCommands begins the wait of a runner that works and listens for commands.
func (h *Hub) ForCommands(runnerID uuid.UUID, d time.Duration) *Wait {
	return h.begin(runnerID, forCommands, d)
}

// ForEnd begins the wait of a person for the end of a task.
func (h *Hub) ForEnd(taskID uuid.UUID, d time.Duration) *Wait { return h.begin(taskID, forEnd, d) }

func (h *Hub) begin(id uuid.UUID, k kind, d time.Duration) *Wait {
	w := &Wait{hub: h, id: id, kind: k, woken: make(chan struct{}, 1), timer: time.NewTimer(d), stamped: time.Now()}
	h.mu.Lock()
	defer h.mu.Unlock()
	put(h.waits, id, w)
	return w
}

// Look says that the runner begins to look for tasks: what is published from
// now on it may have missed.
func (w *Wait) Look() {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.looked = w.hub.published
}

// Offer says that the runner has looked for tasks, found none, and would take
// one: the next Sleep ends when there is a task that it may take.
func (w *Wait) Offer(runner store.Candidate) {
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.hub.forgetIdle(w)
	if runner.FreeSlots() == 0 {
		return
	}
	w.runner = &runner
	for _, anchor := range runner.Anchors() {
		put(w.hub.idle, anchor, w)
	}
	if w.missed() {
		w.hub.wake(w)
	}
}

// missed reports whether a task for this runner was published while it looked
// and so was not idle: it may have looked too early to find it.
func (w *Wait) missed() bool {
	for id, published := range w.hub.untaken {
		if published <= w.looked {
			continue
		}
		q, known := w.hub.needs[id]
		if !known || w.runner.Meets(&q) {
			delete(w.hub.untaken, id)
			return true
		}
	}
	return false
}

// Sleep returns true when there is something to look at, and false when the
// wait is over: its time has passed, ctx has ended, or the server stops.
func (w *Wait) Sleep(ctx context.Context) bool {
	select {
	case <-w.woken:
		return true
	case <-w.timer.C:
		return false
	case <-ctx.Done():
		return false
	case <-w.hub.closed:
		return false
	}
}

// Close ends the wait.
func (w *Wait) Close() {
	w.timer.Stop()
	w.hub.mu.Lock()
	defer w.hub.mu.Unlock()
	w.hub.forgetIdle(w)
	drop(w.hub.waits, w.id, w)
}
