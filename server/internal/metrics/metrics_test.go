package metrics_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/metrics"
)

func scrape(t *testing.T, r *metrics.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	r.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	return w.Body.String()
}

func TestRegistry_ShowsTheProcessAndWhatOthersAdd(t *testing.T) {
	t.Parallel()
	r := metrics.New()
	r.Gauge("waiting", "h", func() float64 { return 3 })
	r.Counter("sent_total", "h", func() float64 { return 4 })
	ended := r.Count("lease_ends_total", "h", "why")
	ended(2, "expired")
	r.Claims()(20 * time.Millisecond)
	requests := r.Requests()
	requests.Done("GET", "/v1/tasks/{id}", 404, 3*time.Millisecond, false)
	requests.Done("POST", "/v1/claim", 200, time.Minute, true)
	text := scrape(t, r)
	for _, line := range []string{
		"ddap_waiting 3\n", "ddap_sent_total 4\n", `ddap_lease_ends_total{why="expired"} 2`, "ddap_claim_latency_seconds_sum 0.02\n",
		`ddap_http_requests_total{method="GET",route="/v1/tasks/{id}",status="4xx"} 1`,
		`ddap_http_requests_total{method="POST",route="/v1/claim",status="2xx"} 1`,
		`ddap_http_request_duration_seconds_bucket{method="GET",route="/v1/tasks/{id}",le="0.005"} 1`,
		"ddap_build_info{", "go_goroutines ", "process_resident_memory_bytes ",
	} {
		require.Contains(t, text, line)
	}
	require.NotContains(t, text, `http_request_duration_seconds_count{method="POST",route="/v1/claim"}`, "a wait is not timed")
}

func TestTable_AsksOnceInSomeSeconds(t *testing.T) {
	t.Parallel()
	r := metrics.New()
	asked := 0
	r.Table([]string{"state"}, []metrics.Column{{"tasks", "h"}, {"age_seconds", "h"}}, func(context.Context) ([]metrics.Row, error) {
		asked++
		return []metrics.Row{{[]string{"queued"}, []float64{7, 1.5}}, {[]string{"running"}, []float64{1, 2}}}, nil
	}, func(error) {})
	for range 3 {
		text := scrape(t, r)
		require.Contains(t, text, `ddap_tasks{state="queued"} 7`)
		require.Contains(t, text, `ddap_age_seconds{state="running"} 2`)
	}
	require.Equal(t, 1, asked)
}

func TestTable_ThatFailsLeavesTheRest(t *testing.T) {
	t.Parallel()
	r := metrics.New()
	var told error
	r.Table(nil, []metrics.Column{{"tasks", "h"}}, func(context.Context) ([]metrics.Row, error) {
		return nil, errors.New("database away")
	}, func(err error) { told = err })
	text := scrape(t, r)
	require.NotContains(t, text, "ddap_tasks")
	require.Contains(t, text, "ddap_build_info")
	require.ErrorContains(t, told, "database away")
}

func TestServe_AnswersUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- metrics.New().Serve(ctx, ln) }()
	resp, err := http.Get("http://" + ln.Addr().String() + "/metrics")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Contains(t, string(body), "go_info")
	resp, err = http.Get("http://" + ln.Addr().String() + "/debug/pprof/")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusNotFound, resp.StatusCode)
	cancel()
	require.NoError(t, <-served)
}
