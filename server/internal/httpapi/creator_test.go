package httpapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/credential"
)

// TestCreator_IsTheKeyAndThePersonEverywhere: what is made with a key for a
// person says so, is found by it, and is that person's alone to change.
func TestCreator_IsTheKeyAndThePersonEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	site := w.key(func(r *api.KeyRequest) { r.Role, r.Delegate = api.Analyst, true })
	parsed, err := credential.Parse(site)
	require.NoError(t, err)
	keyID := parsed.ID.String()
	do := func(user, method, path, body string) *response {
		r := request{method: method, path: path, key: site, body: body, header: map[string]string{}}
		if user != "" {
			r.header[api.ActingUserHeader] = user
		}
		return w.do(r)
	}
	const ann, ben, params = "7;Ann", "8;Ben", `{"source": {"dataset": "birds"}}`
	makeAll := func(user string) (task, pipeline, schedule, upload string) {
		var created api.TaskCreated
		do(user, "POST", "/v1/task", fetchBirds).ok(http.StatusCreated, &created)
		var p api.Pipeline
		do(user, "POST", "/v1/pipelines", fmt.Sprintf(`{"name": "p", "tasks": [{"ref": "a", "operation_code": 100, "params": %s}]}`, params)).ok(http.StatusCreated, &p)
		var s api.Schedule
		do(user, "POST", "/v1/schedules", fmt.Sprintf(`{"name": "s", "cron": "@daily", "time_zone": "UTC", "task": {"name": "t", "operation_code": 100, "params": %s}}`, params)).ok(http.StatusCreated, &s)
		var u api.Upload
		do(user, "POST", "/v1/uploads?name=a.csv", "a\n1\n").ok(http.StatusCreated, &u)
		return created.TaskID, p.ID, s.ID, u.ID
	}
	task, pipeline, schedule, upload := makeAll(ann)
	makeAll("")

	paths := []string{"/v1/tasks/" + task, "/v1/pipelines/" + pipeline, "/v1/schedules/" + schedule, "/v1/uploads/" + upload, "/v1/result/" + task}
	for _, path := range paths {
		var shown struct{ Creator string }
		got := do(ben, "GET", path, "")
		require.Contains(t, []int{http.StatusOK, http.StatusAccepted}, got.status, path)
		got.ok(got.status, &shown)
		require.Equal(t, keyID+";7", shown.Creator, path)
	}

	for _, noun := range []string{"tasks", "pipelines", "schedules", "uploads"} {
		for _, c := range []struct {
			user, creator string
			want          int
		}{
			{ann, "me", 1}, {ben, "me", 0}, {"", "me", 1}, {ben, keyID + ";7", 1}, {ben, keyID + ";", 1}, {ben, keyID, 2}, {ben, "", 2},
		} {
			var list map[string]any
			do(c.user, "GET", "/v1/"+noun+"?creator="+url.QueryEscape(c.creator), "").ok(http.StatusOK, &list)
			want := c.want
			if noun == "tasks" {
				want *= 2 // the step of the pipeline besides
			}
			require.Len(t, list[noun], want, "%s of %q for %q", noun, c.creator, c.user)
		}
		do(ann, "GET", "/v1/"+noun+"?creator=somebody", "").refused(http.StatusUnprocessableEntity, "invalid_request")
	}

	for _, change := range [][2]string{
		{"PATCH", "/v1/tasks/" + task}, {"POST", "/v1/tasks/" + task + "/cancel"}, {"POST", "/v1/tasks/" + task + "/retry"},
		{"POST", "/v1/tasks/" + task + "/clone"}, {"DELETE", "/v1/tasks/" + task},
		{"POST", "/v1/pipelines/" + pipeline + "/cancel"}, {"POST", "/v1/pipelines/" + pipeline + "/retry"},
		{"PATCH", "/v1/schedules/" + schedule}, {"POST", "/v1/schedules/" + schedule + "/run"}, {"DELETE", "/v1/schedules/" + schedule},
		{"DELETE", "/v1/uploads/" + upload},
	} {
		body := ""
		if change[0] == "PATCH" {
			body = "{}"
		}
		for _, other := range []string{ben, ""} {
			do(other, change[0], change[1], body).refused(http.StatusForbidden, "forbidden")
		}
	}
	do(ann, "POST", "/v1/tasks/"+task+"/cancel", "").ok(http.StatusOK, nil)
	do(ann, "DELETE", "/v1/uploads/"+upload, "").ok(http.StatusNoContent, nil)
}
