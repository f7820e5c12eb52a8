package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ddap/shared/api"
)

// AuditFilter says which changes a list shows; the zero value shows them all.
type AuditFilter struct {
	// ActorID is a credential's id, Action an action or the noun of one.
	ActorID, Action      string
	TargetKind, TargetID string
	// Since and Until bound the time where they are set.
	Since, Until time.Time
	// Limit is the size of a page; the server's default when zero.
	Limit  int
	Cursor string
}

// Audit lists who changed what, newest first.
func (c *Client) Audit(ctx context.Context, f AuditFilter) (api.AuditList, error) {
	q := url.Values{}
	for name, value := range map[string]string{
		"actor_id": f.ActorID, "action": f.Action, "target_kind": f.TargetKind, "target_id": f.TargetID, "cursor": f.Cursor,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !at.IsZero() {
			q.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	if f.Limit != 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	var out api.AuditList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/audit", query: q}, &out)
}

// Stats gets the figures of the workspace at this moment.
func (c *Client) Stats(ctx context.Context) (api.Stats, error) {
	var out api.Stats
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/stats"}, &out)
}
