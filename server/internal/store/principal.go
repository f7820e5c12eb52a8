package store

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/credential"
)

// Principal is who makes a request: the owner of the credential that came with it.
type Principal struct {
	Kind credential.Kind
	// ID is that of the key, the session, the enrolment or the runner.
	ID uuid.UUID
	// KeyID is the key that a session is bound to; Nil for all others.
	KeyID       uuid.UUID
	WorkspaceID uuid.UUID
	// Workspace and Name are what people call the workspace and the key or runner.
	Workspace, Name string
	// Role is empty for enrolments and runners.
	Role api.Role
	// Delegate allows ActingUser, the "<id>;<display name>" for whom a key acts.
	Delegate   bool
	ActingUser string
	// Grants are what a key may do beyond its role. A session has none.
	Grants []api.Grant
	// ExpiresAt is when the credential ends by itself; nil for never.
	ExpiresAt *time.Time
	// SecretHash is that of a runner's credential, so that a request that waits
	// can be told from what the runner's credential is by then.
	SecretHash []byte
}

// Owner is the API key on whose account p acts: a session is its key.
func (p Principal) Owner() uuid.UUID {
	if p.KeyID != uuid.Nil {
		return p.KeyID
	}
	return p.ID
}

// Granted reports whether p has a grant.
func (p Principal) Granted(g api.Grant) bool { return slices.Contains(p.Grants, g) }

// MayChange reports whether p may act on a task or a pipeline: an operator on
// any, an analyst on what is its own, a runner on none.
func (p Principal) MayChange(own bool) bool {
	isPerson := p.Kind == credential.Key || p.Kind == credential.Session
	return isPerson && (p.Role.Includes(api.Operator) || own && p.Role.Includes(api.Analyst))
}

// Creator is how people read who asked for a task: "NAME", or "DISPLAY via NAME".
func (p Principal) Creator() string {
	id, display, _ := strings.Cut(p.ActingUser, ";")
	switch {
	case display != "":
		return display + " via " + p.Name
	case id != "":
		return id + " via " + p.Name
	default:
		return p.Name
	}
}

// ActingID is the stable part of ActingUser, its id; empty where the key acts
// for itself. With the key it tells one creator from another.
func (p Principal) ActingID() string {
	id, _, _ := strings.Cut(p.ActingUser, ";")
	return id
}
