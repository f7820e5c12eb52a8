package apitest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// testOutputs: a runner hears of outputs that are needed and of those whose task
// was deleted, as often as it asks, and nothing of what the server does not know.
func testOutputs(t *testing.T, w *world) {
	m, other := w.runner(), w.runner()
	id := w.leave(m)
	_, err := m.Ping(w.ctx(), api.PingRequest{State: api.Idle, Instance: m.instance, Running: []api.RunningTask{}, Outputs: []string{"no id"}}, 0)
	requireKind(t, fault.Invalid, err)
	judge := func(m *machine, ids ...string) []api.Command {
		resp, err := m.Ping(w.ctx(), api.PingRequest{State: api.Idle, Instance: m.instance, Running: []api.RunningTask{}, Outputs: ids}, 0)
		require.NoError(t, err)
		return resp.Commands
	}
	require.Empty(t, judge(m, id, uuid.NewString()))

	reader := w.create(operation.Export, artifactParams(id))
	keep := api.Command{Type: api.CommandKeep, TaskID: id}
	for range 2 {
		require.Equal(t, []api.Command{keep}, judge(m, id, uuid.NewString()))
	}
	require.Empty(t, judge(other, id), "its rows are not there")
	_, err = w.admin.CancelTask(w.ctx(), reader)
	require.NoError(t, err)
	require.Empty(t, judge(m, id), "nobody needs it any more, and the runner may keep it")

	require.NoError(t, w.admin.DeleteTask(w.ctx(), id))
	drop := api.Command{Type: api.CommandDeleteOutput, TaskID: id}
	for range 2 {
		require.Equal(t, []api.Command{drop}, judge(m, id))
	}
	require.Empty(t, judge(other, id))
}

// leave does a task whose rows stay on the runner.
func (w *world) leave(m *machine) (id string) {
	id = w.task()
	report := reportOn(w.take(m), api.OutcomeSucceeded)
	report.Result.Dataset = &result.Dataset{
		Rows: 10, Columns: []result.Column{}, Policy: result.Rows,
		Location: result.Location{RunnerID: m.id, TaskID: id, Attempt: report.Attempt},
	}
	_, err := m.Report(w.ctx(), report)
	require.NoError(w.t, err)
	return id
}
