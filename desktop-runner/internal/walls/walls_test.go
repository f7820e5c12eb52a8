//go:build linux

package walls_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ddap/desktop-runner/internal/database/databasetest"
	"ddap/desktop-runner/internal/egress"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/perform"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sandbox"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/worker"
)

// statementCommand makes the test binary a process that is given SQL. What a
// real task's process is, worker.Command makes of it.
const statementCommand = "__statement"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		end(worker.Main(worker.Work{
			Perform: perform.Run,
			Connect: source.Connect,
			Inspect: func(ctx context.Context, file plan.File, workDir string, limits plan.Limits) (worker.Description, error) {
				d, err := source.Inspect(ctx, file, workDir, limits)
				return worker.Description(d), err
			},
		}))
	}
	if len(os.Args) > 1 && os.Args[1] == statementCommand {
		end(doStatement())
	}
	if len(os.Args) > 1 && os.Args[1] == tableCommand {
		end(doTable())
	}
	os.Exit(databasetest.Main(m))
}

// end exits at once: a process with the race detector would wait a second first,
// and there are hundreds of them.
func end(code int) { _, _, _ = unix.RawSyscall(unix.SYS_EXIT_GROUP, uintptr(code), 0, 0) }

// question is one statement for a process of its own, and the walls around it.
type question struct {
	SQL, Share, Work, Web string
	DuckDB, System        bool
}

// answer is what came of it.
type answer struct {
	// Refused is the error in full, which stays on the computer; Leaves is what
	// would leave.
	Refused, Leaves string
	Rows            string
}

// doStatement puts up the walls that are asked for and runs the statement. That
// DuckDB can be opened without its wall is only here: package engine has no
// option for it.
func doStatement() int {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if q.System {
		level, err := sandbox.Enter(sandbox.Policy{Read: []string{q.Share}, Work: q.Work})
		if err != nil || len(level.Missing()) > 0 {
			fmt.Fprintln(os.Stderr, "the sandbox is not whole", err, level)
			return 1
		}
	}
	ask := askBare
	if q.DuckDB {
		ask = askLockedDown
	}
	rows, err := ask(context.Background(), q)
	a := answer{Rows: fmt.Sprintf("%s", rows)}
	if err != nil {
		a.Refused, a.Leaves = err.Error(), egress.Failure(err).Message
	}
	return map[bool]int{true: 0, false: 1}[json.NewEncoder(os.Stdout).Encode(a) == nil]
}

func askLockedDown(ctx context.Context, q question) ([][]any, error) {
	db, err := engine.Open(ctx, engine.Options{WorkDir: q.Work, Files: []string{q.Share}})
	if err != nil {
		panic(err)
	}
	return db.Rows(ctx, q.SQL)
}

func askBare(ctx context.Context, q question) ([][]any, error) {
	db, err := sql.Open("duckdb", "?allow_unsigned_extensions=true")
	if err != nil {
		panic(err)
	}
	// So that what is downloaded comes from our own ears, and from nowhere else.
	if _, err := db.ExecContext(ctx, fmt.Sprintf("SET home_directory = '%s'; SET custom_extension_repository = '%s'; SET autoinstall_extension_repository = '%[2]s'", q.Work, q.Web)); err != nil {
		panic(err)
	}
	rows, err := db.QueryContext(ctx, q.SQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, _ := rows.Columns()
	var out [][]any
	for rows.Next() {
		row, into := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return out, err
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

func ask(t *testing.T, w *world, text string, duckDB, system bool) answer {
	t.Helper()
	in, err := json.Marshal(question{SQL: w.fill(text), Share: w.share, Work: w.work, Web: w.fill("{http}"), DuckDB: duckDB, System: system})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0], statementCommand)
	cmd.Env, cmd.Dir, cmd.Stdin = []string{}, w.work, bytes.NewReader(in)
	if !duckDB {
		// Where extensions go, so that fetching one by itself gets as far as it can.
		cmd.Env = []string{"HOME=" + w.work}
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Run(), "%s", &stderr)
	var a answer
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &a), "%s", &stdout)
	return a
}
