package tracing_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"ddap/server/internal/tracing"
)

func TestWanted_OnlyWhereACollectorIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		endpoint string
		env      map[string]string
		want     bool
	}{
		"nothing":         {"", nil, false},
		"setting":         {"http://c:4318", nil, true},
		"variable":        {"", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, true},
		"traces variable": {"", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, true},
		"disabled":        {"http://c:4318", map[string]string{"OTEL_SDK_DISABLED": "true"}, false},
		"no exporter":     {"http://c:4318", map[string]string{"OTEL_TRACES_EXPORTER": "none"}, false},
	} {
		require.Equalf(t, c.want, tracing.Wanted(c.endpoint, func(name string) string { return c.env[name] }), name)
	}
}

func TestTracer_SendsTheSpansOfRequests(t *testing.T) {
	t.Parallel()
	got := make(chan []byte, 1)
	var path atomic.Value
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		path.Store(r.URL.Path)
		got <- body
	}))
	t.Cleanup(collector.Close)
	tracer, err := tracing.Start(t.Context(), collector.URL, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	parent := map[string]string{"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
	ctx, done := tracer.Request(t.Context(), "GET", "r-1", func(name string) string { return parent[name] })
	require.Equal(t, "0af7651916cd43dd8448eb211c80319c", trace.SpanContextFromContext(ctx).TraceID().String(), "it goes on with the caller's trace")
	done("/v1/tasks/{id}", http.StatusOK)
	fresh, end := tracer.Request(t.Context(), "GET", "r-2", nil)
	require.NotEqual(t, "0af7651916cd43dd8448eb211c80319c", trace.SpanContextFromContext(fresh).TraceID().String())
	end("/v1/whoami", http.StatusInternalServerError)
	require.NoError(t, tracer.Close(t.Context()))
	body := string(<-got)
	require.Equal(t, "/v1/traces", path.Load())
	for _, part := range []string{"GET /v1/tasks/{id}", "GET /v1/whoami", "ddap-server", "r-1"} {
		require.Contains(t, body, part)
	}
}

// TestTracer_CostsOnlySpansWhereTheCollectorIsAway: closing it is no failure.
func TestTracer_CostsOnlySpansWhereTheCollectorIsAway(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(http.NotFoundHandler())
	away.Close()
	tracer, err := tracing.Start(t.Context(), away.URL, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	_, done := tracer.Request(t.Context(), "GET", "r-1", nil)
	done("/", http.StatusOK)
	require.NoError(t, tracer.Close(t.Context()))
}
