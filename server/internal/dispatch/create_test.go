package dispatch_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

func TestCreate_SaysWhyTheTaskWaits(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	runner := storetest.Runner(t, db, ws, storetest.Shares("penguins"))
	storetest.Runner(t, db, ws, storetest.Shares("others"))

	created := create(t, s, analyst, fetch("free"))
	require.Equal(t, task.Queued, created[0].State)
	require.Equal(t, task.WaitingForRunner, created[0].Reason)

	db.Exec(t, "UPDATE runners SET last_seen_at = now() - interval '2 minutes' WHERE id = $1", runner.ID)
	require.NoError(t, s.ExplainWaiting(t.Context()))
	id := uuid.MustParse(created[0].TaskID)
	view, err := s.Task(t.Context(), analyst, id)
	require.NoError(t, err)
	require.Equal(t, task.RunnersOffline, view.Reason)

	gone := fetch("labels")
	gone.Labels = map[string]string{"site": "nowhere"}
	require.Equal(t, task.NoRunnerMatchesLabels, create(t, s, analyst, gone)[0].Reason)

	later := time.Now().Add(time.Hour)
	scheduled := fetch("later")
	scheduled.RunAt = &later
	require.Equal(t, api.TaskCreated{
		TaskID: "", State: task.Scheduled, Reason: task.WaitingForTime,
	}, withoutID(create(t, s, analyst, scheduled)[0]))

	next := api.TaskRequest{Name: "next", OperationCode: 200, Params: json.RawMessage(`{"source": {"task": "` + created[0].TaskID + `"}}`)}
	require.Equal(t, task.WaitingForInput, create(t, s, analyst, next)[0].Reason)

	storetest.Claim(t, db, runner)
	require.NoError(t, s.ExplainWaiting(t.Context()))
	second := create(t, s, analyst, fetch("second"))
	require.NoError(t, s.ExplainWaiting(t.Context()))
	view, err = s.Task(t.Context(), analyst, uuid.MustParse(second[0].TaskID))
	require.NoError(t, err)
	require.Equal(t, task.RunnersBusy, view.Reason)
}

func withoutID(c api.TaskCreated) api.TaskCreated {
	c.TaskID = ""
	return c
}

func TestExplainWaiting_FailsWhatWaitsForARunnerThatIsGone(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Succeeded)
	waits := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	require.NoError(t, db.RevokeRunner(t.Context(), f.Workspace, f.Runner.ID))
	require.NoError(t, s.ExplainWaiting(t.Context()))
	view, err := s.Task(t.Context(), f.Creator, waits.ID)
	require.NoError(t, err)
	require.Equal(t, task.Failed, view.State)
	require.Equal(t, task.InputLost, view.Reason)
}

func TestCreate_RefusesWhatCannotBeAndSaysWhere(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Succeeded)
	analyst := f.Creator
	foreign := storetest.TaskAt(t, db, task.Succeeded)
	model := storetest.Task(t, db, analyst, storetest.With(func(n *store.NewTask) { n.Operation = operation.Analyze }))
	failed := storetest.Task(t, db, analyst)
	_, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{failed.ID}, false)
	require.NoError(t, err)
	elsewhere := storetest.Dataset(t, db, f.Workspace, storetest.Runner(t, db, f.Workspace).ID, "seal", `[]`, "rows")
	gone := storetest.Runner(t, db, f.Workspace)
	removed := storetest.Dataset(t, db, f.Workspace, gone.ID, "walrus", `[]`, "rows")
	require.NoError(t, db.RevokeRunner(t.Context(), f.Workspace, gone.ID))
	from := func(code int, source string) api.TaskRequest {
		return api.TaskRequest{Name: "x", OperationCode: code, Params: json.RawMessage(`{"source": ` + source + `}`)}
	}
	with := func(change func(*api.TaskRequest)) api.TaskRequest {
		r := fetch("x")
		change(&r)
		return r
	}
	cases := []struct {
		name, code, path, suggestion string
		req                          api.TaskRequest
	}{
		{"UnknownOperation", "unknown_operation", "operation_code", "", from(123, `{"dataset": "penguins"}`)},
		{"UnknownDataset", api.CodeUnknownDataset, "params.source.dataset", "penguins", from(100, `{"dataset": "pengwins"}`)},
		{"UnknownDatasetID", api.CodeUnknownDataset, "params.source.dataset_id", "", from(100, `{"dataset_id": "`+uuid.NewString()+`"}`)},
		{"DatasetIDOfARemovedRunner", api.CodeUnknownDataset, "params.source.dataset_id", "", from(100, `{"dataset_id": "`+removed.String()+`"}`)},
		{"DatasetIDOfAnotherRunner", api.CodeInvalidParams, "params.source.dataset_id", "", with(func(r *api.TaskRequest) {
			r.RunnerID, r.Params = f.Runner.ID.String(), json.RawMessage(`{"source": {"dataset_id": "`+elsewhere.String()+`"}}`)
		})},
		{"MalformedDatasetID", api.CodeUnknownDataset, "params.source.dataset_id", "", from(100, `{"dataset_id": "seven"}`)},
		{"UnknownTask", "unknown_task", "params.source.task", "", from(200, `{"task": "`+uuid.NewString()+`"}`)},
		{"TaskOfAnotherWorkspace", "unknown_task", "params.source.task", "", from(200, `{"task": "`+foreign.Task.ID.String()+`"}`)},
		{"TaskThatLeavesNoRows", api.CodeInvalidParams, "params.source.task", "", from(200, `{"task": "`+model.ID.String()+`"}`)},
		{"ModelOfATaskThatTrainsNone", api.CodeInvalidParams, "params.model_from.task", "", api.TaskRequest{
			Name: "x", OperationCode: 300, Params: json.RawMessage(`{"source": {"dataset": "penguins"}, "model": "predict", "model_from": {"task": "` + f.Task.ID.String() + `"}}`),
		}},
		{"TaskThatWasCanceled", "input_failed", "params", "", from(200, `{"task": "`+failed.ID.String()+`"}`)},
		{"UnknownRunner", "unknown_runner", "runner_id", "", with(func(r *api.TaskRequest) { r.RunnerID = foreign.Runner.ID.String() })},
		{"NoName", "invalid_task", "name", "", with(func(r *api.TaskRequest) { r.Name = "" })},
		{"PriorityTooHigh", "invalid_task", "priority", "", with(func(r *api.TaskRequest) { r.Priority = 101 })},
		{"UnknownParameter", api.CodeInvalidParams, "params.colour", "", api.TaskRequest{
			Name: "x", OperationCode: 100, Params: json.RawMessage(`{"source": {"dataset": "penguins"}, "colour": 1}`),
		}},
	}
	before := db.Count(t, "SELECT count(*) FROM tasks")
	for _, c := range cases {
		for _, at := range []string{"", "tasks[1]."} {
			reqs := []api.TaskRequest{c.req}
			if at != "" {
				reqs = []api.TaskRequest{fetch("good"), c.req}
			}
			_, err := s.Create(t.Context(), analyst, reqs)
			var problem *fault.Error
			require.ErrorAs(t, err, &problem, c.name)
			require.Equal(t, fault.Invalid, problem.Kind, c.name)
			require.Equal(t, c.code, problem.Code, c.name)
			require.Equal(t, at+c.path, problem.Fields[0].Path, c.name)
			require.Equal(t, c.suggestion, problem.Fields[0].Suggestion, c.name)
		}
	}
	require.Equal(t, before, db.Count(t, "SELECT count(*) FROM tasks"), "all or none")
	_, err = s.Create(t.Context(), analyst, make([]api.TaskRequest, api.MaxTasks+1))
	require.True(t, fault.Is(err, fault.TooLarge), "got %v", err)
}

func TestCreate_RefusesANameThatStandsForDifferentData(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	first, second := storetest.Runner(t, db, ws, storetest.Shares("penguins")), storetest.Runner(t, db, ws, storetest.Shares("penguins"))
	create(t, s, analyst, fetch("alike"))

	db.Exec(t, "UPDATE datasets SET policy = 'aggregates' WHERE runner_id = $1", second.ID)
	_, err := s.Create(t.Context(), analyst, []api.TaskRequest{fetch("which one?")})
	require.True(t, fault.HasCode(err, api.CodeAmbiguousDataset) && fault.Is(err, fault.Conflict), "got %v", err)
	require.ErrorContains(t, err, second.Name, "it names the candidates")

	pinned := fetch("this one")
	pinned.RunnerID = first.ID.String()
	create(t, s, analyst, pinned)
	db.Exec(t, "UPDATE datasets SET removed_at = now() WHERE runner_id = $1", second.ID)
	create(t, s, analyst, fetch("only one is left"))
	db.Exec(t, "UPDATE datasets SET removed_at = now() WHERE runner_id = $1", first.ID)
	require.NoError(t, s.ExplainWaiting(t.Context()))
	require.Equal(t, task.NoRunnerHasDataset, create(t, s, analyst, fetch("known, but gone"))[0].Reason)
}

func TestCancel_IsForTheCreatorAndForOperators(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Queued)
	key := func(role api.Role) store.Principal { return storetest.Key(t, db, f.Workspace, role, string(role)) }
	acting := f.Creator
	acting.ActingUser = "7;Sari"
	for name, p := range map[string]store.Principal{
		"viewer": key(api.Viewer), "other analyst": key(api.Analyst), "runner": f.Runner, "other acting user": acting,
	} {
		_, err := s.Cancel(t.Context(), p, f.Task.ID)
		require.Truef(t, fault.Is(err, fault.Forbidden), "%s: %v", name, err)
		require.Truef(t, fault.Is(s.Delete(t.Context(), p, f.Task.ID), fault.Forbidden), name)
		_, err = s.Retry(t.Context(), p, f.Task.ID, false)
		require.Truef(t, fault.Is(err, fault.Forbidden), "%s: %v", name, err)
	}
	_, err := s.Cancel(t.Context(), storetest.Key(t, db, storetest.Workspace(t, db), api.Admin, "stranger"), f.Task.ID)
	require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
	got, err := s.Cancel(t.Context(), key(api.Operator), f.Task.ID)
	require.NoError(t, err)
	require.Equal(t, task.Canceled, got.State)
	require.NoError(t, s.Delete(t.Context(), f.Creator, f.Task.ID))
	_, err = s.Task(t.Context(), f.Creator, f.Task.ID)
	require.True(t, fault.Is(err, fault.NotFound))
}

func TestRetry_MakesANewTaskOfOneThatEnded(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	for _, state := range task.States() {
		f := storetest.TaskAt(t, db, state)
		again, err := s.Retry(t.Context(), f.Creator, f.Task.ID, false)
		if !state.Final() {
			require.Truef(t, fault.Is(err, fault.Conflict), "%s: %v", state, err)
			continue
		}
		require.NoError(t, err, state)
		require.Equal(t, f.Task.ID.String(), again.RetryOf)
		require.NotEqual(t, f.Task.ID.String(), again.ID)
		require.Equal(t, task.Queued, again.State)
		require.Equal(t, f.Task.Name, again.Name)
		require.JSONEq(t, string(f.Task.Params), string(again.Params))
	}
}

func TestTasks_AreListedInPagesWithCounts(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Succeeded)
	for _, name := range []string{"one", "two 100%", "three"} {
		storetest.Task(t, db, f.Creator, storetest.With(func(n *store.NewTask) { n.Name = name }))
	}
	list := func(opts dispatch.ListOptions) (names []string, l api.TaskList) {
		t.Helper()
		l, err := s.Tasks(t.Context(), f.Creator, opts)
		require.NoError(t, err)
		for _, v := range l.Tasks {
			names = append(names, v.Name)
		}
		return names, l
	}
	names, page := list(dispatch.ListOptions{Limit: 3})
	require.Equal(t, []string{"three", "two 100%", "one"}, names)
	require.Equal(t, 3, page.Counts[task.Queued])
	require.Equal(t, 1, page.Counts[task.Succeeded])
	require.Contains(t, page.Counts, task.Failed)
	names, page = list(dispatch.ListOptions{Limit: 3, Cursor: page.NextCursor})
	require.Equal(t, []string{"task"}, names)
	require.Empty(t, page.NextCursor)
	names, page = list(dispatch.ListOptions{TaskFilter: store.TaskFilter{States: []task.State{task.Succeeded}}})
	require.Equal(t, []string{"task"}, names)
	require.Equal(t, 3, page.Counts[task.Queued], "the counts are of all states")
	names, _ = list(dispatch.ListOptions{TaskFilter: store.TaskFilter{Text: "0%"}})
	require.Equal(t, []string{"two 100%"}, names, "a percent sign is itself")
	names, _ = list(dispatch.ListOptions{TaskFilter: store.TaskFilter{RunnerID: &f.Runner.ID, Operations: []operation.Code{operation.Fetch}}})
	require.Equal(t, []string{"task"}, names)
	_, err := s.Tasks(t.Context(), f.Creator, dispatch.ListOptions{Cursor: "page 2"})
	require.True(t, fault.Is(err, fault.Invalid), "got %v", err)
}

func TestEvents_TellTheWholeStory(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Succeeded)
	list, err := s.Events(t.Context(), f.Creator, f.Task.ID, 0, "")
	require.NoError(t, err)
	var got []api.EventType
	for _, e := range list.Events {
		got = append(got, e.Type)
		require.WithinDuration(t, time.Now(), e.At, time.Minute)
	}
	require.Equal(t, []api.EventType{api.EventCreated, api.EventLeased, api.EventRunning, api.EventSucceeded}, got)
	view, err := s.Task(t.Context(), f.Creator, f.Task.ID)
	require.NoError(t, err)
	require.Len(t, view.Attempts, 1)
	require.Equal(t, f.Runner.Name, view.Attempts[0].RunnerName)
	require.Equal(t, "succeeded", view.Attempts[0].Outcome)
	_, err = s.Events(t.Context(), storetest.Analyst(t, db, storetest.Workspace(t, db)), f.Task.ID, 0, "")
	require.True(t, fault.Is(err, fault.NotFound))
}
