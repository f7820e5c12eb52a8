package store

import (
	"context"

	"github.com/google/uuid"
)

// Noun is a kind of thing that has versions.
type Noun string

// The nouns.
const (
	VersionedTask     Noun = "task"
	VersionedPipeline Noun = "pipeline"
	VersionedRunner   Noun = "runner"
	VersionedKey      Noun = "key"
	VersionedSchedule Noun = "schedule"
	VersionedWebhook  Noun = "webhook"
	VersionedAlert    Noun = "alert"
)

// Pin names one thing.
type Pin struct {
	Noun Noun
	ID   uuid.UUID
}

// Versions tells things from what they were.
type Versions interface {
	// Version names what a thing is at present, for WithVersion. It is empty for
	// one that does not exist.
	Version(ctx context.Context, pin Pin) (string, error)
}

type versionKey struct{}

type version struct {
	pin  Pin
	text string
}

// WithVersion gives a context in which an action on a thing is Stale
// (changed_meanwhile) unless it is still what Version named. That is judged in
// the transaction of the action, under the locks of what it is about.
func WithVersion(ctx context.Context, pin Pin, text string) context.Context {
	return context.WithValue(ctx, versionKey{}, version{pin, text})
}

// PinOf gives what must still have which version; false where nothing must.
func PinOf(ctx context.Context) (Pin, string, bool) {
	v, ok := ctx.Value(versionKey{}).(version)
	return v.pin, v.text, ok
}

// Pinned reads a thing, and gives a context in which it is Stale to act on it
// once it is another than that.
func Pinned[T any](ctx context.Context, versions Versions, pin Pin, get func(ctx context.Context) (T, error)) (context.Context, T, error) {
	// First: where the thing changes between the two, the action is refused.
	text, err := versions.Version(ctx, pin)
	if err != nil {
		var none T
		return ctx, none, err
	}
	thing, err := get(ctx)
	return WithVersion(ctx, pin, text), thing, err
}
