package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"ddap/shared/api"
)

func schedulePath(id string) string { return "/v1/schedules/" + url.PathEscape(id) }

// CreateSchedule makes a schedule.
func (c *Client) CreateSchedule(ctx context.Context, req api.ScheduleRequest) (api.Schedule, error) {
	var out api.Schedule
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/schedules", body: req}, &out)
}

// Schedules lists a page of schedules, newest first; limit 0 is the server's default.
func (c *Client) Schedules(ctx context.Context, limit int, cursor string) (api.ScheduleList, error) {
	q := url.Values{}
	if limit != 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	var out api.ScheduleList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/schedules", query: q}, &out)
}

// Schedule gets a schedule with its last runs and failures.
func (c *Client) Schedule(ctx context.Context, id string) (api.Schedule, error) {
	var out api.Schedule
	return out, c.call(ctx, request{method: http.MethodGet, path: schedulePath(id)}, &out)
}

// ChangeSchedule changes what the patch names.
func (c *Client) ChangeSchedule(ctx context.Context, id string, patch api.SchedulePatch) (api.Schedule, error) {
	var out api.Schedule
	return out, c.call(ctx, request{method: http.MethodPatch, path: schedulePath(id), body: patch}, &out)
}

// DeleteSchedule removes a schedule; what it has created stays.
func (c *Client) DeleteSchedule(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: schedulePath(id)}, nil)
}

// RunSchedule creates what the schedule creates, at once.
func (c *Client) RunSchedule(ctx context.Context, id string) (api.ScheduleRun, error) {
	var out api.ScheduleRun
	return out, c.call(ctx, request{method: http.MethodPost, path: schedulePath(id) + "/run"}, &out)
}
