//go:build linux

package walls_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // makes the databases of other programs

	"ddap/desktop-runner/internal/database"
	"ddap/desktop-runner/internal/database/databasetest"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sandbox"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// birds are the rows of every table here.
const birds = "INSERT INTO birds VALUES (1, 'robin', 18.5), (2, 'wren', 9.5), (3, 'robin', 20.0)"

// tables are a dataset in each database.
var tables = map[string]func(t *testing.T) plan.File{
	"PostgreSQL": func(t *testing.T) plan.File {
		s := databasetest.PostgreSQL(t)
		s.Exec(t, "CREATE TABLE birds (id int PRIMARY KEY, species text, grams float8)", birds, "CREATE VIEW slow AS SELECT pg_sleep(30)::text AS a")
		s.Grant(t, "birds")
		s.Grant(t, "slow")
		c := s.Connection
		c.TLS, c.CA = plan.TLSVerify, s.CA
		return plan.File{Table: &plan.Table{Connection: c, Schema: "public", Name: "birds"}}
	},
	"MariaDB": func(t *testing.T) plan.File {
		s := databasetest.MariaDB(t)
		s.Exec(t, "CREATE TABLE birds (id int PRIMARY KEY, species text, grams double)", birds, "CREATE SQL SECURITY INVOKER VIEW slow AS SELECT SLEEP(30) AS a")
		s.Grant(t, "birds")
		s.Grant(t, "slow")
		c := s.Connection
		c.TLS, c.CA = plan.TLSVerify, s.CA
		return plan.File{Table: &plan.Table{Connection: c, Name: "birds"}}
	},
	"SQLite": func(t *testing.T) plan.File {
		// Its writer is still there, so that what it wrote is in the log alone.
		path := filepath.Join(t.TempDir(), "app.db")
		db, err := sql.Open("sqlite", path)
		require.NoError(t, err)
		db.SetMaxOpenConns(1)
		t.Cleanup(func() { _ = db.Close() })
		for _, text := range []string{"PRAGMA journal_mode = WAL", "CREATE TABLE birds (id INTEGER PRIMARY KEY, species TEXT, grams REAL)", birds} {
			_, err := db.ExecContext(t.Context(), text)
			require.NoError(t, err)
		}
		require.FileExists(t, path+"-wal")
		return plan.File{Path: path, Table: &plan.Table{Connection: plan.Connection{Kind: plan.SQLite}, Name: "birds"}}
	},
}

func (w *world) tablePlan(code operation.Code, params string, file plan.File) plan.Plan {
	p := w.plan(code, params, "birds", w.share)
	file.Format, file.Policy = plan.DatabaseTable, result.Rows
	p.Inputs[0].File, p.Inputs[0].Origin = &file, plan.Origin{Kind: result.SourceConnection}
	return p
}

func TestTasks_ReadTables_BehindBothWalls(t *testing.T) {
	t.Parallel()
	for name, start := range tables {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, file := newWorld(t), start(t)
			out := w.try(t, w.tablePlan(operation.Filter, `{"source":{"dataset":"birds"},"where":{"column":"species","op":"eq","value":"robin"},"select":["id","species"]}`, file))
			require.Nil(t, out.Failure, "%v %v", out.Failure, out.Owner)
			require.Equal(t, int64(2), out.Document.Dataset.Rows)
			require.Equal(t, result.Number(3), out.Document.Metrics["rows_before"])
			last := out.Owner[len(out.Owner)-1]
			require.Contains(t, last, "WHERE", "the owner reads what was asked")
			require.NotContains(t, last, "robin", "and not with which values")
			require.NotContains(t, last, "grams", "a column that is not needed")
			told, err := json.Marshal(out.Document)
			require.NoError(t, err)
			for _, inner := range []string{"127.0.0.1", databasetest.Reader, databasetest.Password, "WHERE"} {
				require.NotContains(t, string(told), inner)
			}
			requireNowhere(t, w.root, databasetest.Password)
			described := w.try(t, w.tablePlan(operation.Fetch, `{"source":{"dataset":"birds"},"sample":{"rows":2,"random_state":7}}`, file))
			require.Nil(t, described.Failure)
			require.Equal(t, int64(2), described.Document.Dataset.Rows)
			require.NotContains(t, fmt.Sprintf("%+v", described.Document), "app.db")
		})
	}
}

// requireNowhere looks for a text in all files of a folder.
func requireNowhere(t *testing.T, root, text string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		require.NotContains(t, string(raw), text, path)
		return err
	}))
}

func TestTasks_OfATable_SayWhatIsWrong(t *testing.T) {
	t.Parallel()
	w, file := newWorld(t), tables["PostgreSQL"](t)
	fetch := func(change func(*plan.Table)) *plan.Failure {
		table := *file.Table
		change(&table)
		out := w.try(t, w.tablePlan(operation.Fetch, `{"source":{"dataset":"birds"}}`, plan.File{Table: &table}))
		require.NotNil(t, out.Failure)
		require.NotEmpty(t, out.Owner)
		require.NotContains(t, strings.Join(out.Owner, " "), "wr0ng")
		require.Equal(t, task.SourceUnreadable, out.Failure.Reason)
		require.Contains(t, out.Failure.Message, "birds: ")
		require.NotContains(t, out.Failure.Message, "127.0.0.1")
		return out.Failure
	}
	refused := fetch(func(table *plan.Table) { table.Connection.Password = "wr0ng" })
	require.Contains(t, refused.Message, "refuses the user or the password")
	require.False(t, refused.Retryable)
	away := fetch(func(table *plan.Table) { table.Connection.Port = 1 })
	require.Contains(t, away.Message, "cannot be reached")
	require.True(t, away.Retryable)
	wrong := w.try(t, w.tablePlan(operation.Filter, `{"source":{"dataset":"birds"},"where":{"column":"specie","op":"eq","value":"robin"},"group_by":["species"]}`, file))
	require.Equal(t, task.InvalidParams, wrong.Failure.Reason)
	require.Contains(t, wrong.Failure.Message, `did you mean "species"`)
}

func TestTasks_OfATable_StopWithinASecond(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"PostgreSQL", "MariaDB"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, file := newWorld(t), tables[name](t)
			file.Table.Name = "slow"
			ctx, cancel := context.WithCancel(t.Context())
			var told time.Time
			ended := (&worker.Launcher{}).Perform(ctx, w.tablePlan(operation.Fetch, `{"source":{"dataset":"birds"}}`, file), func(plan.Progress) { told = time.Now(); cancel() })
			require.True(t, ended.Stopped, "%+v", ended.Outcome.Failure)
			require.Less(t, time.Since(told), time.Second)
			require.Empty(t, ended.Trouble, "it was not killed")
		})
	}
}

// tableCommand makes the test binary a process that uses its connections and then
// tries to make others.
const tableCommand = "__table"

func doTable() int {
	var table plan.Table
	if err := json.NewDecoder(os.Stdin).Decode(&table); err != nil {
		return 1
	}
	ctx := context.Background()
	if err := database.Dial(ctx, &table); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	work, err := os.MkdirTemp("", "ddap-walls-")
	if err != nil {
		return 1
	}
	if level, err := sandbox.Enter(sandbox.Policy{Work: work}); err != nil || len(level.Missing()) > 0 {
		fmt.Fprintln(os.Stderr, "the sandbox is not whole", err, level)
		return 1
	}
	got := map[string]string{}
	say := func(what string, err error) { got[what] = fmt.Sprint(err) }
	opened, err := database.Open(ctx, table, "", database.Options{})
	say("open", err)
	if err == nil {
		_, err = opened.Count(ctx)
		say("read", err)
		opened.Close()
	}
	address := net.JoinHostPort(table.Connection.Host, fmt.Sprint(table.Connection.Port))
	for _, network := range []string{"tcp", "udp"} {
		_, err := (&net.Dialer{}).DialContext(ctx, network, address)
		say(network, err)
	}
	_, err = (&net.Dialer{}).DialContext(ctx, "unix", "/run/socket")
	say("unix", err)
	_, err = net.DefaultResolver.LookupHost(ctx, "example.org")
	say("name", err)
	say("again", database.Dial(ctx, &table))
	return map[bool]int{true: 0, false: 1}[json.NewEncoder(os.Stdout).Encode(got) == nil]
}

func TestTables_AreReachedByTheirConnectionsAndNoOther(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"PostgreSQL", "MariaDB"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, err := json.Marshal(tables[name](t).Table)
			require.NoError(t, err)
			cmd := exec.CommandContext(t.Context(), os.Args[0], tableCommand)
			cmd.Env, cmd.Stdin = []string{"TMPDIR=" + t.TempDir()}, bytes.NewReader(in)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			require.NoError(t, cmd.Run(), "%s", &stderr)
			var got map[string]string
			require.NoError(t, json.Unmarshal(stdout.Bytes(), &got))
			require.Equal(t, "<nil>", got["open"])
			require.Equal(t, "<nil>", got["read"])
			for _, what := range []string{"tcp", "udp", "unix"} {
				require.Contains(t, got[what], "not permitted", what)
			}
			require.NotEqual(t, "<nil>", got["name"])
			require.Contains(t, got["again"], "cannot be reached")
		})
	}
}
