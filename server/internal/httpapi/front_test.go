package httpapi_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/app/apptest"
	"ddap/server/internal/config"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/shared/api"
	"ddap/shared/credential"
)

// logbook keeps what a server logs.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

// line gives the only line with this text.
func (l *logbook) line(t *testing.T, text string) string {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	require.Lenf(t, found, 1, "%q in\n%s", text, l.text.String())
	return found[0]
}

func (l *logbook) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), text)
}

// loggedWorld is newWorld, and what its server logs.
func loggedWorld(t *testing.T, options ...apptest.Option) (*world, *logbook) {
	t.Helper()
	logs := &logbook{}
	s := apptest.RunLogging(t, apptest.Config(t, options...), slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelInfo})))
	return &world{Server: s, t: t, admin: s.Admin(t)}, logs
}

func behindProxy(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }

func TestRequestID_IsTakenFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	stranger, trusted := newWorld(t), newWorld(t, behindProxy)
	for name, c := range map[string]struct {
		w        *world
		sent     string
		accepted bool
	}{
		"a stranger's":     {stranger, "edge-7f3a.1", false},
		"a proxy's":        {trusted, "edge-7f3a.1", true},
		"not well-formed":  {trusted, `x" request_id="y`, false},
		"much too long":    {trusted, strings.Repeat("x", 129), false},
		"none from anyone": {trusted, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{Server: c.w.Server, t: t}
			got := w.do(request{method: "GET", path: "/v1/whoami", header: map[string]string{api.RequestIDHeader: c.sent}}).
				refused(http.StatusUnauthorized, "credential_missing")
			id := got.header.Get(api.RequestIDHeader)
			require.Equal(t, id, got.problem.RequestID)
			if c.accepted {
				require.Equal(t, c.sent, id)
				return
			}
			_, err := uuid.Parse(id)
			require.NoErrorf(t, err, "%q", id)
		})
	}
}

func TestAccessLog_SaysWhoAskedForWhatAndNoSecret(t *testing.T) {
	t.Parallel()
	w, logs := loggedWorld(t, behindProxy)
	w.runner()
	key := w.roleKey(api.Analyst)
	id := w.task(key)
	w.do(request{method: "GET", path: "/v1/tasks/" + id, key: key, header: map[string]string{
		api.RequestIDHeader: "look-1", "X-Forwarded-For": "192.0.2.66, 198.51.100.7", "X-Forwarded-Proto": "https",
	}}).ok(http.StatusOK, nil)
	w.do(request{method: "GET", path: "/v1/nowhere/" + key, key: key, header: map[string]string{api.RequestIDHeader: "look-2"}})
	shown, err := credential.Parse(key)
	require.NoError(t, err)
	line := logs.line(t, "request_id=look-1")
	for _, part := range []string{
		"msg=request", "method=GET", "route=/v1/tasks/{id} ", "status=200", "elapsed_ms=", "address=198.51.100.7 ", "scheme=https",
		"credential_kind=key", "credential_id=" + shown.ID.String(),
	} {
		require.Contains(t, line, part)
	}
	require.Contains(t, logs.line(t, "request_id=look-2"), "route=unmatched status=404")
	require.False(t, logs.has(key), "secrets are never logged, not even those in an address")
	require.False(t, logs.has(w.AdminKey))
}

// TestAccessLog_IsNotFilledByRunners: thousands of them ask all the time.
func TestAccessLog_IsNotFilledByRunners(t *testing.T) {
	t.Parallel()
	w, logs := loggedWorld(t)
	runner := w.runner()
	w.do(request{method: "POST", path: "/v1/claim", key: runner.Token}).ok(http.StatusOK, nil)
	w.do(request{method: "GET", path: "/healthz"}).ok(http.StatusOK, nil)
	w.do(request{method: "POST", path: "/v1/keys", key: runner.Token, body: "{}"}).refused(http.StatusForbidden, "wrong_credential")
	require.False(t, logs.has("route=/v1/claim"))
	require.False(t, logs.has("route=/healthz"))
	require.Contains(t, logs.line(t, "credential_id="+runner.RunnerID), "status=403", "what is refused is there")
}

// TestAudit_HasTheAddressBehindTheProxy and the id under which the request is logged.
func TestAudit_HasTheAddressBehindTheProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, behindProxy)
	w.do(request{
		method: "POST", path: "/v1/keys", key: w.AdminKey, body: `{"name": "k", "role": "viewer"}`,
		header: map[string]string{"X-Forwarded-For": "2001:db8::7", api.RequestIDHeader: "make-key"},
	}).ok(http.StatusCreated, nil)
	pgtest.Execute(t, w.DatabaseURL, `DO $$ BEGIN
		ASSERT (SELECT remote_address FROM audit_log WHERE request_id = 'make-key') = '2001:db8::7', 'the entry is missing, or wrong';
	END $$`)
}

func TestRateLimit_IsPerCredentialAndSparesHeartbeats(t *testing.T) {
	t.Parallel()
	// So slow that no token comes back while the test runs.
	w := newWorld(t, func(c *config.Config) { c.RateLimit = 0 })
	limited := apptest.Run(t, apptest.Config(t, func(c *config.Config) {
		c.DatabaseURL, c.AdminKey, c.RateLimit = w.DatabaseURL, w.AdminKey, 1
	}))
	runner, key := w.runner(), w.roleKey(api.Viewer)
	w = &world{Server: limited, t: t}
	whoami := func(key string) *response { return w.do(request{method: "GET", path: "/v1/whoami", key: key}) }
	exhaust := func(key string) *response {
		for range 100 {
			if r := whoami(key); r.status != http.StatusOK {
				return r
			}
		}
		require.Fail(t, "no limit")
		return nil
	}
	got := exhaust(runner.Token).refused(http.StatusTooManyRequests, "rate_limited")
	seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
	require.NoError(t, err)
	require.Equal(t, 1, seconds)
	w.do(request{method: "POST", path: "/v1/ping", key: runner.Token, body: `{"state": "idle", "running": []}`}).ok(http.StatusOK, nil)
	w.do(request{method: "POST", path: "/v1/claim", key: runner.Token}).ok(http.StatusOK, nil)
	whoami(key).ok(http.StatusOK, nil)
}

func TestAuthFailures_AreLimitedPerAddressAndSpareWhoIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, behindProxy, func(c *config.Config) { c.AuthFailureLimit = 3 })
	key, fresh := w.roleKey(api.Viewer), w.roleKey(api.Viewer)
	from := func(address, key string) *response {
		return w.do(request{method: "GET", path: "/v1/whoami", key: key, header: map[string]string{"X-Forwarded-For": address}})
	}
	from("192.0.2.1", key).ok(http.StatusOK, nil)
	guesses := 0
	var last *response
	for last == nil || last.status == http.StatusUnauthorized {
		last = from("192.0.2.1", apptest.NewKey(t))
		guesses++
		require.Less(t, guesses, 50)
	}
	last.refused(http.StatusTooManyRequests, "too_many_failed_authentications")
	require.NotEmpty(t, last.header.Get("Retry-After"))
	from("192.0.2.1", key).ok(http.StatusOK, nil)
	from("192.0.2.1", fresh).refused(http.StatusTooManyRequests, "too_many_failed_authentications")
	from("192.0.2.2", fresh).ok(http.StatusOK, nil)
	from("192.0.2.1", fresh).ok(http.StatusOK, nil) // known by now
}
