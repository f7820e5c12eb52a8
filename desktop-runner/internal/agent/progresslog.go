package agent

import (
	"log/slog"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/logkey"
)

// progressLogInterval is how often the log says how far a task is: an owner who
// looks at it sees that the work goes on, and a day's log stays short.
const progressLogInterval = 30 * time.Second

// progressLog writes a task's progress into the log. It is for one goroutine.
type progressLog struct {
	log  *slog.Logger
	now  func() time.Time
	last time.Time
}

func (a *Agent) logProgress(at *attempt) *progressLog {
	return &progressLog{log: a.Log.With(logkey.TaskID, at.TaskID, logkey.Attempt, at.Attempt), now: a.Now, last: a.Now()}
}

// note logs the progress, unless it did so a short time ago. What is not known
// is left out.
func (l *progressLog) note(p plan.Progress) {
	now := l.now()
	if now.Sub(l.last) < progressLogInterval {
		return
	}
	l.last = now
	said := []any{logkey.Stage, p.Stage}
	if p.Fraction != nil {
		said = append(said, logkey.Percent, int(*p.Fraction*100))
	}
	if p.RowsDone != nil && p.RowsTotal != nil {
		said = append(said, logkey.RowsDone, *p.RowsDone, logkey.RowsTotal, *p.RowsTotal)
	}
	if p.RemainingSeconds != nil {
		said = append(said, logkey.Remaining, *p.RemainingSeconds)
	}
	l.log.Info("task goes on", said...)
}
