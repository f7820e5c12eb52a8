package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

var _ store.Webhooks = (*Store)(nil)

type webhookRow struct {
	bun.BaseModel `bun:"table:webhooks,alias:w"`

	ID             uuid.UUID  `bun:"id,pk"`
	WorkspaceID    uuid.UUID  `bun:"workspace_id"`
	Name           string     `bun:"name"`
	URL            string     `bun:"url"`
	Types          []string   `bun:"types,array"`
	Secret         string     `bun:"secret"`
	FormerSecret   *string    `bun:"former_secret"`
	FormerUntil    *time.Time `bun:"former_until"`
	Enabled        bool       `bun:"enabled"`
	DisabledAt     *time.Time `bun:"disabled_at"`
	DisabledReason string     `bun:"disabled_reason"`
	FailingSince   *time.Time `bun:"failing_since"`
	KeyID          *uuid.UUID `bun:"key_id"`
	CreatedBy      string     `bun:"created_by"`
	CreatedAt      time.Time  `bun:"created_at"`
}

func (r webhookRow) toWebhook() store.Webhook {
	return store.Webhook{
		ID: r.ID, WorkspaceID: r.WorkspaceID, Name: r.Name, URL: r.URL, Types: r.Types, Secret: r.Secret,
		FormerSecret: value(r.FormerSecret), FormerUntil: r.FormerUntil, Enabled: r.Enabled, DisabledAt: r.DisabledAt,
		DisabledReason: r.DisabledReason, FailingSince: r.FailingSince, KeyID: value(r.KeyID), CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt,
	}
}

// shown is what the audit log keeps of a webhook: never a secret.
func (r webhookRow) shown() fields {
	return fields{"name": r.Name, "url": r.URL, "types": r.Types, "enabled": r.Enabled, "key_id": r.KeyID}
}

func (r webhookRow) audit(action string, before, after any) auditEntry {
	return auditEntry{
		workspace: r.WorkspaceID, action: action, kind: store.SubjectWebhook, id: r.ID.String(), name: r.Name, before: before, after: after,
	}
}

// AddWebhook implements store.Webhooks.
func (s *Store) AddWebhook(ctx context.Context, w store.Webhook, from store.Cursor, limits store.WebhookLimits) (store.Webhook, error) {
	const op = "pgstore.AddWebhook"
	var row webhookRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row = webhookRow{}
		if err := tooManyWebhooks(ctx, tx, op, &w, limits); err != nil {
			return err
		}
		err := tx.NewRaw(`INSERT INTO webhooks (id, workspace_id, name, url, types, secret, key_id, created_by, cursor_epoch, cursor_xid, cursor_id)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::text::xid8, ?) RETURNING *`,
			w.ID, w.WorkspaceID, w.Name, w.URL, pgdialect.Array(w.Types), w.Secret, w.KeyID, w.CreatedBy, from.Epoch, from.Transaction, from.ID).
			Scan(ctx, &row)
		if err != nil {
			return fmt.Errorf("keep a webhook: %w", err)
		}
		if err := recordAudit(ctx, tx, row.audit("webhook.create", nil, row.shown())); err != nil {
			return err
		}
		return performOnce(ctx, tx, row.ID)
	})
	return row.toWebhook(), failed(op, err)
}

// GetWebhook implements store.Webhooks.
func (s *Store) GetWebhook(ctx context.Context, in store.WebhookScope, id uuid.UUID) (store.Webhook, error) {
	const op = "pgstore.GetWebhook"
	row, err := findWebhook(ctx, s.db, op, in, id, "")
	return row.toWebhook(), failed(op, err)
}

// findWebhook reads a webhook, and locks it where a lock is named.
func findWebhook(ctx context.Context, db bun.IDB, op string, in store.WebhookScope, id uuid.UUID, lock string) (webhookRow, error) {
	var row webhookRow
	query := webhooksIn(db.NewSelect().Model(&row).Where("w.id = ?", id), in)
	if lock != "" {
		query = query.For(lock)
	}
	err := query.Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(op, fault.NotFound, "webhook_not_found", "There is no webhook %s in this workspace.", id)
	}
	return row, err
}

// lockWebhook reads a webhook that is about to change.
func lockWebhook(ctx context.Context, tx bun.Tx, op string, in store.WebhookScope, id uuid.UUID) (webhookRow, error) {
	row, err := findWebhook(ctx, tx, op, in, id, "UPDATE")
	if err == nil {
		err = checkVersion(ctx, tx, store.VersionedWebhook)
	}
	return row, err
}

// ListWebhooks implements store.Webhooks.
func (s *Store) ListWebhooks(ctx context.Context, in store.WebhookScope) ([]store.Webhook, error) {
	var rows []webhookRow
	err := webhooksIn(s.db.NewSelect().Model(&rows), in).Order("w.id DESC").Scan(ctx)
	return mapTo(rows, webhookRow.toWebhook), failed("pgstore.ListWebhooks", err)
}

// ChangeWebhook implements store.Webhooks.
func (s *Store) ChangeWebhook(ctx context.Context, in store.WebhookScope, id uuid.UUID, c store.WebhookChange, from store.Cursor) (store.Webhook, error) {
	const op = "pgstore.ChangeWebhook"
	var after webhookRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		before, err := lockWebhook(ctx, tx, op, in, id)
		if err != nil {
			return err
		}
		after = webhookRow{}
		update := tx.NewUpdate().Model(&after).Where("id = ?", id).Returning("?TableColumns").Set("created_at = created_at") // a patch may name nothing
		if c.Name != nil {
			update = update.Set("name = ?", *c.Name)
		}
		if c.URL != nil {
			update = update.Set("url = ?", *c.URL)
		}
		if c.URL != nil && *c.URL != before.URL {
			update = update.Set("failing_since = NULL")
		}
		if c.Types != nil {
			update = update.Set("types = ?", pgdialect.Array(c.Types))
		}
		switch {
		case c.Enabled == nil || *c.Enabled == before.Enabled:
		case *c.Enabled:
			update = update.Set("enabled = true, disabled_at = NULL, disabled_reason = ''").Set("failing_since = NULL").
				Set("key_id = CASE WHEN "+keyEnded("w")+" THEN ? ELSE key_id END", c.By).
				Set("follows_since = now(), cursor_epoch = ?, cursor_xid = ?::text::xid8, cursor_id = ?", from.Epoch, from.Transaction, from.ID)
		default:
			update = update.Set("enabled = false, disabled_at = now(), disabled_reason = ?", api.WebhookByOperator)
		}
		if _, err := update.Exec(ctx); err != nil {
			return fmt.Errorf("change a webhook: %w", err)
		}
		return recordAudit(ctx, tx, after.audit("webhook.change", before.shown(), after.shown()))
	})
	return after.toWebhook(), failed(op, err)
}

// RotateWebhook implements store.Webhooks.
func (s *Store) RotateWebhook(ctx context.Context, in store.WebhookScope, id uuid.UUID, secret string, overlap time.Duration) (store.Webhook, error) {
	const op = "pgstore.RotateWebhook"
	var row webhookRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := lockWebhook(ctx, tx, op, in, id); err != nil {
			return err
		}
		row = webhookRow{}
		update := tx.NewUpdate().Model(&row).Where("id = ?", id).Returning("?TableColumns").Set("secret = ?", secret)
		if overlap > 0 {
			update = update.Set("former_secret = secret, former_until = now() + make_interval(secs => ?)", overlap.Seconds())
		} else {
			update = update.Set("former_secret = NULL, former_until = NULL")
		}
		if _, err := update.Exec(ctx); err != nil {
			return fmt.Errorf("replace a secret: %w", err)
		}
		return recordAudit(ctx, tx, row.audit("webhook.rotate", nil, fields{"former_until": row.FormerUntil}))
	})
	return row.toWebhook(), failed(op, err)
}

// DeleteWebhook implements store.Webhooks.
func (s *Store) DeleteWebhook(ctx context.Context, in store.WebhookScope, id uuid.UUID) error {
	const op = "pgstore.DeleteWebhook"
	return failed(op, s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := lockWebhook(ctx, tx, op, in, id)
		if err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("delete a webhook: %w", err)
		}
		return recordAudit(ctx, tx, row.audit("webhook.delete", row.shown(), nil))
	}))
}
