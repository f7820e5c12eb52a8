// Package tracing sends traces to an OpenTelemetry collector. With no collector
// named it is not started, and costs nothing.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"ddap/shared/buildinfo"
)

// Wanted reports whether traces are to be sent: to the endpoint of the
// settings, or to that of the standard variables. OTEL_SDK_DISABLED wins.
func Wanted(endpoint string, getenv func(string) string) bool {
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || strings.EqualFold(getenv("OTEL_TRACES_EXPORTER"), "none") {
		return false
	}
	return endpoint != "" || getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// Tracer makes spans and sends them. It is safe for concurrent use.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// tracesPath is where a collector takes traces over HTTP.
const tracesPath = "/v1/traces"

// Start begins to send traces to the collector at endpoint, as in
// http://collector:4318, or where it is empty to that of the standard OTEL_*
// variables, which also say what is sampled and which headers go along. A
// collector that is away costs spans and nothing else. The caller closes it.
func Start(ctx context.Context, endpoint string, log *slog.Logger) (*Tracer, error) {
	var options []otlptracehttp.Option
	if endpoint != "" {
		u, err := url.Parse(endpoint)
		if err != nil {
			return nil, errors.New("read the address of the collector: it is no URL")
		}
		if strings.Trim(u.Path, "/") == "" {
			u.Path = tracesPath
		}
		options = append(options, otlptracehttp.WithEndpointURL(u.String()))
	}
	exporter, err := otlptracehttp.New(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("prepare to send traces: %w", err)
	}
	return newTracer(ctx, sdktrace.WithBatcher(quietExporter{exporter, &quietly{log: log}}))
}

func newTracer(ctx context.Context, spans sdktrace.TracerProviderOption) (*Tracer, error) {
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "ddap-server"), attribute.String("service.version", buildinfo.Version)),
		resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("describe the service to the collector: %w", err)
	}
	provider := sdktrace.NewTracerProvider(spans, sdktrace.WithResource(about))
	return &Tracer{provider: provider, tracer: provider.Tracer("ddap/server")}, nil
}

// Provider gives what makes spans for the database's queries.
func (t *Tracer) Provider() trace.TracerProvider { return t.provider }

// Close sends what is left, until ctx ends.
func (t *Tracer) Close(ctx context.Context) error {
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}

// Request begins the span of a request. header looks up what came with it, to
// go on with the trace of the caller; nil begins a new one. done ends the span.
func (t *Tracer) Request(ctx context.Context, method, requestID string, header func(name string) string) (_ context.Context, done func(route string, status int)) {
	if header != nil {
		ctx = propagation.TraceContext{}.Extract(ctx, carrier(header))
	}
	//nolint:spancheck // done ends it
	ctx, span := t.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", method), attribute.String("ddap.request_id", requestID)))
	//nolint:spancheck // the same
	return ctx, func(route string, status int) {
		span.SetName(method + " " + route)
		span.SetAttributes(attribute.String("http.route", route), attribute.Int("http.response.status_code", status))
		if status >= serverError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// serverError is the first status that blames the server.
const serverError = 500

// carrier reads a request's headers.
type carrier func(name string) string

// Get gives a header.
func (c carrier) Get(name string) string { return c(name) }

// Set does nothing: requests are only read.
func (carrier) Set(string, string) {}

// Keys lists nothing, which is all that is asked for.
func (carrier) Keys() []string { return nil }
