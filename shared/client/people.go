package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"ddap/shared/api"
	"ddap/shared/fault"
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

// CreateKey makes an API key.
func (c *Client) CreateKey(ctx context.Context, req api.KeyRequest) (api.Key, error) {
	var out api.Key
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/keys", body: req}, &out)
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

// Alive asks whether the server answers at all. It needs no credential.
func (c *Client) Alive(ctx context.Context) (api.Health, error) {
	var out api.Health
	return out, c.call(ctx, request{method: http.MethodGet, path: "/healthz", once: true}, &out)
}

// Ready asks whether the server can serve; where it cannot, the error is
// Unavailable (not_ready), and the answer says what is missing. It needs no
// credential.
func (c *Client) Ready(ctx context.Context) (api.Health, error) {
	var out api.Health
	err := c.call(ctx, request{method: http.MethodGet, path: "/readyz", once: true, also: http.StatusServiceUnavailable}, &out)
	if err == nil && out.Status != "ok" {
		err = fault.New("GET /readyz", fault.Unavailable, "not_ready", "the server cannot serve at present")
	}
	return out, err
}

// Description gets the server's OpenAPI document. It needs no credential.
func (c *Client) Description(ctx context.Context) (json.RawMessage, error) {
	var out json.RawMessage
	return out, c.call(ctx, request{method: http.MethodGet, path: "/openapi.json"}, &out)
}

func taskPath(id string) string { return "/v1/tasks/" + url.PathEscape(id) }
