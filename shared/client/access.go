package client

import (
	"context"
	"net/http"
	"net/url"

	"ddap/shared/api"
)

// Key gets an API key, without its secret.
func (c *Client) Key(ctx context.Context, id string) (api.Key, error) {
	var out api.Key
	return out, c.call(ctx, request{method: http.MethodGet, path: keyPath(id)}, &out)
}

// PatchKey changes what people call a key.
func (c *Client) PatchKey(ctx context.Context, id string, patch api.KeyPatch) (api.Key, error) {
	var out api.Key
	return out, c.call(ctx, request{method: http.MethodPatch, path: keyPath(id), body: patch}, &out)
}

// RevokeEnrollment ends an enrolment token; runners that registered with it stay.
func (c *Client) RevokeEnrollment(ctx context.Context, id string) (api.Enrollment, error) {
	var out api.Enrollment
	return out, c.call(ctx, request{method: http.MethodDelete, path: "/v1/enrollments/" + url.PathEscape(id)}, &out)
}

// CreateSession makes a session of the API key that this client has.
func (c *Client) CreateSession(ctx context.Context, req api.SessionRequest) (api.Session, error) {
	var out api.Session
	return out, c.call(ctx, request{method: http.MethodPost, path: "/v1/sessions", body: req}, &out)
}

// Sessions lists the sessions that this client may see.
func (c *Client) Sessions(ctx context.Context) (api.SessionList, error) {
	var out api.SessionList
	return out, c.call(ctx, request{method: http.MethodGet, path: "/v1/sessions"}, &out)
}

// EndSession refuses a session from its next request on.
func (c *Client) EndSession(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/v1/sessions/" + url.PathEscape(id)}, nil)
}

// AddSSHKey lets who has a private key log in over SSH as an API key.
func (c *Client) AddSSHKey(ctx context.Context, keyID string, req api.SSHKeyRequest) (api.SSHKey, error) {
	var out api.SSHKey
	return out, c.call(ctx, request{method: http.MethodPost, path: keyPath(keyID) + "/ssh-keys", body: req}, &out)
}

// SSHKeys lists the public keys of an API key.
func (c *Client) SSHKeys(ctx context.Context, keyID string) (api.SSHKeyList, error) {
	var out api.SSHKeyList
	return out, c.call(ctx, request{method: http.MethodGet, path: keyPath(keyID) + "/ssh-keys"}, &out)
}

// DeleteSSHKey lets a public key log nobody in any more.
func (c *Client) DeleteSSHKey(ctx context.Context, keyID, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: keyPath(keyID) + "/ssh-keys/" + url.PathEscape(id)}, nil)
}

// Runner gets one runner.
func (c *Client) Runner(ctx context.Context, id string) (api.Runner, error) {
	var out api.Runner
	return out, c.call(ctx, request{method: http.MethodGet, path: runnerPath(id)}, &out)
}

// PatchRunner pauses, drains or labels a runner.
func (c *Client) PatchRunner(ctx context.Context, id string, patch api.RunnerPatch) (api.Runner, error) {
	var out api.Runner
	return out, c.call(ctx, request{method: http.MethodPatch, path: runnerPath(id), body: patch}, &out)
}

// RotateRunner gives a runner a new credential, shown this once.
func (c *Client) RotateRunner(ctx context.Context, id string, req api.RotateRequest) (api.RotatedRunner, error) {
	var out api.RotatedRunner
	return out, c.call(ctx, request{method: http.MethodPost, path: runnerPath(id) + "/rotate", body: req}, &out)
}

// WhyRunner says why a runner gets no work.
func (c *Client) WhyRunner(ctx context.Context, id string) (api.RunnerWhy, error) {
	var out api.RunnerWhy
	return out, c.call(ctx, request{method: http.MethodGet, path: runnerPath(id) + "/why"}, &out)
}

func keyPath(id string) string    { return "/v1/keys/" + url.PathEscape(id) }
func runnerPath(id string) string { return "/v1/runners/" + url.PathEscape(id) }
