package tracing

import (
	"context"
	"log/slog"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"ddap/shared/logkey"
)

// quietExporter logs when sending begins to fail and when it works again,
// instead of each failure.
type quietExporter struct {
	sdktrace.SpanExporter
	quietly *quietly
}

// ExportSpans sends spans, or drops them.
func (e quietExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.quietly.note(ctx, e.SpanExporter.ExportSpans(ctx, spans))
	return nil
}

type quietly struct {
	log     *slog.Logger
	failing atomic.Bool
}

func (q *quietly) note(ctx context.Context, err error) {
	switch failed := err != nil; {
	case failed && q.failing.CompareAndSwap(false, true):
		q.log.WarnContext(ctx, "traces cannot be sent", logkey.Error, err)
	case !failed && q.failing.CompareAndSwap(true, false):
		q.log.InfoContext(ctx, "traces are sent again")
	}
}
