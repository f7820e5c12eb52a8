package store

import (
	"context"

	"github.com/google/uuid"
)

type versionKey struct{}

type version struct {
	id   uuid.UUID
	text string
}

// WithVersion gives a context in which a change of the task with this id is
// Stale (changed_meanwhile) unless its row is still the one that TaskVersion named.
func WithVersion(ctx context.Context, id uuid.UUID, text string) context.Context {
	return context.WithValue(ctx, versionKey{}, version{id, text})
}

// VersionOf gives the version that the task must still have; false where it may
// have any.
func VersionOf(ctx context.Context, id uuid.UUID) (string, bool) {
	v, ok := ctx.Value(versionKey{}).(version)
	return v.text, ok && v.id == id
}
