package httpapi_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/app/apptest"
	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/httpapi"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
)

func TestConditional_GetsOfWhatHasNotChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runner := w.runner()
	id := w.task(w.AdminKey)
	var pipeline api.Pipeline
	w.do(request{method: "POST", path: "/v1/pipelines", key: w.AdminKey, body: aPipeline}).ok(http.StatusCreated, &pipeline)
	paths := []string{"/v1/tasks/" + id, "/v1/pipelines/" + pipeline.ID, "/v1/runners/" + runner.RunnerID}
	for noun, id := range w.oneOfEach() {
		paths = append(paths, "/v1/"+noun+"/"+id)
	}
	for _, path := range paths {
		get := func(method, tag string) *response {
			return w.do(request{method: method, path: path, key: w.AdminKey, header: map[string]string{"If-None-Match": tag}})
		}
		tag := get("GET", `"other"`).header.Get("ETag")
		require.Regexp(t, `^"[0-9a-f]{32}(-[0-9a-f]{32})?"$`, tag, path)
		for _, known := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
			got := get("GET", known)
			require.Equal(t, http.StatusNotModified, got.status, "%s with %s", path, known)
			require.Empty(t, got.body)
			require.Equal(t, tag, got.header.Get("ETag"))
		}
		require.Equal(t, tag, get("HEAD", `"other"`).header.Get("ETag"))
	}
	tag := w.do(request{method: "GET", path: "/v1/tasks/" + id, key: w.AdminKey}).header.Get("ETag")
	w.do(request{method: "PATCH", path: "/v1/tasks/" + id, key: w.AdminKey, body: `{"priority": 3}`}).ok(http.StatusOK, nil)
	changed := w.do(request{method: "GET", path: "/v1/tasks/" + id, key: w.AdminKey, header: map[string]string{"If-None-Match": tag}})
	changed.ok(http.StatusOK, nil)
	require.NotEqual(t, tag, changed.header.Get("ETag"))
}

func TestConditional_ActionsOnWhatHasChangedAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runner := w.runner()
	id := w.task(w.AdminKey)
	each := w.oneOfEach()
	checked := map[string]bool{}
	var pipeline api.Pipeline
	w.do(request{method: "POST", path: "/v1/pipelines", key: w.AdminKey, body: aPipeline}).ok(http.StatusCreated, &pipeline)
	for _, c := range []struct{ method, at, action, body string }{
		{"PATCH", "/v1/tasks/" + id, "", `{"priority": 5}`},
		{"PATCH", "/v1/runners/" + runner.RunnerID, "", `{"paused": true}`},
		{"POST", "/v1/tasks/" + id, "/clone", ""},
		{"POST", "/v1/tasks/" + id, "/cancel", ""},
		{"POST", "/v1/tasks/" + id, "/retry", ""},
		{"DELETE", "/v1/tasks/" + id, "", ""},
		{"POST", "/v1/pipelines/" + pipeline.ID, "/cancel", ""},
		{"POST", "/v1/pipelines/" + pipeline.ID, "/retry", ""},
		{"POST", "/v1/runners/" + runner.RunnerID, "/approve", ""},
		{"POST", "/v1/runners/" + runner.RunnerID, "/rotate", "{}"},
		{"POST", "/v1/runners/" + runner.RunnerID, "/revoke", ""},
		{"PATCH", "/v1/schedules/" + each["schedules"], "", `{"paused": true}`},
		{"POST", "/v1/schedules/" + each["schedules"], "/run", ""},
		{"DELETE", "/v1/schedules/" + each["schedules"], "", ""},
		{"PATCH", "/v1/webhooks/" + each["webhooks"], "", `{"enabled": false}`},
		{"POST", "/v1/webhooks/" + each["webhooks"], "/rotate", "{}"},
		{"DELETE", "/v1/webhooks/" + each["webhooks"], "", ""},
		{"PATCH", "/v1/alerts/" + each["alerts"], "", `{"paused": true}`},
		{"DELETE", "/v1/alerts/" + each["alerts"], "", ""},
		{"PATCH", "/v1/keys/" + each["keys"], "", `{"name": "other"}`},
		{"DELETE", "/v1/keys/" + each["keys"], "", ""},
		{"DELETE", "/v1/uploads/" + each["uploads"], "", ""},
	} {
		checked[c.method+" "+c.at[:strings.LastIndex(c.at, "/")]+"/{id}"+c.action] = true
		act := func(tag string) *response {
			return w.do(request{method: c.method, path: c.at + c.action, key: w.AdminKey, body: c.body, header: map[string]string{"If-Match": tag}})
		}
		act(`"0123456789abcdef0123456789abcdef"`).refused(http.StatusPreconditionFailed, api.CodeChangedMeanwhile)
		tag := w.do(request{method: "GET", path: c.at, key: w.AdminKey}).header.Get("ETag")
		act("W/"+tag).refused(http.StatusPreconditionFailed, api.CodeChangedMeanwhile)
		require.Lessf(t, act(tag).status, 300, "%s %s%s", c.method, c.at, c.action)
	}
	for _, route := range httpapi.TakeIfMatch() {
		require.Truef(t, checked[route], "%s takes If-Match, and is not in this test", route)
	}
	missing := request{method: "PATCH", path: "/v1/tasks/" + uuid.NewString(), key: w.AdminKey, body: `{"priority": 5}`, header: map[string]string{"If-Match": "*"}}
	w.do(missing).refused(http.StatusNotFound, "task_not_found")
	missing.key = w.roleKey(api.Viewer)
	w.do(missing).refused(http.StatusForbidden, "role_too_weak")
}

// TestConditional_IsEveryActionOnWhatHasAnETag reads it off the table of routes.
func TestConditional_IsEveryActionOnWhatHasAnETag(t *testing.T) {
	t.Parallel()
	others := map[string]string{
		"PUT /v1/runners/{id}/datasets":                          "a runner's own list, which it replaces",
		"PUT /v1/tasks/{id}/artifacts/{name}":                    "a runner's, under its lease",
		"POST /v1/keys/{id}/ssh-keys":                            "nothing of the key changes",
		"DELETE /v1/keys/{id}/ssh-keys/{ssh_key}":                "nothing of the key changes",
		"POST /v1/webhooks/{id}/test":                            "nothing of the webhook changes",
		"POST /v1/webhooks/{id}/deliveries/{delivery_id}/resend": "nothing of the webhook changes",
	}
	takes := httpapi.TakeIfMatch()
	for _, route := range httpapi.RouteTable() {
		method, path, _ := strings.Cut(route, " ")
		thing, _, onOne := strings.Cut(path, "/{id}")
		if method == http.MethodGet || !onOne || !slices.Contains(httpapi.RouteTable(), "GET "+thing+"/{id}") {
			continue
		}
		_, other := others[route]
		require.NotEqualf(t, other, slices.Contains(takes, route), "%s and If-Match", route)
	}
	require.Greater(t, len(takes), 20)
}

// TestConditional_WhereNothingHasAnETagIsRefused: whoever sends a condition
// counts on its being judged.
func TestConditional_WhereNothingHasAnETagIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	enrolment := w.enrolment(api.EnrollmentRequest{})
	for _, r := range []request{
		{method: "POST", path: "/v1/tasks", body: fetchBirds}, {method: "DELETE", path: "/v1/enrollments/" + enrolment.ID},
	} {
		r.key, r.header = w.AdminKey, map[string]string{"If-Match": "*"}
		w.do(r).refused(http.StatusPreconditionFailed, "no_etag")
	}
	tokens, err := w.admin.Enrollments(t.Context())
	require.NoError(t, err)
	require.Nil(t, tokens.Enrollments[0].RevokedAt)
}

// TestConditional_WhatChangesByItselfIsNoChange: a runner is heard from, and an
// alert is judged, all the time.
func TestConditional_WhatChangesByItselfIsNoChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	each := w.oneOfEach()
	runner := w.runner()
	for _, c := range []struct{ path, body, table, change string }{
		{"/v1/runners/" + runner.RunnerID, `{"paused": true}`, "runners", "last_seen_at = now() - interval '9 seconds', activity = 'busy'"},
		{"/v1/alerts/" + each["alerts"], `{"paused": true}`, "alerts", "evaluated_at = now(), value = 3, pending_since = now()"},
		{"/v1/webhooks/" + each["webhooks"], `{"enabled": false}`, "webhooks", "failing_since = now()"},
		{"/v1/schedules/" + each["schedules"], `{"name": "s2"}`, "schedules", "next_due_at = next_due_at + interval '1 day', claimed_until = now()"},
	} {
		before := etag(w, c.path)
		id := c.path[strings.LastIndex(c.path, "/")+1:]
		pgtest.Execute(t, w.DatabaseURL, "UPDATE "+c.table+" SET "+c.change+" WHERE id = '"+id+"'")
		w.do(request{method: "PATCH", path: c.path, key: w.AdminKey, body: c.body, header: map[string]string{"If-Match": before}}).ok(http.StatusOK, nil)
		w.do(request{method: "PATCH", path: c.path, key: w.AdminKey, body: c.body, header: map[string]string{"If-Match": before}}).refused(http.StatusPreconditionFailed, api.CodeChangedMeanwhile)
		w.do(request{method: "GET", path: c.path, key: w.AdminKey, header: map[string]string{"If-None-Match": before}}).ok(http.StatusOK, nil)
	}
}

// TestConditional_OfTwoAtOnceOneWins: both have seen the same, on two servers.
func TestConditional_OfTwoAtOnceOneWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	other := &world{Server: apptest.Start(t, func(c *config.Config) {
		c.DatabaseURL, c.AdminKey = w.DatabaseURL, w.AdminKey
	}), t: t, admin: w.admin}
	runner := w.runner().RunnerID
	each := w.oneOfEach()
	for range 5 {
		var pipeline api.Pipeline
		w.do(request{method: "POST", path: "/v1/pipelines", key: w.AdminKey, body: aPipeline}).ok(http.StatusCreated, &pipeline)
		for at, c := range map[string]struct{ method, action, body string }{
			"/v1/tasks/" + w.task(w.AdminKey):    {"PATCH", "", `{"priority": N}`},
			"/v1/runners/" + runner:              {"PATCH", "", `{"paused": true, "note": "` + uuid.NewString() + ` N"}`},
			"/v1/keys/" + each["keys"]:           {"PATCH", "", `{"name": "` + uuid.NewString() + ` N"}`},
			"/v1/schedules/" + each["schedules"]: {"PATCH", "", `{"name": "` + uuid.NewString() + ` N"}`},
			"/v1/webhooks/" + each["webhooks"]:   {"PATCH", "", `{"name": "` + uuid.NewString() + ` N"}`},
			"/v1/alerts/" + each["alerts"]:       {"PATCH", "", `{"name": "` + uuid.NewString() + ` N"}`},
			"/v1/pipelines/" + pipeline.ID:       {"POST", "/cancel", ""},
		} {
			tag := etag(w, at)
			statuses := make([]int, 6)
			var wg sync.WaitGroup
			for i := range statuses {
				wg.Go(func() {
					one := []*world{w, other}[i%2]
					statuses[i] = one.do(request{
						method: c.method, path: at + c.action, key: w.AdminKey, body: strings.ReplaceAll(c.body, "N", strconv.Itoa(i+1)),
						header: map[string]string{"If-Match": tag},
					}).status
				})
			}
			wg.Wait()
			slices.Sort(statuses)
			require.Equalf(t, []int{200, 412, 412, 412, 412, 412}, statuses, "%s %s%s", c.method, at, c.action)
		}
	}
}

// etag gives the tag of what is at a path.
func etag(w *world, path string) string {
	w.t.Helper()
	tag := w.do(request{method: "GET", path: path, key: w.AdminKey}).header.Get("ETag")
	require.NotEmptyf(w.t, tag, "%s", path)
	return tag
}

func TestClient_SaysItsConditions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	once := client.With(t.Context(), client.Conditions{IdempotencyKey: "k"})
	first, err := w.admin.CreatePipeline(once, api.PipelineRequest{Name: "p", Tasks: []api.PipelineStep{{
		Ref: "a", OperationCode: 100, Params: []byte(`{"source": {"dataset": "birds"}}`),
	}}})
	require.NoError(t, err)
	_, err = w.admin.CreatePipeline(once, api.PipelineRequest{Name: "q", Tasks: []api.PipelineStep{{
		Ref: "a", OperationCode: 100, Params: []byte(`{"source": {"dataset": "birds"}}`),
	}}})
	require.True(t, fault.HasCode(err, api.CodeKeyReused), "got %v", err)
	id := first.Tasks[0].ID
	var tag string
	_, err = w.admin.Task(client.With(t.Context(), client.Conditions{ETag: &tag}), id)
	require.NoError(t, err)
	_, err = w.admin.Task(client.With(t.Context(), client.Conditions{IfNoneMatch: tag}), id)
	require.ErrorIs(t, err, client.ErrNotModified)
	priority := 2
	known := client.With(t.Context(), client.Conditions{IfMatch: tag})
	_, err = w.admin.ChangeTask(known, id, api.TaskPatch{Priority: &priority})
	require.NoError(t, err)
	_, err = w.admin.ChangeTask(known, id, api.TaskPatch{Priority: &priority})
	require.True(t, fault.Is(err, fault.Stale), "got %v", err)

	list, err := w.admin.Tasks(t.Context(), client.TaskFilter{Creator: "me", Sort: "-priority", PipelineID: first.ID, Page: 1})
	require.NoError(t, err)
	require.Equal(t, 1, list.Total)
	_, err = w.admin.CancelPipeline(t.Context(), first.ID)
	require.NoError(t, err)
	again, err := w.admin.RetryPipeline(t.Context(), first.ID, false)
	require.NoError(t, err)
	require.Equal(t, id, again.Tasks[0].RetryOf)
	cloned, err := w.admin.CloneTask(t.Context(), id)
	require.NoError(t, err)
	require.NotEqual(t, id, cloned.ID)
	retried, err := w.admin.RetryTaskAndInputs(t.Context(), again.Tasks[0].ID)
	require.True(t, fault.HasCode(err, "wrong_state"), "got %v, %v", retried, err)
	require.NoError(t, w.admin.DeleteTask(t.Context(), id))
}

// TestClient_ReadsEveryListAPageAtATime makes two of everything.
func TestClient_ReadsEveryListAPageAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	w.runner()
	for range 2 {
		w.do(request{method: "POST", path: "/v1/pipelines", key: w.AdminKey, body: aPipeline}).ok(http.StatusCreated, nil)
		w.roleKey(api.Viewer)
	}
	id := w.task(w.AdminKey)
	w.do(request{method: "POST", path: "/v1/tasks/" + id + "/cancel", key: w.AdminKey}).ok(http.StatusOK, nil)
	ctx, c := t.Context(), w.admin
	for name, read := range map[string]func(client.Page) (int, string, error){
		"pipelines": func(p client.Page) (int, string, error) {
			l, err := c.PipelinesPage(ctx, p)
			return len(l.Pipelines), l.NextCursor, err
		},
		"runners": func(p client.Page) (int, string, error) {
			l, err := c.RunnersPage(ctx, p)
			return len(l.Runners), l.NextCursor, err
		},
		"datasets": func(p client.Page) (int, string, error) {
			l, err := c.DatasetsPage(ctx, p)
			return len(l.Datasets), l.NextCursor, err
		},
		"keys": func(p client.Page) (int, string, error) {
			l, err := c.KeysPage(ctx, p)
			return len(l.Keys), l.NextCursor, err
		},
		"enrolments": func(p client.Page) (int, string, error) {
			l, err := c.EnrollmentsPage(ctx, p)
			return len(l.Enrollments), l.NextCursor, err
		},
		"events": func(p client.Page) (int, string, error) {
			l, err := c.TaskEventsPage(ctx, id, p)
			return len(l.Events), l.NextCursor, err
		},
		"tasks": func(p client.Page) (int, string, error) {
			l, err := c.Tasks(ctx, client.TaskFilter{Limit: p.Limit, Cursor: p.Cursor, Sort: "-finished"})
			return len(l.Tasks), l.NextCursor, err
		},
	} {
		all, none, err := read(client.Page{})
		require.NoError(t, err, name)
		require.Empty(t, none, name)
		require.GreaterOrEqual(t, all, 2, name)
		total := 0
		for page := (client.Page{Limit: 1}); total == 0 || page.Cursor != ""; total++ {
			n, next, err := read(page)
			require.NoError(t, err, name)
			require.Equal(t, 1, n, name)
			page.Cursor = next
		}
		require.Equal(t, all, total, name)
	}
}
