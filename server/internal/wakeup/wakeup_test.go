package wakeup

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

// noStore is for hubs that do not run: they ask the database nothing.
type noStore struct{ Store }

func newHub() *Hub { return New(noStore{}, slog.New(slog.DiscardHandler)) }

func runner(slots int) store.Candidate {
	return store.Candidate{ID: uuid.New(), State: api.RunnerActive, Operations: []int{100}, Slots: slots}
}

// offering begins a wait of a runner that would take a task now.
func offering(t *testing.T, h *Hub, r store.Candidate) *Wait {
	t.Helper()
	w := h.ForWork(r.ID, time.Minute)
	t.Cleanup(w.Close)
	w.Look()
	w.Offer(r)
	return w
}

// woken reports whether the wait would end now, without waiting.
func woken(w *Wait) bool {
	select {
	case <-w.woken:
		return true
	default:
		return false
	}
}

func TestPublish_WakesAsManyRunnersAsThereAreTasks(t *testing.T) {
	t.Parallel()
	h := newHub()
	h.needs[1] = store.Requirement{ID: 1, Operation: 100}
	h.needs[2] = store.Requirement{ID: 2, Operation: 400}
	waits := []*Wait{offering(t, h, runner(1)), offering(t, h, runner(1)), offering(t, h, runner(1))}
	count := func() (n int) {
		for _, w := range waits {
			if woken(w) {
				n++
			}
		}
		return n
	}
	h.Publish(store.Changes{Queued: map[int64]int{2: 5}})
	require.Zero(t, count(), "nobody can do that")
	h.Publish(store.Changes{Queued: map[int64]int{1: 2}})
	require.Equal(t, 2, count())
	_, idle := h.Waiting()
	require.Equal(t, 1, idle, "who was woken is idle again when it says so")
	require.Equal(t, map[int64]int{2: 5}, h.outbox.Queued, "other servers hear of what found no taker here")
}

func TestPublish_FillsTheSlotsOfOneRunnerBeforeItWakesAnother(t *testing.T) {
	t.Parallel()
	h := newHub()
	h.needs[1] = store.Requirement{ID: 1, Operation: 100}
	first, second := offering(t, h, runner(4)), offering(t, h, runner(4))
	h.Publish(store.Changes{Queued: map[int64]int{1: 4}})
	require.NotEqual(t, woken(first), woken(second))
}

func TestOffer_NoticesWhatWasPublishedWhileItLooked(t *testing.T) {
	t.Parallel()
	h := newHub()
	h.needs[1] = store.Requirement{ID: 1, Operation: 100}
	r := runner(1)
	w := h.ForWork(r.ID, time.Minute)
	t.Cleanup(w.Close)
	w.Look()
	h.Publish(store.Changes{Queued: map[int64]int{1: 1}})
	w.Offer(r)
	require.True(t, woken(w), "it may have looked too early")
	w.Look()
	w.Offer(r)
	require.False(t, woken(w), "but not again for the same")
}

func TestOffer_OfARunnerWithoutFreeSlotsIsNone(t *testing.T) {
	t.Parallel()
	h := newHub()
	h.needs[1] = store.Requirement{ID: 1, Operation: 100}
	full := runner(1)
	full.Busy = 1
	w := offering(t, h, full)
	h.Publish(store.Changes{Queued: map[int64]int{1: 1}})
	require.False(t, woken(w))
}

func TestWaiting_NamesEachRunnerForAStampOnceInAWhile(t *testing.T) {
	t.Parallel()
	h := newHub()
	r := runner(1)
	offering(t, h, r)
	t.Cleanup(h.ForCommands(r.ID, time.Minute).Close)
	t.Cleanup(h.ForEnd(uuid.New(), time.Minute).Close)
	now := time.Now()
	_, _, unstamped := h.waiting(now)
	require.Empty(t, unstamped, "its request itself was a sign of life")
	_, _, unstamped = h.waiting(now.Add(stampPause))
	require.Equal(t, []uuid.UUID{r.ID}, unstamped, "once, and no task")
	_, _, unstamped = h.waiting(now.Add(stampPause))
	require.Empty(t, unstamped)
	require.Less(t, 2*stampPause, store.OnlineWindow, "one stamp may get lost")
}

func TestClose_LeavesNothingBehind(t *testing.T) {
	t.Parallel()
	h := newHub()
	r := runner(1)
	r.DatasetNames = []string{"a", "b"}
	w := h.ForWork(r.ID, time.Minute)
	w.Offer(r)
	end := h.ForEnd(uuid.New(), time.Minute)
	w.Close()
	end.Close()
	require.Empty(t, h.waits)
	require.Empty(t, h.idle)
}

func TestSleep_EndsWithItsTimeItsContextOrTheHub(t *testing.T) {
	t.Parallel()
	h := newHub()
	ended := h.ForEnd(uuid.New(), 0)
	t.Cleanup(ended.Close)
	require.False(t, ended.Sleep(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	gone := h.ForEnd(uuid.New(), time.Minute)
	t.Cleanup(gone.Close)
	require.False(t, gone.Sleep(ctx))
	h.Close()
	stopped := h.ForEnd(uuid.New(), time.Minute)
	t.Cleanup(stopped.Close)
	require.False(t, stopped.Sleep(t.Context()))
}

func TestNotices_FitIntoWhatPostgreSQLCarries(t *testing.T) {
	t.Parallel()
	h := newHub()
	var c store.Changes
	for i := range 1000 {
		c.Ended = append(c.Ended, uuid.New())
		c.AddRunner(uuid.New())
		for range 3 {
			c.AddQueued(int64(i) + 1<<60)
		}
	}
	seen := store.Changes{}
	for _, n := range h.notices(c) {
		raw, err := json.Marshal(n)
		require.NoError(t, err)
		require.Less(t, len(raw), 8000)
		seen.Add(store.Changes{Queued: n.Queued, Ended: n.Ended, Runners: n.Runners})
	}
	require.Equal(t, c, seen)
}

// TestNews_IsForEveryListener: one that takes its token leaves the others theirs.
func TestNews_IsForEveryListener(t *testing.T) {
	t.Parallel()
	h := newHub()
	listeners := []<-chan struct{}{h.News(), h.News(), h.News()}
	told := func() (n int) {
		for _, news := range listeners {
			select {
			case <-news:
				n++
			default:
			}
		}
		return n
	}
	require.Zero(t, told())
	h.Publish(store.Changes{Ended: []uuid.UUID{uuid.New()}})
	require.Equal(t, 3, told())
	h.Stir()
	h.Stir()
	require.Equal(t, 3, told(), "they gather")
	require.Zero(t, told())
	text, err := json.Marshal(notice{From: "another server", Runners: []uuid.UUID{uuid.New()}})
	require.NoError(t, err)
	h.receive(t.Context(), string(text))
	require.Equal(t, 3, told())
	h.Publish(store.Changes{})
	require.Zero(t, told(), "nothing was written")
}

// carrier gives what one hub sends to another.
type carrier struct {
	Store
	to *Hub
}

func (c carrier) Notify(ctx context.Context, payload string) error {
	c.to.receive(ctx, payload)
	return nil
}

func TestTell_IsHeardByItsName(t *testing.T) {
	t.Parallel()
	there := newHub()
	here := New(carrier{to: there}, slog.New(slog.DiscardHandler))
	var heard []string
	there.Heed("greeting", func(content json.RawMessage) { heard = append(heard, string(content)) })
	news := there.News()
	require.NoError(t, here.Tell(t.Context(), "greeting", []string{"hello"}))
	require.NoError(t, here.Tell(t.Context(), "of a newer server", 1))
	require.Equal(t, []string{`["hello"]`}, heard)
	require.Empty(t, news, "nothing was written")
	self := New(nil, slog.New(slog.DiscardHandler))
	self.store = carrier{to: self}
	self.Heed("greeting", func(json.RawMessage) { t.Error("a server heard itself") })
	require.NoError(t, self.Tell(t.Context(), "greeting", "hello"))
}
