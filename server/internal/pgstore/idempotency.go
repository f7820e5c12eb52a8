package pgstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

var _ store.Idempotency = (*Store)(nil)

type onceRow struct {
	bun.BaseModel `bun:"table:idempotency_keys,alias:k"`

	RequestHash []byte      `bun:"request_hash"`
	Performed   bool        `bun:"performed,scanonly"`
	Made        []uuid.UUID `bun:"made,type:jsonb"`
	Status      *int        `bun:"status"`
	ContentType string      `bun:"content_type"`
	Body        []byte      `bun:"body"`
}

func (r onceRow) toRecord() store.OnceRecord {
	out := store.OnceRecord{RequestHash: r.RequestHash, Performed: r.Performed, Made: r.Made}
	if r.Status != nil {
		out.Answer = &store.KeptAnswer{Status: *r.Status, ContentType: r.ContentType, Body: r.Body}
	}
	return out
}

// ClaimOnce implements store.Idempotency.
func (s *Store) ClaimOnce(ctx context.Context, workspace uuid.UUID, o store.Once, requestHash []byte) (store.OnceRecord, error) {
	const op = "pgstore.ClaimOnce"
	// The key may be given back between the two statements.
	for range maxTries {
		done, err := s.db.NewRaw(`
			INSERT INTO idempotency_keys AS k (digest, workspace_id, request_hash, token, claimed_until)
			VALUES (?0, ?1, ?2, ?3, now() + make_interval(secs => ?4))
			ON CONFLICT (digest) DO UPDATE SET request_hash = EXCLUDED.request_hash, token = EXCLUDED.token,
				claimed_until = EXCLUDED.claimed_until, performed_at = NULL, made = '[]', status = NULL,
				content_type = '', body = NULL, created_at = now()
			WHERE k.created_at < now() - make_interval(secs => ?5)
				OR k.performed_at IS NULL AND k.status IS NULL AND k.claimed_until < now() AND k.request_hash = EXCLUDED.request_hash`,
			o.Digest, workspace, requestHash, o.Token, store.OnceLease.Seconds(), store.OnceKept.Seconds()).Exec(ctx)
		if err != nil {
			return store.OnceRecord{}, failed(op, err)
		}
		if n, err := done.RowsAffected(); err != nil || n > 0 {
			return store.OnceRecord{Mine: true, RequestHash: requestHash}, failed(op, err)
		}
		var row onceRow
		err = s.db.NewSelect().Model(&row).ColumnExpr("?TableColumns, k.performed_at IS NOT NULL AS performed").
			Where("k.digest = ?", o.Digest).Scan(ctx)
		if !errors.Is(err, sql.ErrNoRows) {
			return row.toRecord(), failed(op, err)
		}
	}
	return store.OnceRecord{}, keyInFlight()
}

// KeepOnce implements store.Idempotency.
func (s *Store) KeepOnce(ctx context.Context, o store.Once, a *store.KeptAnswer) error {
	query := s.db.NewUpdate().Model((*onceRow)(nil)).Where("digest = ? AND token = ?", o.Digest, o.Token)
	if a == nil {
		query = query.Set("performed_at = coalesce(performed_at, now())")
	} else {
		query = query.Set("status = ?, content_type = ?, body = ?", a.Status, a.ContentType, append([]byte{}, a.Body...))
	}
	_, err := query.Exec(ctx)
	return failed("pgstore.KeepOnce", err)
}

// ReleaseOnce implements store.Idempotency.
func (s *Store) ReleaseOnce(ctx context.Context, o store.Once) error {
	_, err := s.db.NewDelete().Model((*onceRow)(nil)).
		Where("digest = ? AND token = ? AND performed_at IS NULL AND status IS NULL", o.Digest, o.Token).Exec(ctx)
	return failed("pgstore.ReleaseOnce", err)
}

// ForgetOnce implements store.Idempotency.
func (s *Store) ForgetOnce(ctx context.Context, limit int) (int, error) {
	const op = "pgstore.ForgetOnce"
	done, err := s.db.NewRaw(`DELETE FROM idempotency_keys WHERE digest IN (
		SELECT digest FROM idempotency_keys WHERE created_at < now() - make_interval(secs => ?)
		ORDER BY created_at LIMIT ? FOR UPDATE SKIP LOCKED)`, store.OnceKept.Seconds(), limit).Exec(ctx)
	if err != nil {
		return 0, failed(op, err)
	}
	n, err := done.RowsAffected()
	return int(n), failed(op, err)
}

// performOnce marks the request of ctx as performed, where it is one that is to
// have its effect once. It is the last statement of the transaction that has
// the effect: both are committed or neither is, and a request that was overtaken
// does not get that far. made are the ids from which its answer can be told again.
func performOnce(ctx context.Context, tx bun.IDB, made ...uuid.UUID) error {
	o, ok := store.OnceOf(ctx)
	if !ok {
		return nil
	}
	done, err := tx.NewUpdate().Model(&onceRow{Made: made}).Column("made").Set("performed_at = now()").
		Where("digest = ? AND token = ? AND performed_at IS NULL", o.Digest, o.Token).Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark the request as performed: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return keyInFlight()
}

func keyInFlight() error {
	return fault.New("pgstore.performOnce", fault.Conflict, api.CodeKeyInFlight,
		"Another request with this Idempotency-Key is under way; send this one again in a moment.")
}
