package alerts_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/alerts"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// TestAlerts_ThreeServersTellEachTurnOnce is the story: three servers judge one
// rule at the same moments, and one of them dies again and again in the middle.
func TestAlerts_ThreeServersTellEachTurnOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	storetest.Runner(t, w.db, w.operator.WorkspaceID)
	made := w.alert(api.AlertRequest{Kind: api.AlertNoRunner, Notify: &api.AlertNotify{Emails: []string{"ann@example.org"}}})
	servers := []*alerts.Service{w.service, w.server(w.db.Another(t)), w.server(w.db.Another(t))}
	rounds := func(n int) {
		for round := range n {
			w.age(every)
			w.serving()
			dying, kill := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			for i, s := range servers {
				wg.Go(func() {
					ctx := t.Context()
					if i == 0 {
						ctx = dying
					}
					if err := s.Judge(ctx, every); err != nil && ctx.Err() == nil {
						t.Errorf("judge: %v", err)
					}
				})
			}
			if round%2 == 0 {
				kill()
			}
			wg.Wait()
			kill()
		}
	}
	w.away()
	rounds(10)
	require.Equal(t, api.AlertFiring, w.get(made.ID).State)
	require.Equal(t, 1, w.told(api.AlertEventFiring))
	w.here()
	rounds(10)
	require.Equal(t, api.AlertOK, w.get(made.ID).State)
	require.Equal(t, 1, w.told(api.AlertEventFiring))
	require.Equal(t, 1, w.told(api.AlertEventResolved))
	require.Equal(t, 2, w.mailsIn(store.MailPending))
	var wg sync.WaitGroup
	for _, s := range servers {
		wg.Go(func() {
			if err := s.Send(t.Context()); err != nil {
				t.Errorf("send: %v", err)
			}
		})
	}
	wg.Wait()
	require.Len(t, w.mails.Taken(), 2)
}

func TestAlerts_NoRunner_CountsThoseThatFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ws := w.operator.WorkspaceID
	storetest.Runner(t, w.db, ws, storetest.Label("site", "lab"), storetest.Shares("birds"))
	storetest.Runner(t, w.db, storetest.Workspace(t, w.db), storetest.Label("site", "field"))
	all := w.alert(api.AlertRequest{Name: "all", Kind: api.AlertNoRunner})
	lab := w.alert(api.AlertRequest{Name: "lab", Kind: api.AlertNoRunner, AlertRule: api.AlertRule{Labels: &map[string]string{"site": "lab"}, Dataset: new("birds")}})
	field := w.alert(api.AlertRequest{Name: "field", Kind: api.AlertNoRunner, AlertRule: api.AlertRule{Labels: &map[string]string{"site": "field"}}})
	fish := w.alert(api.AlertRequest{Name: "fish", Kind: api.AlertNoRunner, AlertRule: api.AlertRule{Dataset: new("fish")}})
	states := func() map[string]api.AlertState {
		list, err := w.service.List(t.Context(), w.operator)
		require.NoError(t, err)
		out := map[string]api.AlertState{}
		for _, a := range list.Alerts {
			out[a.Name] = a.State
		}
		return out
	}
	w.judge(all.ID, every)
	require.Equal(t, map[string]api.AlertState{"all": "ok", "lab": "ok", "field": "firing", "fish": "firing"}, states())
	require.InDelta(t, 1, *w.get(lab.ID).Value, 0)
	// What an operator says of a runner wins over what it says of itself.
	w.db.Exec(t, `UPDATE runners SET enforced_labels = '{"site": "field"}' WHERE workspace_id = $1`, ws)
	w.db.Exec(t, "UPDATE datasets SET name = 'fish' WHERE workspace_id = $1", ws)
	w.judge(all.ID, every)
	require.Equal(t, map[string]api.AlertState{"all": "ok", "lab": "firing", "field": "ok", "fish": "ok"}, states())
	w.db.Exec(t, "UPDATE runners SET state = 'pending'")
	w.judge(all.ID, every)
	require.Equal(t, api.AlertFiring, w.get(all.ID).State, "a runner that nobody approved takes no tasks")
	require.Equal(t, api.AlertFiring, w.get(field.ID).State)
	require.Equal(t, api.AlertFiring, w.get(fish.ID).State)
}

func TestAlerts_QueueAge_LooksAtWhatCouldRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ws := w.operator.WorkspaceID
	runner := storetest.Runner(t, w.db, ws, storetest.Shares(storetest.SharedName))
	creator := storetest.Analyst(t, w.db, ws)
	made := w.alert(api.AlertRequest{Name: "any", Kind: api.AlertQueueAge, AlertRule: api.AlertRule{Threshold: new(60.0)}})
	exports := w.alert(api.AlertRequest{Name: "exports", Kind: api.AlertQueueAge, AlertRule: api.AlertRule{Threshold: new(60.0), OperationCode: new(int(operation.Export))}})
	got := w.judge(made.ID, every)
	require.Equal(t, api.AlertOK, got.State)
	require.Nil(t, got.Value, "nothing waits")
	waits := storetest.Task(t, w.db, creator)
	later := time.Now().Add(time.Hour)
	storetest.Task(t, w.db, creator, storetest.With(func(n *store.NewTask) { n.RunAt = &later }))
	set := func(change string) {
		t.Helper()
		require.EqualValues(t, 1, w.db.Exec(t, "UPDATE tasks SET "+change+" WHERE id = $1", waits.ID))
	}
	for _, c := range []struct {
		change string
		state  api.AlertState
	}{
		{"queued_at = now() - interval '59 seconds'", api.AlertOK},
		{"queued_at = now() - interval '2 hours', not_before = now() + interval '1 minute'", api.AlertOK},
		{"not_before = now() - interval '1 second'", api.AlertOK},
		{"not_before = NULL, hold_runner_id = '" + runner.ID.String() + "', hold_until = now() + interval '1 day'", api.AlertOK},
		{"hold_runner_id = NULL, hold_until = NULL", api.AlertFiring},
	} {
		set(c.change)
		require.Equal(t, c.state, w.judge(made.ID, every).State, c.change)
	}
	require.InDelta(t, 7200, *w.get(made.ID).Value, 60)
	require.Equal(t, api.AlertOK, w.get(exports.ID).State)
	require.Len(t, storetest.Claim(t, w.db, runner), 1)
	require.Equal(t, api.AlertOK, w.judge(made.ID, every).State)
}

func TestAlerts_FailureRate_NeedsEnoughTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ws := w.operator.WorkspaceID
	runner := storetest.Runner(t, w.db, ws, storetest.Shares(storetest.SharedName))
	creator := storetest.Analyst(t, w.db, ws)
	made := w.alert(api.AlertRequest{Kind: api.AlertFailureRate, AlertRule: api.AlertRule{Threshold: new(0.5), ResolveThreshold: new(0.3), MinCount: new(3)}})
	end := func(outcome api.Outcome, verdict store.Verdict) {
		storetest.Task(t, w.db, creator)
		given := storetest.Claim(t, w.db, runner)
		require.Len(t, given, 1)
		_, err := storetest.Report(t, w.db, runner, given[0], outcome, verdict)
		require.NoError(t, err)
	}
	end(api.OutcomeFailed, storetest.Failure())
	end(api.OutcomeFailed, storetest.Failure())
	require.Equal(t, api.AlertOK, w.judge(made.ID, every).State, "two of two say nothing")
	canceled := storetest.Task(t, w.db, creator)
	_, err := w.db.CancelTasks(t.Context(), ws, []uuid.UUID{canceled.ID}, false)
	require.NoError(t, err)
	require.Equal(t, api.AlertOK, w.judge(made.ID, every).State, "a canceled task neither failed nor succeeded")
	end(api.OutcomeSucceeded, storetest.Success(runner))
	got := w.judge(made.ID, every)
	require.Equal(t, api.AlertFiring, got.State)
	require.InDelta(t, 2.0/3, *got.Value, 1e-9)
	for range 3 {
		end(api.OutcomeSucceeded, storetest.Success(runner))
	}
	require.Equal(t, api.AlertFiring, w.judge(made.ID, every).State, "two of six are below the threshold, and above that to resolve")
	end(api.OutcomeSucceeded, storetest.Success(runner))
	require.Equal(t, api.AlertOK, w.judge(made.ID, every).State)
	w.db.Exec(t, "UPDATE tasks SET finished_at = finished_at - interval '20 minutes' WHERE state = $1", string(task.Failed))
	require.InDelta(t, 0, *w.judge(made.ID, every).Value, 0, "what failed is out of the window")
}

// TestAlerts_TimeWithoutServersIsHeldAgainstNobody: an outage of an hour, a
// minute into the pause of one alert.
func TestAlerts_TimeWithoutServersIsHeldAgainstNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ws := w.operator.WorkspaceID
	storetest.Runner(t, w.db, ws, storetest.Shares(storetest.SharedName))
	storetest.Task(t, w.db, storetest.Analyst(t, w.db, ws))
	runner := w.alert(api.AlertRequest{Name: "runner", Kind: api.AlertNoRunner})
	queue := w.alert(api.AlertRequest{Name: "queue", Kind: api.AlertQueueAge, AlertRule: api.AlertRule{Threshold: new(60.0)}})
	pending := w.alert(api.AlertRequest{Name: "pending", Kind: api.AlertNoRunner, AlertRule: api.AlertRule{ForSeconds: new(120), Dataset: new("fish")}})
	// pass lets time pass for runners and tasks as well.
	pass := func(d time.Duration) {
		t.Helper()
		w.age(d)
		for _, change := range []string{"runners SET last_seen_at = last_seen_at", "tasks SET queued_at = queued_at"} {
			w.db.Exec(t, "UPDATE "+change+" - $1::interval", fmt.Sprintf("%f seconds", d.Seconds()))
		}
	}
	requireStates := func(d time.Duration, want ...api.AlertState) {
		t.Helper()
		pass(d)
		w.serving()
		require.NoError(t, w.service.Judge(t.Context(), every))
		require.Equal(t, want, []api.AlertState{w.get(runner.ID).State, w.get(queue.ID).State, w.get(pending.ID).State})
	}
	requireStates(0, "ok", "ok", "ok")
	requireStates(30*time.Second, "ok", "ok", "ok")

	w.db.Down(t, time.Hour)
	pass(time.Hour)
	// Before the first stamp of a server that starts, nothing is judged.
	require.NoError(t, w.service.Judge(t.Context(), every))
	require.True(t, w.get(runner.ID).EvaluatedAt.Before(time.Now().Add(-time.Minute)))
	requireStates(0, "ok", "ok", "ok")
	requireStates(20*time.Second, "ok", "ok", "ok")
	require.InDelta(t, 50, *w.get(queue.ID).Value, 5, "seconds before and after the outage")
	requireStates(20*time.Second, "ok", "firing", "ok")
	requireStates(30*time.Second, "firing", "firing", "ok")
	requireStates(30*time.Second, "firing", "firing", "firing")
	// What fires goes on through an outage, and through hiccups.
	for _, outage := range []time.Duration{time.Hour, 10 * time.Second, 10 * time.Second} {
		w.db.Down(t, outage)
		pass(outage)
		requireStates(every, "firing", "firing", "firing")
	}
	require.Equal(t, 3, w.told(api.AlertEventFiring))
	require.Zero(t, w.told(api.AlertEventResolved))
}

func TestAlerts_AreToldAgainWhileTheyFire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.alert(api.AlertRequest{Kind: api.AlertNoRunner, AlertRule: api.AlertRule{RepeatSeconds: new(3600)}, Notify: &api.AlertNotify{Emails: []string{"ann@example.org"}}})
	for _, c := range []struct {
		pass          time.Duration
		fired, repeat int
	}{{every, 1, 0}, {59 * time.Minute, 1, 0}, {2 * time.Minute, 1, 1}, {every, 1, 1}, {time.Hour, 1, 2}} {
		w.judge(made.ID, c.pass)
		require.Equal(t, c.fired, w.told(api.AlertEventFiring))
		require.Equal(t, c.repeat, w.told(api.AlertEventRepeated))
	}
	require.Equal(t, 3, w.mailsIn(store.MailPending))
}

func TestAlerts_HoldOnForAsLongAsTheySay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	storetest.Runner(t, w.db, w.operator.WorkspaceID)
	made := w.alert(api.AlertRequest{Kind: api.AlertNoRunner, AlertRule: api.AlertRule{ForSeconds: new(300), ResolveSeconds: new(60)}})
	w.away()
	require.NotNil(t, w.judge(made.ID, every).PendingSince)
	require.Equal(t, api.AlertOK, w.judge(made.ID, 4*time.Minute).State)
	w.here()
	require.Nil(t, w.judge(made.ID, every).PendingSince, "a break begins anew")
	w.away()
	w.judge(made.ID, every)
	w.judge(made.ID, 4*time.Minute)
	_, err := w.service.Change(t.Context(), w.operator, uuid.MustParse(made.ID), api.AlertPatch{Name: new("other")})
	require.NoError(t, err)
	require.Equal(t, api.AlertOK, w.judge(made.ID, 2*time.Minute).State, "so does a change")
	require.Equal(t, api.AlertFiring, w.judge(made.ID, 5*time.Minute).State)
	w.here()
	require.Equal(t, api.AlertFiring, w.judge(made.ID, every).State)
	require.Equal(t, api.AlertOK, w.judge(made.ID, time.Minute).State)
}

// TestAlerts_ThatPeopleEndResolve, so that whoever was told of the beginning is
// told of the end.
func TestAlerts_ThatPeopleEndResolve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	emails := &api.AlertNotify{Emails: []string{"ann@example.org"}}
	paused := w.alert(api.AlertRequest{Name: "paused", Kind: api.AlertNoRunner, Notify: emails})
	deleted := w.alert(api.AlertRequest{Name: "deleted", Kind: api.AlertNoRunner, Notify: emails})
	w.judge(paused.ID, every)
	require.Equal(t, 2, w.told(api.AlertEventFiring))
	ctx := store.WithActor(t.Context(), store.Actor{Principal: w.operator})
	got, err := w.service.Change(ctx, w.operator, uuid.MustParse(paused.ID), api.AlertPatch{Paused: new(true)})
	require.NoError(t, err)
	require.Equal(t, api.AlertOK, got.State)
	require.NoError(t, w.service.Delete(ctx, w.operator, uuid.MustParse(deleted.ID)))
	for _, cause := range []string{"paused", "deleted"} {
		require.Equal(t, 1, w.db.Count(t, "SELECT count(*) FROM fleet_events WHERE type = 'alert.resolved' AND subject_name = $1 AND data->>'cause' = $1", cause))
	}
	require.Equal(t, 4, w.mailsIn(store.MailPending), "also of the one that is gone")
	for action, n := range map[string]int{"alert.change": 1, "alert.delete": 1} {
		require.Equal(t, n, w.db.Count(t, "SELECT count(*) FROM audit_log WHERE action = $1 AND actor_name = 'Ops'", action))
	}
	require.Equal(t, api.AlertOK, w.judge(paused.ID, time.Hour).State)
	require.Equal(t, 2, w.told(api.AlertEventFiring), "a paused alert watches nothing")
	_, err = w.service.Change(ctx, w.operator, uuid.MustParse(paused.ID), api.AlertPatch{Paused: new(false)})
	require.NoError(t, err)
	require.Equal(t, api.AlertFiring, w.judge(paused.ID, 0).State, "it is looked at as soon as it is resumed")
	_, err = w.service.Alert(t.Context(), w.operator, uuid.MustParse(deleted.ID))
	require.True(t, fault.HasCode(err, "alert_not_found"), "%v", err)
}

func TestCreate_FillsInAndRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := w.service.Create(t.Context(), w.operator, api.AlertRequest{Name: " n ", Kind: api.AlertNoRunner})
	require.NoError(t, err)
	require.Equal(t, "n", made.Name)
	require.Equal(t, []int{300, 60, 14400}, []int{made.ForSeconds, made.ResolveSeconds, made.RepeatSeconds})
	require.Equal(t, []any{"en", "Ops", api.AlertOK}, []any{made.Language, made.CreatedBy, made.State})
	rate, err := w.service.Create(t.Context(), w.operator, api.AlertRequest{Name: "rate", Kind: api.AlertFailureRate, AlertRule: api.AlertRule{Threshold: new(0.1)}})
	require.NoError(t, err)
	require.Equal(t, []int{900, 10, 0}, []int{rate.WindowSeconds, rate.MinCount, rate.ForSeconds})
	emails := func(list ...string) *api.AlertNotify { return &api.AlertNotify{Emails: list} }
	for name, c := range map[string]struct {
		req  api.AlertRequest
		path string
	}{
		"no name":                 {api.AlertRequest{Name: " ", Kind: api.AlertNoRunner}, "name"},
		"a name of two lines":     {api.AlertRequest{Name: "a\r\nBcc: eve@example.org", Kind: api.AlertNoRunner}, "name"},
		"a threshold of nothing":  {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, AlertRule: api.AlertRule{Threshold: new(1.0)}}, "threshold"},
		"no threshold":            {api.AlertRequest{Name: "x", Kind: api.AlertQueueAge}, "threshold"},
		"more than all":           {api.AlertRequest{Name: "x", Kind: api.AlertFailureRate, AlertRule: api.AlertRule{Threshold: new(20.0)}}, "threshold"},
		"a dataset in the queue":  {api.AlertRequest{Name: "x", Kind: api.AlertQueueAge, AlertRule: api.AlertRule{Threshold: new(1.0), Dataset: new("d")}}, "dataset"},
		"resolved above":          {api.AlertRequest{Name: "x", Kind: api.AlertQueueAge, AlertRule: api.AlertRule{Threshold: new(1.0), ResolveThreshold: new(2.0)}}, "resolve_threshold"},
		"told all the time":       {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, AlertRule: api.AlertRule{RepeatSeconds: new(1)}}, "repeat_seconds"},
		"a label of no name":      {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, AlertRule: api.AlertRule{Labels: &map[string]string{"": "v"}}}, "labels."},
		"no address":              {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, Notify: emails("ann@example.org", "ann")}, "notify.emails[1]"},
		"a name with an address":  {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, Notify: emails("Ann <ann@example.org>")}, "notify.emails[0]"},
		"an address and a header": {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, Notify: emails("ann@example.org\r\nBcc: eve@example.org")}, "notify.emails[0]"},
		"an address of two lines": {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, Notify: emails("ann@example.org\n")}, "notify.emails[0]"},
		"an address twice":        {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, Notify: emails("ann@example.org", "Ann@Example.org")}, "notify.emails[1]"},
		"a long address":          {api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, Notify: emails("a@" + strings.Repeat("x.", 130) + "org")}, "notify.emails[0]"},
	} {
		_, err := w.service.Create(t.Context(), w.operator, c.req)
		f, ok := err.(*fault.Error) //nolint:errorlint // it is one
		require.Truef(t, ok, "%s: %v", name, err)
		require.Equal(t, "invalid_alert", f.Code, name)
		require.Equal(t, c.path, f.Fields[0].Path, name)
	}
	silent := alerts.New(w.db.Store, nil, nil, nil)
	_, err = silent.Create(t.Context(), w.operator, api.AlertRequest{Name: "x", Kind: api.AlertNoRunner, Notify: emails("ann@example.org")})
	require.ErrorContains(t, err, "--smtp-url")
}

func TestCreate_BoundsWhatAWorkspaceHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.alert(api.AlertRequest{Name: "0", Kind: api.AlertNoRunner})
	second := w.alert(api.AlertRequest{Name: "1", Kind: api.AlertNoRunner})
	_, err := w.service.Create(t.Context(), w.operator, api.AlertRequest{Name: "0", Kind: api.AlertNoRunner})
	require.True(t, fault.HasCode(err, "alert_name_taken"), "%v", err)
	_, err = w.service.Change(t.Context(), w.operator, uuid.MustParse(second.ID), api.AlertPatch{Name: &first.Name})
	require.True(t, fault.HasCode(err, "alert_name_taken"), "%v", err)
	other := storetest.Key(t, w.db, storetest.Workspace(t, w.db), api.Operator, "Other")
	_, err = w.service.Create(t.Context(), other, api.AlertRequest{Name: "0", Kind: api.AlertNoRunner})
	require.NoError(t, err, "names are the workspace's")
	for i := 2; i < 50; i++ {
		w.alert(api.AlertRequest{Name: fmt.Sprint(i), Kind: api.AlertNoRunner})
	}
	_, err = w.service.Create(t.Context(), w.operator, api.AlertRequest{Name: "50", Kind: api.AlertNoRunner})
	require.True(t, fault.HasCode(err, "too_many_alerts"), "%v", err)
}
