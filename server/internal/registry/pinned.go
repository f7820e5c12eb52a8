package registry

import (
	"context"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
)

// PinnedRunner is Runner, and gives a context in which it is Stale to change it
// once it is another. Heartbeats are no change.
func (s *Service) PinnedRunner(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, api.Runner, error) {
	return store.Pinned(ctx, s.records, store.Pin{Noun: store.VersionedRunner, ID: id}, func(ctx context.Context) (api.Runner, error) { return s.Runner(ctx, p, id) })
}

// PinnedKey is the same for a key.
func (s *Service) PinnedKey(ctx context.Context, p store.Principal, id uuid.UUID) (context.Context, api.Key, error) {
	return store.Pinned(ctx, s.records, store.Pin{Noun: store.VersionedKey, ID: id}, func(ctx context.Context) (api.Key, error) { return s.Key(ctx, p, id) })
}
