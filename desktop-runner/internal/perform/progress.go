package perform

import (
	"sync"
	"time"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/step"
)

// progressInterval is how often progress is looked at: often enough for a
// progress bar that moves, seldom enough to cost nothing.
const progressInterval = 250 * time.Millisecond

// fewestRows is from when on rows are told. Of a text file the engine counts
// pieces of some megabytes instead, as in "11 of 44"; and so few rows are done
// before anybody looks.
const fewestRows = 10_000

// watch reports progress beyond a fraction, at once and then until the function
// that it gives is called, which waits for the last report and says how far it was.
func watch(db *engine.DB, tracker *step.Tracker, beyond float64, report func(plan.Progress)) (stop func() float64) {
	w := watcher{db: db, tracker: tracker, report: report, now: time.Now, furthest: beyond}
	w.tell()
	stopped := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() { w.runProgressLoop(stopped) })
	return func() float64 {
		close(stopped)
		ended.Wait()
		return w.furthest
	}
}

// watcher remembers what it reported last: a bar that goes back is worse than
// one that stands still, and statements within one stage each begin at zero.
type watcher struct {
	db       *engine.DB
	tracker  *step.Tracker
	report   func(plan.Progress)
	now      func() time.Time
	stage    string
	furthest float64
	left     timeLeft
	// seconds is the time left that was reported last; nil where none was.
	seconds *int64
}

func (w *watcher) runProgressLoop(stopped <-chan struct{}) {
	ticker := time.NewTicker(progressInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			w.tell()
		case <-stopped:
			return
		}
	}
}

func (w *watcher) tell() {
	running, _ := w.db.Progress()
	stage, fraction := w.tracker.Now(running.Fraction)
	seconds := w.secondsLeft(max(w.furthest, fraction))
	// The time left changes while a stage stands still as well.
	if stage == w.stage && fraction <= w.furthest && same(seconds, w.seconds) {
		return
	}
	w.stage, w.furthest, w.seconds = stage, max(w.furthest, fraction), seconds
	done := w.furthest
	p := plan.Progress{Stage: stage, Fraction: &done, RemainingSeconds: seconds}
	if running.RowsTotal >= fewestRows && running.RowsDone <= running.RowsTotal {
		p.RowsDone, p.RowsTotal = &running.RowsDone, &running.RowsTotal
	}
	w.report(p)
}

// secondsLeft is the time left in whole seconds; nil where it is not known.
func (w *watcher) secondsLeft(fraction float64) *int64 {
	left, known := w.left.observe(w.now(), fraction)
	if !known {
		return nil
	}
	seconds := int64(max(left.Round(time.Second), time.Second) / time.Second)
	return &seconds
}

func same(a, b *int64) bool {
	return a == b || a != nil && b != nil && *a == *b
}
