package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// bin is the folder with the built programs.
var bin string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if runtime.GOOS != "linux" {
		fmt.Println("skipped: these stories look at processes through /proc, which only Linux has")
		return 0
	}
	built, remove, err := programs.Build(context.Background())
	if err != nil {
		fmt.Println("the programs cannot be built:", err)
		return 1
	}
	defer remove()
	bin = built
	return m.Run()
}

// house is a server and a runner with their folder, as one person may have them.
type house struct {
	t      *testing.T
	folder string
	server programs.Server
	runner programs.Runner
	// serving and working are the running programs; nil while there is none.
	serving, working *programs.Program
	client           *client.Client
}

// newHouse starts a server and a runner that shares the given data; all of it
// ends with the test.
func newHouse(t *testing.T, slots int, data ...string) *house {
	t.Helper()
	return newHouseWith(t, slots, "", len(data), data...)
}

// newHouseWith has a file of settings for the runner as well, and waits for so
// many datasets.
func newHouseWith(t *testing.T, slots int, config string, datasets int, data ...string) *house {
	t.Helper()
	folder, remove, err := programs.Folder()
	require.NoError(t, err)
	h := &house{t: t, folder: folder}
	t.Cleanup(func() { h.close(remove) })
	h.server, err = programs.NewServer(bin, folder)
	require.NoError(t, err)
	h.startServer()
	h.client, err = h.server.Client()
	require.NoError(t, err)
	token, err := programs.Invite(t.Context(), h.client)
	require.NoError(t, err)
	h.runner = programs.Runner{Bin: bin, Folder: folder, Server: h.server.URL(), Token: token, Name: "e2e", Data: data, Slots: slots, Config: config}
	h.startRunner()
	h.await("the runner shares its data", func() bool {
		list, err := h.client.Datasets(t.Context())
		return err == nil && len(list.Datasets) == datasets
	})
	return h
}

func (h *house) close(remove func()) {
	for _, p := range []*programs.Program{h.working, h.serving} {
		if p != nil {
			if err := p.Stop(20 * time.Second); err != nil {
				h.t.Errorf("%v\n%s", err, p.Tail(30))
			}
		}
	}
	for _, left := range programs.Mentioning(h.folder) {
		h.t.Errorf("process %d is left behind: %s", left.PID, left.Line)
		if p, err := os.FindProcess(left.PID); err == nil {
			_ = p.Kill()
		}
	}
	if h.t.Failed() {
		for _, name := range []string{"server.log", "runner.log"} {
			raw, _ := os.ReadFile(filepath.Join(h.folder, name))
			h.t.Logf("%s:\n%s", name, raw)
		}
	}
	remove()
}

func (h *house) startServer() {
	h.t.Helper()
	var err error
	h.serving, _, err = h.server.Start(h.t.Context())
	require.NoError(h.t, err)
}

func (h *house) startRunner() {
	h.t.Helper()
	var err error
	h.working, err = h.runner.Start()
	require.NoError(h.t, err)
}

// patience is how long anything may take that does not hang.
const patience = time.Minute

// await polls until something is so. Most of what is waited for is seen through
// the API, whose server may be dead at the moment.
func (h *house) await(what string, so func() bool) {
	h.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			require.Failf(h.t, "waited too long", "for this: %s", what)
		}
	}
}

// create makes a task; params is text in JSON.
func (h *house) create(name string, code operation.Code, params string) string {
	h.t.Helper()
	created, err := h.client.CreateTask(h.t.Context(), api.TaskRequest{Name: name, OperationCode: int(code), Params: json.RawMessage(params)})
	require.NoError(h.t, err)
	return created.TaskID
}

// awaitTask waits until a task is as it should be, and gives it.
func (h *house) awaitTask(id, what string, so func(api.Task) bool) api.Task {
	h.t.Helper()
	var t api.Task
	h.await(what, func() bool {
		seen, err := h.client.Task(h.t.Context(), id)
		if err == nil {
			t = seen
		}
		return err == nil && so(seen)
	})
	return t
}

// awaitMiddle waits until a task is being worked on for sure: running, with a
// child process at it, and with some of its work done and not all. Progress comes
// with the runner's pings, every two seconds; work of a second is middle enough.
func (h *house) awaitMiddle(id string) api.Task {
	h.t.Helper()
	var since time.Time
	return h.awaitTask(id, "the task is in the middle of its work", func(t api.Task) bool {
		require.Falsef(h.t, t.State.Final(), "it ended too early: %s %s", t.State, t.Message)
		if t.State != task.Running || len(programs.Children(h.working.PID())) == 0 {
			return false
		}
		if since.IsZero() {
			since = time.Now()
		}
		partly := t.Progress != nil && t.Progress.Fraction != nil && *t.Progress.Fraction > 0 && *t.Progress.Fraction < 1
		return partly || time.Since(since) > time.Second
	})
}

// awaitEnd waits until a task has ended, and gives it with its result.
func (h *house) awaitEnd(id string) (api.Task, api.ResultView) {
	h.t.Helper()
	t := h.awaitTask(id, "the task ends", func(t api.Task) bool { return t.State.Final() })
	var view api.ResultView
	h.await("the result can be read", func() bool { // the database may have been killed just now
		var err error
		view, err = h.client.Result(h.t.Context(), id, 0)
		return err == nil
	})
	return t, view
}

// requireEndedOnce looks at a task's events: it succeeded, once, and ended in no
// other way.
func (h *house) requireEndedOnce(id string) {
	h.t.Helper()
	list, err := h.client.TaskEvents(h.t.Context(), id)
	require.NoError(h.t, err)
	ends := map[api.EventType]int{}
	for _, e := range list.Events {
		switch e.Type {
		case api.EventSucceeded, api.EventFailed, api.EventCanceled:
			ends[e.Type]++
		default:
		}
	}
	require.Equalf(h.t, map[api.EventType]int{api.EventSucceeded: 1}, ends, "task %s", id)
}

// clouds writes a CSV file of points around a few centres, the same in every
// run, on which k-means has some seconds of work.
func clouds(t *testing.T, rows int) string {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("id,a,b,c,d\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d", i)
		for range 4 {
			fmt.Fprintf(&b, ",%.4f", random.NormFloat64()+float64(random.IntN(3)))
		}
		b.WriteByte('\n')
	}
	return write(t, "clouds.csv", b.String())
}

// write puts a file where only the test and its runner look for it.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// slow are the parameters of a k-means that takes its time: rounds starts, none
// of which ends before its last iteration.
func slow(rounds int) string {
	return fmt.Sprintf(`{"source":{"dataset":"clouds"},"model":"kmeans","features":["a","b","c","d"],
		"params":{"n_clusters":8,"n_init":%d,"max_iter":60,"tol":0}}`, rounds)
}

// beside starts another runner on the same server, which shares one dataset
// under its own name, and waits until that is known. It ends with the test.
func (h *house) beside(t *testing.T, name, path string) {
	t.Helper()
	folder, remove, err := programs.Folder()
	require.NoError(t, err)
	token, err := programs.Invite(t.Context(), h.client)
	require.NoError(t, err)
	runner := programs.Runner{Bin: bin, Folder: folder, Server: h.server.URL(), Token: token, Name: name, Data: []string{name + "=" + path + ":rows"}}
	p, err := runner.Start()
	require.NoError(t, err)
	h.await("the dataset is shared", func() bool {
		list, err := h.client.Datasets(t.Context())
		return err == nil && slices.ContainsFunc(list.Datasets, func(d api.Dataset) bool { return d.Name == name })
	})
	t.Cleanup(func() {
		if err := p.Stop(20 * time.Second); err != nil {
			t.Errorf("%v\n%s", err, p.Tail(20))
		}
		remove()
	})
}
