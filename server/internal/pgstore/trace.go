package pgstore

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/extra/bunotel"
	"go.opentelemetry.io/otel/trace"
)

// tracedQueries makes a span of each query of a request that is traced. The
// loops' own queries belong to nobody's trace, and there are many of them. The
// statements have placeholders and no values.
type tracedQueries struct{ hook *bunotel.QueryHook }

func newTracedQueries(provider trace.TracerProvider) tracedQueries {
	return tracedQueries{bunotel.NewQueryHook(bunotel.WithTracerProvider(provider), bunotel.WithDBName("ddap"))}
}

type tracedKey struct{}

// BeforeQuery begins a span.
func (t tracedQueries) BeforeQuery(ctx context.Context, e *bun.QueryEvent) context.Context {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ctx
	}
	return context.WithValue(t.hook.BeforeQuery(ctx, e), tracedKey{}, e)
}

// AfterQuery ends the span of its query, and no other: without a span of its
// own the context holds that of the request.
func (t tracedQueries) AfterQuery(ctx context.Context, e *bun.QueryEvent) {
	if ctx.Value(tracedKey{}) == e {
		t.hook.AfterQuery(ctx, e)
	}
}
