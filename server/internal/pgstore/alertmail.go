package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/i18n"
)

type alertMailRow struct {
	bun.BaseModel `bun:"table:alert_mails,alias:m"`

	ID          uuid.UUID `bun:"id,pk"`
	WorkspaceID uuid.UUID `bun:"workspace_id"`
	AlertID     uuid.UUID `bun:"alert_id"`
	AlertName   string    `bun:"alert_name"`
	Recipient   string    `bun:"recipient"`
	Subject     string    `bun:"subject"`
	Body        string    `bun:"body"`
	State       string    `bun:"state"`
	Attempts    int       `bun:"attempts"`
	Error       string    `bun:"error"`
	CreatedAt   time.Time `bun:"created_at"`
}

func (r alertMailRow) toMail() store.AlertMail {
	return store.AlertMail{
		ID: r.ID, AlertID: r.AlertID, WorkspaceID: r.WorkspaceID, Attempt: r.Attempts,
		Recipient: r.Recipient, Subject: r.Subject, Body: r.Body, CreatedAt: r.CreatedAt,
	}
}

// LeaseAlertMails implements store.AlertJudging.
func (s *Store) LeaseAlertMails(ctx context.Context, limit int, lease time.Duration) ([]store.AlertMail, error) {
	var rows []alertMailRow
	err := s.db.NewRaw(`UPDATE alert_mails AS m SET lease_until = now() + make_interval(secs => ?0), attempts = m.attempts + 1
		WHERE m.id IN (SELECT d.id FROM alert_mails AS d
			WHERE d.state = 'pending' AND d.next_at <= now() AND (d.lease_until IS NULL OR d.lease_until < now())
			ORDER BY d.next_at, d.id LIMIT ?1 FOR NO KEY UPDATE SKIP LOCKED)
		RETURNING m.*`, lease.Seconds(), limit).Scan(ctx, &rows)
	return mapTo(rows, alertMailRow.toMail), failed("pgstore.LeaseAlertMails", err)
}

// FinishAlertMail implements store.AlertJudging.
func (s *Store) FinishAlertMail(ctx context.Context, o store.AlertMailOutcome, giveUpAfter time.Duration) (string, error) {
	const op = "pgstore.FinishAlertMail"
	var row alertMailRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		row = alertMailRow{}
		err := tx.NewRaw(`UPDATE alert_mails AS m SET lease_until = NULL, error = ?2, next_at = now() + make_interval(secs => ?3),
				state = e.state, finished_at = CASE WHEN e.state <> 'pending' THEN now() END
			FROM (SELECT id, CASE WHEN ?2 = '' THEN 'sent'
				WHEN ?4 OR created_at + make_interval(secs => ?5) <= now() + make_interval(secs => ?3) THEN 'failed' ELSE 'pending' END AS state
				FROM alert_mails WHERE id = ?0 AND attempts = ?1 AND state = 'pending' FOR NO KEY UPDATE) AS e
			WHERE m.id = e.id RETURNING m.*`, o.ID, o.Attempt, o.Trouble, o.RetryIn.Seconds(), o.Refused, giveUpAfter.Seconds()).Scan(ctx, &row)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("end an attempt: %w", err)
		}
		_, err = tx.NewRaw("UPDATE alerts SET mail_error = ?0 WHERE id = ?1 AND mail_error <> ?0", o.Trouble, row.AlertID).Exec(ctx)
		if err != nil || row.State != store.MailFailed {
			return err
		}
		return mailFailed(ctx, tx, row)
	})
	return row.State, failed(op, err)
}

// mailGivenUp is what those who follow events read of it.
var mailGivenUp = i18n.Text{
	EN: "An e-mail of this alert could not be sent and was given up.",
	ID: "Sebuah surel dari peringatan ini tidak dapat dikirim dan tidak akan dicoba lagi.",
}

// mailFailed says that an e-mail was given up: to those who follow events
// without its address, and in the audit log with it.
func mailFailed(ctx context.Context, tx bun.Tx, row alertMailRow) error {
	language := string(i18n.English) // of an alert that is gone
	err := tx.NewRaw("SELECT language FROM alerts WHERE id = ?", row.AlertID).Scan(ctx, &language)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the language of an alert: %w", err)
	}
	err = recordEvent(ctx, tx, fleetEvent{
		workspace: row.WorkspaceID, what: api.AlertEventMailFailed, kind: store.SubjectAlert, id: row.AlertID, name: row.AlertName,
		message: mailGivenUp.In(i18n.Language(language)), data: fields{"mail_id": row.ID, "attempts": row.Attempts},
	})
	if err != nil {
		return err
	}
	return recordAudit(ctx, tx, auditEntry{
		workspace: row.WorkspaceID, action: "alert.mail_give_up", kind: store.SubjectAlert, id: row.AlertID.String(), name: row.AlertName,
		after: fields{"recipient": row.Recipient, "subject": row.Subject, "attempts": row.Attempts, "error": row.Error},
	})
}

// notSent is why an e-mail was given up that no server has tried to send.
const notSent = "no server could send it: none has --smtp-url, or none was up"

// GiveUpAlertMails implements store.AlertJudging.
func (s *Store) GiveUpAlertMails(ctx context.Context, age time.Duration, limit int) (int, error) {
	var rows []alertMailRow
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows = nil
		err := tx.NewRaw(`UPDATE alert_mails AS m SET state = 'failed', finished_at = now(), lease_until = NULL,
				error = CASE WHEN m.error = '' THEN ?2 ELSE m.error END
			WHERE m.id IN (SELECT d.id FROM alert_mails AS d WHERE d.state = 'pending' AND d.created_at <= now() - make_interval(secs => ?0)
				AND (d.lease_until IS NULL OR d.lease_until < now()) ORDER BY d.created_at LIMIT ?1 FOR NO KEY UPDATE SKIP LOCKED)
			RETURNING m.*`, age.Seconds(), limit, notSent).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("give up e-mails: %w", err)
		}
		for _, row := range rows {
			if _, err := tx.NewRaw("UPDATE alerts SET mail_error = ? WHERE id = ?", row.Error, row.AlertID).Exec(ctx); err != nil {
				return fmt.Errorf("note an error: %w", err)
			}
			if err := mailFailed(ctx, tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	return len(rows), failed("pgstore.GiveUpAlertMails", err)
}

// ForgetAlertMails implements store.AlertJudging.
func (s *Store) ForgetAlertMails(ctx context.Context, age time.Duration, limit int) (int, error) {
	return s.forgetOld(ctx, "pgstore.ForgetAlertMails", "alert_mails", age, limit)
}
