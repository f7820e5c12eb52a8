// Package client is the typed HTTP client of the server's API, for runners,
// for the terminal and for everyone who scripts in Go. Its errors are faults
// with the kind and the stable code that the server gave.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ddap/shared/api"
	"ddap/shared/buildinfo"
	"ddap/shared/fault"
)

// maxAnswerBytes bounds an answer that is read into memory, so that a server
// gone wrong cannot fill the caller's.
const maxAnswerBytes = 64 << 20

// answerTime is how long a request may take beyond the time that it asked the
// server to wait.
const answerTime = 30 * time.Second

// Config says which server to talk to, and as whom.
type Config struct {
	// Server is the base address, as in "https://analytics.example.org".
	Server string
	// Credential is sent as a bearer token; empty for the few open routes.
	Credential string
	// InsecureHTTP allows http:// to other machines than this one.
	InsecureHTTP bool
	// UserAgent names the program. Default "ddap/<version>".
	UserAgent string
	// Transport carries the requests. Default: one of this client's own.
	Transport http.RoundTripper
	// Observe, where set, is given the body of every JSON answer as it came,
	// fields included that this build does not know. It may keep the bytes.
	Observe func(body []byte)
	// Clock times the waits between tries. Default: the real one.
	Clock Clock
}

// Client talks to one server with one credential. It is safe for concurrent use.
//
// A request that is answered with 429 or 503 is sent again, up to three times,
// after the time that Retry-After says, where it may be: one that changes
// something is not, unless it has an Idempotency-Key (see Conditions). A request
// that got no answer is the caller's to repeat.
type Client struct {
	base       *url.URL
	credential string
	userAgent  string
	observe    func(body []byte)
	http       *http.Client
	clock      Clock
}

// New checks the configuration and makes a client; it does not connect. The
// error is Invalid for an address that is no http or https URL, and Forbidden
// for plain http to another machine.
func New(cfg Config) (*Client, error) {
	const op = "client.New"
	base, err := url.Parse(strings.TrimRight(cfg.Server, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fault.New(op, fault.Invalid, "invalid_server",
			"%q is not a server address; it should look like https://analytics.example.org", cfg.Server)
	}
	if base.Scheme == "http" && !cfg.InsecureHTTP && !loopback(base.Hostname()) {
		return nil, fault.New(op, fault.Forbidden, "insecure_http",
			"%s would send your credential unencrypted; use https, or allow it with --insecure-http", cfg.Server)
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "ddap/" + buildinfo.Version
	}
	if cfg.Transport == nil {
		cfg.Transport = newTransport()
	}
	return &Client{
		base: base, credential: cfg.Credential, userAgent: cfg.UserAgent, observe: cfg.Observe, clock: cfg.Clock.orReal(),
		http: &http.Client{Transport: cfg.Transport, CheckRedirect: refuseRedirect},
	}, nil
}

// refuseRedirect keeps the credential from following a redirect to another place.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext,
		MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
	}
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// WithCredential gives a client that differs in its credential only, sharing
// the connections.
func (c *Client) WithCredential(credential string) *Client {
	other := *c
	other.credential = credential
	return &other
}

// Server gives the base address.
func (c *Client) Server() string { return c.base.String() }

// CloseIdleConnections closes the connections that no request uses.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// request is one call of the API.
type request struct {
	method string
	path   string
	query  url.Values
	body   any
	// wait is how long the server was asked to wait before it answers.
	wait time.Duration
	// once says that 503 is an answer like any other.
	once bool
	// also is a status that is an answer, too, although it is no success.
	also int
}

// call sends a request and decodes the answer into out, unless that is nil.
func (c *Client) call(ctx context.Context, r request, out any) error {
	var raw []byte
	if r.body != nil {
		var err error
		if raw, err = json.Marshal(r.body); err != nil {
			return fault.E(r.op(), fault.Internal, fmt.Errorf("encode request: %w", err))
		}
	}
	return c.again(ctx, r, func() error { return c.try(ctx, r, raw, out) })
}

// try is one try of call.
func (c *Client) try(ctx context.Context, r request, raw []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, r.wait+answerTime)
	defer cancel()
	var body io.Reader
	if raw != nil {
		body = bytes.NewReader(raw)
	}
	resp, err := c.send(ctx, r, body, http.Header{"Content-Type": {"application/json"}})
	if err != nil {
		return err
	}
	defer drain(resp.Body)
	if out == nil || resp.StatusCode == http.StatusNoContent {
		return nil
	}
	return c.decode(r, resp.Body, out)
}

// decode reads an answer into out, and shows it to the observer if there is one.
func (c *Client) decode(r request, body io.Reader, out any) error {
	body = io.LimitReader(body, maxAnswerBytes)
	var seen bytes.Buffer
	if c.observe != nil {
		body = io.TeeReader(body, &seen)
	}
	if err := json.NewDecoder(body).Decode(out); err != nil {
		return fault.E(r.op(), fault.Unavailable, fmt.Errorf("decode answer: %w", err))
	}
	if c.observe != nil {
		c.observe(seen.Bytes())
	}
	return nil
}

// send sends a request and returns the answer if it is a success; every other
// answer becomes an error. The caller closes the body.
func (c *Client) send(ctx context.Context, r request, body io.Reader, header http.Header) (*http.Response, error) {
	target := c.base.String() + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return nil, fault.E(r.op(), fault.Internal, err)
	}
	req.Header = header
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	req.Header.Set("User-Agent", c.userAgent)
	if c.credential != "" {
		req.Header.Set("Authorization", "Bearer "+c.credential)
	}
	setConditions(ctx, req.Header)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.unreachable(r, err)
	}
	if resp.StatusCode == http.StatusNotModified {
		drain(resp.Body)
		return nil, ErrNotModified
	}
	keepETag(ctx, resp)
	if resp.StatusCode >= 300 && !r.answeredBy(resp) {
		defer drain(resp.Body)
		return nil, &refusal{told: problem(r, resp), status: resp.StatusCode, after: c.readRetryAfter(resp.Header)}
	}
	return resp, nil
}

// answeredBy reports whether a response that is no success is an answer: not a
// problem, and nothing that stands before the server says.
func (r request) answeredBy(resp *http.Response) bool {
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && resp.StatusCode == r.also && kind == "application/json"
}

func (r request) op() string { return r.method + " " + r.path }

// unreachable describes a request that got no answer. The caller's own cancel
// stays recognisable through errors.Is.
func (c *Client) unreachable(r request, err error) error {
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		err = urlErr.Err
	}
	return &fault.Error{
		Op: r.op(), Kind: fault.Unavailable, Code: "unreachable", Err: err,
		Message: fmt.Sprintf("cannot reach %s: %v", c.base, err),
	}
}

// problem turns an answer that is not a success into an error.
func problem(r request, resp *http.Response) *fault.Error {
	var p api.Problem
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil || json.Unmarshal(raw, &p) != nil || p.Code == "" {
		return fault.New(r.op(), fault.KindFromHTTP(resp.StatusCode), "not_a_ddap_server",
			"the answer was %s, without the form that a DDAP server gives it; is the address right?", resp.Status)
	}
	message := p.Detail
	if message == "" {
		message = p.Title
	}
	return &fault.Error{
		Op: r.op(), Kind: fault.KindFromHTTP(resp.StatusCode), Code: p.Code, Message: message, Fields: p.Errors,
	}
}

// drain reads what is left, so that the connection can be used again.
func drain(body io.ReadCloser) {
	_, _ = io.Copy(io.Discard, io.LimitReader(body, 64<<10))
	_ = body.Close()
}

func waitQuery(wait time.Duration) url.Values {
	q := url.Values{}
	if wait > 0 {
		q.Set("wait", strconv.Itoa(int(wait/time.Second)))
	}
	return q
}
