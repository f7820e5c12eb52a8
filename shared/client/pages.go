package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"ddap/shared/api"
	"ddap/shared/fault"
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

// readAll reads a list to its end. join puts a page at the end of the whole and
// gives the cursor of the next. Where there are several pages, whoever observes
// answers is given the whole.
func readAll[L any](c *Client, op string, read func(Page) (L, error), join func(whole *L, page L) (next string)) (L, error) {
	var whole L
	var at Page
	for pages := 1; ; pages++ {
		page, err := read(at)
		if err != nil {
			return whole, err
		}
		next := join(&whole, page)
		switch {
		case next == at.Cursor && next != "":
			return whole, fault.New(op, fault.Internal, "endless_list", "the server sends the same page again and again")
		case next != "":
			at.Cursor = next
			continue
		case pages > 1 && c.observe != nil:
			body, err := json.Marshal(whole)
			if err != nil {
				return whole, fmt.Errorf("encode a list: %w", err)
			}
			c.observe(body)
		}
		return whole, nil
	}
}

// Runners lists all runners of the workspace.
func (c *Client) Runners(ctx context.Context) (api.RunnerList, error) {
	return readAll(c, "GET /v1/runners", func(p Page) (api.RunnerList, error) { return c.RunnersPage(ctx, p) },
		func(whole *api.RunnerList, page api.RunnerList) string {
			whole.Runners = append(whole.Runners, page.Runners...)
			return page.NextCursor
		})
}

// Datasets lists all that runners share.
func (c *Client) Datasets(ctx context.Context) (api.DatasetList, error) {
	return readAll(c, "GET /v1/datasets", func(p Page) (api.DatasetList, error) { return c.DatasetsPage(ctx, p) },
		func(whole *api.DatasetList, page api.DatasetList) string {
			whole.Datasets = append(whole.Datasets, page.Datasets...)
			return page.NextCursor
		})
}

// Keys lists all API keys, without their secrets.
func (c *Client) Keys(ctx context.Context) (api.KeyList, error) {
	return readAll(c, "GET /v1/keys", func(p Page) (api.KeyList, error) { return c.KeysPage(ctx, p) },
		func(whole *api.KeyList, page api.KeyList) string {
			whole.Keys = append(whole.Keys, page.Keys...)
			return page.NextCursor
		})
}

// Enrollments lists all enrolment tokens, without their secrets.
func (c *Client) Enrollments(ctx context.Context) (api.EnrollmentList, error) {
	return readAll(c, "GET /v1/enrollments", func(p Page) (api.EnrollmentList, error) { return c.EnrollmentsPage(ctx, p) },
		func(whole *api.EnrollmentList, page api.EnrollmentList) string {
			whole.Enrollments = append(whole.Enrollments, page.Enrollments...)
			return page.NextCursor
		})
}

// TaskEvents gets the whole timeline of a task.
func (c *Client) TaskEvents(ctx context.Context, id string) (api.EventList, error) {
	return readAll(c, "GET /v1/tasks/{id}/events", func(p Page) (api.EventList, error) { return c.TaskEventsPage(ctx, id, p) },
		func(whole *api.EventList, page api.EventList) string {
			whole.Events = append(whole.Events, page.Events...)
			return page.NextCursor
		})
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
