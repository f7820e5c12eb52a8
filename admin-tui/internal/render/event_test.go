package render_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

func TestStreamEvent_SaysWhatHappened(t *testing.T) {
	t.Parallel()
	half, rows := 0.5, int64(1_200_000)
	id := uuid.Nil.String()
	var lines []render.Line
	for _, e := range []api.StreamEvent{
		{At: now, Type: api.StreamReady, ID: "1-2-3"},
		{At: now, Type: api.StreamReset, ID: "1-2-3"},
		{At: now, Type: "task.created", SubjectKind: "task", SubjectID: id, SubjectName: "Average delay", State: task.Queued, Reason: task.RunnersOffline},
		{At: now, Type: api.StreamProgress, SubjectKind: "task", SubjectID: id, SubjectName: "Average delay", Progress: &api.Progress{Fraction: &half, Stage: "grouping", RowsDone: &rows}},
		{At: now, Type: "task.failed", SubjectKind: "task", SubjectID: id, SubjectName: "Average\x1b[31m delay", State: task.Failed, Reason: task.SourceUnreadable, Message: "line 12 has 5 fields, not 7"},
		{At: now, Type: "runner.offline", SubjectKind: "runner", SubjectID: id, SubjectName: "lab-pc-07"},
	} {
		lines = append(lines, view().StreamEvent(e))
	}
	golden(t, "events", 0, lines)
}

func TestAudit_ShowsWhatAChangeChanged(t *testing.T) {
	t.Parallel()
	list := api.AuditList{Entries: []api.AuditEntry{
		{
			At: now.Add(-time.Hour), Actor: "Siti via Dashboard", ActorKind: "key", Action: "runner.pause", TargetKind: "runner", TargetID: uuid.Nil.String(),
			TargetName: "lab-pc-07", RemoteAddress: "192.0.2.7", Before: json.RawMessage(`{"paused":false}`), After: json.RawMessage(`{"paused":true}`),
		},
		{At: now.Add(-2 * time.Hour), Actor: "system", ActorKind: "system", Action: "task.delete", TargetKind: "task", Before: json.RawMessage(`{"state":"failed"}`)},
	}}
	golden(t, "audit", 100, view().Audit(list))
	golden(t, "audit-empty", 60, view().Audit(api.AuditList{}))
}

func TestStats_ShowsFiguresInBothLanguages(t *testing.T) {
	t.Parallel()
	oldest, failing := 95.0, 0.05
	stats := api.Stats{
		Tasks:               map[task.State]int{task.Scheduled: 0, task.Blocked: 2, task.Queued: 42, task.Leased: 1, task.Running: 7},
		Waiting:             map[task.Reason]int{task.RunnersBusy: 40, task.RunnersOffline: 2},
		OldestQueuedSeconds: &oldest,
		Rates:               []api.Rate{{Seconds: 60, Created: 412, Succeeded: 380, Failed: 20, FailureRate: &failing}, {Seconds: 3600}},
		ClaimLatency:        &api.Latency{Count: 400, P50Seconds: 0.0042, P95Seconds: 0.0167, P99Seconds: 1.25},
		Runners:             api.RunnerStats{Total: 1000, Online: 812, Paused: 3, Pending: 1, Slots: 900, BusySlots: 8},
	}
	golden(t, "stats", 80, view().Stats(stats))
	indonesian := view()
	indonesian.Language = i18n.Indonesian
	golden(t, "stats.id", 80, indonesian.Stats(stats))
}
