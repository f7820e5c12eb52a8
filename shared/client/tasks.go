package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ddap/shared/api"
	"ddap/shared/task"
)

// TaskFilter says which tasks a list shows; the zero value shows them all.
type TaskFilter struct {
	States     []task.State
	Reasons    []task.Reason
	Operation  int
	RunnerID   string
	PipelineID string
	// ScheduleID selects what a schedule made.
	ScheduleID string
	// Creator is "me", the id of a key, or "KEY_ID;USER_ID".
	Creator string
	// Labels are NAME=VALUE, all of which a task must ask for.
	Labels []string
	// Text is looked for in names.
	Text                     string
	CreatedFrom, CreatedTo   *time.Time
	FinishedFrom, FinishedTo *time.Time
	// Sort is created, finished, priority or name, with a minus before it for the
	// highest first; the newest first when empty.
	Sort string
	// Limit is the size of a page; the server's default when zero.
	Limit  int
	Cursor string
	// Page asks for a page by its number, from 1, in place of a cursor.
	Page int
}

// Tasks lists tasks, a page at a time.
func (c *Client) Tasks(ctx context.Context, f TaskFilter) (api.TaskList, error) {
	q := url.Values{}
	for _, s := range f.States {
		q.Add("state", string(s))
	}
	for _, r := range f.Reasons {
		q.Add("reason", string(r))
	}
	for _, l := range f.Labels {
		q.Add("label", l)
	}
	for name, value := range map[string]string{
		"runner_id": f.RunnerID, "pipeline_id": f.PipelineID, "schedule_id": f.ScheduleID, "creator": f.Creator, "text": f.Text, "sort": f.Sort, "cursor": f.Cursor,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]int{"operation_code": f.Operation, "limit": f.Limit, "page": f.Page} {
		if value != 0 {
			q.Set(name, strconv.Itoa(value))
		}
	}
	for name, at := range map[string]*time.Time{
		"created_from": f.CreatedFrom, "created_to": f.CreatedTo, "finished_from": f.FinishedFrom, "finished_to": f.FinishedTo,
	} {
		if at != nil {
			q.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	var out api.TaskList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/tasks", query: q}, &out)
}

// ChangeTask changes the priority or the deadline of a task that has not ended.
func (c *Client) ChangeTask(ctx context.Context, id string, patch api.TaskPatch) (api.Task, error) {
	var out api.Task
	return out, c.call(ctx, request{method: http.MethodPatch, path: taskPath(id), body: patch}, &out)
}

// CloneTask makes a new task with the parameters of another.
func (c *Client) CloneTask(ctx context.Context, id string) (api.Task, error) {
	var out api.Task
	return out, c.call(ctx, request{method: http.MethodPost, path: taskPath(id) + "/clone"}, &out)
}

// RetryTask makes a new task like one that ended without success. Where rows that
// it needs are lost, the error has the code input_lost.
func (c *Client) RetryTask(ctx context.Context, id string) (api.Task, error) {
	return c.retryTask(ctx, id, false)
}

// RetryTaskAndInputs is RetryTask, and makes lost rows again that are needed.
func (c *Client) RetryTaskAndInputs(ctx context.Context, id string) (api.Task, error) {
	return c.retryTask(ctx, id, true)
}

func (c *Client) retryTask(ctx context.Context, id string, rerunLost bool) (api.Task, error) {
	var out api.Task
	return out, c.call(ctx, request{method: http.MethodPost, path: taskPath(id) + "/retry", query: rerunQuery(rerunLost)}, &out)
}

// DeleteTask removes a task that has ended, with everything that belongs to it.
func (c *Client) DeleteTask(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: taskPath(id)}, nil)
}

// CancelPipeline cancels every step that has not ended.
func (c *Client) CancelPipeline(ctx context.Context, id string) (api.Pipeline, error) {
	var out api.Pipeline
	return out, c.call(ctx, request{method: http.MethodPost, path: pipelinePath(id) + "/cancel"}, &out)
}

// RetryPipeline makes new tasks for the steps that failed or were canceled, and
// keeps what the others made. Where rows that are needed are lost, the error has
// the code input_lost, unless rerunLost has them made again.
func (c *Client) RetryPipeline(ctx context.Context, id string, rerunLost bool) (api.Pipeline, error) {
	var out api.Pipeline
	return out, c.call(ctx, request{method: http.MethodPost, path: pipelinePath(id) + "/retry", query: rerunQuery(rerunLost)}, &out)
}

func rerunQuery(rerunLost bool) url.Values {
	if !rerunLost {
		return nil
	}
	return url.Values{"rerun_lost_inputs": {"true"}}
}

func pipelinePath(id string) string { return "/v1/pipelines/" + url.PathEscape(id) }
