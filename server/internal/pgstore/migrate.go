package pgstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
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
// once: one works, the others wait for it. Calling it again changes nothing. A
// schema that a newer release has made is left as it is and can be served:
// NewerMigrations tells. Conflict (restore_unfinished) where a restore was not finished.
func (s *Store) Migrate(ctx context.Context) error { return s.migrate(ctx, false) }

func (s *Store) migrate(ctx context.Context, restoring bool) error {
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
	if !restoring {
		var unfinished bool
		if err := conn.NewRaw("SELECT to_regclass('public.' || ?) IS NOT NULL", restoreMark).Scan(ctx, &unfinished); err != nil {
			return failed(op, fmt.Errorf("look for a restore: %w", err))
		}
		if unfinished {
			return unfinishedRestore(op)
		}
	}
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

// NewerMigrations lists the versions in the database that this program does not
// know, oldest first: a newer release has been here.
func (s *Store) NewerMigrations(ctx context.Context) ([]string, error) {
	const op = "pgstore.NewerMigrations"
	migrator, err := s.migrator()
	if err != nil {
		return nil, failed(op, err)
	}
	applied, err := migrator.AppliedMigrations(ctx)
	if err != nil {
		return nil, failed(op, err)
	}
	known, err := MigrationVersions()
	if err != nil {
		return nil, failed(op, err)
	}
	var newer []string
	for _, m := range applied {
		if !slices.Contains(known, m.Name) {
			newer = append(newer, m.Name)
		}
	}
	slices.Sort(newer)
	return newer, nil
}

// MigrationVersions lists the versions that this program knows, oldest first.
func MigrationVersions() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		names[i], _, _ = strings.Cut(path.Base(name), "_")
	}
	slices.Sort(names)
	return names, nil
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
