package apitest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/task"
)

func testClaim(t *testing.T, w *world) {
	m := w.runner()
	begun := time.Now()
	resp, err := m.Claim(w.ctx(), client.ClaimOptions{Wait: time.Second, Instance: m.instance})
	require.NoError(t, err)
	require.Empty(t, resp.Tasks)
	require.GreaterOrEqual(t, time.Since(begun), 900*time.Millisecond, "a claim with nothing to do waits")

	// A task that comes while the claim waits is handed out at once.
	got := w.takeLater(m)
	id := w.task()
	a := <-got
	require.Equal(t, id, a.TaskID)
	require.Equal(t, 1, a.Attempt)
	require.NotEmpty(t, a.LeaseToken)
	require.Positive(t, a.LeaseSeconds)
	require.Equal(t, 100, a.OperationCode)
	require.Equal(t, 3600, a.TimeoutSeconds)
	require.Equal(t, "look", a.Name)
	require.NotEmpty(t, a.RequestedBy)
	require.JSONEq(t, `{"source":{"dataset":"birds"}}`, string(a.Params))
	require.Len(t, a.Inputs, 1)
	require.Equal(t, "params.source", a.Inputs[0].Path)
	require.Equal(t, "birds", a.Inputs[0].Name)
	require.NotEmpty(t, a.Inputs[0].DatasetID)
	require.Equal(t, task.Leased, w.show(id).State)

	// Its one slot is taken. A claim that waits gets the next task as soon as
	// the slot is free.
	next := w.task()
	w.confirm(m, a)
	resp, err = m.Claim(w.ctx(), client.ClaimOptions{Wait: time.Second, Instance: m.instance})
	require.NoError(t, err)
	require.Empty(t, resp.Tasks)
	got = w.takeLater(m)
	for range 5 {
		w.confirm(m, a) // time for the claim to arrive; it must not matter
	}
	_, err = m.Report(w.ctx(), reportOn(a, api.OutcomeSucceeded))
	require.NoError(t, err)
	require.Equal(t, next, (<-got).TaskID)
}

func testRedelivery(t *testing.T, w *world) {
	m := w.runner()
	w.task()
	first := w.take(m)
	again := w.take(m)
	require.Equal(t, first.TaskID, again.TaskID)
	require.Equal(t, first.Attempt, again.Attempt)
	require.Equal(t, first.LeaseToken, again.LeaseToken, "a lost answer loses nothing")

	w.confirm(m, first)
	resp, err := m.Claim(w.ctx(), client.ClaimOptions{Instance: m.instance})
	require.NoError(t, err)
	require.Empty(t, resp.Tasks, "a confirmed lease is not handed out again")
}

func testPing(t *testing.T, w *world) {
	m := w.runner()
	id := w.task()
	a := w.take(m)
	fraction, rows, left := 0.5, int64(5), int64(20)
	resp, err := m.Ping(w.ctx(), api.PingRequest{State: api.Working, Instance: m.instance, Running: []api.RunningTask{{
		TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Fraction: &fraction, Stage: "reading", RowsDone: &rows, RemainingSeconds: &left,
	}}}, 0)
	require.NoError(t, err)
	require.Empty(t, resp.Lost)
	require.Positive(t, resp.PingSeconds)
	require.WithinDuration(t, time.Now(), resp.ServerTime, time.Hour)
	shown := w.show(id)
	require.Equal(t, task.Running, shown.State)
	require.NotNil(t, shown.Progress)
	require.Equal(t, "reading", shown.Progress.Stage)
	require.InDelta(t, fraction, *shown.Progress.Fraction, 1e-9)
	require.Equal(t, &left, shown.Progress.RemainingSeconds)

	forged := a
	forged.LeaseToken = "1-" + uuid.NewString()
	foreign := a
	foreign.TaskID = uuid.NewString()
	resp, err = w.beat(m, 0, forged, foreign)
	require.NoError(t, err)
	require.ElementsMatch(t, []api.AttemptRef{{TaskID: id, Attempt: 1}, {TaskID: foreign.TaskID, Attempt: 1}}, resp.Lost)
}

func testCancel(t *testing.T, w *world) {
	m := w.runner()
	id := w.task()
	a := w.take(m)
	w.confirm(m, a)

	// The ping that waits is answered at once, and every later one as well.
	answered := make(chan api.PingResponse, 1)
	begun := time.Now()
	go func() {
		resp, _ := w.beat(m, longPoll, a) // an error shows in the empty answer
		answered <- resp
	}()
	canceled, err := w.admin.CancelTask(w.ctx(), id)
	require.NoError(t, err)
	require.Equal(t, task.Canceled, canceled.State)
	command := []api.Command{{Type: api.CommandCancel, TaskID: id, Attempt: a.Attempt}}
	require.Equal(t, command, (<-answered).Commands)
	require.Less(t, time.Since(begun), 3*time.Second)
	resp, err := w.beat(m, 0, a)
	require.NoError(t, err)
	require.Equal(t, command, resp.Commands)
	require.Nil(t, w.show(id).StoppedAt)

	// A success that comes too late is refused; the confirmation is not.
	_, err = m.Report(w.ctx(), reportOn(a, api.OutcomeSucceeded))
	requireCode(t, api.CodeTaskCanceled, err)
	ack, err := m.Report(w.ctx(), reportOn(a, api.OutcomeCanceled))
	require.NoError(t, err)
	require.Equal(t, task.Canceled, ack.State)
	require.NotNil(t, w.show(id).StoppedAt)
	resp, err = w.beat(m, 0, a)
	require.NoError(t, err)
	require.Empty(t, resp.Commands)
}

func testRelease(t *testing.T, w *world) {
	m := w.runner()
	id := w.task()
	a := w.take(m)
	ack, err := m.Report(w.ctx(), reportOn(a, api.OutcomeReleased))
	require.NoError(t, err)
	require.Equal(t, task.Queued, ack.State)
	require.NotEmpty(t, w.show(id).Reason, "a task that waits says why")

	again := w.take(m)
	require.Equal(t, id, again.TaskID)
	require.NotEqual(t, a.LeaseToken, again.LeaseToken)
	_, err = m.Report(w.ctx(), reportOn(a, api.OutcomeSucceeded))
	requireCode(t, api.CodeLeaseLost, err)
	_, err = m.Report(w.ctx(), reportOn(again, api.OutcomeSucceeded))
	require.NoError(t, err)
}

func testNewInstance(t *testing.T, w *world) {
	m := w.runner()
	id := w.task()
	a := w.take(m)
	w.confirm(m, a)

	next := &machine{Client: m.Client, id: m.id, instance: uuid.NewString()}
	_, err := w.beat(next, 0)
	require.NoError(t, err)
	again := w.take(next)
	require.Equal(t, id, again.TaskID, "what the predecessor held is handed out again")
	require.NotEqual(t, a.LeaseToken, again.LeaseToken)
	w.confirm(next, again)

	_, err = w.beat(m, 0, a)
	requireCode(t, api.CodeInstanceSuperseded, err)
	_, err = m.Claim(w.ctx(), client.ClaimOptions{Instance: m.instance})
	requireCode(t, api.CodeInstanceSuperseded, err)
	_, err = m.Report(w.ctx(), reportOn(a, api.OutcomeSucceeded))
	requireCode(t, api.CodeLeaseLost, err)
}
