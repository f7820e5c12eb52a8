//go:build unix

package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/agent"
	"ddap/desktop-runner/internal/catalogue"
	"ddap/desktop-runner/internal/digests"
	"ddap/desktop-runner/internal/identity"
	"ddap/desktop-runner/internal/machine"
	"ddap/desktop-runner/internal/outputs"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/spool"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/api"
	"ddap/shared/apitest"
	"ddap/shared/client"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// home is a computer with one shared file.
type home struct {
	server, token, state, share string
	slots                       int
	connectTimeout              time.Duration
	outputBytes                 int64
}

func newHome(t *testing.T, f *apitest.FakeServer) home {
	t.Helper()
	h := home{server: f.URL(), token: f.EnrollmentToken(), state: filepath.Join(t.TempDir(), "state"), share: filepath.Join(t.TempDir(), "birds.csv")}
	require.NoError(t, os.WriteFile(h.share, []byte("species\n"), 0o600))
	return h
}

// letGo lets the child go on that waits for the word in the shared file.
func (h home) letGo(t *testing.T) {
	t.Helper()
	require.NoError(t, os.WriteFile(h.share, []byte(goWord), 0o600))
}

// configure puts an agent together as package app does, with quick retries.
func configure(h home, log *slog.Logger) (agent.Config, error) {
	c, err := client.New(client.Config{Server: h.server})
	if err != nil {
		return agent.Config{}, err
	}
	folder, err := identity.Open(h.state)
	if err != nil {
		return agent.Config{}, err
	}
	reports, err := spool.Open(folder.Path("spool"))
	if err != nil {
		return agent.Config{}, err
	}
	kept, err := outputs.Open(folder.Path("outputs"), outputs.Limits{TotalBytes: h.outputBytes}, time.Now)
	if err != nil {
		return agent.Config{}, err
	}
	launcher, root := &worker.Launcher{}, folder.Path("work")
	look := func(ctx context.Context, file plan.File) (worker.Description, error) {
		dir, err := worker.Folder(root)
		if err != nil {
			return worker.Description{}, err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		return launcher.Inspect(ctx, file, dir, plan.Limits{})
	}
	digest := func(ctx context.Context, file plan.File) (string, error) {
		return launcher.Digest(ctx, file, root, plan.Limits{})
	}
	// A file that has just been written is left alone for a while.
	later := func() time.Time { return time.Now().Add(time.Hour) }
	shares := []settings.Share{{Name: "birds", Path: h.share, Policy: result.Rows}}
	return agent.Config{
		Client: c, Folder: folder, Spool: reports, Outputs: kept, Worker: launcher, WorkRoot: root,
		Digests:   digests.Open(folder.Path("digests.json"), digest, later, log),
		Catalogue: catalogue.New(shares, look, time.Now, log), Token: h.token, Name: "lab", Slots: max(h.slots, 1),
		Machine: machine.Look(), ConnectTimeout: h.connectTimeout,
		Backoff: agent.Backoff{Min: 10 * time.Millisecond, Max: 50 * time.Millisecond}, Now: time.Now, Log: log,
	}, nil
}

func run(ctx context.Context, cfg agent.Config) error {
	return errors.Join(agent.New(cfg).Run(ctx), cfg.Folder.Close())
}

// running is an agent at work in this process.
type running struct {
	*agent.Agent
	home
	stop  context.CancelFunc
	ended chan error
	log   *logText
}

// start runs an agent until the test ends, or stop is called.
func start(t *testing.T, h home) *running {
	t.Helper()
	log := &logText{}
	cfg, err := configure(h, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	r := &running{Agent: agent.New(cfg), home: h, stop: stop, ended: make(chan error, 1), log: log}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		r.ended <- errors.Join(r.Run(ctx), cfg.Folder.Close())
	}()
	t.Cleanup(func() {
		r.Abandon()
		<-finished
		if t.Failed() {
			t.Log(log.String())
		}
		require.NotContains(t, log.String(), h.share, "paths stay out of the log")
		require.NotContains(t, log.String(), "secret", "data stays out of the log")
	})
	return r
}

const patience = 20 * time.Second

// await gives the error with which Run ended.
func (r *running) await(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(patience):
		require.FailNow(t, "the agent does not end")
		return nil
	}
}

// logText collects log lines of many goroutines.
type logText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// look is a task of the given name on the shared file.
func look(name string) api.TaskRequest {
	return ask(name, operation.Fetch, `{"source":{"dataset":"birds"}}`)
}

func ask(name string, code operation.Code, params string, args ...any) api.TaskRequest {
	return api.TaskRequest{Name: name, OperationCode: int(code), Params: json.RawMessage(fmt.Sprintf(params, args...))}
}
