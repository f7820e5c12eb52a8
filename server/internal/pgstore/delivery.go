package pgstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

var _ store.Deliveries = (*Store)(nil)

type deliveryRow struct {
	bun.BaseModel `bun:"table:webhook_deliveries,alias:d"`

	ID         uuid.UUID             `bun:"id,pk"`
	WebhookID  uuid.UUID             `bun:"webhook_id"`
	EventID    *int64                `bun:"event_id"`
	EventType  string                `bun:"event_type"`
	Body       string                `bun:"body"`
	State      string                `bun:"state"`
	Attempts   int                   `bun:"attempts"`
	NextAt     time.Time             `bun:"next_at"`
	Status     int                   `bun:"response_status"`
	Answer     string                `bun:"answer"`
	Error      string                `bun:"error"`
	DurationMS int                   `bun:"duration_ms"`
	Log        []api.DeliveryAttempt `bun:"log,type:jsonb"`
	CreatedAt  time.Time             `bun:"created_at"`
	FinishedAt *time.Time            `bun:"finished_at"`
}

func (r deliveryRow) toDelivery() store.Delivery {
	return store.Delivery{
		ID: r.ID, WebhookID: r.WebhookID, EventID: r.EventID, EventType: r.EventType, Body: []byte(r.Body),
		State: api.DeliveryState(r.State), Attempts: r.Attempts, NextAt: r.NextAt, Status: r.Status, Answer: r.Answer,
		Error: r.Error, Duration: time.Duration(r.DurationMS) * time.Millisecond, Log: r.Log, CreatedAt: r.CreatedAt, FinishedAt: r.FinishedAt,
	}
}

func fromDelivery(webhookID uuid.UUID, d *store.Delivery) deliveryRow {
	return deliveryRow{ID: d.ID, WebhookID: webhookID, EventID: d.EventID, EventType: d.EventType, Body: string(d.Body)}
}

// FeedStart implements store.Deliveries.
func (s *Store) FeedStart(ctx context.Context, workspace uuid.UUID) (store.Cursor, error) {
	var c store.Cursor
	err := s.db.NewRaw(`SELECT c.epoch, CASE WHEN w.feed_floor = '0' THEN 0 ELSE w.feed_floor::text::bigint + 1 END
		FROM cluster AS c, workspaces AS w WHERE w.id = ?`, workspace).Scan(ctx, &c.Epoch, &c.Transaction)
	return c, failed("pgstore.FeedStart", err)
}

// ListFollowers implements store.Deliveries.
func (s *Store) ListFollowers(ctx context.Context) ([]store.Follower, error) {
	var rows []struct {
		ID          uuid.UUID
		WorkspaceID uuid.UUID
		Types       []string `bun:",array"`
		Since       time.Time
		Epoch       int64
		Xid         uint64
		At          int64
	}
	err := s.db.NewRaw(`SELECT id, workspace_id, types, follows_since AS since, cursor_epoch AS epoch, cursor_xid::text::bigint AS xid, cursor_id AS at
		FROM webhooks AS w WHERE enabled AND NOT `+keyEnded("w")+` ORDER BY workspace_id, id`).Scan(ctx, &rows)
	out := make([]store.Follower, len(rows))
	for i, r := range rows {
		out[i] = store.Follower{
			WebhookID: r.ID, WorkspaceID: r.WorkspaceID, Types: r.Types, Since: r.Since,
			At: store.Cursor{Epoch: r.Epoch, Transaction: r.Xid, ID: r.At},
		}
	}
	return out, failed("pgstore.ListFollowers", err)
}

// AddDeliveries implements store.Deliveries.
func (s *Store) AddDeliveries(ctx context.Context, webhookID uuid.UUID, from, to store.Cursor, made []store.Delivery) (bool, error) {
	const op = "pgstore.AddDeliveries"
	var moved bool
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		done, err := tx.NewRaw(`UPDATE webhooks SET cursor_epoch = ?, cursor_xid = ?::text::xid8, cursor_id = ?
			WHERE id = ? AND enabled AND cursor_epoch = ? AND cursor_xid = ?::text::xid8 AND cursor_id = ?`,
			to.Epoch, to.Transaction, to.ID, webhookID, from.Epoch, from.Transaction, from.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("move a cursor: %w", err)
		}
		n, err := done.RowsAffected()
		moved = n > 0
		if err != nil || !moved || len(made) == 0 {
			return err
		}
		rows := make([]deliveryRow, len(made))
		for i := range made {
			rows[i] = fromDelivery(webhookID, &made[i])
		}
		// After a restore the feed is read again from a little before.
		_, err = tx.NewInsert().Model(&rows).Column("id", "webhook_id", "event_id", "event_type", "body").
			On("CONFLICT (webhook_id, event_id) DO NOTHING").Returning("NULL").Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep deliveries: %w", err)
		}
		return nil
	})
	return moved, failed(op, err)
}

// AddTestDelivery implements store.Deliveries.
func (s *Store) AddTestDelivery(ctx context.Context, in store.WebhookScope, d store.Delivery) (store.Delivery, error) {
	const op = "pgstore.AddTestDelivery"
	row := fromDelivery(d.WebhookID, &d)
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		w, err := enabledWebhook(ctx, tx, op, in, d.WebhookID)
		if err != nil {
			return err
		}
		_, err = tx.NewInsert().Model(&row).Column("id", "webhook_id", "event_id", "event_type", "body").Returning("*").Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep a delivery: %w", err)
		}
		return recordAudit(ctx, tx, w.audit("webhook.test", nil, fields{"delivery_id": d.ID}))
	})
	return row.toDelivery(), failed(op, err)
}

func enabledWebhook(ctx context.Context, tx bun.Tx, op string, in store.WebhookScope, id uuid.UUID) (webhookRow, error) {
	w, err := findWebhook(ctx, tx, op, in, id, "KEY SHARE")
	if err == nil && !w.Enabled {
		err = fault.New(op, fault.Conflict, "webhook_disabled", "Nothing is sent to this webhook while it is disabled. Enable it first.")
	}
	return w, err
}

// ListDeliveries implements store.Deliveries.
func (s *Store) ListDeliveries(ctx context.Context, in store.WebhookScope, webhookID uuid.UUID, state api.DeliveryState, page store.Page) ([]store.Delivery, error) {
	const op = "pgstore.ListDeliveries"
	if _, err := findWebhook(ctx, s.db, op, in, webhookID, ""); err != nil {
		return nil, failed(op, err)
	}
	var rows []deliveryRow
	query := s.db.NewSelect().Model(&rows).Where("d.webhook_id = ?", webhookID).Order("d.id DESC").Limit(page.Limit)
	if state != "" {
		query = query.Where("d.state = ?", string(state))
	}
	if page.After != uuid.Nil {
		query = query.Where("d.id < ?", page.After)
	}
	err := query.Scan(ctx)
	return mapTo(rows, deliveryRow.toDelivery), failed(op, err)
}

// ResendDelivery implements store.Deliveries.
func (s *Store) ResendDelivery(ctx context.Context, in store.WebhookScope, webhookID, id uuid.UUID) (store.Delivery, error) {
	const op = "pgstore.ResendDelivery"
	var row deliveryRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		w, err := enabledWebhook(ctx, tx, op, in, webhookID)
		if err != nil {
			return err
		}
		row = deliveryRow{}
		err = tx.NewSelect().Model(&row).Where("d.id = ? AND d.webhook_id = ?", id, webhookID).For("UPDATE").Scan(ctx)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fault.New(op, fault.NotFound, "delivery_not_found", "There is no delivery %s of this webhook.", id)
		case err != nil:
			return fmt.Errorf("find a delivery: %w", err)
		case row.State == string(api.DeliveryPending):
			return fault.New(op, fault.Conflict, "delivery_pending", "This delivery has not ended yet; it is tried again by itself.")
		}
		_, err = tx.NewUpdate().Model(&row).Set("state = 'pending', finished_at = NULL, tries = 0, series_at = now(), next_at = now()").
			WherePK().Returning("?TableColumns").Exec(ctx)
		if err != nil {
			return fmt.Errorf("send a delivery again: %w", err)
		}
		return recordAudit(ctx, tx, w.audit("webhook.resend", nil, fields{"delivery_id": id}))
	})
	return row.toDelivery(), failed(op, err)
}

// leaseDeliveries takes of each webhook as many as it may have under way, the
// longest due first.
var leaseDeliveries = `
	WITH due AS (
		SELECT p.id FROM webhooks AS w CROSS JOIN LATERAL (
			SELECT d.id, d.next_at FROM webhook_deliveries AS d
			WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.next_at <= now() AND (d.lease_until IS NULL OR d.lease_until < now())
			ORDER BY d.next_at, d.id
			LIMIT greatest(0, ?1 - (SELECT count(*) FROM webhook_deliveries AS u
				WHERE u.webhook_id = w.id AND u.state = 'pending' AND u.lease_until >= now()))
			FOR NO KEY UPDATE SKIP LOCKED) AS p
		WHERE w.enabled AND NOT ` + keyEnded("w") + ` ORDER BY p.next_at LIMIT ?0)
	UPDATE webhook_deliveries AS d SET lease_until = now() + make_interval(secs => ?2), attempts = d.attempts + 1, tries = d.tries + 1
	FROM due, webhooks AS w WHERE d.id = due.id AND w.id = d.webhook_id
	RETURNING d.id, d.webhook_id, w.workspace_id, d.attempts AS attempt, d.tries, d.body, w.url, w.secret,
		CASE WHEN w.former_until > now() THEN w.former_secret END AS former_secret`

// LeaseDeliveries implements store.Deliveries.
func (s *Store) LeaseDeliveries(ctx context.Context, limit, perWebhook int, lease time.Duration) ([]store.DueDelivery, error) {
	var rows []struct {
		ID, WebhookID, WorkspaceID uuid.UUID
		Attempt, Tries             int
		Body, URL, Secret          string
		FormerSecret               *string
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		// Servers take one after another, each seeing what the one before it has
		// taken: a statement of its own, because one sees what was committed
		// before it began. It is over in milliseconds.
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('webhook_deliveries', 0))"); err != nil {
			return fmt.Errorf("wait for another server: %w", err)
		}
		if err := tx.NewRaw(leaseDeliveries, limit, perWebhook, lease.Seconds()).Scan(ctx, &rows); err != nil {
			return fmt.Errorf("take deliveries: %w", err)
		}
		return nil
	})
	out := make([]store.DueDelivery, len(rows))
	for i, r := range rows {
		out[i] = store.DueDelivery{
			ID: r.ID, WebhookID: r.WebhookID, WorkspaceID: r.WorkspaceID, Attempt: r.Attempt, Tries: r.Tries,
			URL: r.URL, Secrets: []string{r.Secret}, Body: []byte(r.Body),
		}
		if r.FormerSecret != nil {
			out[i].Secrets = append(out[i].Secrets, *r.FormerSecret)
		}
	}
	return out, failed("pgstore.LeaseDeliveries", err)
}

// maxLog is how many attempts the log of a delivery keeps.
const maxLog = 20

// FinishDelivery implements store.Deliveries.
func (s *Store) FinishDelivery(ctx context.Context, o store.DeliveryOutcome, limits store.DeliveryLimits) (store.FinishedDelivery, error) {
	const op = "pgstore.FinishDelivery"
	var finished store.FinishedDelivery
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		finished = store.FinishedDelivery{}
		entry, err := json.Marshal(api.DeliveryAttempt{Attempt: o.Attempt, Status: o.Status, Error: o.Error, DurationMS: int(o.Duration.Milliseconds())})
		if err != nil {
			return fmt.Errorf("log an attempt: %w", err)
		}
		var webhookID uuid.UUID
		err = tx.NewRaw(`UPDATE webhook_deliveries AS d SET lease_until = NULL, response_status = ?2, answer = ?3, error = ?4, duration_ms = ?5,
				log = CASE WHEN jsonb_array_length(log) >= ?6 THEN log - 0 ELSE log END || (?7::jsonb || jsonb_build_object('at', now())),
				next_at = now() + make_interval(secs => ?8), state = e.state, finished_at = CASE WHEN e.state <> 'pending' THEN now() END
			FROM (SELECT id, CASE WHEN ?9 THEN 'succeeded'
				WHEN ?10 OR series_at + make_interval(secs => ?11) <= now() + make_interval(secs => ?8) THEN 'failed' ELSE 'pending' END AS state
				FROM webhook_deliveries WHERE id = ?0 AND attempts = ?1 AND state = 'pending' FOR NO KEY UPDATE) AS e
			WHERE d.id = e.id RETURNING d.webhook_id, d.state`,
			o.ID, o.Attempt, o.Status, o.Answer, o.Error, o.Duration.Milliseconds(), maxLog, string(entry), o.RetryIn.Seconds(),
			o.Delivered, o.Gone, limits.GiveUpAfter.Seconds()).Scan(ctx, &webhookID, &finished.State)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return fmt.Errorf("end an attempt: %w", err)
		case o.Delivered:
			_, err = tx.NewRaw("UPDATE webhooks SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL", webhookID).Exec(ctx)
			return err
		}
		finished.Disabled, err = noteFailure(ctx, tx, webhookID, o.Gone, limits)
		return err
	})
	return finished, failed(op, err)
}

// noteFailure disables a webhook whose receiver wants no more, or has failed
// for too long. A long pause in which nothing was tried, because nothing
// happened, says nothing of the receiver and does not count.
func noteFailure(ctx context.Context, tx bun.Tx, id uuid.UUID, gone bool, limits store.DeliveryLimits) (string, error) {
	_, err := tx.NewRaw(`UPDATE webhooks SET failing_since = coalesce(failing_since, now()),
			failures = CASE WHEN failing_since IS NULL THEN 0 ELSE failures END + 1,
			failing_for = CASE WHEN failing_since IS NULL THEN '0' ELSE failing_for END
				+ CASE WHEN failing_since IS NULL OR last_failed_at IS NULL OR last_failed_at < now() - make_interval(secs => ?1)
					THEN '0' ELSE greatest(now() - last_failed_at, '0') END,
			last_failed_at = greatest(now(), last_failed_at)
		WHERE id = ?0`, id, limits.Quiet.Seconds()).Exec(ctx)
	if err != nil {
		return "", fmt.Errorf("note a failure: %w", err)
	}
	reason := api.WebhookFailing
	if gone {
		reason = api.WebhookGone
	}
	disabled, err := disableWebhooks(ctx, tx, reason, "id = ? AND enabled AND (? OR failures >= ? AND failing_for >= make_interval(secs => ?))",
		id, gone, limits.DisableFrom, limits.DisableAfter.Seconds())
	if err != nil || disabled == 0 {
		return "", err
	}
	return reason, nil
}

// ForgetDeliveries implements store.Deliveries.
func (s *Store) ForgetDeliveries(ctx context.Context, age time.Duration, limit int) (int, error) {
	return s.forgetOld(ctx, "pgstore.ForgetDeliveries", "webhook_deliveries", age, limit)
}

// forgetOld removes rows of a table that were created before a time.
func (s *Store) forgetOld(ctx context.Context, op, table string, age time.Duration, limit int) (int, error) {
	done, err := s.db.NewRaw(`DELETE FROM ?0 WHERE id IN (SELECT id FROM ?0 WHERE created_at < now() - make_interval(secs => ?1)
		ORDER BY created_at LIMIT ?2 FOR UPDATE SKIP LOCKED)`, bun.Ident(table), age.Seconds(), limit).Exec(ctx)
	if err != nil {
		return 0, failed(op, err)
	}
	n, err := done.RowsAffected()
	return int(n), failed(op, err)
}
