package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/store"
)

var _ store.Notices = (*Store)(nil)

const (
	noticeChannel = "ddap"
	// quietTime is how long a connection may hear nothing before it is tried,
	// and replaced where it then still hears nothing: it may be dead.
	quietTime = 15 * time.Second
	// reconnectPause keeps a server from hammering at a database that is away.
	reconnectPause = time.Second
)

// Notify implements store.Notices.
func (s *Store) Notify(ctx context.Context, payload string) error {
	_, err := s.db.NewRaw("SELECT pg_notify(?, ?)", noticeChannel, payload).Exec(ctx)
	return failed("pgstore.Notify", err)
}

// Listen implements store.Notices. It has a connection of its own, beside the pool.
func (s *Store) Listen(ctx context.Context, receive func(payload string)) error {
	for ctx.Err() == nil {
		s.listenOnce(ctx, receive)
		select {
		case <-time.After(reconnectPause):
		case <-ctx.Done():
		}
	}
	return nil
}

// listenOnce listens until the connection fails or ctx ends. Notices that are
// sent before the next connection are lost, as every notice may be.
func (s *Store) listenOnce(ctx context.Context, receive func(payload string)) {
	listener := pgdriver.NewListener(s.db)
	// Closing it is what ends a wait for the next notice.
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer func() {
		if stop() {
			_ = listener.Close()
		}
	}()
	if err := listener.Listen(ctx, noticeChannel); err != nil {
		return
	}
	for quiet := 0; quiet < 2; {
		_, payload, err := listener.ReceiveTimeout(ctx, quietTime)
		switch {
		case err == nil:
			quiet = 0
			if payload != "" {
				receive(payload)
			}
		case isTimeout(err):
			quiet++
			if s.Notify(ctx, "") != nil {
				return
			}
		default:
			return
		}
	}
}

func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// FindEnded implements store.Notices.
func (s *Store) FindEnded(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	var ended []uuid.UUID
	err := s.db.NewRaw(`SELECT n.id FROM unnest(?::uuid[]) AS n (id) LEFT JOIN tasks AS t ON t.id = n.id
		WHERE t.id IS NULL OR t.finished_at IS NOT NULL`, pgdialect.Array(ids)).Scan(ctx, &ended)
	return ended, failed("pgstore.FindEnded", err)
}

// FindSummoned implements store.Notices.
func (s *Store) FindSummoned(ctx context.Context, ids []uuid.UUID) (store.Summons, error) {
	var rows []struct {
		ID                        uuid.UUID
		Revoked, Paused, Canceled bool
	}
	err := s.db.NewRaw(`
		SELECT id, revoked, paused, canceled FROM (
			SELECT r.id, r.state = 'revoked' AS revoked, r.paused, EXISTS (
				SELECT FROM tasks AS t WHERE t.last_runner_id = r.id AND t.cancel_pending) AS canceled
			FROM runners AS r WHERE r.id = ANY(?)) AS asked
		WHERE revoked OR paused OR canceled`, pgdialect.Array(ids)).Scan(ctx, &rows)
	var out store.Summons
	for _, r := range rows {
		if r.Revoked {
			out.Revoked = append(out.Revoked, r.ID)
		}
		if r.Paused {
			out.Paused = append(out.Paused, r.ID)
		}
		if r.Canceled {
			out.Canceled = append(out.Canceled, r.ID)
		}
	}
	return out, failed("pgstore.FindSummoned", err)
}

// StampSeen implements store.Notices.
func (s *Store) StampSeen(ctx context.Context, ids []uuid.UUID) error {
	// In one order, and not waiting for a runner that is in another transaction:
	// that one stamps it as well.
	_, err := s.db.NewRaw(`UPDATE runners SET last_seen_at = now() WHERE id IN (
		SELECT id FROM runners WHERE id = ANY(?) AND state <> 'revoked' ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)`,
		pgdialect.Array(ids)).Exec(ctx)
	if err != nil {
		return failed("pgstore.StampSeen", fmt.Errorf("note which runners wait: %w", err))
	}
	return nil
}
