package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// How long keys of requests matter.
const (
	// OnceKept is how long an answer is kept for a repeated request.
	OnceKept = 24 * time.Hour
	// OnceLease is how long a request that says nothing more holds its key. One
	// that takes longer and is overtaken cannot commit any more, so the time only
	// decides how soon a client gets past a server that died.
	OnceLease = 30 * time.Second
)

// Once is a request that is to have its effect once, however often it is sent.
// It travels in the context to the transaction of the effect, which marks it as
// performed and fails where another request has taken its key over meanwhile.
type Once struct {
	// Digest names the key of one credential, acting user and route.
	Digest []byte
	// Token is this request's right to the key.
	Token uuid.UUID
}

type onceKey struct{}

// WithOnce gives a context for a request that is to have its effect once.
func WithOnce(ctx context.Context, o Once) context.Context {
	return context.WithValue(ctx, onceKey{}, o)
}

// OnceOf gives what WithOnce has put there; false where the request has no key.
func OnceOf(ctx context.Context) (Once, bool) {
	o, ok := ctx.Value(onceKey{}).(Once)
	return o, ok
}

// KeptAnswer is the answer to a request that was performed.
type KeptAnswer struct {
	Status      int
	ContentType string
	Body        []byte
}

// OnceRecord is what is known of the key of a request.
type OnceRecord struct {
	// Mine says that the asking request holds the key now, and is to go on.
	Mine bool
	// RequestHash is that of the request which came first.
	RequestHash []byte
	// Performed says that the effect is committed; Made are the ids of what was
	// made, the pipeline's where that is what was asked for.
	Performed bool
	Made      []uuid.UUID
	// Answer is nil where none is kept: the request is under way, its answer
	// carried a secret, or the server died before it could be kept.
	Answer *KeptAnswer
}

// Idempotency keeps the keys of requests that are to have their effect once.
type Idempotency interface {
	// ClaimOnce takes the key for a request, or tells what became of the one that
	// has it. A key whose request died is taken over once its lease has passed,
	// unless the effect is committed; one older than OnceKept counts as new.
	ClaimOnce(ctx context.Context, workspace uuid.UUID, o Once, requestHash []byte) (OnceRecord, error)
	// KeepOnce keeps the answer; nil keeps only that the request was performed.
	KeepOnce(ctx context.Context, o Once, a *KeptAnswer) error
	// ReleaseOnce gives the key back, for a request that had no effect.
	ReleaseOnce(ctx context.Context, o Once) error
	// ForgetOnce drops at most limit keys older than OnceKept.
	ForgetOnce(ctx context.Context, limit int) (int, error)
}
