//go:build unix

package agent_test

import (
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/apitest"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

func TestAgent_EnrolsAndDoesATask(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	start(t, h)
	id := f.Enqueue(t, look("succeed"))
	f.AwaitState(t, id, task.Succeeded)

	report := f.Report(id)
	require.Equal(t, "done", report.Result.Summary)
	require.Positive(t, report.Usage.MaxMemoryBytes)
	require.Len(t, report.Result.Sources, 1)
	runner := f.Runner(t)
	require.Equal(t, runner.ID, report.Result.Sources[0].RunnerID)
	require.Equal(t, runner.Offers[0].Revision, report.Result.Sources[0].Revision)
	require.Equal(t, "species", runner.Offers[0].Columns[0].Name)
	info, err := os.Stat(filepath.Join(h.state, "credential.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Join(h.state, "work"))
	require.NoError(t, err)
	require.Empty(t, left, "work folders are removed")
}

func TestAgent_SavesItsRegistration_BeforeItRegisters(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	var saved atomic.Bool
	f.Intercept(func(r *http.Request) error {
		if r.URL.Path != "/v1/register" || saved.Swap(true) {
			return nil
		}
		_, err := os.Stat(filepath.Join(h.state, "registration.json"))
		if err != nil {
			return fault.New("test", fault.Invalid, "not_saved", "nothing was saved first")
		}
		return fault.New("test", fault.Unavailable, "", "the answer is lost")
	})
	start(t, h)
	f.AwaitState(t, f.Enqueue(t, look("succeed")), task.Succeeded)
	require.Equal(t, 2, f.Calls("POST /v1/register"))
}

func TestAgent_NeedsNoToken_OnceItIsEnrolled(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	first := start(t, h)
	f.AwaitState(t, f.Enqueue(t, look("succeed")), task.Succeeded)
	first.stop()
	require.NoError(t, first.await(t))

	h.token = ""
	start(t, h)
	f.AwaitState(t, f.Enqueue(t, look("succeed")), task.Succeeded)
	require.Equal(t, 1, f.Calls("POST /v1/register"))
}

func TestAgent_RefusesToStart(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	used := f.EnrollmentToken()
	h := newHome(t, f)
	h.token = used
	start(t, h)
	f.Await(t, "it is enrolled", func() bool { return f.Calls("POST /v1/claim") > 0 })
	for name, tt := range map[string]struct{ token, code string }{
		"without a token":   {"", "no_token"},
		"with half a token": {used[:20], api.CodeMalformedCredential},
		"with a key":        {f.Target().AdminKey, api.CodeMalformedCredential},
		"with a used token": {used, api.CodeTokenUsed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, f)
			h.token = tt.token
			err := start(t, h).await(t)
			require.Truef(t, fault.HasCode(err, tt.code), "got %v", err)
		})
	}
}

func TestAgent_GivesUp_WhenTheServerStaysAwayTooLong(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	f.SetDown(true)
	h.connectTimeout = 200 * time.Millisecond
	err := start(t, h).await(t)
	require.Truef(t, fault.Is(err, fault.Unavailable), "got %v", err)
}

func TestAgent_WaitsForAServerThatIsAway(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	f.SetDown(true)
	start(t, newHome(t, f))
	f.Await(t, "it tried", func() bool { return f.Calls("POST /v1/register") > 2 })
	f.SetDown(false)
	f.AwaitState(t, f.Enqueue(t, look("succeed")), task.Succeeded)
}

func TestAgent_ReportsFailures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		request  api.TaskRequest
		reason   task.Reason
		attempts int
	}{
		"what a child says":        {look("refuse"), task.PolicyRefused, 1},
		"a reason of the server's": {look("say nonsense"), task.OperationFailed, 1},
		"a crash, after a retry":   {look("crash"), task.EngineCrashed, 2},
		"an artifact that is none": {look("lie about a file"), task.OperationFailed, 1},
		"a child over its time":    {api.TaskRequest{Name: "hang", OperationCode: 100, TimeoutSeconds: 1, Params: look("").Params}, task.Timeout, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.NewFakeServer(t)
			start(t, newHome(t, f))
			id := f.Enqueue(t, tt.request)
			f.Await(t, "it ended", func() bool { return f.Task(id).State.Final() })
			require.Equal(t, tt.reason, f.Task(id).Reason)
			require.Equal(t, tt.attempts, f.Task(id).Attempt)
		})
	}
}

func TestAgent_SaysProgress_WhileItWorks(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	start(t, h)
	id := f.Enqueue(t, look("wait for go"))
	f.Await(t, "progress arrives", func() bool {
		p := f.Task(id).Progress
		return p != nil && p.Stage == "reading" && p.Fraction != nil && *p.Fraction == 0.5
	})
	require.Equal(t, api.Working, f.Runner(t).LastPing.State)
	h.letGo(t)
	f.AwaitState(t, id, task.Succeeded)
}

func TestAgent_StopsACanceledTask_WithinTwoSeconds(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"wait for go", "hang"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := apitest.NewFakeServer(t)
			h := newHome(t, f)
			start(t, h)
			id := f.Enqueue(t, look(name))
			f.AwaitState(t, id, task.Running)
			begun := time.Now()
			f.Cancel(id)
			f.Await(t, "it stopped", func() bool { return f.Task(id).StoppedAt != nil })
			require.Less(t, time.Since(begun), 2*time.Second)
			f.AwaitState(t, f.Enqueue(t, look("succeed")), task.Succeeded)
		})
	}
}

func TestAgent_ConfirmsTheStop_WhenTheCancelCameAfterTheWork(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	id := f.Enqueue(t, look("succeed"))
	var once atomic.Bool
	f.Intercept(func(r *http.Request) error {
		if r.URL.Path == "/v1/result" && !once.Swap(true) {
			f.Cancel(id)
		}
		return nil
	})
	start(t, newHome(t, f))
	f.Await(t, "it stopped", func() bool { return f.Task(id).StoppedAt != nil })
	require.Equal(t, api.OutcomeCanceled, f.Report(id).Outcome)
}

func TestAgent_GivesUpATask_WhoseLeaseIsLost(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	r := start(t, h)
	id := f.Enqueue(t, look("wait for go"))
	f.AwaitState(t, id, task.Running)
	f.TakeBack(id)
	f.Await(t, "it is handed out again", func() bool { return f.Task(id).Attempt == 2 && f.Task(id).State == task.Running })
	h.letGo(t)
	f.AwaitState(t, id, task.Succeeded)
	require.Equal(t, 2, f.Report(id).Attempt)
	require.Contains(t, r.log.String(), "the lease was taken back")
}

func TestAgent_DoesManyTasksAtOnce_AsManyAsItHasSlots(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	h.slots = 2
	start(t, h)
	ids := []string{f.Enqueue(t, look("wait for go")), f.Enqueue(t, look("wait for go")), f.Enqueue(t, look("wait for go"))}
	f.AwaitState(t, ids[0], task.Running)
	f.AwaitState(t, ids[1], task.Running)
	require.Equal(t, task.Queued, f.Task(ids[2]).State)
	h.letGo(t)
	for _, id := range ids {
		f.AwaitState(t, id, task.Succeeded)
	}
}

func TestAgent_KeepsRowsForTheNextTask(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	start(t, h)
	made := f.Enqueue(t, ask("make rows", operation.Filter, `{"source":{"dataset":"birds"}}`))
	f.AwaitState(t, made, task.Succeeded)
	require.FileExists(t, filepath.Join(h.state, "outputs", made, "1.parquet"))
	read := f.Enqueue(t, ask("read rows", operation.Fetch, `{"source":{"task":%q}}`, made))
	f.AwaitState(t, read, task.Succeeded)
	report := f.Report(read)
	require.Equal(t, "rows <nil> aggregates 9", report.Result.Summary, "rows are read in place, under their policy")
	require.Equal(t, "birds", report.Result.Sources[0].Name, "an output names what it was made from")

	f.Command(api.Command{Type: api.CommandDeleteOutput, TaskID: made})
	f.AwaitState(t, f.Enqueue(t, look("succeed")), task.Succeeded)
	lost := f.Enqueue(t, ask("read rows", operation.Fetch, `{"source":{"task":%q}}`, made))
	require.Equal(t, task.InputLost, f.AwaitState(t, lost, task.Failed).Reason)
}

// Of three outputs for which there is no room, the oldest one goes, unless an
// unfinished task needs it.
func TestAgent_AsksBeforeItDropsRows(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	h.outputBytes = 2*int64(len("rows")) + 1
	start(t, h)
	rows := func() string {
		id := f.Enqueue(t, ask("make rows", operation.Filter, `{"source":{"dataset":"birds"}}`))
		f.AwaitState(t, id, task.Succeeded)
		return id
	}
	kept := func() (ids []string) {
		folders, err := os.ReadDir(filepath.Join(h.state, "outputs"))
		require.NoError(t, err)
		for _, folder := range folders {
			ids = append(ids, folder.Name())
		}
		return ids
	}
	first := rows()
	elsewhere := ask("read rows", operation.Fetch, `{"source":{"task":%q}}`, first)
	elsewhere.RunnerID = uuid.NewString()
	reader := f.Enqueue(t, elsewhere)
	rows()
	third := rows()
	require.EventuallyWithT(t, func(c *assert.CollectT) { assert.ElementsMatch(c, []string{first, third}, kept()) }, patience, time.Millisecond)

	f.Cancel(reader)
	f.DeleteTask(first)
	fourth := rows()
	require.EventuallyWithT(t, func(c *assert.CollectT) { assert.ElementsMatch(c, []string{third, fourth}, kept()) }, patience, time.Millisecond)
}

// Rows whose report has not arrived are unknown to the server, which cannot say
// that a later step waits for them: they stay, however little room there is.
func TestAgent_KeepsRowsOfWhichTheServerDoesNotKnowYet(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	h.outputBytes = int64(len("rows")) + 1
	var refuse atomic.Bool
	f.Intercept(func(r *http.Request) error {
		if refuse.Load() && r.URL.Path == "/v1/result" {
			return fault.New("test", fault.Unavailable, "", "not now")
		}
		return nil
	})
	start(t, h)
	made := func() string {
		return f.Enqueue(t, ask("make rows", operation.Filter, `{"source":{"dataset":"birds"}}`))
	}
	waits := func(id string) {
		reader := ask("read rows", operation.Fetch, `{"source":{"task":%q}}`, id)
		reader.RunnerID = uuid.NewString() // nobody takes it
		f.Enqueue(t, reader)
	}
	first := made()
	f.AwaitState(t, first, task.Succeeded)
	waits(first)

	refuse.Store(true)
	second := made()
	rows := filepath.Join(h.state, "outputs", second, "1.parquet")
	require.Eventually(t, func() bool { _, err := os.Stat(rows); return err == nil }, patience, time.Millisecond)
	asked := f.Calls("POST /v1/ping")
	f.Await(t, "it asked what may go", func() bool { return f.Calls("POST /v1/ping") > asked+2 })
	waits(second)
	refuse.Store(false)
	f.AwaitState(t, second, task.Succeeded)
	require.FileExists(t, rows)
}

func TestAgent_MakesAReportOfAResult(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	start(t, newHome(t, f))
	first := f.Enqueue(t, look("succeed"))
	f.AwaitState(t, first, task.Succeeded)
	id := f.Enqueue(t, ask("make a report", operation.Export, `{"inputs":[{"task":%q}],"format":"html"}`, first))
	f.AwaitState(t, id, task.Succeeded)
	require.Equal(t, "a report of done", f.Report(id).Result.Summary)
	require.Equal(t, "report.html", f.Report(id).Artifacts[0].Name)
	require.Equal(t, 1, f.Calls("PUT /v1/tasks/{id}/artifacts/{name}"))
}

func TestAgent_SendsAShorterReport_WhenTheServerRefusesAResult(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Kind]task.Reason{fault.TooLarge: task.ResultTooLarge, fault.Invalid: task.OperationFailed} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			f := apitest.NewFakeServer(t)
			var once atomic.Bool
			f.Intercept(func(r *http.Request) error {
				if r.URL.Path == "/v1/result" && !once.Swap(true) {
					return fault.New("test", kind, "", "no")
				}
				return nil
			})
			start(t, newHome(t, f))
			id := f.Enqueue(t, look("succeed"))
			require.Equal(t, want, f.AwaitState(t, id, task.Failed).Reason)
		})
	}
}

func TestAgent_ObeysPauseAndResume(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	start(t, newHome(t, f))
	f.Await(t, "it claims", func() bool { return f.Calls("POST /v1/claim") > 0 })
	f.Command(api.Command{Type: api.CommandPause})
	f.Await(t, "it says that it is paused", func() bool { return f.Runner(t).LastPing.State == api.Paused })
	id := f.Enqueue(t, look("succeed"))
	pings := f.Calls("POST /v1/ping")
	f.Await(t, "it goes on pinging", func() bool { return f.Calls("POST /v1/ping") > pings+1 })
	require.Equal(t, task.Queued, f.Task(id).State)
	f.Command(api.Command{Type: api.CommandResume})
	f.AwaitState(t, id, task.Succeeded)
}

func TestAgent_Pings_WhenAskedWhileIdle(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	start(t, newHome(t, f))
	f.Await(t, "it claims", func() bool { return f.Calls("POST /v1/claim") > 0 })
	pings := f.Calls("POST /v1/ping")
	f.Command(api.Command{Type: api.CommandPing})
	f.Await(t, "it pings", func() bool { return f.Calls("POST /v1/ping") > pings })
	f.AwaitState(t, f.Enqueue(t, look("succeed")), task.Succeeded)
}

func TestAgent_SendsItsDatasets_WhenAsked(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	start(t, newHome(t, f))
	f.Await(t, "it claims", func() bool { return f.Calls("POST /v1/claim") > 0 })
	before := f.Calls("PUT /v1/runners/{id}/datasets")
	f.Command(api.Command{Type: api.CommandSendDatasets})
	f.Await(t, "it sent them", func() bool { return f.Calls("PUT /v1/runners/{id}/datasets") > before })
}

func TestAgent_Ends_WhenItIsRevoked(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	r := start(t, newHome(t, f))
	f.AwaitState(t, f.Enqueue(t, look("hang")), task.Running)
	f.Revoke()
	require.True(t, fault.HasCode(r.await(t), api.CodeRunnerRevoked))
}

func TestAgent_Ends_WhenAnotherInstanceTakesOver(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	r := start(t, h)
	id := f.Enqueue(t, look("hang"))
	f.AwaitState(t, id, task.Running)
	c, err := client.New(client.Config{Server: f.URL(), Credential: savedToken(t, h)})
	require.NoError(t, err)
	_, err = c.Ping(t.Context(), api.PingRequest{State: api.Idle, Instance: uuid.NewString(), Running: []api.RunningTask{}}, 0)
	require.NoError(t, err)
	require.True(t, fault.HasCode(r.await(t), api.CodeInstanceSuperseded))
	require.Nil(t, f.Report(id), "what it held is no longer its own to report on")
}
