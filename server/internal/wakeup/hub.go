// Package wakeup knows which requests wait for what. A request that has nothing
// to do sleeps here, in memory, and costs no query; whoever writes something
// publishes whom it concerns, and the hub wakes those on this server and tells
// the other servers.
//
// Everything published is a hint. A sweep once a second asks the database, once
// for all waits together, so that a hint that got lost costs a second and not
// the work.
package wakeup

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"sync"

	"github.com/google/uuid"

	"ddap/server/internal/periodic"
	"ddap/server/internal/store"
)

// Store is what the hub asks of the database.
type Store interface {
	store.Notices
	FindRequirements(ctx context.Context, ids []int64) ([]store.Requirement, error)
	ListReady(ctx context.Context) ([]store.Ready, error)
}

// Hub holds the waits of one server. It is safe for concurrent use.
type Hub struct {
	store Store
	log   *slog.Logger
	// self marks this server's notices, which it need not hear again.
	self string
	// closed ends every wait.
	closed    chan struct{}
	closeOnce sync.Once
	// outgoing has a token while outbox is not empty.
	outgoing chan struct{}

	mu     sync.Mutex
	heeded map[string]func(json.RawMessage)
	// news have a token each once something was published, here or elsewhere.
	news   []chan struct{}
	waits  map[uuid.UUID]map[*Wait]struct{}
	idle   map[string]map[*Wait]struct{}
	outbox store.Changes
	needs  map[int64]store.Requirement
	// published counts what was heard of; untaken says when, by that count, a
	// requirement last had tasks for which nobody here was idle.
	published uint64
	untaken   map[int64]uint64
}

// New makes a hub. Nothing but its own waits is woken until Run runs.
func New(s Store, log *slog.Logger) *Hub {
	return &Hub{
		store: s, log: log, self: rand.Text(),
		closed: make(chan struct{}), outgoing: make(chan struct{}, 1),
		waits:  make(map[uuid.UUID]map[*Wait]struct{}),
		idle:   make(map[string]map[*Wait]struct{}),
		heeded: make(map[string]func(json.RawMessage)),
		needs:  make(map[int64]store.Requirement), untaken: make(map[int64]uint64),
	}
}

// Run hears other servers, tells them what is published here, and sweeps, until
// ctx ends. Then every wait ends.
func (h *Hub) Run(ctx context.Context) error {
	// At once, and not when the loops are done: requests should not outlive the server's will.
	context.AfterFunc(ctx, h.Close)
	defer h.Close()
	return periodic.Together(ctx, h.runListenLoop, h.runFlushLoop, h.runSweepLoop)
}

// Close ends every wait, and those that begin later at once.
func (h *Hub) Close() { h.closeOnce.Do(func() { close(h.closed) }) }

// Waiting counts the requests that sleep here, and those among them that are of
// runners which would take a task.
func (h *Hub) Waiting() (all, idle int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, waits := range h.waits {
		all += len(waits)
	}
	return all, len(h.idle[""])
}

// Publish wakes whoever a write concerns, here and on other servers. It is to
// be called after the write was committed, and never blocks.
func (h *Hub) Publish(c store.Changes) {
	if c.Empty() {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tellNews()
	h.wakeNamed(c)
	h.outbox.Add(store.Changes{Queued: h.wakeIdle(c.Queued), Ended: c.Ended, Runners: c.Runners})
	if h.outbox.Empty() {
		return
	}
	select {
	case h.outgoing <- struct{}{}:
	default:
	}
}

// News gives a channel of the caller's own that has a token whenever something
// was published since it was last taken, on this server or on another. Like
// everything here it is a hint.
func (h *Hub) News() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	news := make(chan struct{}, 1)
	h.news = append(h.news, news)
	return news
}

// Stir tells those who listen for news here of a write that wakes nobody: one
// that only left an event.
func (h *Hub) Stir() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tellNews()
}

// tellNews is called under the lock.
func (h *Hub) tellNews() {
	for _, news := range h.news {
		select {
		case news <- struct{}{}:
		default:
		}
	}
}

// wakeNamed wakes the waits for these tasks and of these runners.
func (h *Hub) wakeNamed(c store.Changes) {
	for _, ids := range [][]uuid.UUID{c.Ended, c.Runners} {
		for _, id := range ids {
			for w := range h.waits[id] {
				h.wake(w)
			}
		}
	}
}

// maxUntaken bounds the memory of what nobody was there for; what is forgotten
// waits for the sweep.
const maxUntaken = 10_000

// wakeIdle wakes, for each requirement, as many runners as have free slots for
// its tasks, and gives back what is left for others: all of it where the
// requirement is not known here yet.
func (h *Hub) wakeIdle(queued map[int64]int) map[int64]int {
	left := make(map[int64]int)
	h.published++
	if len(h.untaken) > maxUntaken {
		clear(h.untaken)
	}
	for id, tasks := range queued {
		if q, known := h.needs[id]; known {
			tasks = h.wakeFor(&q, tasks)
		}
		if tasks > 0 {
			left[id] = tasks
			h.untaken[id] = h.published
		}
	}
	return left
}

func (h *Hub) wakeFor(q *store.Requirement, tasks int) (left int) {
	for w := range h.idle[q.Anchor()] {
		if tasks <= 0 {
			return 0
		}
		if w.runner.Meets(q) {
			tasks -= w.runner.FreeSlots()
			h.wake(w)
		}
	}
	return max(tasks, 0)
}

// wake sends w back to its work; it counts as idle again once it says so.
func (h *Hub) wake(w *Wait) {
	h.forgetIdle(w)
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

func (h *Hub) forgetIdle(w *Wait) {
	if w.runner == nil {
		return
	}
	for _, anchor := range w.runner.Anchors() {
		drop(h.idle, anchor, w)
	}
	w.runner = nil
}

func put[K comparable](index map[K]map[*Wait]struct{}, key K, w *Wait) {
	if index[key] == nil {
		index[key] = make(map[*Wait]struct{})
	}
	index[key][w] = struct{}{}
}

func drop[K comparable](index map[K]map[*Wait]struct{}, key K, w *Wait) {
	delete(index[key], w)
	if len(index[key]) == 0 {
		delete(index, key)
	}
}
