package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// cluster is three servers on one database, behind a plain round-robin.
type cluster struct {
	t       *testing.T
	folder  string
	servers []programs.Server
	running []*programs.Program
	front   *httptest.Server
}

func newCluster(t *testing.T, flags ...string) *cluster {
	t.Helper()
	folder, remove, err := programs.Folder()
	require.NoError(t, err)
	t.Cleanup(remove)
	db, err := programs.StartDatabase(t.Context(), folder)
	require.NoError(t, err)
	t.Cleanup(db.Stop)
	c := &cluster{t: t, folder: folder}
	t.Cleanup(c.stop)
	for i := range 3 {
		s, err := programs.NewServer(bin, folder) // one folder, because the artifacts are everybody's
		require.NoError(t, err)
		s.DatabaseURL, s.Flags = db.URL, flags
		if i > 0 {
			s.Key = c.servers[0].Key
		}
		p, _, err := s.Start(t.Context())
		require.NoError(t, err)
		c.servers, c.running = append(c.servers, s), append(c.running, p)
	}
	c.front = httptest.NewServer(c.roundRobin())
	t.Cleanup(c.front.Close)
	return c
}

func (c *cluster) stop() {
	for _, p := range c.running {
		if err := p.Stop(20 * time.Second); err != nil {
			c.t.Errorf("%v\n%s", err, p.Tail(30))
		}
	}
	if c.t.Failed() {
		raw, _ := os.ReadFile(filepath.Join(c.folder, "server.log"))
		c.t.Logf("server.log:\n%s", raw)
	}
}

// roundRobin hands each request to the next server, and to the one after it
// where that one does not take connections.
func (c *cluster) roundRobin() http.Handler {
	var turn atomic.Int64
	transport := &http.Transport{MaxIdleConnsPerHost: 50}
	return &httputil.ReverseProxy{
		FlushInterval: -1, // events go on as they come
		Rewrite:       func(r *httputil.ProxyRequest) { r.Out.URL.Scheme = "http" },
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			var body []byte
			if r.Body != nil {
				var err error
				if body, err = io.ReadAll(r.Body); err != nil {
					return nil, err
				}
			}
			for tries := 0; ; tries++ {
				s := c.servers[int(turn.Add(1))%len(c.servers)]
				r.URL.Host, r.Host = s.Address, s.Address
				r.Body = io.NopCloser(bytes.NewReader(body)) // a failed try has closed it
				resp, err := transport.RoundTrip(r)
				var refused *net.OpError
				if err == nil || tries == len(c.servers) || !errors.As(err, &refused) || refused.Op != "dial" {
					return resp, err
				}
			}
		}),
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (c *cluster) client(key string) *client.Client {
	c.t.Helper()
	made, err := client.New(client.Config{Server: c.front.URL, Credential: key})
	require.NoError(c.t, err)
	return made
}

// workspace makes a second tenant and gives its admin key.
func (c *cluster) workspace(name string) string {
	c.t.Helper()
	cmd := exec.Command(filepath.Join(bin, programs.ServerProgram), "workspace", "create", name)
	cmd.Env = append(os.Environ(), "DDAP_DATABASE_URL="+c.servers[0].DatabaseURL)
	out, err := cmd.Output()
	require.NoError(c.t, err)
	return strings.TrimSpace(string(out))
}

// runner starts a runner that knows nothing but the front.
func (c *cluster) runner(admin *client.Client, name string, data ...string) {
	c.t.Helper()
	folder, remove, err := programs.Folder()
	require.NoError(c.t, err)
	c.t.Cleanup(remove)
	token, err := programs.Invite(c.t.Context(), admin)
	require.NoError(c.t, err)
	p, err := (programs.Runner{Bin: bin, Folder: folder, Server: c.front.URL, Token: token, Name: name, Data: data}).Start()
	require.NoError(c.t, err)
	c.t.Cleanup(func() {
		if err := p.Stop(20 * time.Second); err != nil {
			c.t.Errorf("%v\n%s", err, p.Tail(20))
		}
		if c.t.Failed() {
			c.t.Logf("runner %s:\n%s", name, p.Tail(40))
		}
	})
}

// tenant is a workspace with what one follows of it.
type tenant struct {
	c     *cluster
	admin *client.Client

	mu    sync.Mutex
	ended map[string][]string // task → how it ended, as the events tell
}

func (c *cluster) tenant(key string) *tenant {
	c.t.Helper()
	n := &tenant{c: c, admin: c.client(key), ended: map[string][]string{}}
	ctx, cancel := context.WithCancel(c.t.Context())
	done, ready := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		once := sync.OnceFunc(func() { close(ready) })
		for e, err := range n.admin.Events(ctx, "", client.EventFilter{}) {
			if err != nil {
				return
			}
			once()
			n.mu.Lock()
			if e.SubjectKind == "task" && e.State.Final() && e.Type == "task."+string(e.State) {
				n.ended[e.SubjectID] = append(n.ended[e.SubjectID], e.Type)
			}
			n.mu.Unlock()
		}
	}()
	c.t.Cleanup(func() { cancel(); <-done })
	select {
	case <-ready:
	case <-time.After(patience):
		require.Fail(c.t, "no stream of events")
	}
	return n
}

func (n *tenant) heardOf(ids []string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !slices.ContainsFunc(ids, func(id string) bool { return len(n.ended[id]) == 0 })
}

// await polls until something is so; one server may be dead at the moment.
func (n *tenant) await(what string, limit time.Duration, so func(ctx context.Context) bool) {
	n.c.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(limit)
	for !so(n.c.t.Context()) {
		select {
		case <-tick.C:
		case <-late:
			require.Failf(n.c.t, "waited too long", "for this: %s", what)
		}
	}
}

// surely sends a request again while the server that it went to is dying, under
// one key, so that it has its effect once all the same.
func (n *tenant) surely(send func(context.Context) error) {
	n.c.t.Helper()
	key := uuid.NewString()
	n.await("the request is answered", patience, func(ctx context.Context) bool {
		err := send(client.With(ctx, client.Conditions{IdempotencyKey: key}))
		if fault.Is(err, fault.Unavailable) || fault.HasCode(err, api.CodeKeyInFlight) {
			return false
		}
		require.NoError(n.c.t, err)
		return true
	})
}

// pipeline is the main job in small: fetch, filter, analyze, report.
func pipeline(i int) api.PipelineRequest {
	step := func(ref string, code operation.Code, params string) api.PipelineStep {
		return api.PipelineStep{Ref: ref, OperationCode: int(code), Params: json.RawMessage(params)}
	}
	return api.PipelineRequest{Name: fmt.Sprintf("job %d", i), Tasks: []api.PipelineStep{
		step("look", operation.Fetch, `{"source":{"dataset":"penguins"}}`),
		step("some", operation.Filter, fmt.Sprintf(`{"source":{"task":"look"},"limit":%d}`, 50+i)),
		step("model", operation.Analyze, `{"source":{"task":"some"},"model":"describe"}`),
		step("report", operation.Export, `{"inputs":[{"task":"model"}],"format":"html"}`),
	}}
}

// TestThreeServers_AreOneToEverybody runs two workspaces with two runners each,
// pipelines and schedules, through three servers, one of which is killed in
// the middle of it all.
func TestThreeServers_AreOneToEverybody(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	penguins, err := filepath.Abs("../../examples/data/penguins.json")
	require.NoError(t, err)
	tenants := []*tenant{c.tenant(c.servers[0].Key), c.tenant(c.workspace("second"))}
	for i, n := range tenants {
		for k := range 2 {
			data := []string{"penguins=" + penguins + ":rows"}
			if i == 0 && k == 0 {
				data = append(data, "clouds="+clouds(t, 40_000)+":rows")
			}
			c.runner(n.admin, fmt.Sprintf("runner %d.%d", i, k), data...)
		}
		n.await("both runners share penguins", patience, func(ctx context.Context) bool {
			list, err := n.admin.Datasets(ctx)
			return err == nil && len(list.Datasets) >= 2
		})
		_, err := n.admin.CreateSchedule(t.Context(), api.ScheduleRequest{
			Name: "every minute", Cron: "* * * * *", TimeZone: "Asia/Jakarta",
			Task: &api.TaskRequest{Name: "again", OperationCode: int(operation.Fetch), Params: json.RawMessage(`{"source":{"dataset":"penguins"}}`)},
		})
		require.NoError(t, err)
	}

	all := make([][]string, len(tenants))
	for i := range 6 {
		for k, n := range tenants {
			var made api.Pipeline
			n.surely(func(ctx context.Context) (err error) {
				made, err = n.admin.CreatePipeline(ctx, pipeline(i))
				return err
			})
			for _, step := range made.Tasks {
				all[k] = append(all[k], step.ID)
			}
		}
		if i == 3 {
			c.running[1].Kill()
			c.running = slices.Delete(c.running, 1, 2)
		}
	}
	tenants[0].cancelsSoon(t)
	for k, n := range tenants {
		n.await("every task has ended, and the events have said so", 2*patience, func(ctx context.Context) bool {
			list, err := n.admin.Tasks(ctx, client.TaskFilter{States: []task.State{task.Scheduled, task.Blocked, task.Queued, task.Leased, task.Running}})
			return err == nil && len(list.Tasks) == 0 && n.heardOf(all[k])
		})
		n.requireSucceededOnce(t, all[k])
	}
	for k, n := range tenants {
		made, err := n.admin.Tasks(t.Context(), client.TaskFilter{Operation: int(operation.Export)})
		require.NoError(t, err)
		require.Len(t, made.Tasks, 6, "no pipeline was made twice")
		n.requireSchedule(t)
		n.mu.Lock()
		heard := slices.Collect(maps.Keys(n.ended))
		n.mu.Unlock()
		for _, id := range all[1-k] {
			require.NotContains(t, heard, id, "nobody hears of another workspace")
		}
	}
}

// cancelsSoon cancels a task in the middle of its work: its runner stops within
// seconds, whichever server hears of it.
func (n *tenant) cancelsSoon(t *testing.T) {
	t.Helper()
	var created api.TaskCreated
	n.surely(func(ctx context.Context) (err error) {
		created, err = n.admin.CreateTask(ctx, api.TaskRequest{
			Name: "slow", OperationCode: int(operation.Analyze), Params: json.RawMessage(slow(100)), Priority: 100,
		})
		return err
	})
	n.await("the slow task runs", 2*patience, func(ctx context.Context) bool {
		seen, err := n.admin.Task(ctx, created.TaskID)
		return err == nil && seen.State == task.Running
	})
	n.surely(func(ctx context.Context) error {
		_, err := n.admin.CancelTask(ctx, created.TaskID)
		return err
	})
	n.await("its runner has stopped", 10*time.Second, func(ctx context.Context) bool {
		seen, err := n.admin.Task(ctx, created.TaskID)
		return err == nil && seen.StoppedAt != nil
	})
}

func (n *tenant) requireSucceededOnce(t *testing.T, ids []string) {
	t.Helper()
	for _, id := range ids {
		n.mu.Lock()
		ended := slices.Clone(n.ended[id])
		n.mu.Unlock()
		require.Equal(t, []string{"task.succeeded"}, ended, "task %s", id)
		view, err := n.admin.Result(t.Context(), id, 0)
		require.NoError(t, err)
		require.NotNil(t, view.Result)
	}
}

// requireSchedule waits for a full minute to come, and looks at the runs: each
// due time was run once.
func (n *tenant) requireSchedule(t *testing.T) {
	t.Helper()
	list, err := n.admin.Schedules(t.Context(), 0, "")
	require.NoError(t, err)
	require.Len(t, list.Schedules, 1)
	id := list.Schedules[0].ID
	var runs []api.ScheduleRun
	n.await("the schedule has run", 2*patience, func(ctx context.Context) bool {
		seen, err := n.admin.Schedule(ctx, id)
		runs = seen.Runs
		return err == nil && len(runs) > 0 && runs[0].State == task.Succeeded
	})
	made := map[string]bool{}
	for _, run := range runs {
		require.Equal(t, "created", run.Outcome)
		require.Zero(t, run.DueAt.Second())
		made[run.TaskID] = true
	}
	require.Len(t, made, len(runs))
	all, err := n.admin.Tasks(t.Context(), client.TaskFilter{Text: "again", Limit: 200})
	require.NoError(t, err)
	later, err := n.admin.Schedule(t.Context(), id)
	require.NoError(t, err)
	require.LessOrEqual(t, len(all.Tasks), len(later.Runs), "no time was run twice")
	require.GreaterOrEqual(t, len(all.Tasks), len(runs))
}
