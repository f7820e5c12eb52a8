package registry

import (
	"context"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

// DefaultWorkspace is the workspace that the first start makes.
const DefaultWorkspace = "default"

// firstKeyName is what the first key of a workspace is called.
const firstKeyName = "first admin key"

// Bootstrap makes the default workspace with an admin key where there is no
// workspace yet. The key is wanted, if that is a well-formed API key, else a
// new one, which is returned to be shown once. It returns nil where it made no
// new key.
func (s *Service) Bootstrap(ctx context.Context, wanted string) (*credential.Credential, error) {
	const op = "registry.Bootstrap"
	key, err := credential.Parse(wanted)
	given := err == nil && key.Kind == credential.Key
	if !given {
		if key, err = credential.New(credential.Key, newID()); err != nil {
			return nil, fault.E(op, fault.Internal, err)
		}
	}
	made, err := s.records.BootstrapWorkspace(ctx, store.Workspace{ID: newID(), Name: DefaultWorkspace}, firstKey(key))
	if err != nil || !made || given {
		return nil, err
	}
	return &key, nil
}

// CreateWorkspace makes a workspace with an admin key, which it returns to be
// shown once. It is a Conflict (workspace_exists) where the name is taken.
func (s *Service) CreateWorkspace(ctx context.Context, name string) (credential.Credential, error) {
	const op = "registry.CreateWorkspace"
	name, err := cleanName(op, name)
	if err != nil {
		return credential.Credential{}, err
	}
	key, err := credential.New(credential.Key, newID())
	if err != nil {
		return credential.Credential{}, fault.E(op, fault.Internal, err)
	}
	if err := s.records.CreateWorkspace(ctx, store.Workspace{ID: newID(), Name: name}, firstKey(key)); err != nil {
		return credential.Credential{}, err
	}
	return key, nil
}

func firstKey(key credential.Credential) store.Key {
	hash := key.Hash()
	return store.Key{ID: key.ID, Name: firstKeyName, Role: api.Admin, SecretHash: hash[:]}
}
