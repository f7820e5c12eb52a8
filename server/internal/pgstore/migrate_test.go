package pgstore_test

import (
	"flag"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

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
