package pgtest_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/embeddedpg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestDatabase_IsEmptyAndOfOneTestOnly(t *testing.T) {
	t.Parallel()
	for range 8 {
		t.Run("Parallel", func(t *testing.T) {
			t.Parallel()
			db := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(pgtest.Database(t))))
			t.Cleanup(func() { _ = db.Close() })
			_, err := db.Exec("CREATE TABLE mine (id int)")
			require.NoError(t, err)
			var tables int
			require.NoError(t, db.QueryRow("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables))
			require.Equal(t, 1, tables)
		})
	}
}
