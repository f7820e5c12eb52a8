package client_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
)

// clock passes when somebody sleeps, and only then.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	sleeps []time.Duration
}

func (c *clock) clock() client.Clock {
	return client.Clock{
		Now: func() time.Time {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.now
		},
		Sleep: func(ctx context.Context, d time.Duration) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.sleeps, c.now = append(c.sleeps, d), c.now.Add(d)
			return ctx.Err()
		},
	}
}

// answer is one answer of a server: a status and its Retry-After.
type answer struct {
	status int
	after  string
}

// retrying is a client of a server that gives its answers in turn, and the last one again and again.
func retrying(t *testing.T, answers ...answer) (c *client.Client, slept func() []time.Duration, bodies func() []string) {
	t.Helper()
	var mu sync.Mutex
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		a := answers[min(len(got), len(answers)-1)]
		got = append(got, string(body))
		mu.Unlock()
		w.Header()["Date"] = nil // so that times are compared with the client's clock
		if a.after != "" {
			w.Header().Set("Retry-After", a.after)
		}
		w.WriteHeader(a.status)
		switch {
		case a.status >= 300:
			_ = json.NewEncoder(w).Encode(api.Problem{Code: "some_code", Detail: "not now"})
		case r.URL.Path == "/v1/events":
			_, _ = io.WriteString(w, "data: {\"type\": \"ready\"}\n\n")
		default:
			_, _ = io.WriteString(w, "{}")
		}
	}))
	t.Cleanup(server.Close)
	at := &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	c, err := client.New(client.Config{Server: server.URL, Clock: at.clock()})
	require.NoError(t, err)
	return c, func() []time.Duration {
			at.mu.Lock()
			defer at.mu.Unlock()
			return at.sleeps
		}, func() []string {
			mu.Lock()
			defer mu.Unlock()
			return got
		}
}

func TestRetry_WaitsAsLongAsItIsToldAndALittleMore(t *testing.T) {
	t.Parallel()
	const inTenSeconds = "Sun, 01 Mar 2026 12:00:10 GMT"
	for name, c := range map[string]struct {
		answers []answer
		pauses  []time.Duration // the least; a fifth more at most
		status  int             // of the last answer
	}{
		"seconds":                 {[]answer{{429, "7"}, {200, ""}}, []time.Duration{7 * time.Second}, 200},
		"a time":                  {[]answer{{503, inTenSeconds}, {200, ""}}, []time.Duration{10 * time.Second}, 200},
		"a time that has passed":  {[]answer{{503, "Sun, 01 Mar 2026 11:00:00 GMT"}, {200, ""}}, []time.Duration{500 * time.Millisecond}, 200},
		"each time what it says":  {[]answer{{429, "1"}, {503, "2"}, {429, "3"}, {200, ""}}, []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}, 200},
		"nothing said":            {[]answer{{503, ""}, {503, ""}, {200, ""}}, []time.Duration{500 * time.Millisecond, time.Second}, 200},
		"nonsense":                {[]answer{{503, "soon"}, {429, "-5"}, {200, ""}}, []time.Duration{500 * time.Millisecond, time.Second}, 200},
		"three times and no more": {[]answer{{429, "1"}}, []time.Duration{time.Second, time.Second, time.Second}, 429},
		"too long to wait":        {[]answer{{429, "61"}}, nil, 429},
		"more than fits":          {[]answer{{429, "99999999999999999999"}, {200, ""}}, nil, 429},
		"another error":           {[]answer{{500, "1"}}, nil, 500},
		"a gateway's error":       {[]answer{{502, "1"}}, nil, 502},
		"what is not to be found": {[]answer{{404, "1"}}, nil, 404},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, slept, got := retrying(t, c.answers...)
			_, err := client.WhoAmI(t.Context())
			if c.status == 200 {
				require.NoError(t, err)
			} else {
				require.Equal(t, fault.KindFromHTTP(c.status), fault.KindOf(err))
				require.True(t, fault.HasCode(err, "some_code"), err)
			}
			require.Len(t, got(), len(c.pauses)+1)
			require.Len(t, slept(), len(c.pauses))
			for i, pause := range slept() {
				require.GreaterOrEqual(t, pause, c.pauses[i])
				require.LessOrEqual(t, pause, c.pauses[i]+c.pauses[i]/5+time.Millisecond)
			}
		})
	}
}

// TestRetry_RepeatsNothingThatCouldHappenTwice is the square of what is asked
// and whether it has a key.
func TestRetry_RepeatsNothingThatCouldHappenTwice(t *testing.T) {
	t.Parallel()
	priority := 1
	for name, c := range map[string]struct {
		ask      func(ctx context.Context, c *client.Client) error
		plain    int // how often it is sent without a key
		withAKey int
	}{
		"GET":    {func(ctx context.Context, c *client.Client) error { _, err := c.WhoAmI(ctx); return err }, 2, 2},
		"DELETE": {func(ctx context.Context, c *client.Client) error { return c.DeleteTask(ctx, "id") }, 2, 2},
		"PUT": {func(ctx context.Context, c *client.Client) error {
			_, err := c.PutDatasets(ctx, "id", api.DatasetsRequest{})
			return err
		}, 2, 2},
		"POST": {func(ctx context.Context, c *client.Client) error {
			_, err := c.CreateTask(ctx, api.TaskRequest{Name: "t"})
			return err
		}, 1, 2},
		"PATCH": {func(ctx context.Context, c *client.Client) error {
			_, err := c.ChangeTask(ctx, "id", api.TaskPatch{Priority: &priority})
			return err
		}, 1, 2},
		"a claim": {func(ctx context.Context, c *client.Client) error {
			_, err := c.Claim(ctx, client.ClaimOptions{})
			return err
		}, 1, 2},
		"a download": {func(ctx context.Context, c *client.Client) error { return c.Artifact(ctx, "id", "a", io.Discard) }, 2, 2},
		"a stream that is read once": {func(ctx context.Context, c *client.Client) error {
			return c.PutArtifact(ctx, client.ArtifactUpload{TaskID: "id", Name: "a", Content: strings.NewReader("x")})
		}, 1, 1},
		"whether it is ready": {func(ctx context.Context, c *client.Client) error { _, err := c.Ready(ctx); return err }, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for key, want := range map[string]int{"": c.plain, "k": c.withAKey} {
				asked, _, got := retrying(t, answer{503, "1"}, answer{200, ""})
				err := c.ask(client.With(t.Context(), client.Conditions{IdempotencyKey: key}), asked)
				require.Lenf(t, got(), want, "key %q", key)
				if want == 1 {
					after, told := client.RetryAfter(err)
					require.True(t, told)
					require.Equal(t, time.Second, after)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, got()[0], got()[1], "the whole body again")
			}
		})
	}
}

// TestRetry_IsLeftToWhoWantsTo: a loop of its own is told what the client would
// have waited for.
func TestRetry_IsLeftToWhoWantsTo(t *testing.T) {
	t.Parallel()
	c, slept, got := retrying(t, answer{503, "3"}, answer{200, ""})
	_, err := c.WhoAmI(client.Once(t.Context()))
	require.True(t, fault.Is(err, fault.Unavailable), err)
	after, told := client.RetryAfter(err)
	require.True(t, told)
	require.Equal(t, 3*time.Second, after)
	require.Empty(t, slept())
	require.Len(t, got(), 1)
}

func TestRetry_NeverOutlastsItsCaller(t *testing.T) {
	t.Parallel()
	c, slept, got := retrying(t, answer{429, "30"})
	// By the test's clock, which stands at noon.
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour))
	defer cancel()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	_, err := c.WhoAmI(deadline{ctx, noon.Add(29 * time.Second)})
	require.True(t, fault.Is(err, fault.RateLimited), err)
	require.Empty(t, slept(), "it would be too late")
	require.Len(t, got(), 1)
	after, told := client.RetryAfter(err)
	require.True(t, told)
	require.Equal(t, 30*time.Second, after)
	_, err = c.WhoAmI(deadline{ctx, noon.Add(50 * time.Second)})
	require.True(t, fault.Is(err, fault.RateLimited), err)
	require.Len(t, slept(), 1, "once it fits, twice it does not")

	// With the real clock: a wait ends with its context.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "50")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(server.Close)
	canceled, end := context.WithCancel(t.Context())
	patient, err := client.New(client.Config{Server: server.URL, Transport: onceRead{end}})
	require.NoError(t, err)
	began := time.Now()
	_, err = patient.WhoAmI(canceled)
	require.Error(t, err)
	require.Less(t, time.Since(began), 20*time.Second)
}

// onceRead calls then when an answer was read.
type onceRead struct{ then func() }

func (o onceRead) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		resp.Body = endedBody{resp.Body, o.then}
	}
	return resp, err
}

type endedBody struct {
	io.ReadCloser
	then func()
}

func (b endedBody) Close() error {
	defer b.then()
	return b.ReadCloser.Close()
}

// deadline is a context that says another deadline than the one at which it ends.
type deadline struct {
	context.Context
	at time.Time
}

func (d deadline) Deadline() (time.Time, bool) { return d.at, true }

func TestRetry_OfTheServersOwnClock(t *testing.T) {
	t.Parallel()
	var calls int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls == 1 {
			w.Header().Set("Date", "Sun, 01 Mar 2020 12:00:00 GMT") // years behind the client's
			w.Header().Set("Retry-After", "Sun, 01 Mar 2020 12:00:20 GMT")
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	at := &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	c, err := client.New(client.Config{Server: server.URL, Clock: at.clock()})
	require.NoError(t, err)
	_, err = c.WhoAmI(t.Context())
	require.NoError(t, err)
	require.Len(t, at.sleeps, 1)
	require.InDelta(t, 22, at.sleeps[0].Seconds(), 2.01)
}

// TestEvents_ComeBackWhenTheyAreTold: a stream that is refused for now is
// opened again after as long as that takes.
func TestEvents_ComeBackWhenTheyAreTold(t *testing.T) {
	t.Parallel()
	c, slept, got := retrying(t, answer{429, "40"}, answer{503, "5"}, answer{200, ""})
	for e, err := range c.Events(t.Context(), "", client.EventFilter{}) {
		require.NoError(t, err)
		require.Equal(t, api.StreamReady, e.Type)
		break
	}
	require.Len(t, got(), 3)
	require.GreaterOrEqual(t, slept()[0], 40*time.Second)
	require.GreaterOrEqual(t, slept()[1], 5*time.Second)

	refused, _, _ := retrying(t, answer{429, ""})
	for _, err := range refused.Events(t.Context(), "", client.EventFilter{}) {
		require.True(t, fault.Is(err, fault.RateLimited), "too many streams: waiting does not close one")
	}
}
