// Package identity is who this runner is: the id under which it registers, the
// credential that the server gave it, and the lock that keeps a second runner
// out of its state folder.
package identity

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"ddap/desktop-runner/internal/durable"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

const (
	lockFile         = "lock"
	registrationFile = "registration.json"
	credentialFile   = "credential.json"
)

// CodeStateInUse is the code of the error that Open gives while another runner
// has the folder.
const CodeStateInUse = "state_in_use"

// Folder is the state folder of one runner, locked by this process.
type Folder struct {
	path string
	lock *flock.Flock
}

// Credential is what a runner keeps of its enrolment.
type Credential struct {
	// Server is the address that it is good for.
	Server   string `json:"server"`
	RunnerID string `json:"runner_id"`
	Token    string `json:"token"`
}

// Open makes the folder where it is missing (for its owner only) and locks it.
// The error is a Conflict while another runner uses it.
func Open(path string) (*Folder, error) {
	const op = "identity.Open"
	if err := durable.MakeFolder(path); err != nil {
		return nil, fault.E(op, fault.Internal, err)
	}
	// The owner may have put it behind a symbolic link. What a task is given has to be
	// without one, or its child takes that for one that somebody has put there since.
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fault.E(op, fault.Internal, fmt.Errorf("find state folder: %w", err))
	}
	lock := flock.New(filepath.Join(path, lockFile))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fault.E(op, fault.Internal, fmt.Errorf("lock state folder: %w", err))
	}
	if !locked {
		return nil, fault.New(op, fault.Conflict, CodeStateInUse,
			"another runner is using this state folder; end it first, or give this one a --state-dir of its own")
	}
	return &Folder{path: path, lock: lock}, nil
}

// Close lets another runner have the folder.
func (f *Folder) Close() error {
	if err := f.lock.Unlock(); err != nil {
		return fmt.Errorf("unlock state folder: %w", err)
	}
	return nil
}

// Path names a file or folder inside the state folder, without symbolic links above
// the folder itself.
func (f *Folder) Path(name string) string { return filepath.Join(f.path, name) }

type registration struct {
	ID string `json:"registration_id"`
}

// RegistrationID gives the random id under which this runner registers. It is
// on the disk before it is returned, so that a registration whose answer was
// lost can be asked for again.
func (f *Folder) RegistrationID() (string, error) {
	var r registration
	err := durable.ReadJSON(f.Path(registrationFile), &r)
	if err == nil && r.ID != "" {
		return r.ID, nil
	}
	r.ID = uuid.NewString()
	if err := durable.WriteJSON(f.Path(registrationFile), r); err != nil {
		return "", fmt.Errorf("save registration id: %w", err)
	}
	return r.ID, nil
}

// FindCredential gives the saved credential; false where there is none. A file
// that cannot be read is an error and not an absence: enrolling again would
// leave the old runner behind on the server.
func (f *Folder) FindCredential() (Credential, bool, error) {
	var c Credential
	err := durable.ReadJSON(f.Path(credentialFile), &c)
	if errors.Is(err, os.ErrNotExist) {
		return Credential{}, false, nil
	}
	if err == nil {
		_, err = credential.Parse(c.Token)
	}
	if err != nil || c.RunnerID == "" {
		return Credential{}, false, fault.New("identity.FindCredential", fault.Invalid, "broken_credential",
			"the saved credential (%s in the state folder) is damaged; remove that file and enrol again with a new token", credentialFile)
	}
	return c, true, nil
}

// SaveCredential keeps the credential in a file that only its owner may read.
// The registration has served its purpose and is forgotten.
func (f *Folder) SaveCredential(c Credential) error {
	if err := durable.WriteJSON(f.Path(credentialFile), c); err != nil {
		return fmt.Errorf("save credential: %w", err)
	}
	if err := os.Remove(f.Path(registrationFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget registration id: %w", err)
	}
	return nil
}
