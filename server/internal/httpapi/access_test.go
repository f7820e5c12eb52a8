package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/app/apptest"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/httpapi"
	"ddap/shared/api"
	"ddap/shared/credential"
)

// allowed is written by hand, beside the table that the server uses: who gets
// past the gate of each route. v, a, o and A are keys with the four roles, r is
// a runner, e an enrolment token, s a session of an admin's key, g and w keys of
// viewers with the grants for enrolments and for webhooks; "public" asks nobody.
// A v lets g and w in, and an A lets s in, unless -s or -g is said: see mayEnter.
var allowed = map[string]string{
	"POST /v1/register": "e", "POST /register": "e",
	"POST /v1/ping": "r", "POST /ping": "r",
	"POST /v1/task": "aoA", "POST /task": "aoA",
	"GET /v1/tasks": "vaoAr", "GET /tasks": "vaoAr",
	"POST /v1/result": "r", "POST /result": "r",
	"GET /v1/result/{task_id}": "vaoAr", "GET /result/{task_id}": "vaoAr",
	"POST /v1/claim":                          "r",
	"POST /v1/results":                        "r",
	"POST /v1/tasks":                          "aoA",
	"GET /v1/tasks/{id}":                      "vaoA",
	"DELETE /v1/tasks/{id}":                   "aoA",
	"POST /v1/tasks/{id}/cancel":              "aoA",
	"POST /v1/tasks/{id}/retry":               "aoA",
	"GET /v1/tasks/{id}/events":               "vaoA",
	"PUT /v1/tasks/{id}/artifacts/{name}":     "r",
	"GET /v1/tasks/{id}/artifacts/{name}":     "vaoAr",
	"POST /v1/pipelines":                      "aoA",
	"GET /v1/pipelines":                       "aoA",
	"GET /v1/pipelines/{id}":                  "aoA",
	"POST /v1/pipelines/{id}/cancel":          "aoA",
	"GET /v1/runners":                         "oA",
	"GET /v1/runners/{id}":                    "oA",
	"PATCH /v1/runners/{id}":                  "oA",
	"POST /v1/runners/{id}/approve":           "oA",
	"POST /v1/runners/{id}/revoke":            "oA",
	"PUT /v1/runners/{id}/datasets":           "r",
	"POST /v1/runners/{id}/rotate":            "oA",
	"GET /v1/runners/{id}/why":                "oA",
	"POST /v1/enrollments":                    "Ag",
	"GET /v1/enrollments":                     "Ag",
	"DELETE /v1/enrollments/{id}":             "Ag",
	"POST /v1/keys":                           "A-s",
	"GET /v1/keys":                            "A",
	"GET /v1/keys/{id}":                       "A",
	"PATCH /v1/keys/{id}":                     "A",
	"DELETE /v1/keys/{id}":                    "A",
	"POST /v1/keys/{id}/ssh-keys":             "A-s",
	"GET /v1/keys/{id}/ssh-keys":              "A",
	"DELETE /v1/keys/{id}/ssh-keys/{ssh_key}": "A",
	"POST /v1/sessions":                       "vaoA-s",
	"GET /v1/sessions":                        "vaoA",
	"DELETE /v1/sessions/{id}":                "vaoA",
	"GET /v1/events":                          "vaoA",
	"GET /v1/audit":                           "oA",
	"GET /v1/stats":                           "oA",
	"GET /v1/datasets":                        "vaoA",
	"GET /v1/operations":                      "vaoA",
	"GET /v1/whoami":                          "vaoAr",
	"GET /healthz":                            "public",
	"GET /readyz":                             "public",
	"GET /openapi.json":                       "public",
	"GET /docs":                               "public",
	"GET /":                                   "public",
	"PATCH /v1/tasks/{id}":                    "aoA",
	"POST /v1/tasks/{id}/clone":               "aoA",
	"POST /v1/pipelines/{id}/retry":           "aoA",
	"POST /v1/uploads":                        "aoA",
	"GET /v1/uploads":                         "aoA",
	"GET /v1/uploads/{id}":                    "aoA",
	"DELETE /v1/uploads/{id}":                 "aoA",
	"GET /v1/uploads/{id}/content":            "aoAr",
	"POST /v1/schedules":                      "aoA",
	"GET /v1/schedules":                       "aoA",
	"GET /v1/schedules/{id}":                  "aoA",
	"PATCH /v1/schedules/{id}":                "aoA",
	"DELETE /v1/schedules/{id}":               "aoA",
	"POST /v1/schedules/{id}/run":             "aoA",
	"POST /v1/webhooks":                       "Aw",
	"GET /v1/webhooks":                        "Aw",
	"GET /v1/webhooks/{id}":                   "Aw",
	"PATCH /v1/webhooks/{id}":                 "Aw",
	"DELETE /v1/webhooks/{id}":                "Aw",
	"POST /v1/webhooks/{id}/rotate":           "Aw",
	"POST /v1/webhooks/{id}/test":             "Aw",
	"GET /v1/webhooks/{id}/deliveries":        "Aw",
	"POST /v1/webhooks/{id}/deliveries/{delivery_id}/resend": "Aw",
	"POST /v1/alerts":        "oA",
	"GET /v1/alerts":         "oA",
	"GET /v1/alerts/{id}":    "oA",
	"PATCH /v1/alerts/{id}":  "oA",
	"DELETE /v1/alerts/{id}": "oA",
}

// TestAccess_OfEveryRouteForEveryCredential is the full square: each route
// with each kind of credential, and with what is none (any more).
func TestAccess_OfEveryRouteForEveryCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	callers := w.everybody()
	strangers := w.strangers()
	expired := w.enrolment(api.EnrollmentRequest{})
	pgtest.Execute(t, w.DatabaseURL, "UPDATE enrollments SET expires_at = now() WHERE id = '"+expired.ID+"'")
	for _, key := range httpapi.RouteTable() {
		who, known := allowed[key]
		require.Truef(t, known, "%s is a new route: write down here who may use it", key)
		t.Run(strings.ReplaceAll(key, "/", "_"), func(t *testing.T) {
			t.Parallel()
			w := &world{Server: w.Server, t: t, admin: w.admin}
			for caller, token := range callers {
				w.checkGate(key, caller, token, mayEnter(who, caller))
			}
			for name, token := range strangers {
				got := w.do(knock(key, token))
				if who == "public" {
					require.Lessf(t, got.status, 400, "%s: %s", name, got.body)
					continue
				}
				require.Equalf(t, http.StatusUnauthorized, got.status, "%s: %s", name, got.body)
				require.Equal(t, `Bearer realm="ddap"`, got.header.Get("WWW-Authenticate"))
			}
			w.knocksWithExpired(key, who, expired.Token)
		})
	}
	require.Len(t, allowed, len(httpapi.RouteTable()), "a route is gone and still stands here")
}

// knocksWithExpired tries an enrolment token that has expired: it is known, for a
// registration may be sent again, and registers nobody.
func (w *world) knocksWithExpired(key, who, token string) {
	w.t.Helper()
	r := knock(key, token)
	if who == "e" {
		body, err := json.Marshal(registration())
		require.NoError(w.t, err)
		r.body = string(body)
	}
	switch got := w.do(r); who {
	case "public":
		require.Less(w.t, got.status, 400)
	case "e":
		got.refused(http.StatusUnauthorized, "enrollment_expired")
	default:
		got.refused(http.StatusForbidden, "wrong_credential")
	}
}

// mayEnter reads an entry of the table.
func mayEnter(who, caller string) bool {
	may, not, _ := strings.Cut(who, "-")
	switch {
	case who == "public":
		return true
	case strings.Contains(not, caller):
		return false
	case caller == "s":
		return strings.Contains(may, "A")
	case caller == "g" || caller == "w":
		return strings.Contains(may, caller) || strings.Contains(may, "v")
	default:
		return strings.Contains(may, caller)
	}
}

// TestRouteTable_EveryGrantOpensOnlyItsOwnNoun: a grant must not open more than it says.
func TestRouteTable_EveryGrantOpensOnlyItsOwnNoun(t *testing.T) {
	t.Parallel()
	opened := map[api.Grant]int{}
	for route, grant := range httpapi.Grants() {
		require.Contains(t, api.Grants(), grant)
		noun, _, _ := strings.Cut(string(grant), ":")
		_, path, _ := strings.Cut(route, " ")
		require.Truef(t, strings.HasPrefix(path, "/v1/"+noun), "%s is open by %s", route, grant)
		opened[grant]++
	}
	require.Equal(t, map[api.Grant]int{api.GrantEnrollments: 3, api.GrantWebhooks: 9}, opened)
}

// checkGate calls a route on something that does not exist, so that nothing
// changes for those who get in.
func (w *world) checkGate(key, caller, token string, may bool) {
	w.t.Helper()
	got := w.do(knock(key, token))
	if may {
		// A runner that asks for another one's datasets gets past the gate and
		// is stopped by the service.
		if got.problem.Code != "wrong_runner" {
			require.NotContainsf(w.t, []int{401, 403}, got.status, "%s should get in: %s", caller, got.body)
		}
		require.Lessf(w.t, got.status, 500, "%s: %s", caller, got.body)
		return
	}
	require.Equalf(w.t, http.StatusForbidden, got.status, "%s should not get in: %s", caller, got.body)
	require.Containsf(w.t, []string{"wrong_credential", "role_too_weak"}, got.problem.Code, "%s", got.body)
}

// knock makes a request that changes nothing: on ids that nobody has, with an
// empty body.
func knock(key, token string) request {
	method, path, _ := strings.Cut(key, " ")
	for _, name := range []string{"{id}", "{task_id}", "{ssh_key}"} {
		path = strings.ReplaceAll(path, name, uuid.NewString())
	}
	r := request{method: method, path: strings.ReplaceAll(path, "{name}", "report.html"), key: token}
	if path == "/v1/events" {
		r.path += "?after=nonsense" // a stream would go on for ever
	}
	if method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		r.body = "{}"
	}
	return r
}

// strangers are credentials that are none, or none any more.
func (w *world) strangers() map[string]string {
	w.t.Helper()
	unknown := func(kind credential.Kind) string {
		c, err := credential.New(kind, uuid.New())
		require.NoError(w.t, err)
		return c.String()
	}
	revokedKey, err := w.admin.CreateKey(w.t.Context(), api.KeyRequest{Name: "revoked", Role: api.Admin})
	require.NoError(w.t, err)
	require.NoError(w.t, w.admin.RevokeKey(w.t.Context(), revokedKey.ID))
	expiredKey, err := w.admin.CreateKey(w.t.Context(), api.KeyRequest{Name: "expired", Role: api.Admin, ExpiresInSeconds: 3600})
	require.NoError(w.t, err)
	pgtest.Execute(w.t, w.DatabaseURL, "UPDATE api_keys SET expires_at = now() WHERE name = 'expired'")
	revokedRunner := w.runner(func(r *api.RegisterRequest) { r.Datasets = []api.DatasetOffer{} })
	_, err = w.admin.RevokeRunner(w.t.Context(), revokedRunner.RunnerID)
	require.NoError(w.t, err)
	revokedEnrolment := w.enrolment(api.EnrollmentRequest{})
	w.do(request{method: "DELETE", path: "/v1/enrollments/" + revokedEnrolment.ID, key: w.AdminKey}).ok(http.StatusOK, nil)
	// The right id with another secret, and the right secret with a letter changed.
	parsed, err := credential.Parse(w.AdminKey)
	require.NoError(w.t, err)
	forged, err := credential.New(credential.Key, parsed.ID)
	require.NoError(w.t, err)
	doomed, err := w.admin.CreateKey(w.t.Context(), api.KeyRequest{Name: "doomed", Role: api.Admin})
	require.NoError(w.t, err)
	orphan := w.session(doomed.Key, api.SessionRequest{})
	require.NoError(w.t, w.admin.RevokeKey(w.t.Context(), doomed.ID))
	ended, old := w.session(w.AdminKey, api.SessionRequest{}), w.session(w.AdminKey, api.SessionRequest{Name: "old"})
	require.NoError(w.t, w.admin.EndSession(w.t.Context(), ended.ID))
	pgtest.Execute(w.t, w.DatabaseURL, "UPDATE sessions SET expires_at = now() WHERE name = 'old'")
	return map[string]string{
		"session of a revoked key": orphan.Token, "ended session": ended.Token, "expired session": old.Token,
		"absent": "", "malformed": "nonsense", "cut": w.AdminKey[:len(w.AdminKey)-1],
		"forged": forged.String(), "mistyped": strings.Replace(w.AdminKey, "_key_", "_enr_", 1),
		"unknown key": unknown(credential.Key), "unknown runner": unknown(credential.Runner),
		"unknown enrolment": unknown(credential.Enrollment), "unknown session": unknown(credential.Session),
		"revoked key": revokedKey.Key, "expired key": expiredKey.Key,
		"revoked runner": revokedRunner.Token, "revoked enrolment": revokedEnrolment.Token,
	}
}

// TestAccess_EndsAtTheWorkspace gives everybody of another workspace the ids of
// everything here: none of it exists for them, and none of it changes.
func TestAccess_EndsAtTheWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.holder()
	var pipeline api.Pipeline
	w.do(request{method: "POST", path: "/v1/pipelines", key: w.AdminKey, body: aPipeline}).ok(http.StatusCreated, &pipeline)
	ids := w.oneOfEach()
	ids["tasks"], ids["result"], ids["pipelines"], ids["runners"] = held.task.TaskID, held.task.TaskID, pipeline.ID, held.runner.RunnerID
	ids["enrollments"], ids["sessions"] = w.enrolment(api.EnrollmentRequest{}).ID, w.session(w.AdminKey, api.SessionRequest{}).ID
	ssh, err := w.admin.AddSSHKey(t.Context(), ids["keys"], api.SSHKeyRequest{PublicKey: edKey(t)})
	require.NoError(t, err)
	bodies := map[string]string{
		"PATCH runners": `{"paused": true}`, "PATCH tasks": `{"priority": 1}`, "PATCH schedules": `{"paused": true}`, "PATCH keys": `{"name": "mine"}`, "PATCH webhooks": `{"enabled": false}`, "PATCH alerts": `{"paused": true}`, "POST webhooksrotate": `{}`, "POST runnersrotate": `{}`,
		"POST keysssh-keys": `{"public_key": "` + edKey(t) + `"}`, "PUT runnersdatasets": `{"datasets": []}`,
	}
	others := &world{Server: w.Server, t: t, admin: w.Client(t, w.otherWorkspace())}
	callers := others.everybody()
	before := w.stateOf(ids)
	checked := map[string]int{}
	for _, route := range httpapi.RouteTable() {
		method, path, _ := strings.Cut(route, " ")
		if !strings.Contains(path, "{") {
			continue
		}
		noun := strings.Split(strings.TrimPrefix(path, "/v1"), "/")[1]
		path = strings.NewReplacer("{id}", ids[noun], "{task_id}", ids[noun], "{name}", "report.html", "{ssh_key}", ssh.ID, "{delivery_id}", ids[noun]).Replace(path)
		for caller, token := range callers {
			if !mayEnter(allowed[route], caller) {
				continue
			}
			r := request{method: method, path: path, key: token, body: bodies[method+" "+noun+last(path)]}
			if noun == "tasks" && method == http.MethodPut {
				r.body, r.header = "x", map[string]string{
					"Content-Type": "text/html", api.ArtifactAttemptHeader: "1", api.ArtifactLeaseHeader: held.task.LeaseToken, api.ArtifactHashHeader: hashOf("x"),
				}
			}
			got := w.do(r)
			checked[caller]++
			switch {
			case caller == "r" && noun == "runners":
				got.refused(http.StatusForbidden, "wrong_runner")
			case r.header != nil:
				got.refused(http.StatusConflict, api.CodeLeaseLost)
			default:
				require.Equalf(t, http.StatusNotFound, got.status, "%s for %s: %s", route, caller, got.body)
			}
		}
	}
	for caller, least := range map[string]int{"v": 4, "a": 15, "o": 20, "A": 30, "s": 30, "g": 4, "w": 8, "r": 5} {
		require.GreaterOrEqual(t, checked[caller], least, "routes for %s", caller)
	}
	for _, list := range []string{"tasks", "pipelines", "runners", "schedules", "datasets", "enrollments", "uploads", "webhooks", "alerts", "keys", "sessions"} {
		for _, caller := range []string{"a", "A"} {
			got := w.do(request{method: "GET", path: "/v1/" + list, key: callers[caller]})
			for noun, id := range ids {
				require.NotContainsf(t, string(got.body), id, "the list of %s names one of our %s", list, noun)
			}
		}
	}
	others.do(request{method: "POST", path: "/v1/task", key: callers["a"], body: fetchBirds}).refused(422, api.CodeUnknownDataset)
	others.do(request{method: "POST", path: "/v1/task", key: callers["a"], body: fetchUpload(ids["uploads"])}).refused(422, api.CodeUnknownUpload)
	others.reportsAsIfItHeld(callers["r"], held.task)

	require.Equal(t, before, w.stateOf(ids))
	held.succeed(map[string]string{}) // who holds it still does
}

// everybody gives one credential of each kind, named as in allowed.
func (w *world) everybody() map[string]string {
	w.t.Helper()
	admin := w.roleKey(api.Admin)
	return map[string]string{
		"v": w.roleKey(api.Viewer), "a": w.roleKey(api.Analyst), "o": w.roleKey(api.Operator), "A": admin,
		"r": w.runner(func(r *api.RegisterRequest) { r.Datasets[0].Name = "fish" }).Token, "e": w.enrolment(api.EnrollmentRequest{MaxUses: 1000}).Token,
		"s": w.session(admin, api.SessionRequest{}).Token,
		"g": w.key(func(r *api.KeyRequest) { r.Role, r.Grants = api.Viewer, []api.Grant{api.GrantEnrollments} }),
		"w": w.key(func(r *api.KeyRequest) { r.Role, r.Grants = api.Viewer, []api.Grant{api.GrantWebhooks} }),
	}
}

// stateOf gives what tells of each thing whether somebody changed it.
func (w *world) stateOf(ids map[string]string) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for noun, id := range ids {
		switch noun {
		case "result", "enrollments", "sessions":
		default:
			// Its first half: the other is of what changes by itself.
			out[noun], _, _ = strings.Cut(etag(w, "/v1/"+noun+"/"+id), "-")
		}
	}
	for _, list := range []string{"enrollments", "sessions", "keys/" + ids["keys"] + "/ssh-keys"} {
		out[list] = string(w.do(request{method: "GET", path: "/v1/" + list, key: w.AdminKey}).body)
	}
	return out
}

// reportsAsIfItHeld reports, with another runner's credential, on an attempt
// that it knows everything of.
func (w *world) reportsAsIfItHeld(runner string, held api.Assignment) {
	w.t.Helper()
	report := fmt.Sprintf(`{"task_id": %q, "attempt": %d, "lease_token": %q, "outcome": "succeeded", "result": {"version": 1, "kind": "fetch", "summary": "done"}}`,
		held.TaskID, held.Attempt, held.LeaseToken)
	w.do(request{method: "POST", path: "/v1/result", key: runner, body: report}).refused(http.StatusNotFound, "task_not_found")
	var acks api.ResultsAck
	w.do(request{method: "POST", path: "/v1/results", key: runner, body: `{"results": [` + report + `]}`}).ok(http.StatusOK, &acks)
	require.Equal(w.t, "task_not_found", acks.Results[0].Problem.Code)
	var heard api.PingResponse
	w.do(request{method: "POST", path: "/v1/ping", key: runner, body: fmt.Sprintf(
		`{"state": "working", "running": [{"task_id": %q, "attempt": %d, "lease_token": %q, "progress": {"fraction": 0.5}}], "outputs": [%q]}`,
		held.TaskID, held.Attempt, held.LeaseToken, held.TaskID)}).ok(http.StatusOK, &heard)
	require.Equal(w.t, []api.AttemptRef{{TaskID: held.TaskID, Attempt: held.Attempt}}, heard.Lost)
	require.Empty(w.t, heard.Commands)
}

// last is the action at the end of a path; empty where that is an id.
func last(path string) string {
	action := path[strings.LastIndex(path, "/")+1:]
	if _, err := uuid.Parse(action); err == nil {
		return ""
	}
	return action
}

// TestAccess_ToOwnAndOthersTasks: analysts act on what they made, operators on
// anything, and an acting user is somebody else than the key itself.
func TestAccess_ToOwnAndOthersTasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.runner()
	mine, theirs, operator := w.roleKey(api.Analyst), w.roleKey(api.Analyst), w.roleKey(api.Operator)
	site := w.key(func(r *api.KeyRequest) { r.Role, r.Delegate = api.Analyst, true })
	cancel := func(task, key, actingFor string) *response {
		r := request{method: "POST", path: "/v1/tasks/" + task + "/cancel", key: key}
		if actingFor != "" {
			r.header = map[string]string{api.ActingUserHeader: actingFor}
		}
		return w.do(r)
	}
	cancel(w.task(mine), theirs, "").refused(http.StatusForbidden, "forbidden")
	cancel(w.task(mine), mine, "").ok(http.StatusOK, nil)
	cancel(w.task(mine), operator, "").ok(http.StatusOK, nil)
	w.do(request{method: "DELETE", path: "/v1/tasks/" + w.task(mine), key: theirs}).refused(http.StatusForbidden, "forbidden")

	var created api.TaskCreated
	as := func(user string) map[string]string { return map[string]string{api.ActingUserHeader: user} }
	w.do(request{method: "POST", path: "/v1/task", key: site, body: fetchBirds, header: as("7;Ann Lee")}).ok(http.StatusCreated, &created)
	cancel(created.TaskID, site, "").refused(http.StatusForbidden, "forbidden")
	cancel(created.TaskID, site, "8;Ann Lee").refused(http.StatusForbidden, "forbidden")
	var shown api.Task
	cancel(created.TaskID, site, "7;Ann Lee-Smith").ok(http.StatusOK, &shown)
	require.Equal(t, "Ann Lee via somebody", shown.CreatedBy)
}

func TestActingUser_IsJudged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	site := w.key(func(r *api.KeyRequest) { r.Delegate = true })
	for header, code := range map[string]string{
		"7;Ann": "", "7 ; Ann": "", "7": "invalid_request", ";Ann": "invalid_request", "7;": "invalid_request",
		"7;" + strings.Repeat("x", 201): "invalid_request", "7;\xff": "invalid_request",
	} {
		got := w.do(request{method: "GET", path: "/v1/whoami", key: site, header: map[string]string{api.ActingUserHeader: header}})
		if code == "" {
			var me api.WhoAmI
			got.ok(http.StatusOK, &me)
			require.Equal(t, "Ann via somebody", me.Name)
			continue
		}
		got.refused(422, code)
	}
	w.do(request{method: "GET", path: "/v1/whoami", key: w.AdminKey, header: map[string]string{api.ActingUserHeader: "7;Ann"}}).
		refused(http.StatusForbidden, "not_a_delegate")
	w.do(request{method: "POST", path: "/v1/ping", key: w.runner().Token, body: `{"state": "idle", "running": []}`, header: map[string]string{api.ActingUserHeader: "7;Ann"}}).
		refused(http.StatusForbidden, "not_a_delegate")
}

func TestCredential_ComesInEitherHeader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	whoAmI := func(header map[string]string) *response {
		return w.do(request{method: "GET", path: "/v1/whoami", header: header})
	}
	whoAmI(map[string]string{"X-API-Key": w.AdminKey}).ok(http.StatusOK, nil)
	whoAmI(map[string]string{"Authorization": "bearer " + w.AdminKey}).ok(http.StatusOK, nil)
	whoAmI(map[string]string{"Authorization": "Bearer " + w.AdminKey, "X-API-Key": w.AdminKey}).ok(http.StatusOK, nil)
	whoAmI(map[string]string{"Authorization": "Bearer " + w.AdminKey, "X-API-Key": apptest.NewKey(t)}).refused(401, "credential_missing")
	whoAmI(map[string]string{"Authorization": "Basic " + w.AdminKey}).refused(401, "credential_missing")
	whoAmI(map[string]string{"Authorization": w.AdminKey}).refused(401, "credential_missing")
}

func TestWhoAmI_KnowsKeysAndRunners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	me, err := w.admin.WhoAmI(t.Context())
	require.NoError(t, err)
	require.Equal(t, "key", me.Kind)
	require.Equal(t, api.Admin, me.Role)
	require.Equal(t, "default", me.Workspace)
	r := w.runner()
	it, err := w.Client(t, r.Token).WhoAmI(t.Context())
	require.NoError(t, err)
	require.Equal(t, api.WhoAmI{Kind: "run", ID: r.RunnerID, Name: "lab", Workspace: "default"}, it)
}
