package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
)

// following gives the next events of a stream, as a test asks for them.
func following(t *testing.T, c *client.Client, after string, f client.EventFilter) (next func() (api.StreamEvent, error), stop func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	type item struct {
		event api.StreamEvent
		err   error
	}
	items := make(chan item)
	go func() {
		defer close(items)
		for e, err := range c.Events(ctx, after, f) {
			select {
			case items <- item{e, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(cancel)
	return func() (api.StreamEvent, error) {
		got, open := <-items
		if !open {
			return api.StreamEvent{}, context.Canceled
		}
		return got.event, got.err
	}, cancel
}

func TestEvents_TellOfATaskAndGoOnWhereTheyWereCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	viewer := w.Client(t, w.roleKey(api.Viewer))
	next, stop := following(t, viewer, "", client.EventFilter{Types: []string{"task"}})
	e, err := next()
	require.NoError(t, err)
	require.Equal(t, api.StreamReady, e.Type)
	w.runner()
	task := w.task(w.AdminKey)
	e, err = next()
	require.NoError(t, err)
	require.Equal(t, "task.created", e.Type)
	require.Equal(t, task, e.SubjectID)
	require.Equal(t, "look", e.SubjectName)
	stop()

	_, err = w.admin.CancelTask(t.Context(), task)
	require.NoError(t, err)
	next, _ = following(t, viewer, e.ID, client.EventFilter{})
	ready, err := next()
	require.NoError(t, err)
	require.Equal(t, e.ID, ready.ID)
	e, err = next()
	require.NoError(t, err)
	require.Equal(t, "task.canceled", e.Type)
	require.EqualValues(t, "canceled_by_user", e.Reason)
}

func TestEvents_EndWhenTheServerStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next, _ := following(t, w.admin, "", client.EventFilter{})
	_, err := next()
	require.NoError(t, err)
	begun := time.Now()
	require.NoError(t, w.Stop())
	require.Less(t, time.Since(begun), 4*time.Second, "no stream holds it up")
}

func TestEvents_EndWithTheirCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, err := w.admin.CreateKey(t.Context(), api.KeyRequest{Name: "watcher", Role: api.Viewer})
	require.NoError(t, err)
	next, _ := following(t, w.Client(t, key.Key), "", client.EventFilter{})
	e, err := next()
	require.NoError(t, err)
	require.Equal(t, api.StreamReady, e.Type)
	require.NoError(t, w.admin.RevokeKey(t.Context(), key.ID))
	for err == nil {
		_, err = next()
	}
	require.True(t, fault.Is(err, fault.Unauthenticated), "the stream ends, and opening it again is refused: %v", err)
}

func TestEvents_RefuseWhatTheyDoNotUnderstand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, field := range map[string]string{
		"?after=nonsense": "query.after", "?task_id=1": "query.task_id", "?pipeline_id=x": "query.pipeline_id", "?type=task": "query.type",
	} {
		got := w.do(request{method: "GET", path: "/v1/events" + path, key: w.AdminKey}).refused(http.StatusUnprocessableEntity, "invalid_request")
		require.Equal(t, []string{field}, got.paths())
	}
}

func TestAudit_SaysWhoChangedWhatFromWhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	operator := w.key(func(r *api.KeyRequest) { r.Name, r.Role, r.Delegate = "Dashboard", api.Operator, true })
	runner := w.runner()
	w.do(request{
		method: "PATCH", path: "/v1/runners/" + runner.RunnerID, key: operator, body: `{"paused": true}`,
		header: map[string]string{api.ActingUserHeader: "7;Siti"},
	}).ok(http.StatusOK, nil)

	list, err := w.Client(t, operator).Audit(t.Context(), client.AuditFilter{Action: "runner.pause"})
	require.NoError(t, err)
	require.Len(t, list.Entries, 1)
	e := list.Entries[0]
	require.Equal(t, "Siti via Dashboard", e.Actor)
	require.Equal(t, "127.0.0.1", e.RemoteAddress)
	require.NotEmpty(t, e.RequestID)
	require.Equal(t, runner.RunnerID, e.TargetID)
	require.JSONEq(t, `{"state": "active", "paused": false}`, string(e.Before))
	require.JSONEq(t, `{"state": "active", "paused": true}`, string(e.After))

	byNoun, err := w.admin.Audit(t.Context(), client.AuditFilter{Action: "runner", TargetKind: "runner", Since: time.Now().Add(-time.Hour), Limit: 1})
	require.NoError(t, err)
	require.Equal(t, "runner.pause", byNoun.Entries[0].Action)
	older, err := w.admin.Audit(t.Context(), client.AuditFilter{Action: "runner", Limit: 1, Cursor: byNoun.NextCursor})
	require.NoError(t, err)
	require.Equal(t, "runner.register", older.Entries[0].Action)
	require.Equal(t, "enr", older.Entries[0].ActorKind)
	none, err := w.admin.Audit(t.Context(), client.AuditFilter{Until: time.Now().Add(-time.Hour)})
	require.NoError(t, err)
	require.Empty(t, none.Entries)

	other, err := w.Client(t, w.otherWorkspace()).Audit(t.Context(), client.AuditFilter{Action: "runner"})
	require.NoError(t, err)
	require.Empty(t, other.Entries)
	for query, field := range map[string]string{
		"cursor=x": "query.cursor", "since=yesterday": "query.since", "actor_id=1": "query.actor_id",
		"since=0001-01-01T00:00:00%2B23:59": "query.since", "until=9999-12-31T23:59:59-23:59": "query.until",
	} {
		got := w.do(request{method: "GET", path: "/v1/audit?" + query, key: w.AdminKey}).refused(http.StatusUnprocessableEntity, "invalid_request")
		require.Equal(t, []string{field}, got.paths())
	}
}

func TestStats_CountsWhatGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runner := w.runner()
	worker := w.Client(t, runner.Token)
	done := w.task(w.AdminKey)
	claimed, err := worker.Claim(t.Context(), client.ClaimOptions{})
	require.NoError(t, err)
	require.Equal(t, done, claimed.Tasks[0].TaskID)
	_, err = worker.Report(t.Context(), api.ResultReport{
		TaskID: done, Attempt: 1, LeaseToken: claimed.Tasks[0].LeaseToken, Outcome: api.OutcomeFailed,
		Error: &api.AttemptError{Reason: "source_unreadable", Message: "m"},
	})
	require.NoError(t, err)
	waiting := w.task(w.AdminKey)
	pgtest.Execute(t, w.DatabaseURL, "UPDATE tasks SET queued_at = now() - interval '90 seconds' WHERE id = '"+waiting+"'")

	stats, err := w.admin.Stats(t.Context())
	require.NoError(t, err)
	raw, _ := json.Marshal(stats)
	require.Equal(t, 1, stats.Tasks["queued"], "%s", raw)
	require.NotContains(t, stats.Tasks, "failed")
	require.GreaterOrEqual(t, *stats.OldestQueuedSeconds, 90.0)
	require.Len(t, stats.Rates, 3)
	for _, rate := range stats.Rates {
		require.Equal(t, 2, rate.Created)
		require.Equal(t, 1, rate.Failed)
		require.InDelta(t, 1, *rate.FailureRate, 0)
	}
	require.Equal(t, 1, stats.ClaimLatency.Count)
	require.Less(t, stats.ClaimLatency.P50Seconds, 30.0)
	require.Equal(t, api.RunnerStats{Total: 1, Online: 1, Slots: 2}, stats.Runners)
	total := 0
	for _, n := range stats.Waiting {
		total += n
	}
	require.Equal(t, 1, total)

	other, err := w.Client(t, w.otherWorkspace()).Stats(t.Context())
	require.NoError(t, err)
	require.Zero(t, other.Runners.Total)
	require.Nil(t, other.OldestQueuedSeconds)
	require.Nil(t, other.ClaimLatency)
	require.NotEqual(t, uuid.Nil.String(), waiting)
}
