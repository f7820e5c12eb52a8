package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ddap/shared/api"
)

// Register enrols a runner; the client's credential is the enrolment token.
func (c *Client) Register(ctx context.Context, req api.RegisterRequest) (api.RegisterResponse, error) {
	var out api.RegisterResponse
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/register", body: req}, &out)
}

// Ping sends a heartbeat. With a wait (whole seconds, at most
// api.MaxWaitSeconds) the server answers early when it has a command.
func (c *Client) Ping(ctx context.Context, req api.PingRequest, wait time.Duration) (api.PingResponse, error) {
	var out api.PingResponse
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/ping", query: waitQuery(wait), body: req, wait: wait}, &out)
}

// ClaimOptions say what a runner asks for.
type ClaimOptions struct {
	// Wait is how long the server may keep the request open (whole seconds, at
	// most api.MaxWaitSeconds).
	Wait time.Duration
	// Limit is how many tasks to take at most; 1 when zero.
	Limit int
	// TaskID asks for one task by name.
	TaskID string
	// Instance is the id of this process start.
	Instance string
	// Version is that of this program.
	Version string
}

// Claim asks for work.
func (c *Client) Claim(ctx context.Context, opts ClaimOptions) (api.ClaimResponse, error) {
	q := waitQuery(opts.Wait)
	if opts.Limit > 0 {
		q.Set("limit", strconv.Itoa(opts.Limit))
	}
	if opts.TaskID != "" {
		q.Set("task_id", opts.TaskID)
	}
	if opts.Instance != "" {
		q.Set("instance_id", opts.Instance)
	}
	if opts.Version != "" {
		q.Set("version", opts.Version)
	}
	var out api.ClaimResponse
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/claim", query: q, wait: opts.Wait}, &out)
}

// Report ends an attempt.
func (c *Client) Report(ctx context.Context, report api.ResultReport) (api.ResultAck, error) {
	var out api.ResultAck
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/result", body: report}, &out)
}

// ReportAll ends up to api.MaxResults attempts. Each is answered for itself, in
// the order of the reports.
func (c *Client) ReportAll(ctx context.Context, batch api.ResultBatch) (api.ResultsAck, error) {
	var out api.ResultsAck
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/results", body: batch}, &out)
}

// ArtifactUpload is a file that goes with a result, fenced by its lease.
type ArtifactUpload struct {
	TaskID      string
	Attempt     int
	LeaseToken  string
	Name        string
	ContentType string
	// SHA256 of the content, as 64 hexadecimal digits.
	SHA256 string
	// Content is read once, to its end.
	Content io.Reader
}

// PutArtifact uploads a file. It becomes visible when a result names it.
func (c *Client) PutArtifact(ctx context.Context, up ArtifactUpload) error {
	header := http.Header{}
	header.Set("Content-Type", up.ContentType)
	header.Set(api.ArtifactAttemptHeader, strconv.Itoa(up.Attempt))
	header.Set(api.ArtifactLeaseHeader, up.LeaseToken)
	header.Set(api.ArtifactHashHeader, up.SHA256)
	r := request{method: http.MethodPut, path: artifactPath(up.TaskID, up.Name)}
	resp, err := c.send(ctx, r, up.Content, header)
	if err != nil {
		return err
	}
	drain(resp.Body)
	return nil
}

// PutDatasets replaces the list of what the runner shares.
func (c *Client) PutDatasets(ctx context.Context, runnerID string, req api.DatasetsRequest) (api.DatasetList, error) {
	var out api.DatasetList
	path := "/v1/runners/" + url.PathEscape(runnerID) + "/datasets"
	return out, c.call(ctx, request{method: http.MethodPut, path: path, body: req}, &out)
}

func artifactPath(taskID, name string) string {
	return "/v1/tasks/" + url.PathEscape(taskID) + "/artifacts/" + url.PathEscape(name)
}
