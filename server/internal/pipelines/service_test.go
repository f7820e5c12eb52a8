package pipelines_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/pipelines"
	"ddap/server/internal/results"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is a workspace with a server, an analyst and two runners, of which the
// first shares penguins.
type house struct {
	t         *testing.T
	db        *storetest.DB
	pipelines *pipelines.Service
	dispatch  *dispatch.Service
	results   *results.Service
	workspace uuid.UUID
	analyst   store.Principal
	holder    store.Principal
	other     store.Principal
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, log := storetest.Open(t), slog.New(slog.DiscardHandler)
	hub := wakeup.New(db.Store, log)
	h := &house{t: t, db: db, dispatch: dispatch.New(db.Store, hub, log), results: results.New(db.Store, hub, log)}
	h.pipelines = pipelines.New(db.Store, h.dispatch, hub)
	h.workspace = storetest.Workspace(t, db)
	h.analyst = storetest.Analyst(t, db, h.workspace)
	h.holder = storetest.Runner(t, db, h.workspace, storetest.Shares("penguins"))
	h.other = storetest.Runner(t, db, h.workspace)
	return h
}

func step(ref string, code int, params string) api.PipelineStep {
	return api.PipelineStep{Ref: ref, OperationCode: code, Params: json.RawMessage(params)}
}

// chain is the main job: look, filter, describe, report. The steps are not in
// the order in which they run.
func chain() api.PipelineRequest {
	return api.PipelineRequest{Name: "the main job", Tasks: []api.PipelineStep{
		step("report", 400, `{"inputs": [{"task": "model"}, {"task": "look"}], "format": "html"}`),
		step("look", 100, `{"source": {"dataset": "penguins"}}`),
		step("adults", 200, `{"source": {"task": "look"}, "where": {"column": "a", "op": "gt", "value": 12345678901234567}}`),
		step("model", 300, `{"source": {"task": "adults"}, "model": "describe"}`),
	}}
}

func (h *house) create(req api.PipelineRequest) api.Pipeline {
	h.t.Helper()
	p, err := h.pipelines.Create(h.t.Context(), h.analyst, req)
	require.NoError(h.t, err)
	return p
}

func (h *house) get(id string) map[string]api.Task {
	h.t.Helper()
	p, err := h.pipelines.Pipeline(h.t.Context(), h.analyst, uuid.MustParse(id))
	require.NoError(h.t, err)
	out := map[string]api.Task{}
	for _, t := range p.Tasks {
		out[t.Ref] = t
	}
	return out
}

func (h *house) states(id string) map[string]task.State {
	h.t.Helper()
	out := map[string]task.State{}
	for ref, t := range h.get(id) {
		out[ref] = t.State
	}
	return out
}

// claim gives the one task that there is for a runner.
func (h *house) claim(runner store.Principal) api.Assignment {
	h.t.Helper()
	got, err := h.dispatch.Claim(h.t.Context(), runner, dispatch.ClaimOptions{})
	require.NoError(h.t, err)
	require.Len(h.t, got.Tasks, 1)
	return got.Tasks[0]
}

func (h *house) succeed(runner store.Principal, a api.Assignment) {
	h.t.Helper()
	_, err := h.results.Accept(h.t.Context(), runner, api.ResultReport{
		TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Outcome: api.OutcomeSucceeded,
		Result: &result.Document{Version: 1, Kind: "test", Summary: "done", Dataset: &result.Dataset{Rows: 3}},
	})
	require.NoError(h.t, err)
}

func (h *house) fail(runner store.Principal, a api.Assignment) {
	h.t.Helper()
	_, err := h.results.Accept(h.t.Context(), runner, api.ResultReport{
		TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Outcome: api.OutcomeFailed,
		Error: &api.AttemptError{Reason: task.SourceUnreadable, Message: "line 7 has too few fields"},
	})
	require.NoError(h.t, err)
}

func TestPipeline_RunsItsStepsInTheirOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(chain())
	require.Equal(t, "the main job", p.Name)
	require.Equal(t, "analyst", p.CreatedBy)
	require.Equal(t, []string{"report", "look", "adults", "model"}, []string{p.Tasks[0].Ref, p.Tasks[1].Ref, p.Tasks[2].Ref, p.Tasks[3].Ref})
	require.Equal(t, map[string]task.State{
		"look": task.Queued, "adults": task.Blocked, "model": task.Blocked, "report": task.Blocked,
	}, h.states(p.ID))
	require.Contains(t, string(p.Tasks[2].Params), p.Tasks[1].ID, "refs became ids")
	require.Contains(t, string(p.Tasks[2].Params), "12345678901234567", "and nothing else changed")

	for _, ref := range []string{"look", "adults", "model"} {
		a := h.claim(h.holder)
		require.Equal(t, ref, a.Name)
		h.succeed(h.holder, a)
	}
	report := h.claim(h.other)
	require.Equal(t, "report", report.Name)
	require.Len(t, report.Inputs, 2)
	require.Equal(t, "params.inputs[0]", report.Inputs[0].Path)
	require.Equal(t, 300, report.Inputs[0].OperationCode)
	holds, err := h.dispatch.HoldsInput(t.Context(), h.other, uuid.MustParse(report.Inputs[0].TaskID))
	require.NoError(t, err)
	require.True(t, holds)
	h.succeed(h.other, report)
	for ref, state := range h.states(p.ID) {
		require.Equal(t, task.Succeeded, state, ref)
	}
}

func TestPipeline_StepSaysForWhichStepsItWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(chain())
	steps := h.get(p.ID)
	waitsFor := func(ref string) map[string]task.Reason {
		shown, err := h.dispatch.Task(t.Context(), h.analyst, uuid.MustParse(steps[ref].ID))
		require.NoError(t, err)
		out := map[string]task.Reason{}
		for _, in := range shown.WaitingFor {
			require.Equal(t, steps[in.Ref].ID, in.TaskID)
			out[in.Ref] = in.Reason
		}
		return out
	}
	require.Equal(t, map[string]task.Reason{"model": task.WaitingForInput, "look": task.WaitingForRunner}, waitsFor("report"))
	require.Empty(t, waitsFor("look"))
	h.succeed(h.holder, h.claim(h.holder))
	require.Equal(t, map[string]task.Reason{"model": task.WaitingForInput}, waitsFor("report"), "what has ended is waited for no longer")
	require.Empty(t, waitsFor("adults"))
}

func TestPipeline_FailsWhatNeedsAFailedStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(chain())
	h.succeed(h.holder, h.claim(h.holder))
	h.fail(h.holder, h.claim(h.holder))
	tasks := h.get(p.ID)
	require.Equal(t, task.Succeeded, tasks["look"].State)
	require.Equal(t, task.SourceUnreadable, tasks["adults"].Reason)
	require.Equal(t, "line 7 has too few fields", tasks["adults"].Message)
	require.Equal(t, task.InputFailed, tasks["model"].Reason)
	require.Equal(t, task.InputFailed, tasks["report"].Reason)
	require.Contains(t, tasks["model"].Message, "adults")
}

func TestPipeline_CancelEndsEveryOpenStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(chain())
	id := uuid.MustParse(p.ID)
	h.succeed(h.holder, h.claim(h.holder))
	h.claim(h.holder)
	_, err := h.pipelines.Cancel(t.Context(), storetest.Analyst(t, h.db, h.workspace), id)
	require.True(t, fault.Is(err, fault.Forbidden), "it is another's: %v", err)
	_, err = h.pipelines.Cancel(t.Context(), h.analyst, id)
	require.NoError(t, err)
	tasks := h.get(p.ID)
	require.Equal(t, task.Succeeded, tasks["look"].State)
	for _, ref := range []string{"adults", "model", "report"} {
		require.Equal(t, task.Canceled, tasks[ref].State, ref)
		require.Equal(t, task.CanceledByUser, tasks[ref].Reason, "canceled, and not failed for an input")
	}
	_, err = h.pipelines.Cancel(t.Context(), h.analyst, id)
	require.NoError(t, err, "canceling again changes nothing")
}

func TestPipeline_RetryCopiesAStepAndThoseAfterItAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(chain())
	h.succeed(h.holder, h.claim(h.holder))
	h.fail(h.holder, h.claim(h.holder))
	before := h.get(p.ID)
	failed := uuid.MustParse(before["adults"].ID)

	again, err := h.dispatch.Retry(t.Context(), h.analyst, failed, false)
	require.NoError(t, err)
	require.Equal(t, before["adults"].ID, again.RetryOf)
	require.Equal(t, task.Queued, again.State)
	after := h.get(p.ID)
	require.Len(t, after, 4)
	require.Equal(t, before["look"].ID, after["look"].ID, "its output is still there")
	for _, ref := range []string{"adults", "model", "report"} {
		require.Equal(t, before[ref].ID, after[ref].RetryOf, ref)
	}
	_, err = h.dispatch.Retry(t.Context(), h.analyst, failed, false)
	require.True(t, fault.HasCode(err, "already_retried") && fault.Is(err, fault.Conflict), "got %v", err)

	for _, ref := range []string{"adults", "model"} {
		a := h.claim(h.holder)
		require.Equal(t, ref, a.Name)
		h.succeed(h.holder, a)
	}
	h.succeed(h.other, h.claim(h.other))
	for ref, state := range h.states(p.ID) {
		require.Equal(t, task.Succeeded, state, ref)
	}
}

func TestCreate_RefusesPlansThatCannotRun(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	from := func(ref string) string { return fmt.Sprintf(`{"source": {"task": %q}}`, ref) }
	look := step("look", 100, `{"source": {"dataset": "penguins"}}`)
	cases := []struct {
		name, code, path, suggestion string
		steps                        []api.PipelineStep
	}{
		{"RefTwice", "invalid_ref", "tasks[1].ref", "", []api.PipelineStep{look, look}},
		{"NoRef", "invalid_ref", "tasks[1].ref", "", []api.PipelineStep{look, step("", 200, from("look"))}},
		{"UnknownRef", "unknown_ref", "tasks[1].params.source.task", "look", []api.PipelineStep{look, step("b", 200, from("lok"))}},
		{"NeedsItself", "circular_pipeline", "tasks[1].params.source.task", "", []api.PipelineStep{look, step("b", 200, from("b"))}},
		{"Circle", "circular_pipeline", "tasks[2].params.source.task", "", []api.PipelineStep{
			step("a", 200, from("b")), step("b", 200, from("c")), step("c", 200, from("a")),
		}},
		{"NoRowsToRead", api.CodeInvalidParams, "tasks[2].params.source.task", "", []api.PipelineStep{
			look, step("m", 300, `{"source": {"task": "look"}, "model": "describe"}`), step("b", 200, from("m")),
		}},
		{"UnknownDataset", api.CodeUnknownDataset, "tasks[0].params.source.dataset", "penguins", []api.PipelineStep{
			step("a", 100, `{"source": {"dataset": "pinguins"}}`),
		}},
		{"WrongParameter", api.CodeInvalidParams, "tasks[1].params.limit", "", []api.PipelineStep{
			look, step("b", 200, `{"source": {"task": "look"}, "limit": "many"}`),
		}},
	}
	for _, c := range cases {
		_, err := h.pipelines.Create(t.Context(), h.analyst, api.PipelineRequest{Name: c.name, Tasks: c.steps})
		var problem *fault.Error
		require.ErrorAs(t, err, &problem, c.name)
		require.Equal(t, fault.Invalid, problem.Kind, c.name)
		require.Equal(t, c.code, problem.Code, c.name)
		require.Equal(t, c.path, problem.Fields[0].Path, c.name)
		require.Equal(t, c.suggestion, problem.Fields[0].Suggestion, c.name)
	}
	require.Zero(t, h.db.Count(t, "SELECT count(*) FROM tasks"))
	require.Zero(t, h.db.Count(t, "SELECT count(*) FROM pipelines"))
}

func TestList_GivesPagesOfTheWorkspace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ids []string
	for range 3 {
		ids = append(ids, h.create(chain()).ID)
	}
	first, err := h.pipelines.List(t.Context(), h.analyst, "", 2, "")
	require.NoError(t, err)
	require.Len(t, first.Pipelines, 2)
	require.Equal(t, ids[2], first.Pipelines[0].ID)
	second, err := h.pipelines.List(t.Context(), h.analyst, "", 2, first.NextCursor)
	require.NoError(t, err)
	require.Equal(t, ids[0], second.Pipelines[0].ID)
	require.Empty(t, second.NextCursor)

	stranger := storetest.Analyst(t, h.db, storetest.Workspace(t, h.db))
	none, err := h.pipelines.List(t.Context(), stranger, "", 0, "")
	require.NoError(t, err)
	require.Empty(t, none.Pipelines)
	_, err = h.pipelines.Pipeline(t.Context(), stranger, uuid.MustParse(ids[0]))
	require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
}
