package pgstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrationLock is the advisory lock under which one server at a time migrates.
// The number is arbitrary and must stay.
const migrationLock = 7_113_001

// Migrate brings the schema up to date. Any number of servers may call it at
// once: one works, the others wait for it. Calling it again changes nothing.
func (s *Store) Migrate(ctx context.Context) error {
	const op = "pgstore.Migrate"
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return failed(op, fmt.Errorf("connect: %w", err))
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", migrationLock); err != nil {
		return failed(op, fmt.Errorf("wait for other servers: %w", err))
	}
	// The lock belongs to this one connection, which goes back to the pool.
	defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(?)", migrationLock) //nolint:errcheck // a lost connection has lost its lock
	migrator, err := s.migrator()
	if err != nil {
		return failed(op, err)
	}
	if err := migrator.Init(ctx); err != nil {
		return failed(op, fmt.Errorf("prepare: %w", err))
	}
	if _, err := migrator.Migrate(ctx); err != nil {
		return failed(op, err)
	}
	return nil
}

// Migrated reports whether the schema is up to date, which readiness asks for.
func (s *Store) Migrated(ctx context.Context) (bool, error) {
	migrator, err := s.migrator()
	if err != nil {
		return false, failed("pgstore.Migrated", err)
	}
	all, err := migrator.MigrationsWithStatus(ctx)
	if err != nil {
		return false, failed("pgstore.Migrated", err)
	}
	return len(all.Unapplied()) == 0, nil
}

const migrationsTable = "schema_migrations"

// migrator lists the files in migrations/, named VERSION_what.sql. They run
// through our own function and not through bun's discovery, which loses the
// error of a failed commit.
func (s *Store) migrator() (*migrate.Migrator, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	migrations := migrate.NewMigrations()
	for _, name := range names {
		version, what, ok := strings.Cut(strings.TrimSuffix(path.Base(name), ".sql"), "_")
		if !ok {
			return nil, fmt.Errorf("migration %s: its name should be VERSION_what.sql", name)
		}
		migrations.Add(migrate.Migration{Name: version, Comment: what, Up: runFile(name)})
	}
	return migrate.NewMigrator(s.db, migrations,
		migrate.WithTableName(migrationsTable), migrate.WithLocksTableName(migrationsTable+"_unused"),
		migrate.WithMarkAppliedOnSuccess(true), migrate.WithUpsert(true)), nil
}

// runFile runs a file and marks it as applied in the same transaction, so that
// a server that is killed in between neither repeats nor skips it. The migrator
// marks it once more, which changes nothing.
func runFile(name string) func(context.Context, *migrate.Migrator, *migrate.Migration) error {
	return func(ctx context.Context, m *migrate.Migrator, migration *migrate.Migration) error {
		statements, err := migrationFiles.ReadFile(name)
		if err != nil {
			return err
		}
		return m.DB().RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			if _, err := tx.ExecContext(ctx, string(statements)); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "INSERT INTO ? (name, group_id) VALUES (?, ?)",
				bun.Ident(migrationsTable), migration.Name, migration.GroupID)
			return err
		})
	}
}
