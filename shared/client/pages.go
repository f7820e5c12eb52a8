package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"ddap/shared/api"
)

// Page asks for a part of a list: at most Limit records, the server's default
// when zero, from where the page with this NextCursor ended.
type Page struct {
	Limit  int
	Cursor string
}

func (p Page) query() url.Values {
	q := url.Values{}
	if p.Limit != 0 {
		q.Set("limit", strconv.Itoa(p.Limit))
	}
	if p.Cursor != "" {
		q.Set("cursor", p.Cursor)
	}
	return q
}

func (c *Client) page(ctx context.Context, path string, p Page, out any) error {
	return c.call(ctx, request{method: http.MethodGet, path: path, query: p.query()}, out)
}

// PipelinesPage lists pipelines, newest first, without their tasks.
func (c *Client) PipelinesPage(ctx context.Context, p Page) (api.PipelineList, error) {
	var out api.PipelineList
	return out, c.page(ctx, "/v1/pipelines", p, &out)
}

// RunnersPage is Runners, a page at a time.
func (c *Client) RunnersPage(ctx context.Context, p Page) (api.RunnerList, error) {
	var out api.RunnerList
	return out, c.page(ctx, "/v1/runners", p, &out)
}

// DatasetsPage is Datasets, a page at a time.
func (c *Client) DatasetsPage(ctx context.Context, p Page) (api.DatasetList, error) {
	var out api.DatasetList
	return out, c.page(ctx, "/v1/datasets", p, &out)
}

// KeysPage is Keys, a page at a time.
func (c *Client) KeysPage(ctx context.Context, p Page) (api.KeyList, error) {
	var out api.KeyList
	return out, c.page(ctx, "/v1/keys", p, &out)
}

// EnrollmentsPage is Enrollments, a page at a time.
func (c *Client) EnrollmentsPage(ctx context.Context, p Page) (api.EnrollmentList, error) {
	var out api.EnrollmentList
	return out, c.page(ctx, "/v1/enrollments", p, &out)
}

// TaskEventsPage is TaskEvents, a page at a time.
func (c *Client) TaskEventsPage(ctx context.Context, id string, p Page) (api.EventList, error) {
	var out api.EventList
	return out, c.page(ctx, taskPath(id)+"/events", p, &out)
}
