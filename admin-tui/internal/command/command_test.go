package command_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/command"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

const id = "01960000-0000-7000-8000-000000000001"

func TestRun_ExitCodes(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	cases := map[string]struct {
		args    []string
		env     map[string]string
		answers map[string][]any
		code    int
		says    string
	}{
		"done":              {args: []string{"whoami"}, answers: map[string][]any{"GET /v1/whoami": {api.WhoAmI{Name: "me"}}}, code: command.ExitOK},
		"no command":        {args: nil, code: command.ExitOK},
		"version":           {args: []string{"version"}, code: command.ExitOK},
		"unknown command":   {args: []string{"taks"}, code: command.ExitUsage, says: `did you mean "tasks"?`},
		"unknown action":    {args: []string{"keys", "mak"}, code: command.ExitUsage, says: "not a command of ddap-admin keys"},
		"missing action":    {args: []string{"tasks"}, code: command.ExitUsage, says: "say what to do with tasks"},
		"unknown flag":      {args: []string{"whoami", "--loud"}, code: command.ExitUsage, says: "--loud"},
		"missing argument":  {args: []string{"result"}, code: command.ExitUsage, says: "TASK_ID is missing"},
		"spare argument":    {args: []string{"whoami", "x"}, code: command.ExitUsage, says: "too many"},
		"missing flag":      {args: []string{"keys", "create", "--name", "x"}, code: command.ExitUsage, says: "--role is missing"},
		"bad output":        {args: []string{"whoami", "--output", "xml"}, code: command.ExitUsage, says: "table or json"},
		"bad environment":   {args: []string{"whoami"}, env: map[string]string{"DDAP_INSECURE_HTTP": "maybe"}, code: command.ExitUsage, says: "DDAP_INSECURE_HTTP"},
		"no key":            {args: []string{"whoami"}, env: map[string]string{"DDAP_KEY": ""}, code: command.ExitUsage, says: "no API key"},
		"lost key file":     {args: []string{"whoami", "--key-file", "/nowhere/key"}, code: command.ExitUsage, says: "no such file"},
		"bad address":       {args: []string{"whoami", "--server", "example.org"}, code: command.ExitUsage, says: "https://"},
		"nobody there":      {args: []string{"whoami", "--server", closed.URL}, code: command.ExitUnreachable, says: "cannot reach"},
		"another server":    {args: []string{"whoami"}, answers: map[string][]any{"GET /v1/whoami": {"<html>"}}, code: command.ExitUnreachable},
		"plain http":        {args: []string{"whoami", "--server", "http://example.org"}, code: command.ExitUsage, says: "unencrypted"},
		"wrong key":         {args: []string{"whoami"}, answers: refusing("GET /v1/whoami", fault.Unauthenticated), code: command.ExitRefused},
		"weak role":         {args: []string{"keys", "list"}, answers: refusing("GET /v1/keys", fault.Forbidden), code: command.ExitRefused},
		"conflict":          {args: []string{"tasks", "cancel", id}, answers: refusing("POST /v1/tasks/"+id+"/cancel", fault.Conflict), code: command.ExitFailed},
		"not found":         {args: []string{"tasks", "show", id}, code: command.ExitFailed, says: "code: not_found"},
		"failed task":       {args: []string{"result", id}, answers: map[string][]any{"GET /v1/result/" + id: {api.ResultView{State: task.Failed, Reason: task.DiskFull}}}, code: command.ExitFailed},
		"unfinished task":   {args: []string{"result", id}, answers: map[string][]any{"GET /v1/result/" + id: {api.ResultView{State: task.Running}}}, code: command.ExitFailed, says: "--wait"},
		"server overloaded": {args: []string{"whoami"}, answers: refusing("GET /v1/whoami", fault.Unavailable), code: command.ExitUnreachable},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := runWith(t, newServer(t, tc.answers), setup{env: tc.env}, tc.args...)
			requireCode(t, tc.code, got)
			require.Contains(t, got.err, tc.says)
			if tc.code != command.ExitOK && tc.code != command.ExitFailed {
				require.Empty(t, got.out, "what went wrong belongs on the standard error")
			}
		})
	}
}

func refusing(route string, kind fault.Kind) map[string][]any {
	return map[string][]any{route: {fault.New("test", kind, "", "no, because")}}
}

func TestRun_TakesTheCommandLineBeforeTheEnvironment(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte(" from-file\n"), 0o600))
	for key, args := range map[string][]string{
		"Bearer secret":    {"whoami"},
		"Bearer mine":      {"whoami", "--key", "mine"},
		"Bearer from-file": {"whoami", "--key-file", file},
	} {
		s := newServer(t, map[string][]any{"GET /v1/whoami": {api.WhoAmI{}}})
		requireCode(t, command.ExitOK, run(t, s, args...))
		require.Equal(t, key, s.requests()[0].key)
	}
}

func TestOutputJSON_IsTheDocumentAsItCame(t *testing.T) {
	t.Parallel()
	const document = `{"task_id":"` + id + `","state":"succeeded","newer":{"n":9007199254740993},"artifacts":[],"result":{"version":1,"kind":"k","summary":"s"}}`
	s := newServer(t, map[string][]any{"GET /v1/result/" + id: {document}})
	got := run(t, s, "result", id, "--output", "json")
	requireCode(t, command.ExitOK, got)
	require.Equal(t, document+"\n", got.out)

	onScreen := runWith(t, s, setup{screen: &screen{80, 24}}, "result", id, "--output", "json")
	require.Contains(t, onScreen.out, "\n    \"n\": 9007199254740993\n")
	require.JSONEq(t, document, onScreen.out)
}

func TestCreateTask_NamesEveryWrongField(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string][]any{"POST /v1/task": {fault.BadFields("test", "invalid_params",
		fault.Field{Path: "params.limit", Message: "must be at least 1, not 0", Suggestion: "1"},
		fault.Field{Path: "params.columm", Message: `is not a field; did you mean "columns"?`, Suggestion: "columns"})}})
	got := run(t, s, "tasks", "create", "--operation", "fetch", "--params", `{"limit":0}`)
	requireCode(t, command.ExitUsage, got)
	require.Empty(t, got.out)
	for _, part := range []string{"params.limit", "must be at least 1, not 0", "did you mean 1?", "params.columm", `did you mean "columns"?`, "invalid_params"} {
		require.Contains(t, got.err, part)
	}
}

func TestCreateTask_SendsWhatTheFlagsSayAndPrintsTheID(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "p.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"model":"kmeans"}`), 0o600))
	cases := map[string]struct {
		args  []string
		stdin string
		body  string
	}{
		"by name, inline": {
			[]string{"--operation", "fetch", "--params", `{"limit":1}`}, "",
			`{"name":"fetch","operation_code":100,"params":{"limit":1}}`,
		},
		"by number, from a file": {
			[]string{"--operation", "300", "--param-file", file, "--name", "N", "--runner", "R", "--label", "site=lab", "--priority", "-5", "--timeout", "90s", "--max-attempts", "2", "--run-at", "2026-12-01T08:00:00Z"}, "",
			`{"name":"N","operation_code":300,"params":{"model":"kmeans"},"runner_id":"R","labels":{"site":"lab"},"priority":-5,"timeout_seconds":90,"max_attempts":2,"run_at":"2026-12-01T08:00:00Z"}`,
		},
		"a newer operation, from the standard input": {
			[]string{"--operation", "900", "--param-file", "-"}, `{"new":true}`,
			`{"name":"900","operation_code":900,"params":{"new":true}}`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, map[string][]any{"POST /v1/task": {api.TaskCreated{TaskID: id, State: task.Queued, Reason: task.RunnersOffline}}})
			got := runWith(t, s, setup{stdin: tc.stdin}, append([]string{"tasks", "create"}, tc.args...)...)
			requireCode(t, command.ExitOK, got)
			require.Equal(t, id+"\n", got.out)
			require.Contains(t, got.err, "… Waiting: The computer that has the data is offline.")
			require.JSONEq(t, tc.body, string(s.requests()[0].body))
		})
	}
}

func TestCreateTask_FindsMistakesBeforeItAsks(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		`did you mean "filter"?`:     {"--operation", "filtr", "--params", "{}"},
		"line 2, character 2":        {"--operation", "fetch", "--params", "{\"a\":\n ]"},
		"one of them":                {"--operation", "fetch"},
		"no such file":               {"--operation", "fetch", "--param-file", "/nowhere.json"},
		"--label takes NAME=VALUE":   {"--operation", "fetch", "--params", "{}", "--label", "lab"},
		"--run-at takes a time such": {"--operation", "fetch", "--params", "{}", "--run-at", "tomorrow"},
	} {
		s := newServer(t, nil)
		got := run(t, s, append([]string{"tasks", "create"}, args...)...)
		requireCode(t, command.ExitUsage, got)
		require.Contains(t, got.err, says)
		require.Empty(t, s.requests())
	}
}

// Rounded down, half a second would be no limit at all: a key for ever.
func TestDurations_AreWholeSeconds(t *testing.T) {
	t.Parallel()
	for line, bad := range map[string]string{
		"keys create --name n --role viewer --expires-in":       "500ms",
		"enroll --expires-in":                                   "-1h",
		"tasks create --operation fetch --params {} --timeout":  "0s",
		"tasks create --operation fetch --params {}  --timeout": "1d",
	} {
		s := newServer(t, nil)
		got := run(t, s, append(strings.Fields(line), bad)...)
		requireCode(t, command.ExitUsage, got)
		require.Contains(t, got.err, "it takes whole seconds, as in 90s or 24h")
		require.Empty(t, s.requests())
	}
}

func TestListTasks_AsksForWhatTheFlagsSay(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string][]any{"GET /v1/tasks": {api.TaskList{
		Tasks: []api.Task{{ID: id, Name: "Penguins", State: task.Succeeded}}, NextCursor: "next", Counts: map[task.State]int{task.Succeeded: 7},
	}}})
	got := run(t, s, "tasks", "list", "--state", "queued,running", "--operation", "filter", "--text", "a b", "--limit", "5", "--lang", "id")
	requireCode(t, command.ExitOK, got)
	require.Equal(t, "limit=5&operation_code=200&state=queued&state=running&text=a+b", s.requests()[0].query)
	require.Contains(t, got.out, "✓ Selesai")
	require.Contains(t, got.err, "✓ Selesai 7")
	require.Contains(t, got.err, "--cursor next")
}

func TestListTasks_FiltersSortsAndPages(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string][]any{"GET /v1/tasks": {api.TaskList{}}})
	requireCode(t, command.ExitOK, run(t, s, "tasks", "list", "--mine", "--reason", "runners_offline", "--label", "site=lab", "--sort", "-finished",
		"--finished-from", "2026-12-01T08:00:00+07:00", "--page", "2"))
	require.Equal(t, "creator=me&finished_from=2026-12-01T01%3A00%3A00Z&label=site%3Dlab&page=2&reason=runners_offline&sort=-finished", s.requests()[0].query)
	requireCode(t, command.ExitUsage, run(t, s, "tasks", "list", "--created-to", "yesterday"))
	require.Len(t, s.requests(), 1)
}

func TestTaskActions_AskForWhatTheySay(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]struct{ route, query, body string }{
		"tasks set-priority " + id + " 10":                   {"PATCH /v1/tasks/" + id, "", `{"priority":10}`},
		"tasks set-priority " + id + " -- -10":               {"PATCH /v1/tasks/" + id, "", `{"priority":-10}`},
		"tasks set-deadline " + id + " 2026-12-01T08:00:00Z": {"PATCH /v1/tasks/" + id, "", `{"deadline":"2026-12-01T08:00:00Z"}`},
		"tasks clone " + id:                                  {"POST /v1/tasks/" + id + "/clone", "", ""},
		"tasks retry " + id:                                  {"POST /v1/tasks/" + id + "/retry", "", ""},
		"tasks retry --rerun-lost-inputs " + id:              {"POST /v1/tasks/" + id + "/retry", "rerun_lost_inputs=true", ""},
		"tasks delete " + id:                                 {"DELETE /v1/tasks/" + id, "", ""},
		"pipelines list --limit 3 --cursor x":                {"GET /v1/pipelines", "cursor=x&limit=3", ""},
		"pipelines cancel " + id:                             {"POST /v1/pipelines/" + id + "/cancel", "", ""},
		"pipelines retry " + id + " --rerun-lost-inputs":     {"POST /v1/pipelines/" + id + "/retry", "rerun_lost_inputs=true", ""},
	} {
		var answer any = api.Task{ID: id, Name: "Penguins", State: task.Queued, Reason: task.WaitingForRunner}
		if strings.HasPrefix(line, "pipelines list") {
			answer = api.PipelineList{Pipelines: []api.Pipeline{{ID: id, Name: "Penguins"}}}
		}
		s := newServer(t, map[string][]any{want.route: {answer}})
		got := run(t, s, strings.Fields(line)...)
		requireCode(t, command.ExitOK, got)
		require.Contains(t, got.out+got.err, id, line)
		require.Equal(t, want.route, s.requests()[0].route)
		require.Equal(t, want.query, s.requests()[0].query)
		require.Equal(t, want.body, string(s.requests()[0].body), line)
	}
	for _, line := range []string{"tasks set-priority " + id + " high", "tasks set-deadline " + id + " tomorrow", "tasks clone", "tasks set-priority " + id} {
		s := newServer(t, nil)
		requireCode(t, command.ExitUsage, run(t, s, strings.Fields(line)...))
		require.Empty(t, s.requests())
	}
}

func TestSecrets_StandAloneOnTheStandardOutput(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string][]any{
		"POST /v1/keys":        {api.Key{Key: "ddap_key_1", Name: "Site A", Role: api.Analyst}},
		"POST /v1/enrollments": {api.Enrollment{Token: "ddap_enr_1", MaxUses: 20}},
	})
	got := run(t, s, "keys", "create", "--name", "Site A", "--role", "analyst", "--expires-in", "1h")
	requireCode(t, command.ExitOK, got)
	require.Equal(t, "ddap_key_1\n", got.out)
	require.Contains(t, got.err, "shown this once")
	require.JSONEq(t, `{"name":"Site A","role":"analyst","expires_in_seconds":3600}`, string(s.requests()[0].body))

	got = run(t, s, "enroll", "--max-uses", "20", "--expires-in", "2h", "--label", "site=lab", "--require-approval")
	requireCode(t, command.ExitOK, got)
	require.Equal(t, "ddap_enr_1\n", got.out)
	require.JSONEq(t, `{"max_uses":20,"expires_in_seconds":7200,"labels":{"site":"lab"},"require_approval":true}`, string(s.requests()[1].body))
}

func TestRunners_ListsThemWithOrWithoutTheWord(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string][]any{"GET /v1/runners": {api.RunnerList{Runners: []api.Runner{{Name: "lab-pc-07", State: api.RunnerActive, Online: true}}}}})
	for _, args := range [][]string{{"runners"}, {"runners", "list"}} {
		got := run(t, s, args...)
		requireCode(t, command.ExitOK, got)
		require.Contains(t, got.out, "● online  lab-pc-07")
	}
}

func TestCreatePipeline_RefusesFieldsThatWouldBeLost(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string][]any{"POST /v1/pipelines": {api.Pipeline{ID: id, Tasks: []api.Task{{Name: "a", State: task.Queued}}}}})
	good := `{"name":"P","tasks":[{"ref":"a","operation_code":100,"params":{"source":{"dataset":"d"}}}]}`
	got := runWith(t, s, setup{stdin: good}, "pipelines", "create", "--file", "-")
	requireCode(t, command.ExitOK, got)
	require.Equal(t, id+"\n", got.out)
	require.JSONEq(t, good, string(s.requests()[0].body))

	got = runWith(t, s, setup{stdin: `{"name":"P","taks":[]}`}, "pipelines", "create", "--file", "-")
	requireCode(t, command.ExitUsage, got)
	require.Contains(t, got.err, `unknown field "taks"`)
	require.Len(t, s.requests(), 1)
}

func TestColours_StayOnTerminalsThatWantThem(t *testing.T) {
	t.Parallel()
	s := newServer(t, map[string][]any{"GET /v1/result/" + id: {api.ResultView{
		State: task.Succeeded, Result: &result.Document{Kind: "k", Summary: "\x1b[31mforged"},
	}}})
	require.NotContains(t, run(t, s, "result", id).out, "\x1b")
	require.NotContains(t, runWith(t, s, setup{screen: &screen{80, 24}, env: map[string]string{"NO_COLOR": "1"}}, "result", id).out, "\x1b")
	require.NotContains(t, runWith(t, s, setup{screen: &screen{80, 24}, env: map[string]string{"TERM": "dumb"}}, "result", id).out, "\x1b")
	coloured := runWith(t, s, setup{screen: &screen{80, 24}, env: map[string]string{"COLORTERM": "truecolor"}}, "result", id).out
	require.Contains(t, coloured, "\x1b[38;2;104;222;124m✓ Done\x1b[0m")
	require.Contains(t, coloured, "␛[31mforged")
	light := runWith(t, s, setup{screen: &screen{80, 24}, env: map[string]string{"COLORTERM": "truecolor", "COLORFGBG": "0;15"}}, "result", id).out
	require.Contains(t, light, "\x1b[38;2;0;112;23m✓ Done\x1b[0m")
}
