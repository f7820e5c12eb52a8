package httpapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/config"
	"ddap/shared/api"
	"ddap/shared/client"
)

// TestWebhooks_TellReceiversWhatHappens runs the whole server: a task is made
// over HTTP, and its event arrives.
func TestWebhooks_TellReceiversWhatHappens(t *testing.T) {
	t.Parallel()
	came := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		came <- string(body)
	}))
	t.Cleanup(receiver.Close)
	w := newWorld(t, func(c *config.Config) { c.WebhookAllowPrivate = []string{"127.0.0.1/32"} })
	w.runner()
	hook, err := w.admin.CreateWebhook(t.Context(), api.WebhookRequest{Name: "n", URL: receiver.URL, Types: []string{"task.created"}})
	require.NoError(t, err)
	require.NotEmpty(t, hook.Secret)
	wait := func() string {
		select {
		case body := <-came:
			return body
		case <-time.After(30 * time.Second):
			require.Fail(t, "nothing came")
			return ""
		}
	}
	task := w.task(w.AdminKey)
	require.Contains(t, wait(), task)
	_, err = w.admin.TestWebhook(t.Context(), hook.ID)
	require.NoError(t, err)
	require.Contains(t, wait(), api.WebhookTest)
	require.Eventually(t, func() bool {
		list, err := w.admin.Deliveries(t.Context(), hook.ID, client.DeliveryFilter{State: api.DeliverySucceeded})
		return err == nil && len(list.Deliveries) == 2
	}, 30*time.Second, 20*time.Millisecond)
	list, err := w.admin.Deliveries(t.Context(), hook.ID, client.DeliveryFilter{Limit: 1})
	require.NoError(t, err)
	require.NotEmpty(t, list.NextCursor)
	_, err = w.admin.ResendDelivery(t.Context(), hook.ID, list.Deliveries[0].ID)
	require.NoError(t, err)
	require.Contains(t, wait(), api.WebhookTest)
	require.NoError(t, w.admin.DeleteWebhook(t.Context(), hook.ID))
}

func TestWebhooks_RefuseWhatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const good = `{"name": "n", "url": "https://example.org/hook", "types": ["*"]}`
	var hook api.Webhook
	once := request{method: "POST", path: "/v1/webhooks", key: w.AdminKey, body: good, header: map[string]string{api.IdempotencyHeader: "k"}}
	w.do(once).ok(http.StatusCreated, &hook)
	w.do(once).refused(http.StatusConflict, "secret_already_shown")
	of := "/v1/webhooks/" + hook.ID
	for name, c := range map[string]struct{ method, path, body, code, at string }{
		"nothing":             {"POST", "/v1/webhooks", `{}`, "invalid_request", "name"},
		"no types":            {"POST", "/v1/webhooks", `{"name": "n", "url": "https://example.org", "types": []}`, "invalid_request", "types"},
		"null for types":      {"POST", "/v1/webhooks", `{"name": "n", "url": "https://example.org", "types": null}`, "invalid_request", "types"},
		"a secret of theirs":  {"POST", "/v1/webhooks", `{"name": "n", "url": "https://example.org", "types": ["*"], "secret": "x"}`, "invalid_request", "secret"},
		"this machine":        {"POST", "/v1/webhooks", `{"name": "n", "url": "http://127.0.0.1:1/", "types": ["*"]}`, "invalid_webhook", "url"},
		"U+0000":              {"PATCH", of, `{"url": "https://example.org/\u0000"}`, "invalid_request", "url"},
		"a mistyped type":     {"PATCH", of, `{"types": ["task.fialed"]}`, "invalid_webhook", "types[0]"},
		"an overlap too long": {"POST", of + "/rotate", `{"overlap_seconds": 700000}`, "invalid_request", "overlap_seconds"},
		"an unknown state":    {"GET", of + "/deliveries?state=lost", "", "invalid_request", "query.state"},
		"nobody's cursor":     {"GET", of + "/deliveries?cursor=x", "", "invalid_request", "query.cursor"},
		"no UUID":             {"POST", of + "/deliveries/7/resend", "", "invalid_request", "path.delivery_id"},
	} {
		got := w.do(request{method: c.method, path: c.path, key: w.AdminKey, body: c.body}).refused(http.StatusUnprocessableEntity, c.code)
		require.Contains(t, got.paths(), c.at, name)
	}
	list, err := w.admin.Webhooks(t.Context())
	require.NoError(t, err)
	require.Len(t, list.Webhooks, 1)
	require.Equal(t, []string{"*"}, list.Webhooks[0].Types)
}
