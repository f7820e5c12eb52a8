package pgstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

// webhooksIn keeps a query about webhooks to those that a scope has.
func webhooksIn(query *bun.SelectQuery, in store.WebhookScope) *bun.SelectQuery {
	query = query.Where("w.workspace_id = ?", in.Workspace)
	if in.Key != uuid.Nil {
		query = query.Where("w.key_id = ?", in.Key)
	}
	return query
}

// keyEnded is the condition that the key of a webhook, a row of the table or
// alias, is of no use any more. It is false for a webhook without a key.
func keyEnded(alias string) string {
	return "EXISTS (SELECT FROM api_keys AS k WHERE k.id = " + alias + ".key_id AND (k.revoked_at IS NOT NULL OR k.expires_at <= now()))"
}

// tooManyWebhooks refuses one more. Those who add at the same moment wait for
// one another.
func tooManyWebhooks(ctx context.Context, tx bun.Tx, op string, w *store.Webhook, limits store.WebhookLimits) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "webhooks"+w.WorkspaceID.String()); err != nil {
		return fmt.Errorf("count webhooks: %w", err)
	}
	var all, own int
	err := tx.NewRaw("SELECT count(*), count(*) FILTER (WHERE key_id = ?) FROM webhooks WHERE workspace_id = ?", w.KeyID, w.WorkspaceID).Scan(ctx, &all, &own)
	switch {
	case err != nil:
		return fmt.Errorf("count webhooks: %w", err)
	case limits.Key > 0 && own >= limits.Key:
		return fault.New(op, fault.Conflict, codeTooManyWebhooks, "This key has %d webhooks already, and may have %d. Delete one that is not needed.", own, limits.Key)
	case limits.Workspace > 0 && all >= limits.Workspace:
		return fault.New(op, fault.Conflict, codeTooManyWebhooks, "This workspace has %d webhooks already, and may have %d. Delete one that is not needed.", all, limits.Workspace)
	default:
		return nil
	}
}

const codeTooManyWebhooks = "too_many_webhooks"

// DisableOrphans implements store.Webhooks. A revocation disables what it
// orphans by itself; this is for keys that expire, and for webhooks that were
// made while their key was being revoked.
func (s *Store) DisableOrphans(ctx context.Context) (int, error) {
	var n int
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		n = 0
		for reason, ended := range map[string]string{
			api.WebhookKeyRevoked: "k.revoked_at IS NOT NULL", api.WebhookKeyExpired: "k.revoked_at IS NULL AND k.expires_at <= now()",
		} {
			disabled, err := disableWebhooks(ctx, tx, reason, `id IN (SELECT o.id FROM webhooks AS o JOIN api_keys AS k ON k.id = o.key_id
				WHERE o.enabled AND `+ended+` ORDER BY o.id FOR NO KEY UPDATE OF o SKIP LOCKED)`)
			if err != nil {
				return err
			}
			n += disabled
		}
		return nil
	})
	return n, failed("pgstore.DisableOrphans", err)
}

// disableWebhooks disables those that a condition names, all enabled, says so
// in the feed, and counts them.
func disableWebhooks(ctx context.Context, tx bun.Tx, reason, where string, args ...any) (int, error) {
	var rows []webhookRow
	_, err := tx.NewUpdate().Model(&rows).Set("enabled = false, disabled_at = now(), disabled_reason = ?", reason).
		Where(where, args...).Returning("?TableColumns").Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("disable webhooks: %w", err)
	}
	for i := range rows {
		row := &rows[i]
		data := fields{"reason": reason}
		if row.FailingSince != nil {
			data["failing_since"] = row.FailingSince
		}
		err := recordEvent(ctx, tx, fleetEvent{
			workspace: row.WorkspaceID, what: "webhook.disabled", kind: store.SubjectWebhook, id: row.ID, name: row.Name,
			message: disabledSentences[reason], data: data,
		})
		if err == nil {
			err = recordAudit(ctx, tx, row.audit("webhook.disable", fields{"enabled": true}, fields{"enabled": false, "reason": reason}))
		}
		if err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

var disabledSentences = map[string]string{
	api.WebhookGone:       "The receiver answered 410 Gone: it wants no more.",
	api.WebhookFailing:    "Every delivery has failed for days.",
	api.WebhookKeyRevoked: "The key with which it was made was revoked.",
	api.WebhookKeyExpired: "The key with which it was made has expired.",
}
