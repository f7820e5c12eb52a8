package client

import (
	"context"
	"net/http"
	"net/url"

	"ddap/shared/api"
)

func alertPath(id string) string { return "/v1/alerts/" + url.PathEscape(id) }

// CreateAlert makes an alert.
func (c *Client) CreateAlert(ctx context.Context, req api.AlertRequest) (api.Alert, error) {
	var out api.Alert
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/alerts", body: req}, &out)
}

// Alerts lists all alerts, newest first.
func (c *Client) Alerts(ctx context.Context) (api.AlertList, error) {
	var out api.AlertList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/alerts"}, &out)
}

// Alert gets one alert.
func (c *Client) Alert(ctx context.Context, id string) (api.Alert, error) {
	var out api.Alert
	return out, c.call(ctx, request{method: http.MethodGet, path: alertPath(id)}, &out)
}

// ChangeAlert changes what the patch names.
func (c *Client) ChangeAlert(ctx context.Context, id string, patch api.AlertPatch) (api.Alert, error) {
	var out api.Alert
	return out, c.call(ctx, request{method: http.MethodPatch, path: alertPath(id), body: patch}, &out)
}

// DeleteAlert removes an alert; one that fires resolves first.
func (c *Client) DeleteAlert(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: alertPath(id)}, nil)
}
