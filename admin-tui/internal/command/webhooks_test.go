package command_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/command"
	"ddap/shared/api"
)

func TestWebhooks_SendWhatTheFlagsSay(t *testing.T) {
	t.Parallel()
	const of = "/v1/webhooks/" + id
	hook := api.Webhook{ID: id, Name: "Chat", URL: "https://example.org/hook", Types: []string{"*"}, Enabled: true, Secret: "whsec_c2VjcmV0"}
	sent := api.Delivery{ID: id, WebhookID: id, EventType: "webhook.test", State: api.DeliveryPending}
	for name, c := range map[string]struct {
		args          []string
		route, body   string
		query         string
		out, alsoSays string
		answer        any
	}{
		"create":     {[]string{"create", "--name", "Chat", "--url", "https://example.org/hook", "--types", "task.failed,runner"}, "POST /v1/webhooks", `{"name": "Chat", "url": "https://example.org/hook", "types": ["task.failed", "runner"]}`, "", "whsec_c2VjcmV0\n", "this once", hook},
		"rotate":     {[]string{"rotate", id}, "POST " + of + "/rotate", `{"overlap_seconds": 86400}`, "", "whsec_c2VjcmV0\n", "this once", hook},
		"rotate now": {[]string{"rotate", id, "--now"}, "POST " + of + "/rotate", `{"overlap_seconds": 0}`, "", "whsec_c2VjcmV0\n", "", hook},
		"change":     {[]string{"change", id, "--types", "*"}, "PATCH " + of, `{"types": ["*"]}`, "", "", "", hook},
		"disable":    {[]string{"disable", id}, "PATCH " + of, `{"enabled": false}`, "", "", "", hook},
		"enable":     {[]string{"enable", id}, "PATCH " + of, `{"enabled": true}`, "", "", "", hook},
		"delete":     {[]string{"delete", id}, "DELETE " + of, "", "", "", "is gone", nil},
		"test":       {[]string{"test", id}, "POST " + of + "/test", "", "", "", "", sent},
		"resend":     {[]string{"resend", id, id}, "POST " + of + "/deliveries/" + id + "/resend", "", "", "", "", sent},
		"deliveries": {[]string{"deliveries", id, "--state", "failed", "--limit", "5"}, "GET " + of + "/deliveries", "", "limit=5&state=failed", "", "", api.DeliveryList{}},
		"list":       {nil, "GET /v1/webhooks", "", "", "", "", api.WebhookList{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, map[string][]any{c.route: {c.answer}})
			got := run(t, s, append([]string{"webhooks"}, c.args...)...)
			requireCode(t, command.ExitOK, got)
			require.Len(t, s.requests(), 1)
			require.Equal(t, c.query, s.requests()[0].query)
			if c.body != "" {
				require.JSONEq(t, c.body, string(s.requests()[0].body))
			}
			if c.out != "" {
				require.Equal(t, c.out, got.out)
			}
			require.Contains(t, got.err, c.alsoSays)
		})
	}
	requireCode(t, command.ExitUsage, run(t, nil, "webhooks", "create", "--name", "x"))
}
