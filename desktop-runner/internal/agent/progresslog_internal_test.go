package agent

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
)

func TestProgressLog_SaysWhatIsKnown_NowAndThen(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	l := progressLog{log: log, now: func() time.Time { return now }, last: now}

	l.note(plan.Progress{Stage: "reading"})
	require.Empty(t, out.String(), "a short task says nothing")
	now = now.Add(progressLogInterval)
	l.note(plan.Progress{Stage: "reading"})
	l.note(plan.Progress{Stage: "reading"})
	require.Equal(t, "level=INFO msg=\"task goes on\" stage=reading\n", out.String(), "once, and without what is not known")
	out.Reset()
	now = now.Add(progressLogInterval)
	l.note(plan.Progress{
		Stage: "grouping", Fraction: new(0.629), RowsDone: new(int64(5)), RowsTotal: new(int64(9)), RemainingSeconds: new(int64(20)),
	})
	require.Equal(t, "level=INFO msg=\"task goes on\" stage=grouping percent=62 rows_done=5 rows_total=9 remaining_seconds=20\n", out.String())
}

func TestHeld_SaysNoTimeLeft_WhileAResultIsOnItsWay(t *testing.T) {
	t.Parallel()
	h, a := newHeld(), &attempt{}
	require.True(t, h.add(a))
	h.setProgress(a.key(), plan.Progress{Stage: "grouping", RemainingSeconds: new(int64(20))})
	require.Equal(t, new(int64(20)), h.running()[0].RemainingSeconds)
	h.end(a.key())
	require.Nil(t, h.running()[0].RemainingSeconds)
}
