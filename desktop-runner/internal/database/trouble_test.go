//go:build unix

package database_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/database"
	"ddap/desktop-runner/internal/database/databasetest"
	"ddap/desktop-runner/internal/plan"
)

// servers are the databases that have one, with what is particular to a test.
var servers = map[string]struct {
	start func(testing.TB) *databasetest.Server
	// slow is a view that takes half a minute; running counts who reads it.
	slow, running string
	// end cuts the reader's connections.
	end func(t *testing.T, s *databasetest.Server)
}{
	"PostgreSQL": {
		databasetest.PostgreSQL, "CREATE VIEW slow AS SELECT pg_sleep(30)::text AS a",
		"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'reader' AND state = 'active' AND query LIKE '%slow%'",
		func(t *testing.T, s *databasetest.Server) {
			s.Exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'reader'")
		},
	},
	"MariaDB": {
		databasetest.MariaDB, "CREATE SQL SECURITY INVOKER VIEW slow AS SELECT SLEEP(30) AS a",
		"SELECT count(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND USER = 'reader' AND INFO LIKE '%slow%'",
		func(t *testing.T, s *databasetest.Server) {
			s.Exec(t, "SET @kill = (SELECT GROUP_CONCAT(CONCAT('KILL ', ID) SEPARATOR '; ') FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND USER = 'reader'); "+
				"EXECUTE IMMEDIATE CONCAT('BEGIN NOT ATOMIC ', @kill, '; END')")
		},
	},
}

func onEachServer(t *testing.T, do func(t *testing.T, name string)) {
	t.Helper()
	for name := range servers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			do(t, name)
		})
	}
}

func TestOpen_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	onEachServer(t, func(t *testing.T, name string) {
		s := servers[name].start(t)
		s.Exec(t, "CREATE TABLE open_to_read (a int)", "CREATE TABLE closed (a int)")
		s.Grant(t, "open_to_read")
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		nobody := listener.Addr().(*net.TCPAddr).Port
		require.NoError(t, listener.Close())
		cases := map[string]struct {
			table  string
			change func(c *plan.Connection)
			want   string
			away   bool
		}{
			"nothing":                       {"open_to_read", func(*plan.Connection) {}, "", false},
			"a wrong password":              {"open_to_read", func(c *plan.Connection) { c.Password = "wr0ng-password" }, "refuses the user or the password", false},
			"no user of that name":          {"open_to_read", func(c *plan.Connection) { c.User = "nobody_here" }, "refuses the user or the password", false},
			"no database":                   {"open_to_read", func(c *plan.Connection) { c.Database = "no_such_database" }, "no database of that name", false},
			"no table":                      {"gone", func(*plan.Connection) {}, "not there any more", false},
			"a table that is SQL":           {"open_to_read; DROP TABLE open_to_read", func(*plan.Connection) {}, "not there any more", false},
			"no right to read":              {"closed", func(*plan.Connection) {}, "may not read this table", false},
			"nobody listens":                {"open_to_read", func(c *plan.Connection) { c.Port = nobody }, "cannot be reached", true},
			"TLS that proves nothing":       {"open_to_read", func(c *plan.Connection) { c.TLS, c.CA = plan.TLSRequire, "" }, "", false},
			"a certificate that is trusted": {"open_to_read", func(c *plan.Connection) { c.TLS, c.CA = plan.TLSVerify, s.CA }, "", false},
			"one that is not":               {"open_to_read", func(c *plan.Connection) { c.TLS = plan.TLSVerify }, "could not be protected", false},
			"no certificate":                {"open_to_read", func(c *plan.Connection) { c.TLS, c.CA = plan.TLSVerify, "none" }, "ca_file", false},
		}
		for what, tc := range cases {
			t.Run(what, func(t *testing.T) {
				c := s.Connection
				tc.change(&c)
				_, err := open(t, c, "", tc.table)
				if tc.want == "" {
					require.NoError(t, err)
					return
				}
				wrong, ok := errors.AsType[*database.Error](err)
				require.True(t, ok, "%v", err)
				if name == "MariaDB" && strings.Contains(tc.want, "not there") {
					tc.want = "may not read this table" // it tells a stranger nothing of what is there
				}
				require.Contains(t, wrong.Sentence, tc.want, wrong.Detail())
				require.Equal(t, tc.away, wrong.Away)
				for _, secret := range []string{"127.0.0.1", fmt.Sprint(c.Port), c.User, string(c.Password)} {
					require.NotContains(t, wrong.Sentence, secret)
				}
				require.NotContains(t, wrong.Detail(), string(c.Password))
			})
		}
	})
}

func TestRead_StopsOnTheServer_WhenCanceled(t *testing.T) {
	t.Parallel()
	onEachServer(t, func(t *testing.T, name string) {
		s := servers[name].start(t)
		s.Exec(t, servers[name].slow)
		s.Grant(t, "slow")
		table, err := open(t, s.Connection, "", "slow")
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- table.Read(ctx, database.Request{Columns: []int{0}}, func([]any) error { return nil })
		}()
		until(t, func() bool { return s.Query(t, servers[name].running) != "0" })
		begun := time.Now()
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		until(t, func() bool { return s.Query(t, servers[name].running) == "0" })
		require.Less(t, time.Since(begun), time.Second)
	})
}

// until asks again and again, and gives up after a time that is long enough for a
// busy computer.
func until(t *testing.T, is func() bool) {
	t.Helper()
	require.Eventually(t, is, 20*time.Second, 10*time.Millisecond)
}

func TestRead_EndsAtTheServersTimeLimit(t *testing.T) {
	t.Parallel()
	onEachServer(t, func(t *testing.T, name string) {
		s := servers[name].start(t)
		s.Exec(t, servers[name].slow)
		s.Grant(t, "slow")
		table := plan.Table{Connection: s.Connection, Name: "slow"}
		require.NoError(t, database.Dial(t.Context(), &table))
		opened, err := database.Open(t.Context(), table, "", database.Options{Limit: 100 * time.Millisecond})
		require.NoError(t, err)
		defer opened.Close()
		err = opened.Read(t.Context(), database.Request{Columns: []int{0}}, func([]any) error { return nil })
		wrong, ok := errors.AsType[*database.Error](err)
		require.True(t, ok, "%v", err)
		require.True(t, wrong.TimedOut, wrong.Detail())
	})
}

func TestRead_SaysThatTheConnectionWasLost(t *testing.T) {
	t.Parallel()
	onEachServer(t, func(t *testing.T, name string) {
		s := servers[name].start(t)
		s.Exec(t, "CREATE TABLE much (a varchar(200))", "INSERT INTO much VALUES ('"+strings.Repeat("x", 200)+"')")
		for range 16 {
			s.Exec(t, "INSERT INTO much SELECT a FROM much")
		}
		s.Grant(t, "much")
		table, err := open(t, s.Connection, "", "much")
		require.NoError(t, err)
		rows := 0
		err = table.Read(t.Context(), database.Request{Columns: []int{0}}, func([]any) error {
			if rows++; rows == 10 {
				servers[name].end(t, s)
			}
			return nil
		})
		wrong, ok := errors.AsType[*database.Error](err)
		require.True(t, ok, "%v after %d rows", err, rows)
		require.True(t, wrong.Away, wrong.Detail())
		require.Contains(t, wrong.Sentence, "was lost")
	})
}

// One task reads one state, whatever is written meanwhile.
func TestRead_SeesOneState(t *testing.T) {
	t.Parallel()
	onEachServer(t, func(t *testing.T, name string) {
		s := servers[name].start(t)
		s.Exec(t, "CREATE TABLE t (a int PRIMARY KEY)", "INSERT INTO t VALUES (2), (1)")
		s.Grant(t, "t")
		table, err := open(t, s.Connection, "", "t")
		require.NoError(t, err)
		s.Exec(t, "INSERT INTO t VALUES (0)", "DELETE FROM t WHERE a = 2")
		n, err := table.Count(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(2), n)
		require.Equal(t, [][]any{{int64(1)}, {int64(2)}}, all(t, table, database.Request{}), "in the order of the key")
	})
}

func TestOpen_ShowsOnlyTheColumnsThatMayBeRead(t *testing.T) {
	t.Parallel()
	s := databasetest.PostgreSQL(t)
	s.Exec(t, "CREATE TABLE t (id int PRIMARY KEY, name text, salary int)", "INSERT INTO t VALUES (1, 'Ann', 5000)", "GRANT SELECT (id, name) ON t TO reader")
	table, err := open(t, s.Connection, "", "t")
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(1), "Ann"}}, all(t, table, database.Request{}))
	m := databasetest.MariaDB(t)
	m.Exec(t, "CREATE TABLE t (id int PRIMARY KEY, name text, salary int)", "INSERT INTO t VALUES (1, 'Ann', 5000)",
		"GRANT SELECT (id, name) ON "+m.Connection.Database+".t TO reader@'127.0.0.1'")
	table, err = open(t, m.Connection, "", "t")
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(1), "Ann"}}, all(t, table, database.Request{}))
}

func TestOpen_RefusesColumnsThatTheEngineTakesForOne(t *testing.T) {
	t.Parallel()
	s := databasetest.PostgreSQL(t)
	s.Exec(t, `CREATE TABLE t ("a" int, "A" int)`)
	s.Grant(t, "t")
	_, err := open(t, s.Connection, "", "t")
	require.ErrorContains(t, err, `"a" and "A" differ only in letter case`)
}

func TestOpen_OfSQLite_ReadsWhileAnotherProgramWrites(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"WAL", "DELETE"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "app.db")
			writer := sqliteWriter(t, path, "PRAGMA journal_mode = "+mode, "CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (1)")
			before := folder(t, path)
			table, err := open(t, plan.Connection{Kind: plan.SQLite}, path, "t")
			require.NoError(t, err)
			require.Equal(t, [][]any{{int64(1)}}, all(t, table, database.Request{}))
			table.Close()
			require.Equal(t, before, folder(t, path), "nothing was written")
			require.NoError(t, writer.Close())
			// Closed, the log is gone, and the database says that it keeps one.
			table, err = open(t, plan.Connection{Kind: plan.SQLite}, path, "t")
			require.NoError(t, err)
			require.Equal(t, [][]any{{int64(1)}}, all(t, table, database.Request{}))
			table.Close()
			require.Equal(t, []string{"app.db"}, folder(t, path))
		})
	}
}

func folder(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestOpen_OfSQLite_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	whole := sqliteFile(t, "CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('"+strings.Repeat("x", 100_000)+"')")
	raw, err := os.ReadFile(whole)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		content []byte
		table   string
		want    string
	}{
		"text":     {[]byte("a,b\n1,2\n"), "t", "not a whole SQLite database"},
		"empty":    {nil, "t", "not a whole SQLite database"},
		"cut off":  {raw[:len(raw)/2], "t", "not a whole SQLite database"},
		"no table": {raw, "u", "not there any more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "app.db")
			require.NoError(t, os.WriteFile(path, tc.content, 0o600))
			table, err := open(t, plan.Connection{Kind: plan.SQLite}, path, tc.table)
			if err == nil {
				err = table.Read(t.Context(), database.Request{Columns: []int{0}}, func([]any) error { return nil })
			}
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), path)
		})
	}
}
