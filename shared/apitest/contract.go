package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/credential"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Target is a server to test, with a key that may do everything. Its workspace
// is used by this test alone.
type Target struct {
	URL      string
	AdminKey string
}

// Contract tests what the API promises to runners. It calls start once for
// every part, so that parts do not see each other's runners; start may return
// the same server again if its workspaces are apart. It takes no longer than
// the waits that it asks for, a few seconds in all.
func Contract(t *testing.T, start func(t *testing.T) Target) {
	t.Helper()
	for name, part := range map[string]func(*testing.T, *world){
		"Register":      testRegister,
		"Credentials":   testCredentials,
		"Datasets":      testDatasets,
		"Claim":         testClaim,
		"Redelivery":    testRedelivery,
		"Ping":          testPing,
		"Cancel":        testCancel,
		"Report":        testReport,
		"Release":       testRelease,
		"Artifacts":     testArtifacts,
		"NewInstance":   testNewInstance,
		"Revoke":        testRevoke,
		"InputDocument": testInputDocument,
		"Outputs":       testOutputs,
		"Upload":        testUpload,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := start(t)
			part(t, &world{t: t, Target: target, admin: connect(t, target.URL, target.AdminKey)})
		})
	}
}

// world is one server with the people on it.
type world struct {
	Target
	t     *testing.T
	admin *client.Client
}

// machine is one registered runner.
type machine struct {
	*client.Client
	id       string
	instance string
}

func connect(t *testing.T, url, key string) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{Server: url, Credential: key})
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func (w *world) ctx() context.Context { return w.t.Context() }

func (w *world) enrolment() string {
	w.t.Helper()
	e, err := w.admin.CreateEnrollment(w.ctx(), api.EnrollmentRequest{})
	require.NoError(w.t, err)
	return e.Token
}

// registration is how a runner introduces itself; it shares "birds".
func registration() api.RegisterRequest {
	rows := int64(10)
	return api.RegisterRequest{
		Name: "lab", Hostname: "lab-1", OS: "linux", Arch: "amd64", Version: "0.1.0", Operations: []int{100, 200, 300, 400},
		Registration: uuid.NewString(), Slots: 1, CPUs: 2, MemoryBytes: 1 << 30,
		Datasets: []api.DatasetOffer{{
			Name: "birds", Policy: result.Rows, Rows: &rows, Revision: "r1",
			Columns: []result.Column{{Name: "species", Type: result.Text}, {Name: "mass", Type: result.Float}},
		}},
	}
}

// runner registers a machine, with changes to how it introduces itself.
func (w *world) runner(change ...func(*api.RegisterRequest)) *machine {
	w.t.Helper()
	req := registration()
	for _, c := range change {
		c(&req)
	}
	resp, err := connect(w.t, w.URL, w.enrolment()).Register(w.ctx(), req)
	require.NoError(w.t, err)
	require.Equal(w.t, api.RunnerActive, resp.State)
	return &machine{Client: connect(w.t, w.URL, resp.Token), id: resp.RunnerID, instance: uuid.NewString()}
}

// task asks for a look at the birds.
func (w *world) task() string {
	w.t.Helper()
	return w.create(operation.Fetch, `{"source":{"dataset":"birds"}}`)
}

func (w *world) create(code operation.Code, params string) string {
	w.t.Helper()
	created, err := w.admin.CreateTask(w.ctx(), api.TaskRequest{Name: "look", OperationCode: int(code), Params: json.RawMessage(params)})
	require.NoError(w.t, err)
	return created.TaskID
}

func (w *world) show(id string) api.Task {
	w.t.Helper()
	got, err := w.admin.Task(w.ctx(), id)
	require.NoError(w.t, err)
	return got
}

const longPoll = 10 * time.Second

// take claims exactly one task, waiting for it.
func (w *world) take(m *machine) api.Assignment {
	w.t.Helper()
	resp, err := m.Claim(w.ctx(), client.ClaimOptions{Wait: longPoll, Limit: 1, Instance: m.instance})
	require.NoError(w.t, err)
	require.Len(w.t, resp.Tasks, 1)
	return resp.Tasks[0]
}

// takeLater is take in the background; the channel is closed without an
// assignment when there is none in time.
func (w *world) takeLater(m *machine) <-chan api.Assignment {
	got := make(chan api.Assignment, 1)
	go func() {
		defer close(got)
		resp, err := m.Claim(w.ctx(), client.ClaimOptions{Wait: longPoll, Limit: 1, Instance: m.instance})
		if err == nil && len(resp.Tasks) == 1 {
			got <- resp.Tasks[0]
		}
	}()
	return got
}

// beat sends a heartbeat that names the assignments.
func (w *world) beat(m *machine, wait time.Duration, held ...api.Assignment) (api.PingResponse, error) {
	req := api.PingRequest{State: api.Working, Instance: m.instance, Running: []api.RunningTask{}}
	for _, a := range held {
		req.Running = append(req.Running, api.RunningTask{TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Stage: "reading"})
	}
	return m.Ping(w.ctx(), req, wait)
}

// confirm is beat where nothing may go wrong.
func (w *world) confirm(m *machine, a api.Assignment) {
	w.t.Helper()
	resp, err := w.beat(m, 0, a)
	require.NoError(w.t, err)
	require.Empty(w.t, resp.Lost)
}

func reportOn(a api.Assignment, outcome api.Outcome) api.ResultReport {
	r := api.ResultReport{TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Outcome: outcome}
	switch outcome {
	case api.OutcomeSucceeded:
		r.Result = document("done")
	case api.OutcomeFailed:
		r.Error = &api.AttemptError{Reason: task.SourceUnreadable, Message: "The file is gone."}
	case api.OutcomeReleased:
		r.Error = &api.AttemptError{Reason: task.RunnerStopping, Message: "The runner stops."}
	case api.OutcomeCanceled:
	}
	return r
}

func document(summary string) *result.Document {
	return &result.Document{Version: result.Version, Kind: "fetch", Summary: summary, Metrics: map[string]result.Number{"rows": 10}}
}

func requireKind(t *testing.T, want fault.Kind, err error) {
	t.Helper()
	require.Truef(t, fault.Is(err, want), "got %v, want kind %s", err, want)
}

func requireCode(t *testing.T, want string, err error) {
	t.Helper()
	require.Truef(t, fault.HasCode(err, want), "got %v, want code %s", err, want)
}

// stranger makes a well-formed credential that no server knows.
func stranger(t *testing.T, kind credential.Kind) string {
	t.Helper()
	c, err := credential.New(kind, uuid.New())
	require.NoError(t, err)
	return c.String()
}

func artifactParams(taskID string) string {
	return fmt.Sprintf(`{"inputs":[{"task":%q}],"format":"html"}`, taskID)
}
