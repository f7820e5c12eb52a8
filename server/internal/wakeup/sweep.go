package wakeup

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/logkey"
)

const (
	// sweepPause is how long a lost hint delays what it was about.
	sweepPause = time.Second
	// stampPause is how often the database hears that a waiting runner is still
	// there: well within store.OnlineWindow.
	stampPause = 25 * time.Second
)

// runSweepLoop asks the database once a second for what hints may have missed.
func (h *Hub) runSweepLoop(ctx context.Context) error {
	timer := time.NewTimer(sweepPause)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			if err := h.Sweep(ctx); err != nil && ctx.Err() == nil {
				h.log.WarnContext(ctx, "sweep of waiting requests failed", logkey.Error, err)
			}
			// Servers that started together should not sweep together.
			timer.Reset(sweepPause*3/4 + rand.N(sweepPause/2)) //nolint:gosec // jitter is no secret
		case <-ctx.Done():
			return nil
		}
	}
}

// Sweep wakes every wait that has something to look at, whether it was told or
// not. It makes a fixed number of queries, and none where nothing waits.
func (h *Hub) Sweep(ctx context.Context) error {
	tasks, runners, unstamped := h.waiting(time.Now())
	return errors.Join(h.sweepTasks(ctx, tasks), h.sweepRunners(ctx, runners), h.stamp(ctx, unstamped), h.sweepWork(ctx))
}

// waiting lists who waits now.
func (h *Hub) waiting(now time.Time) (tasks, runners, unstamped []uuid.UUID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, waits := range h.waits {
		stale, isTask := false, false
		for w := range waits {
			isTask = w.kind == forEnd
			if !isTask && now.Sub(w.stamped) >= stampPause {
				stale, w.stamped = true, now
			}
		}
		if isTask {
			tasks = append(tasks, id)
		} else {
			runners = append(runners, id)
		}
		if stale {
			unstamped = append(unstamped, id)
		}
	}
	return tasks, runners, unstamped
}

func (h *Hub) sweepTasks(ctx context.Context, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	ended, err := h.store.FindEnded(ctx, ids)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wakeNamed(store.Changes{Ended: ended})
	return nil
}

func (h *Hub) sweepRunners(ctx context.Context, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	summons, err := h.store.FindSummoned(ctx, ids)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wakeNamed(store.Changes{Runners: summons.Revoked})
	// A pause ends the wait for work; who works anyway hears of it in time. A
	// cancel is for who works.
	h.wakeKind(summons.Paused, forWork)
	h.wakeKind(summons.Canceled, forCommands)
	return nil
}

func (h *Hub) wakeKind(ids []uuid.UUID, k kind) {
	for _, id := range ids {
		for w := range h.waits[id] {
			if w.kind == k {
				h.wake(w)
			}
		}
	}
}

func (h *Hub) stamp(ctx context.Context, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	return h.store.StampSeen(ctx, ids)
}

func (h *Hub) sweepWork(ctx context.Context) error {
	h.mu.Lock()
	nobody := len(h.idle) == 0
	h.mu.Unlock()
	if nobody {
		return nil
	}
	ready, err := h.store.ListReady(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range ready {
		h.needs[ready[i].ID] = ready[i].Requirement
		h.wakeFor(&ready[i].Requirement, ready[i].Tasks)
	}
	return nil
}
