package schedules_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/admission"
	"ddap/server/internal/dispatch"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/pipelines"
	"ddap/server/internal/schedules"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is a workspace whose one runner shares penguins, and any number of servers.
type house struct {
	*schedules.Service
	t       *testing.T
	db      *storetest.DB
	analyst store.Principal
	runner  store.Principal
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	return &house{
		t: t, db: db, Service: server(db.Store), analyst: storetest.Analyst(t, db, workspace),
		runner: storetest.Runner(t, db, workspace, storetest.Shares("penguins"), storetest.Slots(100)),
	}
}

func server(s *pgstore.Store) *schedules.Service {
	log := slog.New(slog.DiscardHandler)
	hub := wakeup.New(s, log)
	d := dispatch.New(s, hub, log)
	return schedules.New(s, d, pipelines.New(s, d, hub), log)
}

func fetch() *api.TaskRequest {
	return &api.TaskRequest{Name: "look", OperationCode: 100, Params: json.RawMessage(`{"source": {"dataset": "penguins"}}`)}
}

// hourly makes a schedule that recurs, so that no zone matters.
func (h *house) hourly(change ...func(*api.ScheduleRequest)) api.Schedule {
	h.t.Helper()
	req := api.ScheduleRequest{Name: "every hour", Cron: "0 * * * *", TimeZone: "UTC", Task: fetch()}
	for _, c := range change {
		c(&req)
	}
	s, err := h.Create(h.t.Context(), h.analyst, req)
	require.NoError(h.t, err)
	return s
}

// overdue sets the schedule back, as if no server had been up since then.
func (h *house) overdue(id string, since time.Duration) {
	h.t.Helper()
	h.db.Exec(h.t, "UPDATE schedules SET next_due_at = date_trunc('hour', now()) - make_interval(secs => $2) WHERE id = $1", id, since.Seconds())
}

// due makes the schedule due at this moment.
func (h *house) due(id string) {
	h.t.Helper()
	h.db.Exec(h.t, "UPDATE schedules SET next_due_at = now() WHERE id = $1", id)
}

func (h *house) pass() {
	h.t.Helper()
	require.NoError(h.t, h.Pass(h.t.Context()))
}

func (h *house) get(id string) api.Schedule {
	h.t.Helper()
	s, err := h.Schedule(h.t.Context(), h.analyst, uuid.MustParse(id))
	require.NoError(h.t, err)
	return s
}

func (h *house) tasks() int { return h.db.Count(h.t, "SELECT count(*) FROM tasks") }

func TestService_Create_SaysWhenItIsDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly(func(r *api.ScheduleRequest) { r.Cron, r.TimeZone = "30 7 * * mon-fri", "Asia/Jakarta" })
	require.Len(t, s.NextRuns, 10)
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	require.NoError(t, err)
	for i, at := range s.NextRuns {
		require.Equal(t, "07:30", at.In(jakarta).Format("15:04"))
		require.True(t, i == 0 || at.After(s.NextRuns[i-1]))
	}
	require.Equal(t, api.MissedRunOnce, s.Missed)
	require.Equal(t, api.OverlapAllow, s.Overlap)
	paused := h.hourly(func(r *api.ScheduleRequest) { r.Paused = true })
	require.Empty(t, paused.NextRuns)
}

func TestService_List_GivesAPageAtATime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var want, got []string
	for range 5 {
		want = append([]string{h.hourly().ID}, want...)
	}
	for cursor := ""; ; {
		list, err := h.List(t.Context(), h.analyst, "", 2, cursor)
		require.NoError(t, err)
		for _, s := range list.Schedules {
			got = append(got, s.ID)
			require.NotEmpty(t, s.NextRuns)
		}
		if cursor = list.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, want, got, "newest first, each once")
	_, err := h.List(t.Context(), h.analyst, "", 2, "nonsense")
	require.True(t, fault.Is(err, fault.Invalid))
	other, err := h.List(t.Context(), storetest.Analyst(t, h.db, storetest.Workspace(t, h.db)), "", 0, "")
	require.NoError(t, err)
	require.Empty(t, other.Schedules)
}

func TestService_Create_NamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pipeline := &api.PipelineRequest{Name: "p", Tasks: []api.PipelineStep{{Ref: "a", OperationCode: 100, Params: json.RawMessage(`{"source": {"task": "b"}}`)}}}
	soon := time.Now().Add(time.Hour)
	tests := map[string]struct {
		change func(*api.ScheduleRequest)
		path   string
	}{
		"cron":                  {func(r *api.ScheduleRequest) { r.Cron = "every day" }, "cron"},
		"a day that never is":   {func(r *api.ScheduleRequest) { r.Cron = "0 0 30 2 *" }, "cron"},
		"zone":                  {func(r *api.ScheduleRequest) { r.TimeZone = "Mars/Olympus" }, "time_zone"},
		"nothing to create":     {func(r *api.ScheduleRequest) { r.Task = nil }, "task"},
		"two things to create":  {func(r *api.ScheduleRequest) { r.Pipeline = pipeline }, "task"},
		"a time of its own":     {func(r *api.ScheduleRequest) { r.Task.RunAt = &soon }, "task.run_at"},
		"a deadline of its own": {func(r *api.ScheduleRequest) { r.Task.Deadline = &soon }, "task.deadline"},
		"a step with a time of its own": {func(r *api.ScheduleRequest) {
			r.Task, r.Pipeline = nil, look()
			r.Pipeline.Tasks[0].RunAt = &soon
		}, "pipeline.tasks[0].run_at"},
		"a wrong parameter":  {func(r *api.ScheduleRequest) { r.Task.Params = json.RawMessage(`{"sorce": {}}`) }, "task.params.sorce"},
		"an unknown dataset": {func(r *api.ScheduleRequest) { r.Task.Params = json.RawMessage(`{"source": {"dataset": "penguin"}}`) }, "task.params.source.dataset"},
		"an unknown step":    {func(r *api.ScheduleRequest) { r.Task, r.Pipeline = nil, pipeline }, "pipeline.tasks[0].params.source.task"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := api.ScheduleRequest{Name: "s", Cron: "@daily", TimeZone: "UTC", Task: fetch()}
			tt.change(&req)
			_, err := h.Create(t.Context(), h.analyst, req)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, fault.Invalid, f.Kind)
			require.Equal(t, tt.path, f.Fields[0].Path, "%v", err)
		})
	}
}

func TestService_Pass_CreatesWhatIsDueForWhoMadeIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.analyst.Delegate, h.analyst.ActingUser = true, "7;Siti"
	s := h.hourly()
	h.pass()
	require.Zero(t, h.tasks(), "it is not due yet")
	h.due(s.ID)
	h.pass()
	h.pass()
	got := h.get(s.ID)
	require.Len(t, got.Runs, 1)
	require.Equal(t, store.RunCreated, got.Runs[0].Outcome)
	require.Equal(t, task.Queued, got.Runs[0].State)
	made, err := h.db.GetTask(t.Context(), h.analyst.WorkspaceID, uuid.MustParse(got.Runs[0].TaskID))
	require.NoError(t, err)
	require.True(t, made.OwnedBy(h.analyst))
	require.Equal(t, "Siti via "+h.analyst.Name, made.CreatedBy)
	require.True(t, got.NextRuns[0].After(got.Runs[0].DueAt))
	require.Equal(t, uuid.Version(7), made.ID.Version())
	require.Equal(t, s.ID, made.View().ScheduleID)
}

func TestService_Pass_CreatesPipelines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly(func(r *api.ScheduleRequest) {
		r.Task, r.Pipeline = nil, &api.PipelineRequest{Name: "two steps", Tasks: []api.PipelineStep{
			{Ref: "look", OperationCode: 100, Params: json.RawMessage(`{"source": {"dataset": "penguins"}}`)},
			{Ref: "report", OperationCode: 400, Params: json.RawMessage(`{"inputs": [{"task": "look"}], "format": "html"}`)},
		}}
	})
	h.due(s.ID)
	h.pass()
	run := h.get(s.ID).Runs[0]
	require.NotEmpty(t, run.PipelineID)
	_, steps, err := h.db.GetPipeline(t.Context(), h.analyst.WorkspaceID, uuid.MustParse(run.PipelineID))
	require.NoError(t, err)
	require.Len(t, steps, 2)
	require.Equal(t, task.Queued, run.State)
	id := uuid.MustParse(s.ID)
	require.Equal(t, &id, steps[1].ScheduleID)

	storetest.Task(t, h.db, h.analyst)
	found, err := h.db.ListTasks(t.Context(), store.TaskFilter{WorkspaceID: h.analyst.WorkspaceID, ScheduleID: &id}, store.TaskPage{Limit: 10})
	require.NoError(t, err)
	require.Len(t, found, 2, "what it has made and nothing else")
}

// Three servers that pass at once, again and again: every time is run once.
func TestService_Pass_RunsATimeOnceOnManyServers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	servers := []*schedules.Service{h.Service, server(h.db.Another(t)), server(h.db.Another(t))}
	var ids []string
	for range 5 {
		ids = append(ids, h.hourly(func(r *api.ScheduleRequest) { r.Missed = api.MissedRunAll }).ID)
	}
	for _, id := range ids {
		h.overdue(id, 3*time.Hour) // and so four times: three hours back and the full hour
	}
	var wg sync.WaitGroup
	for _, s := range servers {
		wg.Go(func() {
			for range 12 {
				if err := s.Pass(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, 5*4, h.tasks())
	require.Equal(t, 5*4, h.db.Count(t, "SELECT count(*) FROM schedule_runs WHERE outcome = 'created'"))
	require.Zero(t, h.db.Count(t, "SELECT count(*) FROM schedules WHERE next_due_at <= now()"))
}

// dying is a server that is killed after it has created what is due and before
// it has said so.
type dying struct{ *pgstore.Store }

func (d dying) FinishRun(context.Context, store.DueSchedule, store.ScheduleRun, *time.Time, string) error {
	return fault.New("test", fault.Unavailable, "", "killed")
}

func TestService_Pass_TakesOverFromAServerThatDied(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly()
	h.due(s.ID)
	log := slog.New(slog.DiscardHandler)
	hub := wakeup.New(h.db.Store, log)
	d := dispatch.New(h.db.Store, hub, log)
	require.Error(t, schedules.New(dying{h.db.Store}, d, pipelines.New(h.db.Store, d, hub), log).Pass(t.Context()))
	require.Equal(t, 1, h.tasks())
	h.pass()
	require.Empty(t, h.get(s.ID).Runs, "it is still the other server's")
	h.db.Exec(t, "UPDATE schedules SET claimed_until = now() - interval '1 second'")
	h.pass()
	require.Equal(t, 1, h.tasks(), "what the other one created is found")
	got := h.get(s.ID)
	require.Len(t, got.Runs, 1)
	require.Equal(t, store.RunCreated, got.Runs[0].Outcome)
}

func TestService_Pass_TreatsMissedTimesAsItIsTold(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		missed   string
		back     time.Duration
		created  int
		outcomes map[string]int
	}{
		"skip":                   {api.MissedSkip, 5 * time.Hour, 0, map[string]int{store.RunSkipped: 1}},
		"run once":               {api.MissedRunOnce, 5 * time.Hour, 1, map[string]int{store.RunCreated: 1}},
		"run all":                {api.MissedRunAll, 5 * time.Hour, 6, map[string]int{store.RunCreated: 6}},
		"run all, but no flood":  {api.MissedRunAll, 299 * time.Hour, 100, map[string]int{store.RunSkipped: 1, store.RunCreated: 100}},
		"run once, long ago":     {api.MissedRunOnce, 9999 * time.Hour, 1, map[string]int{store.RunCreated: 1}},
		"skip what is hours old": {api.MissedSkip, 9999 * time.Hour, 0, map[string]int{store.RunSkipped: 1}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			s := h.hourly(func(r *api.ScheduleRequest) { r.Missed = tt.missed })
			h.overdue(s.ID, tt.back)
			for range 110 {
				h.pass()
				if h.db.Count(t, "SELECT count(*) FROM schedules WHERE next_due_at <= now()") == 0 {
					break
				}
			}
			// A test that runs across a full hour has one time more.
			late := h.db.Count(t, "SELECT count(*) FROM schedule_runs WHERE due_at > $1", s.CreatedAt)
			require.Equal(t, tt.created+late, h.tasks())
			got := map[string]int{}
			for _, outcome := range []string{store.RunCreated, store.RunSkipped, store.RunFailed} {
				if n := h.db.Count(t, "SELECT count(*) FROM schedule_runs WHERE outcome = $1 AND due_at <= $2", outcome, s.CreatedAt); n > 0 {
					got[outcome] = n
				}
			}
			require.Equal(t, tt.outcomes, got)
			require.True(t, h.get(s.ID).NextRuns[0].After(time.Now().Add(-time.Minute)))
		})
	}
}

func TestService_Pass_SkipsWhileARunGoesOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly(func(r *api.ScheduleRequest) { r.Overlap = api.OverlapSkip })
	outcome := func() string {
		h.due(s.ID)
		h.pass()
		return h.get(s.ID).Runs[0].Outcome
	}
	require.Equal(t, store.RunCreated, outcome())
	require.Equal(t, store.RunSkipped, outcome())
	require.Equal(t, store.RunSkipped, outcome(), "a run that was skipped does not count as one that is over")
	storetest.Succeed(t, h.db, h.runner, storetest.Claim(t, h.db, h.runner)[0])
	require.Equal(t, store.RunCreated, outcome())
}

// What counts of a run is how its last try went, and the tries belong to the schedule.
func TestService_Schedule_ShowsHowARunWentInTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	log := slog.New(slog.DiscardHandler)
	again := dispatch.New(h.db.Store, wakeup.New(h.db.Store, log), log)
	s := h.hourly()
	h.due(s.ID)
	h.pass()
	last := uuid.MustParse(h.get(s.ID).Runs[0].TaskID)
	for range 2 {
		_, err := again.Cancel(t.Context(), h.analyst, last)
		require.NoError(t, err)
		require.Equal(t, task.Canceled, h.get(s.ID).Runs[0].State)
		retried, err := again.Retry(t.Context(), h.analyst, last, false)
		require.NoError(t, err)
		require.Equal(t, s.ID, retried.ScheduleID)
		require.Equal(t, task.Queued, h.get(s.ID).Runs[0].State)
		last = uuid.MustParse(retried.ID)
	}
	storetest.Succeed(t, h.db, h.runner, storetest.Claim(t, h.db, h.runner)[0])
	require.Equal(t, task.Succeeded, h.get(s.ID).Runs[0].State)
	cloned, err := again.Clone(t.Context(), h.analyst, last)
	require.NoError(t, err)
	require.Empty(t, cloned.ScheduleID, "a person made that")
}

func TestService_Pass_KeepsARunThatCannotBeCreatedAndGoesOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly()
	h.db.Exec(t, "UPDATE schedules SET task = jsonb_set(task, '{params,source,dataset}', '\"nobody has this\"') WHERE id = $1", s.ID)
	h.due(s.ID)
	h.pass()
	got := h.get(s.ID)
	require.Equal(t, store.RunFailed, got.Runs[0].Outcome)
	require.Contains(t, got.Runs[0].Message, "nobody has this")
	require.Len(t, got.Failures, 1)
	require.False(t, got.Paused)
	require.NotEmpty(t, got.NextRuns)
}

func TestService_Pass_PausesWhenItsKeyHasExpired(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly()
	h.db.Exec(t, "UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", h.analyst.ID)
	h.due(s.ID)
	h.pass()
	got := h.get(s.ID)
	require.True(t, got.Paused)
	require.Contains(t, got.PausedReason, "expired")
	require.Empty(t, got.NextRuns)
	require.Zero(t, h.tasks())
}

func TestService_Change(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.hourly()
	id := uuid.MustParse(s.ID)
	change := func(p store.Principal, patch api.SchedulePatch) (api.Schedule, error) {
		return h.Change(t.Context(), p, id, patch)
	}
	yes, no, daily, nonsense := true, false, "@daily", "nonsense"

	paused, err := change(h.analyst, api.SchedulePatch{Paused: &yes})
	require.NoError(t, err)
	require.True(t, paused.Paused)
	h.pass()
	require.Zero(t, h.tasks())
	run, err := h.RunNow(t.Context(), h.analyst, id)
	require.NoError(t, err, "a paused one can be run by hand")
	require.True(t, run.Manual)
	require.Equal(t, 1, h.tasks())

	changed, err := change(h.analyst, api.SchedulePatch{Cron: &daily, Paused: &no})
	require.NoError(t, err)
	require.Equal(t, "00:00", changed.NextRuns[0].Format("15:04"))
	require.Equal(t, s.Name, changed.Name, "what the patch does not name stays")
	_, err = change(h.analyst, api.SchedulePatch{TimeZone: &nonsense})
	require.True(t, fault.Is(err, fault.Invalid))

	other := storetest.Analyst(t, h.db, h.analyst.WorkspaceID)
	_, err = change(other, api.SchedulePatch{Paused: &yes})
	require.True(t, fault.Is(err, fault.Forbidden))
	require.True(t, fault.Is(h.Delete(t.Context(), other, id), fault.Forbidden))
	stranger := storetest.Analyst(t, h.db, storetest.Workspace(t, h.db))
	_, err = change(stranger, api.SchedulePatch{Paused: &yes})
	require.True(t, fault.Is(err, fault.NotFound))
	require.NoError(t, h.Delete(t.Context(), storetest.Key(t, h.db, h.analyst.WorkspaceID, api.Operator, "ops"), id))
	require.Equal(t, 1, h.tasks(), "what it has created stays")
	require.Equal(t, 5, h.db.Count(t, "SELECT count(*) FROM audit_log WHERE target_kind = 'schedule'"))
}

var _ schedules.Creator = (*dispatch.Service)(nil)

var _ admission.Store = (*pgstore.Store)(nil)
