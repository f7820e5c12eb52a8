package command_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/command"
	"ddap/shared/api"
	"ddap/shared/fault"
)

func TestHealth_SaysWhatIsMissing_WithoutAKey(t *testing.T) {
	t.Parallel()
	keyless := setup{env: map[string]string{"DDAP_KEY": ""}}
	s := newServer(t, map[string][]any{
		"GET /readyz": {
			api.Health{Status: "ok", Version: "1.2.3", Checks: map[string]string{"database": "ok"}},
			withStatus{503, api.Health{Status: "unavailable", Version: "1.2.3", Checks: map[string]string{"database": "unavailable", "migrations": "ok"}}},
			withStatus{503, api.Health{Status: "unavailable", Version: "1.2.3", Checks: map[string]string{"database": "unavailable"}}},
			fault.New("test", fault.Unavailable, "away", "there is no server behind this"),
		},
		"GET /openapi.json": {`{"openapi": "3.1.0", "of_a_newer_server": true}`},
	})
	got := runWith(t, s, keyless, "health")
	requireCode(t, command.ExitOK, got)
	require.Contains(t, got.out, "1.2.3")
	got = runWith(t, s, keyless, "health")
	requireCode(t, command.ExitFailed, got)
	require.Regexp(t, `database +unavailable\nmigrations +ok`, got.out)
	require.Empty(t, got.err)
	got = runWith(t, s, keyless, "health", "--output", "json")
	requireCode(t, command.ExitFailed, got)
	require.JSONEq(t, `{"status": "unavailable", "version": "1.2.3", "checks": {"database": "unavailable"}}`, got.out)
	got = runWith(t, s, keyless, "health")
	require.NotEqual(t, command.ExitOK, got.code)
	require.Empty(t, got.out)
	require.Contains(t, got.err, "there is no server behind this")

	got = runWith(t, s, keyless, "openapi")
	requireCode(t, command.ExitOK, got)
	require.JSONEq(t, `{"openapi": "3.1.0", "of_a_newer_server": true}`, got.out)
	for _, asked := range s.requests() {
		require.Empty(t, asked.key)
	}
	requireCode(t, command.ExitUsage, runWith(t, s, keyless, "datasets"))
}

func TestTasks_CreateBatch(t *testing.T) {
	t.Parallel()
	const batch = `{"tasks": [{"name": "a", "operation_code": 100, "params": {}}, {"name": "b", "operation_code": 100, "params": {}}]}`
	s := newServer(t, map[string][]any{"POST /v1/tasks": {api.TasksCreated{Tasks: []api.TaskCreated{{TaskID: "one"}, {TaskID: "two"}}}}})
	got := runWith(t, s, setup{stdin: batch}, "tasks", "create-batch", "--file", "-")
	requireCode(t, command.ExitOK, got)
	require.Equal(t, "one\ntwo\n", got.out)
	require.JSONEq(t, batch, string(s.requests()[0].body))
	for _, wrong := range []string{`{"tasks": [{"title": "a"}]}`, `{"tasks": `, `[]`} {
		requireCode(t, command.ExitUsage, runWith(t, s, setup{stdin: wrong}, "tasks", "create-batch", "--file", "-"))
	}
	require.Len(t, s.requests(), 1)
}
