package pgstore_test

import (
	"database/sql"
	"flag"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore"
)

func TestMain(m *testing.M) {
	// A run of the property test takes a quarter of a second on PostgreSQL;
	// -rapid.checks on the command line asks for more of them.
	for name, value := range map[string]string{"rapid.checks": "15", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	pgtest.Main(m)
}

func TestMigrate_BuildsAnEmptyDatabaseAndRunsAgainWithoutChange(t *testing.T) {
	t.Parallel()
	s, err := pgstore.Open(pgtest.Database(t), pgstore.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	_, err = s.Migrated(t.Context())
	require.Error(t, err, "nothing is there yet")
	for range 2 {
		require.NoError(t, s.Migrate(t.Context()))
		done, err := s.Migrated(t.Context())
		require.NoError(t, err)
		require.True(t, done)
	}
}

func TestMigrate_ServersThatStartAtOnceWaitForEachOther(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := pgstore.Open(url, pgstore.Options{})
			if err == nil {
				defer s.Close()
				err = s.Migrate(t.Context())
			}
			if err != nil {
				t.Errorf("migrate: %v", err)
			}
		})
	}
	wg.Wait()
}

func TestOpen_RefusesAMalformedURL(t *testing.T) {
	t.Parallel()
	_, err := pgstore.Open("mysql://nowhere", pgstore.Options{})
	require.Error(t, err)
}

func TestMigrate_LeavesANewerSchemaAsItIs(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s, err := pgstore.Open(url, pgstore.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	require.NoError(t, s.Migrate(t.Context()))
	newer, err := s.NewerMigrations(t.Context())
	require.NoError(t, err)
	require.Empty(t, newer)

	pgtest.Execute(t, url, "INSERT INTO schema_migrations (name, group_id) VALUES ('29991231000000', 99)")
	require.NoError(t, s.Migrate(t.Context()))
	done, err := s.Migrated(t.Context())
	require.NoError(t, err)
	require.True(t, done, "it can be served")
	newer, err = s.NewerMigrations(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"29991231000000"}, newer)
}

// TestMigrate_CutOffInTheMiddle_LeavesNothing ends the session of a migration
// that waits, in the middle of its file, for a table that is not committed.
func TestMigrate_CutOffInTheMiddle_LeavesNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(url)))
	t.Cleanup(func() { _ = db.Close() })
	obstacle, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = obstacle.ExecContext(t.Context(), "CREATE TABLE artifacts ()")
	require.NoError(t, err)
	s, err := pgstore.Open(url, pgstore.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	ended := make(chan error, 1)
	go func() { ended <- s.Migrate(t.Context()) }()
	require.Eventually(t, func() bool {
		var cut int
		err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event = 'transactionid') AS cut`).Scan(&cut)
		return err == nil && cut == 1
	}, time.Minute, 10*time.Millisecond)
	require.Error(t, <-ended)
	require.NoError(t, obstacle.Rollback())
	var left string
	require.NoError(t, db.QueryRowContext(t.Context(), `SELECT coalesce(string_agg(tablename, ' ' ORDER BY tablename), '')
		FROM pg_tables WHERE schemaname = 'public'`).Scan(&left))
	require.Equal(t, "schema_migrations schema_migrations_unused", left)
	require.NoError(t, s.Migrate(t.Context()))
}
