package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"ddap/shared/api"
)

// CreateTask creates one task.
func (c *Client) CreateTask(ctx context.Context, req api.TaskRequest) (api.TaskCreated, error) {
	var out api.TaskCreated
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/task", body: req}, &out)
}

// CreateTasks creates up to 1,000 tasks, all or none.
func (c *Client) CreateTasks(ctx context.Context, batch api.TaskBatch) (api.TasksCreated, error) {
	var out api.TasksCreated
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/tasks", body: batch}, &out)
}

// CreatePipeline creates tasks that belong together, all or none.
func (c *Client) CreatePipeline(ctx context.Context, req api.PipelineRequest) (api.Pipeline, error) {
	var out api.Pipeline
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/pipelines", body: req}, &out)
}

// Pipeline gets a pipeline with its tasks.
func (c *Client) Pipeline(ctx context.Context, id string) (api.Pipeline, error) {
	var out api.Pipeline
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/pipelines/" + url.PathEscape(id)}, &out)
}

// Task gets one task with its attempts.
func (c *Client) Task(ctx context.Context, id string) (api.Task, error) {
	var out api.Task
	return out, c.call(ctx, request{method: http.MethodGet, path: taskPath(id)}, &out)
}

// CancelTask ends a task that has not ended.
func (c *Client) CancelTask(ctx context.Context, id string) (api.Task, error) {
	var out api.Task
	return out, c.call(ctx, request{method: http.MethodPost, path: taskPath(id) + "/cancel"}, &out)
}

// TaskEvents gets the timeline of a task.
func (c *Client) TaskEvents(ctx context.Context, id string) (api.EventList, error) {
	var out api.EventList
	return out, c.call(ctx, request{method: http.MethodGet, path: taskPath(id) + "/events"}, &out)
}

// Result gets the result of a task, waiting up to the given time (whole
// seconds, at most api.MaxWaitSeconds) for it to end.
func (c *Client) Result(ctx context.Context, id string, wait time.Duration) (api.ResultView, error) {
	var out api.ResultView
	path := "/v1/result/" + url.PathEscape(id)
	return out, c.call(ctx, request{method: http.MethodGet, path: path, query: waitQuery(wait), wait: wait}, &out)
}

// WaitForResult waits until the task has ended, however long that takes; the
// context bounds it. See Result.
func (c *Client) WaitForResult(ctx context.Context, id string) (api.ResultView, error) {
	for {
		view, err := c.Result(ctx, id, api.MaxWaitSeconds*time.Second)
		if err != nil || view.State.Final() {
			return view, err
		}
	}
}

// Artifact copies a file of a finished task to w.
func (c *Client) Artifact(ctx context.Context, taskID, name string, w io.Writer) error {
	r := request{method: http.MethodGet, path: artifactPath(taskID, name)}
	resp, err := c.sendAgain(ctx, r)
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	if _, err := io.Copy(w, resp.Body); err != nil {
		return fmt.Errorf("download artifact %s: %w", name, err)
	}
	return nil
}

// Runners lists the runners of the workspace.
func (c *Client) Runners(ctx context.Context) (api.RunnerList, error) {
	var out api.RunnerList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/runners"}, &out)
}

// RevokeRunner refuses a runner for good and ends what it holds.
func (c *Client) RevokeRunner(ctx context.Context, id string) (api.RevokedRunner, error) {
	var out api.RevokedRunner
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/runners/" + url.PathEscape(id) + "/revoke"}, &out)
}

// ApproveRunner lets a runner that waits for approval take tasks.
func (c *Client) ApproveRunner(ctx context.Context, id string) (api.Runner, error) {
	var out api.Runner
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/runners/" + url.PathEscape(id) + "/approve"}, &out)
}

// Datasets lists what runners share.
func (c *Client) Datasets(ctx context.Context) (api.DatasetList, error) {
	var out api.DatasetList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/datasets"}, &out)
}

// Operations describes every operation with its parameters.
func (c *Client) Operations(ctx context.Context) (api.OperationList, error) {
	var out api.OperationList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/operations"}, &out)
}

// CreateEnrollment makes a token with which runners can register.
func (c *Client) CreateEnrollment(ctx context.Context, req api.EnrollmentRequest) (api.Enrollment, error) {
	var out api.Enrollment
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/enrollments", body: req}, &out)
}

// Enrollments lists enrolment tokens, without their secrets.
func (c *Client) Enrollments(ctx context.Context) (api.EnrollmentList, error) {
	var out api.EnrollmentList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/enrollments"}, &out)
}

// CreateKey makes an API key.
func (c *Client) CreateKey(ctx context.Context, req api.KeyRequest) (api.Key, error) {
	var out api.Key
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/keys", body: req}, &out)
}

// Keys lists API keys, without their secrets.
func (c *Client) Keys(ctx context.Context) (api.KeyList, error) {
	var out api.KeyList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/keys"}, &out)
}

// RevokeKey refuses a key from its next request on.
func (c *Client) RevokeKey(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/v1/keys/" + url.PathEscape(id)}, nil)
}

// WhoAmI tells who the server takes this client for.
func (c *Client) WhoAmI(ctx context.Context) (api.WhoAmI, error) {
	var out api.WhoAmI
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/whoami"}, &out)
}

// Ready asks whether the server can serve. It needs no credential.
func (c *Client) Ready(ctx context.Context) (api.Health, error) {
	var out api.Health
	return out, c.call(ctx, request{method: http.MethodGet, path: "/readyz", once: true}, &out)
}

func taskPath(id string) string { return "/v1/tasks/" + url.PathEscape(id) }
