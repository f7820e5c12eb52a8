package render_test

import (
	"testing"
	"time"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/i18n"
)

func TestWebhooks_SayWhatIsWrong(t *testing.T) {
	t.Parallel()
	hooks := api.WebhookList{Webhooks: []api.Webhook{
		{ID: "01960000-0000-7000-8000-000000000003", Name: "Chat", URL: "https://example.org/hook", Types: []string{"task.failed", "runner"}, Enabled: true, CreatedAt: *ago(time.Hour)},
		{ID: "01960000-0000-7000-8000-000000000002", Name: "Pager\x1b[2J", URL: "https://example.org/p", Types: []string{"*"}, Enabled: true, FailingSince: ago(2 * time.Hour), CreatedAt: *ago(50 * time.Hour)},
		{ID: "01960000-0000-7000-8000-000000000001", Name: "Old", URL: "https://example.org/o", Types: []string{"task"}, DisabledReason: api.WebhookGone, CreatedAt: *ago(90 * time.Hour)},
	}}
	soon := now.Add(30 * time.Second)
	sent := api.DeliveryList{Deliveries: []api.Delivery{
		{ID: "01960000-0000-7000-8000-000000000013", EventType: "task.failed", State: api.DeliveryPending, Attempts: 2, NextAt: &soon, Status: 500, Error: "it answered 500 Internal Server Error", Answer: "oops", DurationMS: 120, CreatedAt: *ago(time.Minute)},
		{ID: "01960000-0000-7000-8000-000000000012", EventType: "runner.offline", State: api.DeliverySucceeded, Attempts: 1, Status: 204, DurationMS: 80, CreatedAt: *ago(time.Hour)},
		{ID: "01960000-0000-7000-8000-000000000011", EventType: "webhook.test", State: api.DeliveryFailed, Attempts: 14, Error: "it did not answer within 10s", DurationMS: 10000, CreatedAt: *ago(80 * time.Hour)},
	}}
	indonesian := render.View{Language: i18n.Indonesian, Now: now}
	golden(t, "webhooks", 0, append(append(view().Webhooks(hooks), view().Deliveries(sent)...), view().Webhooks(api.WebhookList{})...))
	golden(t, "webhooks.id", 0, append(append(indonesian.Webhooks(hooks), indonesian.Deliveries(sent)...), indonesian.Deliveries(api.DeliveryList{})...))
}
