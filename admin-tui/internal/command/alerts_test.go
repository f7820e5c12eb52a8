package command_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/command"
	"ddap/shared/api"
)

func TestAlerts_SendWhatTheFlagsSay(t *testing.T) {
	t.Parallel()
	const of = "/v1/alerts/" + id
	alert := api.Alert{ID: id, Name: "Dark", Kind: api.AlertNoRunner, State: api.AlertFiring}
	for name, c := range map[string]struct {
		args        []string
		route, body string
		says        string
		answer      any
	}{
		"list": {nil, "GET /v1/alerts", "", "", api.AlertList{}},
		"show": {[]string{"show", id}, "GET " + of, "", "", alert},
		"no runner": {
			[]string{"create", "--name", "Dark", "--kind", "no_runner", "--labels", "site=lab,os=linux", "--dataset", "birds", "--for", "10m", "--email", "ann@example.org,ben@example.org", "--language", "id"}, "POST /v1/alerts",
			`{"name": "Dark", "kind": "no_runner", "labels": {"site": "lab", "os": "linux"}, "dataset": "birds", "for_seconds": 600, "notify": {"emails": ["ann@example.org", "ben@example.org"]}, "language": "id"}`, "", alert,
		},
		"queue age": {
			[]string{"create", "--name", "Slow", "--kind", "queue_age", "--threshold", "30m", "--resolve-threshold", "10m", "--operation", "300"}, "POST /v1/alerts",
			`{"name": "Slow", "kind": "queue_age", "threshold": 1800, "resolve_threshold": 600, "operation_code": 300}`, "", alert,
		},
		"failure rate": {
			[]string{"create", "--name", "Bad", "--kind", "failure_rate", "--threshold", "0.2", "--window", "1h", "--min-count", "20", "--repeat", "0s"}, "POST /v1/alerts",
			`{"name": "Bad", "kind": "failure_rate", "threshold": 0.2, "window_seconds": 3600, "min_count": 20, "repeat_seconds": 0}`, "", alert,
		},
		"change":    {[]string{"change", id, "--name", "Bright", "--resolve-for", "0s"}, "PATCH " + of, `{"name": "Bright", "resolve_seconds": 0}`, "", alert},
		"no emails": {[]string{"change", id, "--email", ""}, "PATCH " + of, `{"notify": {"emails": []}}`, "", alert},
		"pause":     {[]string{"pause", id}, "PATCH " + of, `{"paused": true}`, "", alert},
		"resume":    {[]string{"resume", id}, "PATCH " + of, `{"paused": false}`, "", alert},
		"delete":    {[]string{"delete", id}, "DELETE " + of, "", "is gone", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, map[string][]any{c.route: {c.answer}})
			got := run(t, s, append([]string{"alerts"}, c.args...)...)
			requireCode(t, command.ExitOK, got)
			require.Len(t, s.requests(), 1)
			if c.body != "" {
				require.JSONEq(t, c.body, string(s.requests()[0].body))
			}
			require.Contains(t, got.err, c.says)
		})
	}
	for _, wrong := range [][]string{
		{"create", "--name", "x"}, {"create", "--name", "x", "--kind", "queue_age", "--threshold", "soon"},
		{"create", "--name", "x", "--kind", "queue_age", "--threshold", "-1"}, {"create", "--name", "x", "--kind", "no_runner", "--for", "1.5s"}, {"show"}, {"change", id},
	} {
		requireCode(t, command.ExitUsage, run(t, nil, append([]string{"alerts"}, wrong...)...))
	}
}
