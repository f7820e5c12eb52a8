package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"ddap/shared/api"
)

func webhookPath(id string) string { return "/v1/webhooks/" + url.PathEscape(id) }

// CreateWebhook makes a webhook. The answer has its secret, this once.
func (c *Client) CreateWebhook(ctx context.Context, req api.WebhookRequest) (api.Webhook, error) {
	var out api.Webhook
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/webhooks", body: req}, &out)
}

// Webhooks lists webhooks, newest first.
func (c *Client) Webhooks(ctx context.Context) (api.WebhookList, error) {
	var out api.WebhookList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/webhooks"}, &out)
}

// Webhook gets one webhook.
func (c *Client) Webhook(ctx context.Context, id string) (api.Webhook, error) {
	var out api.Webhook
	return out, c.call(ctx, request{method: http.MethodGet, path: webhookPath(id)}, &out)
}

// ChangeWebhook changes what the patch names.
func (c *Client) ChangeWebhook(ctx context.Context, id string, patch api.WebhookPatch) (api.Webhook, error) {
	var out api.Webhook
	return out, c.call(ctx, request{method: http.MethodPatch, path: webhookPath(id), body: patch}, &out)
}

// DeleteWebhook removes a webhook with its deliveries.
func (c *Client) DeleteWebhook(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: webhookPath(id)}, nil)
}

// RotateWebhook replaces the secret. The answer has the new one, this once.
func (c *Client) RotateWebhook(ctx context.Context, id string, req api.WebhookRotation) (api.Webhook, error) {
	var out api.Webhook
	return out, c.call(ctx, request{method: http.MethodPost, path: webhookPath(id) + "/rotate", body: req}, &out)
}

// TestWebhook sends an event of the type api.WebhookTest.
func (c *Client) TestWebhook(ctx context.Context, id string) (api.Delivery, error) {
	var out api.Delivery
	return out, c.call(ctx, request{method: http.MethodPost, path: webhookPath(id) + "/test"}, &out)
}

// DeliveryFilter says which deliveries a list shows; the zero value shows them all.
type DeliveryFilter struct {
	State api.DeliveryState
	// Limit is the size of a page; the server's default when zero.
	Limit  int
	Cursor string
}

// Deliveries lists a page of a webhook's deliveries, newest first.
func (c *Client) Deliveries(ctx context.Context, webhookID string, f DeliveryFilter) (api.DeliveryList, error) {
	q := url.Values{}
	for name, value := range map[string]string{"state": string(f.State), "cursor": f.Cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Limit != 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	var out api.DeliveryList
	return out, c.call(ctx, request{method: http.MethodGet, path: webhookPath(webhookID) + "/deliveries", query: q}, &out)
}

// ResendDelivery sends a delivery again that has ended.
func (c *Client) ResendDelivery(ctx context.Context, webhookID, id string) (api.Delivery, error) {
	var out api.Delivery
	path := webhookPath(webhookID) + "/deliveries/" + url.PathEscape(id) + "/resend"
	return out, c.call(ctx, request{method: http.MethodPost, path: path}, &out)
}
