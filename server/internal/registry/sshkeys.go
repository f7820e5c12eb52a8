package registry

import (
	"cmp"
	"context"
	"crypto/rsa"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/crypto/ssh"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// minRSABits is the least that is still held safe (NIST SP 800-131A, and what
// OpenSSH of today accepts).
const minRSABits = 2048

// maxSSHName bounds a name that was taken from a line's comment, in bytes.
const maxSSHName = 200

// AddSSHKey lets who has the private key log in over SSH as an API key.
func (s *Service) AddSSHKey(ctx context.Context, p store.Principal, keyID uuid.UUID, req api.SSHKeyRequest) (api.SSHKey, error) {
	const op = "registry.AddSSHKey"
	parsed, comment, err := readPublicKey(op, req.PublicKey)
	if err != nil {
		return api.SSHKey{}, err
	}
	name := strings.TrimSpace(cmp.Or(req.Name, comment))
	if !printable(name) || len(name) > maxSSHName {
		return api.SSHKey{}, fault.BadFields(op, codeInvalid, fault.Field{
			Path: "name", Message: fmt.Sprintf("must have at most %d bytes and no control characters; it is the line's comment where it is absent", maxSSHName),
		})
	}
	kept, err := s.records.AddSSHKey(ctx, store.SSHKey{
		ID: newID(), WorkspaceID: p.WorkspaceID, KeyID: keyID, Name: name, Type: parsed.Type(),
		PublicKey: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(parsed))), Fingerprint: ssh.FingerprintSHA256(parsed),
	})
	if err != nil {
		return api.SSHKey{}, err
	}
	return viewSSHKey(kept), nil
}

// readPublicKey reads one line of an authorized_keys file, and refuses what
// should log nobody in.
func readPublicKey(op, line string) (ssh.PublicKey, string, error) {
	refuse := func(format string, args ...any) error {
		return fault.BadFields(op, codeInvalid, fault.Field{Path: "public_key", Message: fmt.Sprintf(format, args...)})
	}
	line = strings.TrimSpace(line)
	if strings.Contains(line, "PRIVATE KEY") {
		return nil, "", refuse("is a private key, which nobody but its owner should have; send the line of the .pub file, and make a new pair")
	}
	key, comment, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		return nil, "", refuse("must be a line as in a .pub file: ssh-ed25519 AAAA… comment")
	case len(strings.TrimSpace(string(rest))) > 0:
		return nil, "", refuse("must be one line")
	case len(options) > 0:
		return nil, "", refuse("must have no options in front, such as %q: they would not be heeded", options[0])
	}
	return key, comment, checkStrength(key, refuse)
}

func checkStrength(key ssh.PublicKey, refuse func(string, ...any) error) error {
	switch key.Type() {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256:
		return nil
	case ssh.KeyAlgoRSA:
		crypto, ok := key.(ssh.CryptoPublicKey)
		if !ok {
			return refuse("is of a kind that is not taken: %s", key.Type())
		}
		if n, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); !ok || n.N.BitLen() < minRSABits {
			return refuse("is an RSA key of fewer than %d bits, which is too weak; ssh-keygen -t ed25519 makes a good one", minRSABits)
		}
		return nil
	default:
		return refuse("is of a kind that is not taken: %s; ssh-keygen -t ed25519 makes a good one", key.Type())
	}
}

// SSHKeys lists the public keys that log in as an API key, newest first.
func (s *Service) SSHKeys(ctx context.Context, p store.Principal, keyID uuid.UUID) (api.SSHKeyList, error) {
	found, err := s.records.ListSSHKeys(ctx, p.WorkspaceID, keyID)
	if err != nil {
		return api.SSHKeyList{}, err
	}
	list := api.SSHKeyList{SSHKeys: make([]api.SSHKey, 0, len(found))}
	for _, one := range found {
		list.SSHKeys = append(list.SSHKeys, viewSSHKey(one))
	}
	return list, nil
}

// SSHKey gives one public key.
func (s *Service) SSHKey(ctx context.Context, p store.Principal, id uuid.UUID) (api.SSHKey, error) {
	kept, err := s.records.SSHKey(ctx, p.WorkspaceID, id)
	if err != nil {
		return api.SSHKey{}, err
	}
	return viewSSHKey(kept), nil
}

// DeleteSSHKey lets a public key log nobody in any more. Sessions that it began stay.
func (s *Service) DeleteSSHKey(ctx context.Context, p store.Principal, keyID, id uuid.UUID) error {
	return s.records.DeleteSSHKey(ctx, p.WorkspaceID, keyID, id)
}

func viewSSHKey(k store.SSHKey) api.SSHKey {
	return api.SSHKey{
		ID: k.ID.String(), KeyID: k.KeyID.String(), Name: k.Name, Type: k.Type, Fingerprint: k.Fingerprint,
		PublicKey: k.PublicKey, CreatedAt: k.CreatedAt,
	}
}
