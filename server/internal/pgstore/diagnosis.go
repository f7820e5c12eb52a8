package pgstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/store"
)

var _ store.Diagnosis = (*Store)(nil)

// ServerVersion implements store.Diagnosis.
func (s *Store) ServerVersion(ctx context.Context) (number int, text string, err error) {
	err = s.db.NewRaw("SELECT current_setting('server_version_num')::int, current_setting('server_version')").Scan(ctx, &number, &text)
	return number, text, failed("pgstore.ServerVersion", err)
}

// SchemaState implements store.Diagnosis.
func (s *Store) SchemaState(ctx context.Context) (store.SchemaState, error) {
	const op = "pgstore.SchemaState"
	var out store.SchemaState
	err := s.db.NewRaw("SELECT to_regclass(?) IS NOT NULL, to_regclass('public.' || ?) IS NOT NULL", migrationsTable, restoreMark).
		Scan(ctx, &out.Present, &out.RestoreUnfinished)
	if err != nil || !out.Present {
		return out, failed(op, err)
	}
	if out.Ahead, err = s.NewerMigrations(ctx); err != nil {
		return out, err
	}
	migrator, err := s.migrator()
	if err != nil {
		return out, failed(op, err)
	}
	all, err := migrator.MigrationsWithStatus(ctx)
	if err != nil {
		return out, failed(op, err)
	}
	for _, m := range all.Unapplied() {
		out.Behind = append(out.Behind, m.Name)
	}
	slices.Sort(out.Behind)
	return out, nil
}

// Now implements store.Diagnosis.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := s.db.NewRaw("SELECT clock_timestamp()").Scan(ctx, &now)
	return now, failed("pgstore.Now", err)
}

// Connections implements store.Diagnosis.
func (s *Store) Connections(ctx context.Context) (store.Connections, error) {
	var out store.Connections
	err := s.db.NewRaw("SELECT current_setting('max_connections')::int, current_setting('superuser_reserved_connections')::int").
		Scan(ctx, &out.Max, &out.Reserved)
	return out, failed("pgstore.Connections", err)
}

// HearsNotices implements store.Diagnosis. It listens as a server does, on a
// channel of its own.
func (s *Store) HearsNotices(ctx context.Context, wait time.Duration) (bool, error) {
	const op = "pgstore.HearsNotices"
	channel, payload := "ddap_doctor_"+strings.ToLower(rand.Text()), rand.Text()
	listener := pgdriver.NewListener(s.db)
	defer listener.Close()
	if err := listener.Listen(ctx, channel); err != nil {
		return false, failed(op, fmt.Errorf("listen: %w", err))
	}
	// Listen does not wait until the database has begun to listen, so the first
	// notice may come too early.
	for deadline := time.Now().Add(wait); time.Now().Before(deadline); {
		if _, err := s.db.NewRaw("SELECT pg_notify(?, ?)", channel, payload).Exec(ctx); err != nil {
			return false, failed(op, fmt.Errorf("notify: %w", err))
		}
		_, got, err := listener.ReceiveTimeout(ctx, noticeTry)
		switch {
		case err == nil:
			return got == payload, nil
		case !isTimeout(err) || ctx.Err() != nil:
			return false, failed(op, fmt.Errorf("receive: %w", err))
		}
	}
	return false, nil
}

// noticeTry is how long a notice is waited for before it is sent once more.
const noticeTry = 250 * time.Millisecond

// AdminKeys implements store.Diagnosis.
func (s *Store) AdminKeys(ctx context.Context) (int, error) {
	var n int
	err := s.db.NewRaw(`SELECT count(*) FROM api_keys
		WHERE role = 'admin' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`).Scan(ctx, &n)
	return n, failed("pgstore.AdminKeys", err)
}
