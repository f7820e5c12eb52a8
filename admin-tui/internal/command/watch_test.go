package command_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/command"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

func at(f float64) *api.Progress { return &api.Progress{Fraction: &f, Stage: "reading"} }

func watched(end api.ResultView) map[string][]any {
	return map[string][]any{
		"GET /v1/tasks/" + id: {api.Task{ID: id, Name: "Penguins", State: end.State, Reason: end.Reason}},
		"GET /v1/result/" + id: {
			api.ResultView{State: task.Queued, Reason: task.WaitingForRunner},
			api.ResultView{State: task.Running, Progress: at(0.41)},
			api.ResultView{State: task.Running, Progress: at(0.43)},
			end,
		},
	}
}

func TestWatch_WritesALineWhenSomethingChanges(t *testing.T) {
	t.Parallel()
	got := run(t, newServer(t, watched(api.ResultView{State: task.Succeeded})), "tasks", "watch", id)
	requireCode(t, command.ExitOK, got)
	require.Equal(t, "… Waiting  Penguins: It will be handed to a computer in a moment.\n"+
		"▶ Running  Penguins  ████░░░░░░ 41 %  reading\n"+
		"✓ Done  Penguins\n", got.out)
}

func TestWatch_RedrawsOneLineOnATerminal(t *testing.T) {
	t.Parallel()
	got := runWith(t, newServer(t, watched(api.ResultView{State: task.Succeeded})), setup{screen: &screen{40, 24}}, "tasks", "watch", id)
	requireCode(t, command.ExitOK, got)
	require.Equal(t, "… Waiting  Penguins: It will be handed…\x1b[K\n"+
		"\x1b[1A\r▶ Running  Penguins  ████░░░░░░ 41 %  …\x1b[K\n"+
		"\x1b[1A\r▶ Running  Penguins  ████░░░░░░ 43 %  …\x1b[K\n"+
		"\x1b[1A\r✓ Done  Penguins\x1b[K\n", colour.ReplaceAllString(got.out, ""))

	plain := setup{screen: &screen{40, 24}, env: map[string]string{"NO_COLOR": "1"}}
	got = runWith(t, newServer(t, watched(api.ResultView{State: task.Succeeded})), plain, "tasks", "watch", id)
	requireCode(t, command.ExitOK, got)
	require.NotContains(t, got.out, "\x1b")
}

var colour = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func TestWatch_FailsWithTheTaskAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	end := api.ResultView{State: task.Failed, Reason: task.SourceUnreadable, Message: "penguins.json: not JSON"}
	got := run(t, newServer(t, watched(end)), "tasks", "watch", id)
	requireCode(t, command.ExitFailed, got)
	require.Contains(t, got.out, "✕ Failed  Penguins: penguins.json: not JSON\n")
	require.Contains(t, got.err, "→ Put right what is wrong, then: ddap-admin tasks retry "+id)
}

func TestWatch_KeepsJSONForTheEnd(t *testing.T) {
	t.Parallel()
	got := run(t, newServer(t, watched(api.ResultView{State: task.Succeeded})), "tasks", "watch", id, "-o", "json")
	requireCode(t, command.ExitOK, got)
	require.Contains(t, got.err, "▶ Running")
	require.Contains(t, got.out, `"state":"succeeded"`)
	require.NotContains(t, got.out, "▶")
}

func TestWatch_OutlastsAServerThatIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	answers := watched(api.ResultView{State: task.Succeeded})
	answers["GET /v1/result/"+id] = []any{
		api.ResultView{State: task.Running}, fault.New("t", fault.Unavailable, "", "starting"), fault.New("t", fault.Unavailable, "", "starting"),
		api.ResultView{State: task.Succeeded},
	}
	got := run(t, newServer(t, answers), "tasks", "watch", id)
	requireCode(t, command.ExitOK, got)
	require.Equal(t, "The server does not answer; the task goes on, and this keeps trying for a minute.\n", got.err)
}

func TestWatchPipeline_ShowsALineAStep(t *testing.T) {
	t.Parallel()
	steps := func(first, second task.State, reason task.Reason) api.Pipeline {
		return api.Pipeline{ID: id, Tasks: []api.Task{
			{Name: "Fetch", OperationCode: 100, State: first}, {Name: "Report", OperationCode: 400, State: second, Reason: reason, Message: ""},
		}}
	}
	s := newServer(t, map[string][]any{"GET /v1/pipelines/" + id: {
		steps(task.Running, task.Blocked, task.WaitingForInput), steps(task.Succeeded, task.Queued, task.WaitingForRunner), steps(task.Succeeded, task.Failed, task.DiskFull),
	}})
	got := runWith(t, s, setup{screen: &screen{80, 24}}, "pipelines", "watch", id)
	requireCode(t, command.ExitFailed, got)
	got.out, got.err = colour.ReplaceAllString(got.out, ""), colour.ReplaceAllString(got.err, "")
	require.Contains(t, got.out, "▶ Running             100  Fetch   \x1b[K\n")
	require.Contains(t, got.out, "\x1b[2A\r✓ Done                100  Fetch   \x1b[K\n")
	require.Contains(t, got.err, "✕ Failed: ")
}

func TestResult_SavesItsFilesAndChecksThem(t *testing.T) {
	t.Parallel()
	const content = "<h1>report</h1>"
	sum := sha256.Sum256([]byte(content))
	view := func(a api.Artifact) api.ResultView {
		return api.ResultView{State: task.Succeeded, Result: &result.Document{Kind: "export", Summary: "A report."}, Artifacts: []api.Artifact{a}}
	}
	cases := map[string]struct {
		artifact api.Artifact
		code     int
		says     string
	}{
		"whole":     {api.Artifact{Name: "report.html", SHA256: hex.EncodeToString(sum[:])}, command.ExitOK, "saved "},
		"damaged":   {api.Artifact{Name: "report.html", SHA256: hex.EncodeToString(make([]byte, 32))}, command.ExitFailed, "damaged"},
		"elsewhere": {api.Artifact{Name: "../report.html"}, command.ExitFailed, "cannot be saved"},
		"upwards":   {api.Artifact{Name: ".."}, command.ExitFailed, "cannot be saved"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "out")
			s := newServer(t, map[string][]any{
				"GET /v1/result/" + id: {view(tc.artifact)}, "GET /v1/tasks/" + id + "/artifacts/report.html": {content},
			})
			got := run(t, s, "result", id, "--save", folder)
			requireCode(t, tc.code, got)
			require.Contains(t, got.err, tc.says)
			saved, _ := filepath.Glob(filepath.Join(folder, "*"))
			hidden, _ := filepath.Glob(filepath.Join(folder, ".*"))
			require.Empty(t, hidden)
			if tc.code != command.ExitOK {
				require.Empty(t, saved)
				return
			}
			raw, err := os.ReadFile(filepath.Join(folder, "report.html"))
			require.NoError(t, err)
			require.Equal(t, content, string(raw))
		})
	}
}
