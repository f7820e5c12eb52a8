package httpapi_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/app"
	"ddap/server/internal/app/apptest"
	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/httpapi"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/result"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is a server with some people and a runner.
type world struct {
	*apptest.Server
	t     *testing.T
	admin *client.Client
}

func newWorld(t *testing.T, options ...apptest.Option) *world {
	t.Helper()
	s := apptest.Start(t, options...)
	return &world{Server: s, t: t, admin: s.Admin(t)}
}

// key makes an API key.
func (w *world) key(change func(*api.KeyRequest)) string {
	w.t.Helper()
	req := api.KeyRequest{Name: "somebody", Role: api.Viewer}
	change(&req)
	key, err := w.admin.CreateKey(w.t.Context(), req)
	require.NoError(w.t, err)
	return key.Key
}

func (w *world) roleKey(role api.Role) string {
	return w.key(func(r *api.KeyRequest) { r.Role = role })
}

func (w *world) enrolment(req api.EnrollmentRequest) api.Enrollment {
	w.t.Helper()
	e, err := w.admin.CreateEnrollment(w.t.Context(), req)
	require.NoError(w.t, err)
	return e
}

func registration(change ...func(*api.RegisterRequest)) api.RegisterRequest {
	req := api.RegisterRequest{
		Name: "lab", Hostname: "lab-1", OS: "linux", Arch: "amd64", Version: "1", Operations: []int{100, 200, 300, 400}, Slots: 2,
		Datasets: []api.DatasetOffer{{Name: "birds", Policy: result.Rows, Columns: []result.Column{{Name: "species", Type: result.Text}}}},
	}
	for _, c := range change {
		c(&req)
	}
	return req
}

// runner registers a runner, which shares "birds".
func (w *world) runner(change ...func(*api.RegisterRequest)) api.RegisterResponse {
	w.t.Helper()
	resp, err := w.Client(w.t, w.enrolment(api.EnrollmentRequest{}).Token).Register(w.t.Context(), registration(change...))
	require.NoError(w.t, err)
	return resp
}

const fetchBirds = `{"name": "look", "operation_code": 100, "params": {"source": {"dataset": "birds"}}}`

func (w *world) task(key string) string {
	w.t.Helper()
	var created api.TaskCreated
	w.do(request{method: "POST", path: "/v1/task", key: key, body: fetchBirds}).ok(http.StatusCreated, &created)
	return created.TaskID
}

// otherWorkspace makes a workspace beside the first, and gives its admin key.
func (w *world) otherWorkspace() string {
	w.t.Helper()
	cfg := config.Default()
	cfg.DatabaseURL = w.DatabaseURL
	key, err := app.CreateWorkspace(w.t.Context(), cfg, slog.New(slog.DiscardHandler), "other "+uuid.NewString())
	require.NoError(w.t, err)
	return key.String()
}

// oneOfEach makes one of each thing that people make beside tasks, and gives
// their ids by the noun of their routes.
func (w *world) oneOfEach() map[string]string {
	w.t.Helper()
	ctx := w.t.Context()
	key, err := w.admin.CreateKey(ctx, api.KeyRequest{Name: "k", Role: api.Viewer})
	require.NoError(w.t, err)
	if len(w.datasets()) == 0 {
		w.runner() // what a schedule creates is checked against what is shared
	}
	schedule, err := w.admin.CreateSchedule(ctx, api.ScheduleRequest{Name: "s", Cron: "@daily", TimeZone: "UTC", Task: &api.TaskRequest{
		Name: "t", OperationCode: 100, Params: json.RawMessage(`{"source": {"dataset": "birds"}}`),
	}})
	require.NoError(w.t, err)
	webhook, err := w.admin.CreateWebhook(ctx, api.WebhookRequest{Name: "w", URL: "https://example.org/", Types: []string{"webhook"}})
	require.NoError(w.t, err)
	alert, err := w.admin.CreateAlert(ctx, api.AlertRequest{Name: "a", Kind: api.AlertNoRunner})
	require.NoError(w.t, err)
	return map[string]string{
		"keys": key.ID, "schedules": schedule.ID, "webhooks": webhook.ID, "alerts": alert.ID, "uploads": w.upload(w.AdminKey, "data.csv", "a\n1\n").ID,
	}
}

func (w *world) datasets() []api.Dataset {
	w.t.Helper()
	list, err := w.admin.Datasets(w.t.Context())
	require.NoError(w.t, err)
	return list.Datasets
}

// request is one raw call, for what the client would not send.
type request struct {
	method, path, key, body string
	header                  map[string]string
}

type response struct {
	t       *testing.T
	status  int
	header  http.Header
	body    []byte
	problem api.Problem
}

// do sends a request and checks what holds for every answer.
func (w *world) do(r request) *response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), r.method, w.URL+r.path, strings.NewReader(r.body))
	require.NoError(w.t, err)
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" {
		req.Header.Set("Authorization", "Bearer "+r.key)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	require.NoError(w.t, err, "%s %s", r.method, r.path)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	out := &response{t: w.t, status: resp.StatusCode, header: resp.Header, body: body}
	out.checkForm(r)
	return out
}

func (r *response) checkForm(asked request) {
	r.t.Helper()
	require.Equal(r.t, "nosniff", r.header.Get("X-Content-Type-Options"))
	require.Contains(r.t, r.header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	require.NotEmpty(r.t, r.header.Get(api.RequestIDHeader))
	if asked.method != http.MethodHead {
		err := httpapi.CheckAnswer(asked.method, asked.path, r.status, r.header.Get("Content-Type"), r.body)
		require.NoErrorf(r.t, err, "%s %s is not answered as the OpenAPI document says: %s", asked.method, asked.path, r.body)
	}
	if r.status < 400 || asked.method == http.MethodHead || strings.HasSuffix(asked.path, "/readyz") {
		return
	}
	what := asked.method + " " + asked.path
	require.Equal(r.t, api.ProblemContentType, r.header.Get("Content-Type"), what)
	require.NoErrorf(r.t, json.Unmarshal(r.body, &r.problem), "%s: %s", what, r.body)
	require.Equal(r.t, r.status, r.problem.Status, what)
	require.NotEmpty(r.t, r.problem.Code, what)
	require.NotEmpty(r.t, r.problem.Detail, what)
	require.NotEmpty(r.t, r.problem.Title, what)
	require.Equal(r.t, r.header.Get(api.RequestIDHeader), r.problem.RequestID, what)
	for _, inner := range []string{"pgstore", "goroutine", "sql:", "SQLSTATE", "httpapi.", ".go:"} {
		require.NotContainsf(r.t, string(r.body), inner, "%s tells strangers how the server works", what)
	}
}

// ok demands a success and decodes its body.
func (r *response) ok(status int, into any) {
	r.t.Helper()
	require.Equalf(r.t, status, r.status, "%s", r.body)
	if into != nil {
		require.NoErrorf(r.t, json.Unmarshal(r.body, into), "%s", r.body)
	}
}

// refused demands a problem.
func (r *response) refused(status int, code string) *response {
	r.t.Helper()
	require.Equalf(r.t, status, r.status, "%s", r.body)
	require.Equalf(r.t, code, r.problem.Code, "%s", r.body)
	return r
}

func (r *response) paths() []string {
	var paths []string
	for _, f := range r.problem.Errors {
		paths = append(paths, f.Path)
	}
	return paths
}
