package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/config"
	"ddap/server/internal/httpapi"
	"ddap/shared/api"
	"ddap/shared/result"
)

// penguins is what the examples of the reference ask for.
func penguins(r *api.RegisterRequest) {
	r.Datasets = []api.DatasetOffer{{Name: "penguins", Policy: result.Rows, Columns: []result.Column{
		{Name: "species", Type: result.Text}, {Name: "body_mass_g", Type: result.Float},
	}}}
}

// unmet are the operations whose valid request is refused here all the same,
// with the code for why: it speaks of a lease that nobody holds, or of a file
// that no task has made.
var unmet = map[string]string{
	"report-result": "task_not_found", "put-artifact": "lease_lost", "get-artifact": "artifact_not_found",
	"resend-delivery": "delivery_not_found", "retry-task": "wrong_state", "retry-pipeline": "nothing_to_retry", "delete-task": "wrong_state",
}

// driver calls operations of the OpenAPI document on things that were made for each call.
type driver struct {
	*world
	runner api.RegisterResponse
}

// TestOpenAPI_EveryOperationAnswersAsItSays sends each operation the request of
// the reference's example, and requests that are wrong in each way there is.
// What world.do checks is the point: every answer fits its schema.
func TestOpenAPI_EveryOperationAnswersAsItSays(t *testing.T) {
	t.Parallel()
	// The example of an alert sends e-mails; none is due before the test ends.
	w := newWorld(t, func(c *config.Config) { c.SMTPURL, c.SMTPFrom = "smtp://127.0.0.1:1", "ddap@example.org" })
	seen := map[string]bool{}
	for _, op := range httpapi.Operations() {
		if op.ID == "stream-events" {
			continue // a stream has no end; its tests are its own
		}
		id := strings.TrimSuffix(op.ID, "-root")
		seen[id] = true
		t.Run(op.ID, func(t *testing.T) {
			t.Parallel()
			w := &world{Server: w.Server, t: t, admin: w.admin}
			d := w.driver(t)
			d.valid(op, id)
			d.invalid(op)
		})
	}
	for id := range unmet {
		require.True(t, seen[id], "%s is no operation any more", id)
	}
}

// driver gives one with a workspace of its own, so that operations leave each
// other's things alone.
func (w *world) driver(t *testing.T) *driver {
	t.Helper()
	server := *w.Server
	server.AdminKey = w.otherWorkspace()
	d := &driver{world: &world{Server: &server, t: t, admin: w.Client(t, server.AdminKey)}}
	d.world.runner(penguins)
	return d
}

func (d *driver) valid(op httpapi.Operation, id string) {
	d.t.Helper()
	r := d.request(op)
	if strings.HasSuffix(op.Path, "/readyz") || strings.HasSuffix(op.Path, "/healthz") {
		r.key = ""
	}
	got := d.do(r)
	if code, known := unmet[id]; known {
		require.Equalf(d.t, code, got.problem.Code, "%s", got.body)
		return
	}
	require.Lessf(d.t, got.status, 300, "%s %s: %s", r.method, r.path, got.body)
}

// request is the one of the reference, on a thing that is there.
func (d *driver) request(op httpapi.Operation) request {
	d.t.Helper()
	body, query := httpapi.RequestOf(op.ID)
	r := request{method: op.Method, path: op.Path + query, key: d.AdminKey, body: body}
	switch {
	case strings.Contains(op.Access, "enrolment token"):
		r.key = d.enrolment(api.EnrollmentRequest{}).Token
	case !strings.Contains(op.Access, "API key"):
		d.runner = d.world.runner(penguins)
		r.key = d.runner.Token
	}
	if strings.Contains(r.path, "wait=") {
		r.path, _, _ = strings.Cut(r.path, "?")
	}
	switch id := strings.TrimSuffix(op.ID, "-root"); id {
	case "create-upload":
		r.path, r.body = r.path+"?name=birds.csv", "a,b\n1,2\n"
		r.header = map[string]string{"Content-Type": "text/csv"}
	case "put-artifact":
		r.body = "content"
		r.header = map[string]string{
			"Content-Type": "text/plain", api.ArtifactAttemptHeader: "1", api.ArtifactLeaseHeader: "1-none",
			api.ArtifactHashHeader: "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73", // printf content | sha256sum
		}
	}
	for _, parameter := range []string{"{id}", "{task_id}"} {
		if strings.Contains(r.path, parameter) {
			r.path = strings.ReplaceAll(r.path, parameter, d.thing(op))
		}
	}
	r.path = strings.ReplaceAll(r.path, "{name}", "report.html")
	r.path = strings.ReplaceAll(r.path, "{delivery_id}", uuid.NewString())
	if strings.Contains(r.path, "{ssh_key}") {
		of, _, _ := strings.Cut(r.path, "/{ssh_key}")
		body, _ := httpapi.RequestOf("create-ssh-key")
		var made api.SSHKey
		d.do(request{method: "POST", path: of, key: d.AdminKey, body: body}).ok(http.StatusCreated, &made)
		r.path = of + "/" + made.ID
	}
	return r
}

// thing makes what an operation is about, and gives its id.
func (d *driver) thing(op httpapi.Operation) string {
	d.t.Helper()
	const fetch = `"operation_code": 100, "params": {"source": {"dataset": "penguins"}}`
	var made struct {
		ID     string `json:"id"`
		TaskID string `json:"task_id"`
	}
	create := func(path, body string) {
		d.do(request{method: "POST", path: path, key: d.AdminKey, body: body}).ok(http.StatusCreated, &made)
	}
	switch strings.Split(strings.TrimPrefix(op.Path, "/v1"), "/")[1] {
	case "tasks", "result":
		create("/v1/task", `{"name": "look", `+fetch+`}`)
	case "pipelines":
		create("/v1/pipelines", `{"name": "p", "tasks": [{"ref": "a", `+fetch+`}]}`)
	case "schedules":
		create("/v1/schedules", `{"name": "s", "cron": "@daily", "time_zone": "UTC", "task": {"name": "look", `+fetch+`}}`)
	case "alerts":
		create("/v1/alerts", `{"name": "`+uuid.NewString()+`", "kind": "no_runner"}`)
	case "webhooks":
		create("/v1/webhooks", `{"name": "w", "url": "https://example.org/hook", "types": ["*"]}`)
	case "keys":
		create("/v1/keys", `{"name": "k", "role": "viewer"}`)
	case "sessions":
		create("/v1/sessions", `{}`)
	case "enrollments":
		create("/v1/enrollments", `{}`)
	case "uploads":
		return d.upload(d.AdminKey, "birds.csv", "a,b\n1,2\n").ID
	case "runners":
		if d.runner.RunnerID == "" {
			d.runner = d.world.runner(penguins)
		}
		return d.runner.RunnerID
	default:
		require.Failf(d.t, "nobody knows how to make what this is about", "%s", op.Path)
	}
	return made.ID + made.TaskID
}

// invalid sends what is wrong in each way there is: nothing of it is a success
// or the server's fault.
func (d *driver) invalid(op httpapi.Operation) {
	d.t.Helper()
	good := d.request(op)
	refused := func(what string, r request) {
		got := d.do(r)
		require.Truef(d.t, got.status >= 400 && got.status < 500, "%s: %d %s", what, got.status, got.body)
	}
	public := op.Access == "anyone, without a credential"
	if !public {
		stranger := good
		stranger.key = ""
		refused("no credential", stranger)
	}
	if strings.Contains(op.Path, "{") {
		for what, id := range map[string]string{"an id that is none": "nonsense", "an id that nobody has": uuid.NewString()} {
			lost := good
			lost.path = strings.NewReplacer("{id}", id, "{task_id}", id, "{ssh_key}", id, "{delivery_id}", id, "{name}", "report.html").Replace(op.Path)
			refused(what, lost)
		}
	}
	if good.key == d.AdminKey && !public {
		odd := good
		odd.path += map[bool]string{true: "&", false: "?"}[strings.Contains(odd.path, "?")] + "no_such_parameter=1"
		refused("an unknown parameter", odd)
	}
	if body, _ := httpapi.RequestOf(op.ID); body == "" {
		return
	}
	for _, wrong := range []string{"", "{", "[]", "null", "1", `{"no_such_field": true}`, `{"name": 1, "task_id": 1, "datasets": 1, "state": 1, "results": 1, "tasks": 1, "priority": "x", "paused": "x"}`} {
		bad := good
		bad.body = wrong
		if wrong == "" && strings.HasPrefix(op.ID, "create-enrollment") {
			continue // all of it has defaults, but a body there must be; tried with the others
		}
		refused("the body "+wrong, bad)
	}
}
