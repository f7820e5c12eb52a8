package store

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// SSHKey is a public key that logs in over SSH as an API key.
type SSHKey struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	KeyID       uuid.UUID
	Name        string
	// Type is as in "ssh-ed25519", PublicKey the line without its comment.
	Type, PublicKey string
	// Fingerprint is "SHA256:…", as ssh-keygen prints it.
	Fingerprint string
	CreatedAt   time.Time
	// Key is the API key; filled in by FindSSHKeys.
	Key Key
}

// SSHKeys keeps public keys.
type SSHKeys interface {
	// AddSSHKey keeps a public key and gives it back as kept. NotFound for a key
	// that is not there, Conflict: key_revoked, ssh_key_exists where the
	// workspace has it already.
	AddSSHKey(ctx context.Context, k SSHKey) (SSHKey, error)
	// ListSSHKeys lists those of an API key, newest first. NotFound as above.
	ListSSHKeys(ctx context.Context, workspace, key uuid.UUID) ([]SSHKey, error)
	// SSHKey gives one of a workspace. NotFound where there is none.
	SSHKey(ctx context.Context, workspace, id uuid.UUID) (SSHKey, error)
	// DeleteSSHKey forgets a public key. NotFound where the API key has none with this id.
	DeleteSSHKey(ctx context.Context, workspace, key, id uuid.UUID) error
	// FindSSHKeys gives the public keys with this fingerprint whose API keys
	// work, in every workspace that has it. It is for logging in.
	FindSSHKeys(ctx context.Context, fingerprint string) ([]SSHKey, error)
}
