package agent

import (
	"context"
	"sync"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/spool"
	"ddap/shared/api"
)

// attempt is one task that this runner holds a lease on.
type attempt struct {
	api.Assignment
	stop     context.CancelCauseFunc
	progress plan.Progress
	// ended: the work is over, and its report waits for the server. Its lease is
	// kept alive until the report has arrived.
	ended bool
}

func (a *attempt) key() string { return spool.Key(a.TaskID, a.Attempt) }

// held is the table of attempts, by key. It is safe for concurrent use.
type held struct {
	mu     sync.Mutex
	byKey  map[string]*attempt
	signal chan struct{} // closed and replaced at every change of the table
}

func newHeld() *held { return &held{byKey: map[string]*attempt{}, signal: make(chan struct{})} }

// add takes an attempt in; false for one that is here already, which a server
// hands out again when its answer may have been lost.
func (h *held) add(a *attempt) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.byKey[a.key()]; known {
		return false
	}
	h.byKey[a.key()] = a
	h.tell()
	return true
}

// remove forgets an attempt; the server has its report, or wants none.
func (h *held) remove(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.byKey[key]; known {
		delete(h.byKey, key)
		h.tell()
	}
}

// end marks an attempt whose work is over.
func (h *held) end(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if a := h.byKey[key]; a != nil {
		a.ended = true
		h.tell()
	}
}

// ended lists the attempts whose work is over.
func (h *held) ended() []*attempt {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*attempt
	for _, a := range h.byKey {
		if a.ended {
			out = append(out, a)
		}
	}
	return out
}

func (h *held) tell() {
	close(h.signal)
	h.signal = make(chan struct{})
}

// changed is closed at the next change of the table.
func (h *held) changed() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.signal
}

// stop ends the work on an attempt; false where it has ended already.
func (h *held) stop(key string, why error) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.byKey[key]
	if a == nil || a.ended {
		return false
	}
	a.stop(why)
	return true
}

func (h *held) stopAll(why error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range h.byKey {
		if !a.ended {
			a.stop(why)
		}
	}
}

func (h *held) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.byKey)
}

// working counts the attempts whose work goes on.
func (h *held) working() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, a := range h.byKey {
		if !a.ended {
			n++
		}
	}
	return n
}

func (h *held) setProgress(key string, p plan.Progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.byKey[key]
	if a == nil {
		return
	}
	// The server refuses a whole ping for one value out of bounds.
	p.Stage, p.Message = clip(p.Stage, maxStage), clip(p.Message, maxProgressMessage)
	if p.Fraction != nil {
		fraction := min(max(*p.Fraction, 0), 1)
		p.Fraction = &fraction
	}
	a.progress = p
}

// The longest texts that the API takes, in characters.
const (
	maxStage           = 100
	maxProgressMessage = 1000
	maxErrorMessage    = 4000
)

// clip shortens a text to a number of characters.
func clip(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

// reportingStage is what people see while a result is on its way.
const reportingStage = "sending"

// running is what a heartbeat says of the attempts.
func (h *held) running() []api.RunningTask {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]api.RunningTask, 0, len(h.byKey))
	for _, a := range h.byKey {
		stage, remaining := a.progress.Stage, a.progress.RemainingSeconds
		if a.ended {
			stage, remaining = reportingStage, nil
		}
		out = append(out, api.RunningTask{
			TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Fraction: a.progress.Fraction,
			Stage: stage, Message: a.progress.Message, RowsDone: a.progress.RowsDone, RowsTotal: a.progress.RowsTotal,
			RemainingSeconds: remaining,
		})
	}
	return out
}
