// Package apitest tests both sides of the API: FakeServer is a server in memory
// that speaks it over real HTTP and does what a test tells it, for the runner's
// tests; Contract is one suite that every server must pass, the fake one
// included, so that it cannot drift from the real one.
package apitest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// FakeServer keeps everything in memory. It hands out work in the order of
// creation and knows no time: leases end when a test takes them back. It is safe
// for concurrent use.
type FakeServer struct {
	// PingSeconds is what runners are told. Set it before the first request.
	PingSeconds int

	http     *httptest.Server
	adminKey string

	mu      sync.Mutex
	changed chan struct{} // closed and replaced at every change
	down    bool
	hook    func(*http.Request) error
	// enrolments and runners by their secret; a registration by its id.
	enrolments map[string]*enrolment
	runners    map[string]*Runner
	tasks      []*fakeTask
	uploads    []*fakeUpload
	// deleted are tasks that are gone, each with the runner that has its rows.
	deleted map[string]string
	calls   map[string]int
}

type enrolment struct {
	api.Enrollment
	registered map[string]string // registration id → runner id
}

// Runner is what the fake server knows of a runner.
type Runner struct {
	api.Runner
	// Offers is what it shares now, in its own words.
	Offers   []api.DatasetOffer
	LastPing api.PingRequest
	// Instance is the process start that the server goes by.
	Instance   string
	superseded map[string]bool
	datasetIDs map[string]string
	commands   []api.Command
}

// NewFakeServer starts a server on a port of its own; it ends with the test.
func NewFakeServer(t testing.TB) *FakeServer {
	t.Helper()
	f := &FakeServer{
		PingSeconds: 1, changed: make(chan struct{}), adminKey: newToken(credential.Key),
		enrolments: map[string]*enrolment{}, runners: map[string]*Runner{}, deleted: map[string]string{}, calls: map[string]int{},
	}
	f.http = httptest.NewServer(f.routes())
	t.Cleanup(func() {
		f.http.CloseClientConnections()
		f.http.Close()
	})
	return f
}

// Target gives the fake server to Contract.
func (f *FakeServer) Target() Target { return Target{URL: f.http.URL, AdminKey: f.adminKey} }

// URL is the server's address.
func (f *FakeServer) URL() string { return f.http.URL }

// SetDown makes every request fail without an answer, and ends those that wait.
func (f *FakeServer) SetDown(down bool) {
	f.change(func() { f.down = down })
	if down {
		f.http.CloseClientConnections()
	}
}

// Intercept calls hook before every request is handled; its error is the
// answer. Nil ends that.
func (f *FakeServer) Intercept(hook func(*http.Request) error) { f.change(func() { f.hook = hook }) }

// Calls counts the requests to a route so far, as in "POST /v1/claim".
func (f *FakeServer) Calls(route string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[route]
}

// Runner gives a copy of what is known of the only runner.
func (f *FakeServer) Runner(t testing.TB) Runner {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Len(t, f.runners, 1, "there is not exactly one runner")
	for _, r := range f.runners {
		return *r
	}
	return Runner{}
}

// Command sends an order to the only runner with its next heartbeat.
func (f *FakeServer) Command(c api.Command) {
	f.change(func() {
		for _, r := range f.runners {
			r.commands = append(r.commands, c)
		}
	})
}

// patience bounds every wait of a test; nothing in a healthy test takes as long.
const patience = 20 * time.Second

// Await waits until done reports true. It looks again after every change on the
// server, and never sleeps.
func (f *FakeServer) Await(t testing.TB, what string, done func() bool) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		f.mu.Lock()
		changed := f.changed
		f.mu.Unlock()
		if done() {
			return
		}
		select {
		case <-changed:
		case <-limit.C:
			require.FailNow(t, "waited in vain for: "+what)
		}
	}
}

// change runs fn with the lock held and wakes everyone who waits.
func (f *FakeServer) change(fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fn()
	f.wake()
}

func (f *FakeServer) wake() {
	close(f.changed)
	f.changed = make(chan struct{})
}

func newToken(kind credential.Kind) string { return tokenFor(kind, uuid.New()) }

func tokenFor(kind credential.Kind, id uuid.UUID) string {
	c, err := credential.New(kind, id)
	if err != nil {
		panic(err) // the system has no randomness
	}
	return c.String()
}

// handler answers one route; it runs with the lock held and returns the answer.
type handler func(r *http.Request) (any, error)

func (f *FakeServer) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(route string, h handler) {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, route, h) })
	}
	handle("POST /v1/register", f.register)
	handle("POST /v1/ping", f.waiting(f.ping))
	handle("POST /v1/claim", f.waiting(f.claim))
	handle("GET /v1/tasks", f.waiting(f.tasksOrClaim))
	handle("POST /v1/result", f.report)
	handle("PUT /v1/runners/{id}/datasets", f.putDatasets)
	handle("PUT /v1/tasks/{id}/artifacts/{name}", f.putArtifact)
	handle("GET /v1/tasks/{id}/artifacts/{name}", f.getArtifact)
	handle("GET /v1/result/{id}", f.waiting(f.result))
	handle("POST /v1/task", f.createTask)
	handle("GET /v1/tasks/{id}", f.getTask)
	handle("POST /v1/tasks/{id}/cancel", f.cancelTask)
	handle("DELETE /v1/tasks/{id}", f.deleteTask)
	handle("POST /v1/uploads", f.createUpload)
	handle("GET /v1/uploads/{id}/content", f.uploadContent)
	handle("DELETE /v1/uploads/{id}", f.deleteUpload)
	handle("POST /v1/enrollments", f.createEnrollment)
	handle("GET /v1/datasets", f.datasets)
	handle("POST /v1/runners/{id}/revoke", f.revokeRunner)
	return mux
}

func (f *FakeServer) serve(w http.ResponseWriter, r *http.Request, route string, h handler) {
	f.mu.Lock()
	f.calls[route]++
	f.wake()
	down, hook := f.down, f.hook
	f.mu.Unlock()
	if down {
		panic(http.ErrAbortHandler) // cuts the connection
	}
	var out any
	var err error
	if hook != nil {
		err = hook(r)
	}
	if err == nil {
		f.mu.Lock()
		out, err = h(r)
		cut := f.down
		f.wake()
		f.mu.Unlock()
		if cut {
			panic(http.ErrAbortHandler) // the answer is lost, as in real life
		}
	}
	answer(w, out, err)
}

func answer(w http.ResponseWriter, out any, err error) {
	var fe *fault.Error
	switch content := out.(type) {
	case nil:
	case []byte:
		if err == nil {
			_, _ = w.Write(content)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if err == nil {
		_ = json.NewEncoder(w).Encode(out)
		return
	}
	if !errors.As(err, &fe) {
		fe = fault.New("apitest", fault.Internal, "", "%v", err)
	}
	w.Header().Set("Content-Type", api.ProblemContentType)
	w.WriteHeader(fe.Kind.HTTPStatus())
	_ = json.NewEncoder(w).Encode(api.Problem{
		Type: "about:blank", Title: string(fe.Kind), Status: fe.Kind.HTTPStatus(), Detail: fe.Message, Code: fault.CodeOf(fe), Errors: fe.Fields,
	})
}

// errNothingYet is what a handler returns that would like to wait.
var errNothingYet = errors.New("nothing yet")

// waiting makes a long poll of a handler: as long as it has nothing and the
// request's wait is not over, it is asked again after every change.
func (f *FakeServer) waiting(h handler) handler {
	return func(r *http.Request) (any, error) {
		seconds, _ := strconv.Atoi(r.URL.Query().Get("wait"))
		limit := time.NewTimer(time.Duration(seconds) * time.Second)
		defer limit.Stop()
		body, err := keepBody(r)
		if err != nil {
			return nil, err
		}
		for {
			body.rewind()
			out, err := h(r)
			if !errors.Is(err, errNothingYet) {
				return out, err
			}
			changed := f.changed
			f.mu.Unlock()
			over := false
			select {
			case <-changed:
			case <-limit.C:
				over = true
			case <-r.Context().Done():
				over = true
			}
			f.mu.Lock()
			if over || f.down {
				return out, nil
			}
		}
	}
}

func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

func (f *FakeServer) runner(r *http.Request) (*Runner, error) {
	token := bearer(r)
	if known, ok := f.runners[token]; ok {
		if known.State == api.RunnerRevoked {
			return nil, fault.New("apitest", fault.Unauthenticated, api.CodeRunnerRevoked, "this runner was revoked")
		}
		return known, nil
	}
	if token == f.adminKey || f.enrolments[token] != nil {
		return nil, fault.New("apitest", fault.Forbidden, "", "only a runner may do this")
	}
	return nil, unauthenticated(token)
}

func (f *FakeServer) admin(r *http.Request) error {
	token := bearer(r)
	if token == f.adminKey {
		return nil
	}
	if f.runners[token] != nil || f.enrolments[token] != nil {
		return fault.New("apitest", fault.Forbidden, "", "a key is needed")
	}
	return unauthenticated(token)
}

func unauthenticated(token string) error {
	if _, err := credential.Parse(token); err != nil {
		return fault.New("apitest", fault.Unauthenticated, api.CodeMalformedCredential, "this is no credential")
	}
	return fault.New("apitest", fault.Unauthenticated, "", "this credential is not known")
}
