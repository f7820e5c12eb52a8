package schedules_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/pipelines"
	"ddap/server/internal/schedules"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// die has a server create what is due, and killed before it has said so; then
// the time that it had for it is over.
func (h *house) die() {
	h.t.Helper()
	log := slog.New(slog.DiscardHandler)
	hub := wakeup.New(h.db.Store, log)
	d := dispatch.New(h.db.Store, hub, log)
	require.Error(h.t, schedules.New(dying{h.db.Store}, d, pipelines.New(h.db.Store, d, hub), log).Pass(h.t.Context()))
	h.db.Exec(h.t, "UPDATE schedules SET claimed_until = now() - interval '1 second'")
}

// What was missed is created once, whatever has changed between the server that
// died and the one that takes over.
func TestService_Pass_TakesOverWhateverHasChanged(t *testing.T) {
	t.Parallel()
	tests := map[string]func(h *house, s api.Schedule){
		"nothing": func(*house, api.Schedule) {},
		"more times have passed": func(h *house, _ api.Schedule) {
			h.db.Exec(h.t, "UPDATE schedules SET cron = '* * * * *'")
		},
		"it is to create a pipeline": func(h *house, s api.Schedule) {
			_, err := h.Change(h.t.Context(), h.analyst, uuid.MustParse(s.ID), api.SchedulePatch{Pipeline: look()})
			require.NoError(h.t, err)
		},
		"missed times are to be skipped": func(h *house, s api.Schedule) {
			skip := api.MissedSkip
			_, err := h.Change(h.t.Context(), h.analyst, uuid.MustParse(s.ID), api.SchedulePatch{Missed: &skip})
			require.NoError(h.t, err)
		},
		"runs may not overlap": func(h *house, s api.Schedule) {
			skip := api.OverlapSkip
			_, err := h.Change(h.t.Context(), h.analyst, uuid.MustParse(s.ID), api.SchedulePatch{Overlap: &skip})
			require.NoError(h.t, err)
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			s := h.hourly()
			h.overdue(s.ID, 5*time.Hour)
			h.die()
			require.Equal(t, 1, h.tasks())
			change(h, s)
			h.pass()
			require.Equal(t, 1, h.tasks())
			got := h.get(s.ID)
			require.Len(t, got.Runs, 1)
			require.Equal(t, store.RunCreated, got.Runs[0].Outcome)
			require.NotEmpty(t, got.Runs[0].TaskID)
			require.True(t, got.NextRuns[0].After(got.Runs[0].RanAt))
		})
	}
}

func look() *api.PipelineRequest {
	return &api.PipelineRequest{Name: "p", Tasks: []api.PipelineStep{{Ref: "look", OperationCode: 100, Params: fetch().Params}}}
}

// A server that was only slow, and created what another could not.
func TestStore_FinishRun_ThatItWasCreatedCountsMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly()
	h.due(s.ID)
	due, err := h.db.ClaimDue(t.Context(), 1, time.Minute)
	require.NoError(t, err)
	next, task := due[0].NextDue.Add(time.Hour), uuid.New()
	finish := func(run store.ScheduleRun) {
		run.DueAt = *due[0].NextDue
		require.NoError(t, h.db.FinishRun(t.Context(), due[0], run, &next, ""))
	}
	finish(store.ScheduleRun{Outcome: store.RunFailed, Message: "no"})
	finish(store.ScheduleRun{Outcome: store.RunCreated, TaskID: &task})
	finish(store.ScheduleRun{Outcome: store.RunSkipped, Message: "late"})
	runs := h.get(s.ID).Runs
	require.Len(t, runs, 1)
	require.Equal(t, store.RunCreated, runs[0].Outcome)
	require.Equal(t, task.String(), runs[0].TaskID)
	require.Empty(t, runs[0].Message)
}

func TestService_Change_KeepsATimeThatHasCome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	name, daily, no := "renamed", "@daily", false
	patches := map[string]struct {
		patch api.SchedulePatch
		runs  int
	}{
		"a new name":              {api.SchedulePatch{Name: &name}, 1},
		"resumed, but not paused": {api.SchedulePatch{Paused: &no}, 1},
		"another template":        {api.SchedulePatch{Pipeline: look()}, 1},
		"other times":             {api.SchedulePatch{Cron: &daily}, 0},
	}
	for name, tt := range patches {
		s := h.hourly()
		h.due(s.ID)
		_, err := h.Change(t.Context(), h.analyst, uuid.MustParse(s.ID), tt.patch)
		require.NoError(t, err)
		h.pass()
		require.Len(t, h.get(s.ID).Runs, tt.runs, name)
	}
}

// Changes wait for one another on the schedule's row, each with a connection of
// the pool: none may need a second one to go on.
func TestService_Change_ManyAtOnceDoNotStarveThePool(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := uuid.MustParse(h.hourly().ID)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	crons := []string{"@daily", "@hourly"}
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			if _, err := h.Change(ctx, h.analyst, id, api.SchedulePatch{Cron: &crons[i%2], Task: fetch()}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestService_PausesAtOnceWhenItsKeyIsRevoked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly()
	ops := storetest.Key(t, h.db, h.analyst.WorkspaceID, api.Operator, "ops")
	kept, err := h.Create(t.Context(), ops, api.ScheduleRequest{Name: "another key's", Cron: "@daily", TimeZone: "UTC", Task: fetch()})
	require.NoError(t, err)
	_, err = h.db.RevokeKey(t.Context(), h.analyst.WorkspaceID, h.analyst.ID)
	require.NoError(t, err)
	got := h.get(s.ID)
	require.True(t, got.Paused)
	require.Equal(t, store.PausedKeyRevoked, got.PausedReason)
	require.False(t, h.get(kept.ID).Paused)

	name, no := "renamed", false
	got, err = h.Change(t.Context(), ops, uuid.MustParse(s.ID), api.SchedulePatch{Name: &name})
	require.NoError(t, err)
	require.Equal(t, store.PausedKeyRevoked, got.PausedReason, "another name is no reason to forget why")
	_, err = h.Change(t.Context(), ops, uuid.MustParse(s.ID), api.SchedulePatch{Paused: &no})
	require.True(t, fault.Is(err, fault.Conflict) && fault.HasCode(err, "key_revoked"), "got %v", err)
	_, err = h.RunNow(t.Context(), ops, uuid.MustParse(s.ID))
	require.True(t, fault.Is(err, fault.Conflict) && fault.HasCode(err, "key_revoked"), "got %v", err)
}

func TestStore_AddManualRun_OfAScheduleThatIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id, task := uuid.MustParse(h.hourly().ID), uuid.New()
	schedule, err := h.db.GetSchedule(t.Context(), h.analyst.WorkspaceID, id)
	require.NoError(t, err)
	require.NoError(t, h.Delete(t.Context(), h.analyst, id))
	_, err = h.db.AddManualRun(t.Context(), schedule, store.ScheduleRun{Manual: true, Outcome: store.RunCreated, TaskID: &task})
	require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
}
