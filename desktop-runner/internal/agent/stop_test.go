//go:build unix

package agent_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/durable"
	"ddap/desktop-runner/internal/identity"
	"ddap/shared/api"
	"ddap/shared/apitest"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func savedToken(t *testing.T, h home) string {
	t.Helper()
	var c identity.Credential
	require.NoError(t, durable.ReadJSON(filepath.Join(h.state, "credential.json"), &c))
	return c.Token
}

func TestAgent_HandsBackWhatItHolds_WhenItStops(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"wait for go", "hang"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.NewFakeServer(t)
			r := start(t, newHome(t, f))
			id := f.Enqueue(t, look(name))
			f.AwaitState(t, id, task.Running)
			begun := time.Now()
			r.stop()
			require.NoError(t, r.await(t))
			require.Less(t, time.Since(begun), 4*time.Second)
			require.Equal(t, task.Queued, f.Task(id).State)
			require.Equal(t, api.OutcomeReleased, f.Report(id).Outcome)
			require.Equal(t, task.RunnerStopping, f.Report(id).Error.Reason)
		})
	}
}

func TestAgent_HandsBackAtItsNextStart_WhenTheServerWasAway(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	r := start(t, h)
	id := f.Enqueue(t, look("hang"))
	f.AwaitState(t, id, task.Running)
	f.SetDown(true)
	r.stop()
	require.NoError(t, r.await(t))
	f.SetDown(false)
	require.Equal(t, task.Running, f.Task(id).State)

	start(t, h)
	f.Await(t, "it is handed back", func() bool { return f.Report(id) != nil })
	require.Equal(t, api.OutcomeReleased, f.Report(id).Outcome)
}

func TestAgent_Abandon_EndsAtOnceAndSaysNothing(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	r := start(t, newHome(t, f))
	id := f.Enqueue(t, look("hang"))
	f.AwaitState(t, id, task.Running)
	begun := time.Now()
	r.Abandon()
	require.NoError(t, r.await(t))
	require.Less(t, time.Since(begun), 900*time.Millisecond, "the child gets no grace period")
	require.Nil(t, f.Report(id))
}

func TestAgent_KeepsAResult_WhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	start(t, h)
	id := f.Enqueue(t, look("wait for go"))
	f.AwaitState(t, id, task.Running)
	f.SetDown(true)
	h.letGo(t)
	f.Await(t, "it tries to report", func() bool { return f.Calls("POST /v1/result") > 1 })
	require.Equal(t, task.Running, f.Task(id).State)
	f.SetDown(false)
	require.Equal(t, 1, f.AwaitState(t, id, task.Succeeded).Attempt)
}

// process is a runner in a process of its own.
type process struct{ *exec.Cmd }

func launch(t *testing.T, h home) process {
	t.Helper()
	cmd := exec.Command(os.Args[0], agentCommand, h.server, h.token, h.state, h.share)
	var out bytes.Buffer
	cmd.Stderr = &out
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(out.String())
		}
	})
	return process{cmd}
}

func (p process) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, p.Process.Kill())
	_ = p.Wait()
}

func TestAgent_LosesNoTask_WhenItIsKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	first := launch(t, h)
	id := f.Enqueue(t, look("wait for go"))
	f.AwaitState(t, id, task.Running)
	first.kill(t)
	left, err := os.ReadDir(filepath.Join(h.state, "work"))
	require.NoError(t, err)
	require.NotEmpty(t, left, "the kill left a work folder")

	launch(t, h)
	f.Await(t, "it is handed out again", func() bool { return f.Task(id).Attempt == 2 })
	h.letGo(t)
	f.AwaitState(t, id, task.Succeeded)
	require.NoDirExists(t, filepath.Join(h.state, "work", left[0].Name()))
}

func TestAgent_LosesNoResult_WhenItIsKilledBeforeItArrived(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	var mu sync.Mutex
	refuse, order := true, []string{}
	f.Intercept(func(r *http.Request) error {
		mu.Lock()
		defer mu.Unlock()
		if !refuse {
			order = append(order, r.URL.Path)
		}
		if refuse && r.URL.Path == "/v1/result" {
			return fault.New("test", fault.Unavailable, "", "not now")
		}
		return nil
	})
	first := launch(t, h)
	id := f.Enqueue(t, look("succeed"))
	f.Await(t, "it tries to report", func() bool { return f.Calls("POST /v1/result") > 0 })
	first.kill(t)
	mu.Lock()
	refuse = false
	mu.Unlock()

	launch(t, h)
	ended := f.AwaitState(t, id, task.Succeeded)
	require.Equal(t, 1, ended.Attempt, "the work is not done twice")
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, "/v1/result", order[0], "earlier results go before the server hears of the new process")
}

func TestAgent_RefusesToShareItsStateFolder(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	start(t, h)
	f.Await(t, "it claims", func() bool { return f.Calls("POST /v1/claim") > 0 })
	_, err := configure(h, nil)
	require.True(t, fault.HasCode(err, identity.CodeStateInUse), "got %v", err)
}
