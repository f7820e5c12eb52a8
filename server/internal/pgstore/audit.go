package pgstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
)

// auditEntry is one change for the audit log. Who makes it comes with the
// context (store.ActorOf). Before and after hold what the change changed and
// nothing secret; nil where there was nothing before or is nothing after.
type auditEntry struct {
	workspace uuid.UUID
	// action is the change as "noun.verb", as in "key.revoke".
	action string
	// kind, id and name say what was changed.
	kind, id, name string
	before, after  any
}

// fields is the value of an entry's before and after.
type fields map[string]any

type auditRow struct {
	bun.BaseModel `bun:"table:audit_log,alias:g"`

	ID            int64           `bun:"id,pk,autoincrement"`
	WorkspaceID   uuid.UUID       `bun:"workspace_id"`
	At            time.Time       `bun:"at"`
	ActorKind     string          `bun:"actor_kind"`
	ActorID       *uuid.UUID      `bun:"actor_id"`
	ActorName     string          `bun:"actor_name"`
	ActingUser    string          `bun:"acting_user"`
	Action        string          `bun:"action"`
	TargetKind    string          `bun:"target_kind"`
	TargetID      string          `bun:"target_id"`
	TargetName    string          `bun:"target_name"`
	RemoteAddress string          `bun:"remote_address"`
	RequestID     string          `bun:"request_id"`
	Before        json.RawMessage `bun:"before,type:jsonb"`
	After         json.RawMessage `bun:"after,type:jsonb"`
}

const systemActor = "system"

// recordAudit keeps entries of the audit log. Call it in the transaction of the
// change, so that neither is there without the other.
func recordAudit(ctx context.Context, db bun.IDB, entries ...auditEntry) error {
	if len(entries) == 0 {
		return nil
	}
	actor := store.ActorOf(ctx)
	rows := make([]auditRow, len(entries))
	for i, e := range entries {
		row := auditRow{
			WorkspaceID: e.workspace, Action: e.action, TargetKind: e.kind, TargetID: e.id, TargetName: e.name,
			ActorKind: cmp.Or(string(actor.Kind), systemActor), ActorName: actor.Name, ActingUser: actor.ActingUser,
			RemoteAddress: actor.Address, RequestID: actor.RequestID,
		}
		if actor.Kind != "" {
			row.ActorID = &actor.ID
		}
		var err error
		if row.Before, err = auditJSON(e.before); err != nil {
			return err
		}
		if row.After, err = auditJSON(e.after); err != nil {
			return err
		}
		rows[i] = row
	}
	if _, err := db.NewInsert().Model(&rows).ExcludeColumn("id", "at").Exec(ctx); err != nil {
		return fmt.Errorf("keep the audit log: %w", err)
	}
	return nil
}

func auditJSON(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("keep the audit log: %w", err)
	}
	return raw, nil
}
