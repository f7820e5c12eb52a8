package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// AuditEntry is one change: who made it, on what, when and from where.
type AuditEntry struct {
	ID int64
	At time.Time
	// ActorKind is the kind of the credential, or system; ActorID is nil for the system.
	ActorKind  string
	ActorID    *uuid.UUID
	ActorName  string
	ActingUser string
	// Action is NOUN.VERB, as in "key.revoke".
	Action                   string
	TargetKind, TargetID     string
	TargetName               string
	RemoteAddress, RequestID string
	Before, After            json.RawMessage
}

// AuditFilter selects entries of one workspace; zero fields select all.
type AuditFilter struct {
	WorkspaceID uuid.UUID
	ActorID     *uuid.UUID
	// Action is an action, or the noun of one, as in "key".
	Action               string
	TargetKind, TargetID string
	// Since and Until bound the time, the first included and the second not.
	Since, Until *time.Time
	// Before gives the entries that are older than this one: the page after it. 0 begins with the newest.
	Before int64
	Limit  int
}

// AuditLog reads what changes were made.
type AuditLog interface {
	// ListAudit gives a page, newest first.
	ListAudit(ctx context.Context, f AuditFilter) ([]AuditEntry, error)
	// ForgetAudit removes at most limit entries older than age, and says how many.
	ForgetAudit(ctx context.Context, age time.Duration, limit int) (int, error)
}
