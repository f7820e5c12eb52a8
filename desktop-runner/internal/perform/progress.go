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

// watch reports progress, at once and then until the function that it gives is
// called, which waits for the last report.
func watch(db *engine.DB, tracker *step.Tracker, report func(plan.Progress)) (stop func()) {
	w := watcher{db: db, tracker: tracker, report: report}
	w.tell()
	stopped := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() { w.runProgressLoop(stopped) })
	return func() {
		close(stopped)
		ended.Wait()
	}
}

// watcher remembers what it reported last: a bar that goes back is worse than
// one that stands still, and statements within one stage each begin at zero.
type watcher struct {
	db       *engine.DB
	tracker  *step.Tracker
	report   func(plan.Progress)
	stage    string
	furthest float64
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
	if stage == w.stage && fraction <= w.furthest {
		return
	}
	w.stage, w.furthest = stage, max(w.furthest, fraction)
	done := w.furthest
	p := plan.Progress{Stage: stage, Fraction: &done}
	if running.RowsTotal > 0 && running.RowsDone <= running.RowsTotal {
		p.RowsDone, p.RowsTotal = &running.RowsDone, &running.RowsTotal
	}
	w.report(p)
}
