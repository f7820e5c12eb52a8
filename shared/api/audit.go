package api

import (
	"encoding/json"
	"time"
)

// AuditEntry is one change: who made it, on what, when and from where.
type AuditEntry struct {
	ID int64     `json:"id"`
	At time.Time `json:"at"`
	// Actor is as people read it: NAME, or DISPLAY via NAME.
	Actor      string `json:"actor" doc:"Who made the change, as people read it; \"system\" where no request asked for it"`
	ActorKind  string `json:"actor_kind" doc:"key, ses, enr, run or system"`
	ActorID    string `json:"actor_id,omitempty" format:"uuid" doc:"The credential; absent for the system"`
	Action     string `json:"action" doc:"NOUN.VERB, as in key.revoke"`
	TargetKind string `json:"target_kind"`
	TargetID   string `json:"target_id,omitempty"`
	TargetName string `json:"target_name,omitempty"`
	// RemoteAddress is the client's.
	RemoteAddress string          `json:"remote_address,omitempty" doc:"From where"`
	RequestID     string          `json:"request_id,omitempty" doc:"Under which the server's log has the request"`
	Before        json.RawMessage `json:"before,omitempty" doc:"What the change changed, as it was"`
	After         json.RawMessage `json:"after,omitempty" doc:"What the change changed, as it is since"`
}

// AuditList is a page of the audit log, newest first.
type AuditList struct {
	Entries    []AuditEntry `json:"entries"`
	NextCursor string       `json:"next_cursor,omitempty"`
}
