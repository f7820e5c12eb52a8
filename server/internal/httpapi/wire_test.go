package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
)

// These tests look at HTTP itself: what leaves the server byte by byte, and
// what it makes of clients that do not keep to the rules.

func TestBody_OverTheLimitIsAnsweredAndNotCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	blank := func(n int) io.Reader { return io.LimitReader(blanks{}, int64(n)) }
	send := func(body io.Reader, length int64) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/v1/task", body)
		require.NoError(t, err)
		req.ContentLength = length // -1 sends chunks
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+w.AdminKey)
		return http.DefaultClient.Do(req)
	}
	for name, c := range map[string]struct {
		size, length int64
		status       int
	}{
		"declared, just right": {api.MaxBodyBytes, api.MaxBodyBytes, http.StatusBadRequest}, // blanks are no JSON
		"declared, too large":  {api.MaxBodyBytes + 1, api.MaxBodyBytes + 1, http.StatusRequestEntityTooLarge},
		"declared, far larger": {3 * api.MaxBodyBytes, 3 * api.MaxBodyBytes, http.StatusRequestEntityTooLarge},
		"chunked, just right":  {api.MaxBodyBytes, -1, http.StatusBadRequest},
		"chunked, too large":   {api.MaxBodyBytes + 1, -1, http.StatusRequestEntityTooLarge},
		"chunked, far larger":  {3 * api.MaxBodyBytes, -1, http.StatusRequestEntityTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := send(blank(int(c.size)), c.length)
			require.NoError(t, err)
			defer resp.Body.Close()
			require.Equal(t, c.status, resp.StatusCode)
			var p api.Problem
			require.NoError(t, json.NewDecoder(resp.Body).Decode(&p))
			require.Equal(t, map[int]string{400: "malformed_json", 413: api.CodeTooLarge}[c.status], p.Code)
			require.Equal(t, api.ProblemContentType, resp.Header.Get("Content-Type"))
		})
	}
}

// TestBody_FullOfMistakesIsAnsweredSoon and in few words.
func TestBody_FullOfMistakesIsAnsweredSoon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("n", 15<<20)
	for name, body := range map[string]string{
		"unknown fields":   `{"a": 1` + manyFields(300_000) + `}`,
		"one long field":   `{"` + long + `": 1}`,
		"one long value":   `{"name": "x", "operation_code": 100, "params": {"source": {"dataset": "` + long + `"}}}`,
		"a long parameter": `{"name": "x", "operation_code": 100, "params": {"` + long + `": 1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			got := (&world{Server: w.Server, t: t}).do(request{method: "POST", path: "/v1/task", key: w.AdminKey, body: body})
			require.Equal(t, http.StatusUnprocessableEntity, got.status)
			require.Less(t, len(got.body), 50_000)
			require.Less(t, time.Since(begun), 30*time.Second)
		})
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `, "field%d": 1`, i)
	}
	return b.String()
}

// blanks is JSON's white space without end.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// conversation speaks HTTP by hand on one connection.
type conversation struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func (w *world) converse() *conversation {
	w.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = conn.Close() })
	require.NoError(w.t, conn.SetDeadline(time.Now().Add(time.Minute)))
	return &conversation{t: w.t, conn: conn, in: bufio.NewReader(conn)}
}

func (c *conversation) say(text string) {
	c.t.Helper()
	_, err := io.WriteString(c.conn, text)
	require.NoError(c.t, err)
}

func (c *conversation) hear() (int, []byte) {
	c.t.Helper()
	resp, err := http.ReadResponse(c.in, nil)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	return resp.StatusCode, body
}

// TestConnection_SurvivesRefusedBodies: what a refused request has left unread
// must not be taken for the next request.
func TestConnection_SurvivesRefusedBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	smuggled := "GET /v1/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + w.AdminKey + "\r\n\r\n"
	for name, head := range map[string]string{
		"without a credential": "POST /v1/task HTTP/1.1\r\nHost: x\r\n",
		"unknown address":      "POST /nowhere HTTP/1.1\r\nHost: x\r\n",
		"wrong method":         "DELETE /v1/task HTTP/1.1\r\nHost: x\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{Server: w.Server, t: t}
			padding := strings.Repeat(" ", 100_000)
			c := w.converse()
			c.say(fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s%s", head, len(padding)+len(smuggled), padding, smuggled))
			status, _ := c.hear()
			require.GreaterOrEqual(t, status, 400)
			c.say("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
			status, body := c.hear()
			require.Equalf(t, http.StatusOK, status, "%s", body)
			require.Contains(t, string(body), `"status":"ok"`)

			c = w.converse()
			c.say(head + "Transfer-Encoding: chunked\r\n\r\n")
			c.say(fmt.Sprintf("%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", len(padding), padding, len(smuggled), smuggled))
			status, _ = c.hear()
			require.GreaterOrEqual(t, status, 400)
			c.say("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
			status, body = c.hear()
			require.Equalf(t, http.StatusOK, status, "%s", body)
			require.Contains(t, string(body), `"status":"ok"`)
		})
	}
}

func TestWire_AnswersWhatIsHardlyHTTPWithProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		text   string
		status int
		code   string
	}{
		"unknown method":   {"BREW /v1/task HTTP/1.1\r\nHost: x\r\n\r\n", http.StatusNotImplemented, "method_unknown"},
		"no HTTP":          {"hello server\r\n\r\n", http.StatusBadRequest, "invalid_request"},
		"endless headers":  {"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge, ""},
		"body that is cut": {"POST /v1/task HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + w.AdminKey + "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", http.StatusBadRequest, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conv := (&world{Server: w.Server, t: t}).converse()
			_, _ = io.WriteString(conv.conn, c.text) // the server may close before it has read it all
			status, body := conv.hear()
			require.Equalf(t, c.status, status, "%s", body)
			var p api.Problem
			require.NoErrorf(t, json.Unmarshal(body, &p), "%s", body)
			if c.code != "" {
				require.Equal(t, c.code, p.Code)
			}
			require.NotContains(t, string(body), "hello")
			require.NotEmpty(t, p.RequestID)
		})
	}
}

func TestHead_AnswersAsGetWithoutTheBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runner := w.runner()
	for _, path := range []string{"/healthz", "/docs", "/openapi.json", "/v1/datasets", "/v1/whoami"} {
		get := w.do(request{method: "GET", path: path, key: w.AdminKey})
		head := w.do(request{method: "HEAD", path: path, key: w.AdminKey})
		require.Equal(t, get.status, head.status, path)
		require.Equal(t, get.header.Get("Content-Type"), head.header.Get("Content-Type"), path)
		require.Empty(t, head.body, path)
	}
	// HEAD must change nothing, and this GET hands out work.
	w.task(w.AdminKey)
	got := w.do(request{method: "HEAD", path: "/v1/tasks", key: runner.Token})
	require.Equal(t, http.StatusMethodNotAllowed, got.status)
	require.Contains(t, got.header.Get("Allow"), "GET")
}

func TestMethodNotAllowed_ListsThoseThatAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.do(request{method: "PUT", path: "/v1/keys", key: w.AdminKey}).refused(405, "method_not_allowed")
	allow := strings.Join(got.header.Values("Allow"), ", ")
	for _, method := range []string{"GET", "HEAD", "POST"} {
		require.Contains(t, allow, method)
	}
	require.NotContains(t, allow, "DELETE")
}

func TestHeaders_KeepSecretsOutOfCaches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, r := range []request{
		{method: "POST", path: "/v1/keys", key: w.AdminKey, body: `{"name": "x", "role": "viewer"}`},
		{method: "POST", path: "/v1/enrollments", key: w.AdminKey, body: `{}`},
		{method: "POST", path: "/v1/claim", key: w.runner().Token},
	} {
		got := w.do(r)
		require.Less(t, got.status, 300, r.path)
		require.Equal(t, "no-store", got.header.Get("Cache-Control"), r.path)
	}
}

// TestLongPoll_OfAClientThatHangsUpEnds: its place is given up within seconds,
// so that it is not handed a task that nobody takes.
func TestLongPoll_OfAClientThatHangsUpEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runner := w.runner()
	ctx, hangUp := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/v1/claim?wait=60", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+runner.Token)
	done := make(chan error, 1)
	go func() {
		_, err := http.DefaultClient.Do(req)
		done <- err
	}()
	require.Eventually(t, func() bool { return w.App.Waiting() == 1 }, 10*time.Second, 10*time.Millisecond)
	hangUp()
	require.Error(t, <-done)
	require.Eventually(t, func() bool { return w.App.Waiting() == 0 }, 10*time.Second, 50*time.Millisecond)
}

// TestLongPoll_IsNotCutByTimeouts: the limits on slow clients must not end
// waits, nor what follows on the same connection.
func TestLongPoll_IsNotCutByTimeouts(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for longer than the server's timeout for headers")
	}
	t.Parallel()
	w := newWorld(t)
	runner := w.runner()
	c := w.converse()
	begun := time.Now()
	c.say("POST /v1/claim?wait=20 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + runner.Token + "\r\nContent-Length: 0\r\n\r\n")
	status, body := c.hear()
	require.Equalf(t, http.StatusOK, status, "%s", body)
	require.GreaterOrEqual(t, time.Since(begun), 19*time.Second)
	c.say("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	status, _ = c.hear()
	require.Equal(t, http.StatusOK, status)
}

func TestReference_IsServedToBrowsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := w.do(request{method: "GET", path: "/"})
	require.Equal(t, http.StatusFound, root.status)
	require.Equal(t, "/docs", root.header.Get("Location"))
	docs := w.do(request{method: "GET", path: "/docs"})
	require.Equal(t, "text/html; charset=utf-8", docs.header.Get("Content-Type"))
	require.Contains(t, docs.header.Get("Content-Security-Policy"), "style-src 'sha256-")
	require.True(t, bytes.HasPrefix(docs.body, []byte("<!doctype html>")))
	document := w.do(request{method: "GET", path: "/openapi.json"})
	var parsed struct {
		OpenAPI string         `json:"openapi"`
		Paths   map[string]any `json:"paths"`
	}
	document.ok(http.StatusOK, &parsed)
	require.Equal(t, "3.1.0", parsed.OpenAPI)
	for _, path := range []string{"/register", "/ping", "/task", "/tasks", "/result", "/result/{task_id}", "/v1/claim", "/v1/pipelines"} {
		require.Contains(t, parsed.Paths, path)
	}
}
