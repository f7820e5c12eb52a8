package main

import (
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/embeddedpg/pgtest"
)

func TestBackupAndRestore_AskForAFile(t *testing.T) {
	t.Parallel()
	for command, flag := range map[string]string{"backup": "--to", "restore": "--from"} {
		code, _, stderr := execute(t, nil, command)
		require.Equal(t, 2, code)
		require.Contains(t, stderr, flag+" is missing")
	}
}

// TestBackup_TravelsThroughTheCommandLine from one database to another.
func TestBackup_TravelsThroughTheCommandLine(t *testing.T) {
	t.Parallel()
	from := []string{"DDAP_DATABASE_URL=" + pgtest.Database(t), "DDAP_DATA_DIR=" + t.TempDir()}
	to := []string{"DDAP_DATABASE_URL=" + pgtest.Database(t), "DDAP_DATA_DIR=" + t.TempDir()}
	code, _, stderr := execute(t, from, "workspace", "create", "second")
	require.Zero(t, code, stderr)
	file := filepath.Join(t.TempDir(), "copy.tar")
	code, out, stderr := execute(t, from, "backup", "--to", file)
	require.Zero(t, code, stderr)
	require.Contains(t, out, file)
	requireCheckable(t, file)
	code, out, stderr = execute(t, to, "restore", "--from", file)
	require.Zero(t, code, stderr)
	require.Contains(t, out, "epoch raised from 1 to 2")
	code, _, stderr = execute(t, to, "workspace", "create", "second")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "already a workspace")
	code, _, stderr = execute(t, to, "restore", "--from", file)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "say --replace")
}

// TestRestore_Killed_IsNotServedUntilItHasBeenRunAgain kills the command while
// PostgreSQL waits in the middle of the copy.
func TestRestore_Killed_IsNotServedUntilItHasBeenRunAgain(t *testing.T) {
	t.Parallel()
	from := []string{"DDAP_DATABASE_URL=" + pgtest.Database(t), "DDAP_DATA_DIR=" + t.TempDir()}
	url := pgtest.Database(t)
	to := []string{"DDAP_DATABASE_URL=" + url, "DDAP_DATA_DIR=" + t.TempDir()}
	code, _, stderr := execute(t, from, "workspace", "create", "second")
	require.Zero(t, code, stderr)
	file := filepath.Join(t.TempDir(), "copy.tar")
	code, _, stderr = execute(t, from, "backup", "--to", file)
	require.Zero(t, code, stderr)

	db := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(url)))
	t.Cleanup(func() { _ = db.Close() })
	obstacle, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = obstacle.ExecContext(t.Context(), "CREATE TABLE tasks ()")
	require.NoError(t, err)
	restore := command(t, to, "restore", "--from", file)
	require.NoError(t, restore.Start())
	t.Cleanup(func() { _ = restore.Process.Kill() })
	require.Eventually(t, func() bool {
		var n int
		err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event = 'transactionid' AND application_name = 'ddap-pg_restore'`).Scan(&n)
		require.NoError(t, err)
		return n == 1
	}, patience, 20*time.Millisecond)
	require.NoError(t, restore.Process.Kill())
	_ = restore.Wait() // killed
	require.NoError(t, obstacle.Rollback())

	serve := []string{"serve", "--listen", "127.0.0.1:0"}
	code, _, stderr = execute(t, to, serve...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "Run ddap-server restore again")
	code, out, stderr := execute(t, to, "restore", "--from", file)
	require.Zero(t, code, stderr)
	require.Contains(t, out, "epoch raised from 1 to 2")
	serveProgram(t, os.Args[0], to)
}

// requireCheckable looks at an archive with the tools that every system has.
func requireCheckable(t *testing.T, file string) {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "tar", "-xf", file, "-C", dir).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	check := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = dir
	out, err = check.CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	require.Contains(t, string(out), "database.dump: OK")
	require.Contains(t, string(out), "manifest.json: OK")
}
