package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

var _ store.Versions = (*Store)(nil)

// versionQuery is how a thing is locked, and what tells it from what it was.
type versionQuery struct{ lock, text string }

// versions are those of each noun.
// PostgreSQL stamps each version of a row with the transaction that wrote it.
var versions = map[store.Noun]versionQuery{
	store.VersionedTask: {"SELECT FROM tasks WHERE id = ? FOR UPDATE", "SELECT xmin::text FROM tasks WHERE id = ?"},
	// A pipeline is its steps. Whoever adds one by a retry locks the one that it
	// replaces, so that no lock of the pipeline itself is needed.
	store.VersionedPipeline: {
		"SELECT FROM tasks WHERE pipeline_id = ? ORDER BY id FOR UPDATE",
		"SELECT md5(string_agg(id::text || ' ' || xmin::text, ',' ORDER BY id)) FROM tasks WHERE pipeline_id = ? HAVING count(*) > 0",
	},
	// Its heartbeats change the row all the time, and nothing that anybody decides by.
	store.VersionedRunner: {
		"SELECT FROM runners WHERE id = ? FOR NO KEY UPDATE",
		"SELECT md5((to_jsonb(r) - ARRAY['last_seen_at', 'unconfirmed', 'activity'])::text) FROM runners AS r WHERE id = ?",
	},
	store.VersionedKey: {"SELECT FROM api_keys WHERE id = ? FOR UPDATE", "SELECT xmin::text FROM api_keys WHERE id = ?"},
	// Of these, too, only what people decide by: not how far a server is with them.
	store.VersionedSchedule: lasting("schedules", "next_due_at", "claimed_until"),
	store.VersionedWebhook:  lasting("webhooks", "failing_since", "cursor_epoch", "cursor_xid", "cursor_id"),
	store.VersionedAlert:    lasting("alerts", "pending_since", "notified_at", "value", "evaluated_at", "mail_error"),
}

// lasting compares rows without the columns that change by themselves.
func lasting(table string, passing ...string) versionQuery {
	return versionQuery{
		"SELECT FROM " + table + " WHERE id = ? FOR UPDATE",
		"SELECT md5((to_jsonb(r) - ARRAY['" + strings.Join(passing, "', '") + "'])::text) FROM " + table + " AS r WHERE id = ?",
	}
}

// Version implements store.Versions.
func (s *Store) Version(ctx context.Context, pin store.Pin) (string, error) {
	text, err := readVersion(ctx, s.db, pin)
	return text, failed("pgstore.Version", err)
}

func readVersion(ctx context.Context, db bun.IDB, pin store.Pin) (string, error) {
	var text string
	err := db.NewRaw(versions[pin.Noun].text, pin.ID).Scan(ctx, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the version of a %s: %w", pin.Noun, err)
	}
	return text, nil
}

// checkVersion refuses to go on where the caller knows a thing of these kinds as
// another than it is. It locks the thing, so that it stays what it is until the
// transaction ends.
func checkVersion(ctx context.Context, tx bun.Tx, about ...store.Noun) error {
	pin, known, asked := store.PinOf(ctx)
	if !asked || !slices.Contains(about, pin.Noun) {
		return nil
	}
	if _, err := tx.NewRaw(versions[pin.Noun].lock, pin.ID).Exec(ctx); err != nil {
		return fmt.Errorf("lock a %s: %w", pin.Noun, err)
	}
	// A statement of its own: one that waited for a lock sees what was there
	// when it began.
	text, err := readVersion(ctx, tx, pin)
	if err != nil {
		return err
	}
	if text != known {
		return fault.New("pgstore.checkVersion", fault.Stale, api.CodeChangedMeanwhile,
			"The %s has changed since you looked at it. Look again, and decide anew.", pin.Noun)
	}
	return nil
}
