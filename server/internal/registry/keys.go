package registry

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// CreateKey makes an API key; the answer carries its secret, this once.
func (s *Service) CreateKey(ctx context.Context, p store.Principal, req api.KeyRequest) (api.Key, error) {
	const op = "registry.CreateKey"
	name, err := cleanName(op, req.Name)
	if err != nil {
		return api.Key{}, err
	}
	secret, err := credential.New(credential.Key, newID())
	if err != nil {
		return api.Key{}, fault.E(op, fault.Internal, err)
	}
	hash := secret.Hash()
	key, err := s.records.AddKey(ctx, store.Key{
		ID: secret.ID, WorkspaceID: p.WorkspaceID, Name: name, Role: req.Role, Delegate: req.Delegate, Grants: unique(req.Grants), SecretHash: hash[:],
	}, time.Duration(req.ExpiresInSeconds)*time.Second)
	if err != nil {
		return api.Key{}, err
	}
	view := viewKey(key)
	view.Key = secret.String()
	return view, nil
}

// Keys lists the workspace's keys, newest first, without their secrets.
func (s *Service) Keys(ctx context.Context, p store.Principal, limit int, cursor string) (api.KeyList, error) {
	page, err := readPage("registry.Keys", "keys", limit, cursor)
	if err != nil {
		return api.KeyList{}, err
	}
	keys, err := s.records.ListKeys(ctx, p.WorkspaceID, page.more())
	if err != nil {
		return api.KeyList{}, err
	}
	list := api.KeyList{Keys: make([]api.Key, 0, len(keys))}
	if len(keys) > page.Limit {
		keys = keys[:page.Limit]
		list.NextCursor = page.next(keys[page.Limit-1].ID)
	}
	for _, key := range keys {
		list.Keys = append(list.Keys, viewKey(key))
	}
	return list, nil
}

// Key gives one key, without its secret.
func (s *Service) Key(ctx context.Context, p store.Principal, id uuid.UUID) (api.Key, error) {
	key, err := s.records.Key(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Key{}, err
	}
	return viewKey(key), nil
}

// PatchKey changes what people call a key.
func (s *Service) PatchKey(ctx context.Context, p store.Principal, id uuid.UUID, patch api.KeyPatch) (api.Key, error) {
	if patch.Name == nil {
		return s.Key(ctx, p, id)
	}
	name, err := cleanName("registry.PatchKey", *patch.Name)
	if err != nil {
		return api.Key{}, err
	}
	key, err := s.records.RenameKey(ctx, p.WorkspaceID, id, name)
	if err != nil {
		return api.Key{}, err
	}
	return viewKey(key), nil
}

// RevokeKey ends a key for good, and its sessions with it. The last admin key cannot be revoked.
func (s *Service) RevokeKey(ctx context.Context, p store.Principal, id uuid.UUID) (api.Key, error) {
	key, err := s.records.RevokeKey(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.Key{}, err
	}
	return viewKey(key), nil
}

func viewKey(k store.Key) api.Key {
	return api.Key{
		ID: k.ID.String(), Name: k.Name, Role: k.Role, Delegate: k.Delegate, Grants: append([]api.Grant{}, k.Grants...),
		CreatedAt: k.CreatedAt, ExpiresAt: k.ExpiresAt, RevokedAt: k.RevokedAt,
	}
}

// unique gives grants in their order, each once.
func unique(grants []api.Grant) []api.Grant {
	out := slices.Clone(grants)
	slices.Sort(out)
	return slices.Compact(out)
}

// newID gives an id that sorts by the time at which it was made.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
