package store

import "context"

// Actor is who makes a change and from where, as the audit log keeps it. The
// zero Actor is the system itself.
type Actor struct {
	Principal
	// Address is the client's, without the port.
	Address string
	// RequestID is the id under which the request is logged.
	RequestID string
}

type actorKey struct{}

// WithActor says on whose behalf everything under ctx is done. It travels in
// the context because every change has one, and no service decides by it.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf gives who is behind ctx; the system where nobody said.
func ActorOf(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}
