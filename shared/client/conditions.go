package client

import (
	"context"
	"errors"
	"net/http"

	"ddap/shared/api"
)

// ErrNotModified answers a request with Conditions.IfNoneMatch where nothing has changed.
var ErrNotModified = errors.New("it has not changed")

// Conditions are what a request may say beside what it asks for; zero fields say
// nothing.
type Conditions struct {
	// IdempotencyKey is a random text: a creating request that is sent again with
	// it has no further effect and gets the same answer, for 24 hours. Secrets are
	// not shown again (secret_already_shown).
	IdempotencyKey string
	// IfMatch is the ETag under which the caller knows what it changes: where it
	// has changed since, the error is Stale (changed_meanwhile).
	IfMatch string
	// IfNoneMatch is the ETag of what the caller has: where it still is that, the
	// error is ErrNotModified.
	IfNoneMatch string
	// ETag, where set, is given the answer's.
	ETag *string
}

type conditionsKey struct{}

// With gives a context whose requests say so.
func With(ctx context.Context, c Conditions) context.Context {
	return context.WithValue(ctx, conditionsKey{}, c)
}

func conditionsOf(ctx context.Context) Conditions {
	c, _ := ctx.Value(conditionsKey{}).(Conditions)
	return c
}

func setConditions(ctx context.Context, header http.Header) {
	c := conditionsOf(ctx)
	for name, value := range map[string]string{
		api.IdempotencyHeader: c.IdempotencyKey, "If-Match": c.IfMatch, "If-None-Match": c.IfNoneMatch,
	} {
		if value != "" {
			header.Set(name, value)
		}
	}
}

func keepETag(ctx context.Context, resp *http.Response) {
	if c, ok := ctx.Value(conditionsKey{}).(Conditions); ok && c.ETag != nil {
		*c.ETag = resp.Header.Get("ETag")
	}
}
