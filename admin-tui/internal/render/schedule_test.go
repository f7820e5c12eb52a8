package render_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/i18n"
	"ddap/shared/task"
)

func TestSchedule_ShowsItsNextTimesAndWhatBecameOfTheLast(t *testing.T) {
	t.Parallel()
	id := uuid.Nil.String()
	s := api.Schedule{
		ID: id, Name: "Late flights", Cron: "30 7 * * mon-fri", TimeZone: "Asia/Jakarta", Missed: api.MissedRunOnce, Overlap: api.OverlapSkip,
		NextRuns: []time.Time{now.Add(12 * time.Hour), now.Add(36 * time.Hour)}, CreatedBy: "Siti via Dashboard",
		Runs: []api.ScheduleRun{
			{DueAt: now, Outcome: "created", TaskID: id, State: task.Running},
			{DueAt: now.Add(-time.Hour), Outcome: "skipped", Message: "A run before still goes on."},
			{DueAt: now.Add(-2 * time.Hour), Outcome: "failed", Message: `Nobody ever shared a dataset named "flight".`},
		},
	}
	s.Failures = s.Runs[2:]
	paused := s
	paused.Paused, paused.NextRuns, paused.PausedReason = true, nil, "The key with which this schedule was made was revoked."
	golden(t, "schedule", 90, view().Schedule(s))
	golden(t, "schedules", 110, view().Schedules(api.ScheduleList{Schedules: []api.Schedule{s, paused}}))
	golden(t, "schedules-empty", 60, view().Schedules(api.ScheduleList{}))
	indonesian := view()
	indonesian.Language = i18n.Indonesian
	golden(t, "schedule.id", 90, indonesian.Schedule(paused))
}
