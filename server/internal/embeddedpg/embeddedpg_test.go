//go:build unix

package embeddedpg_test

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/embeddedpg/pgtest"
)

func TestStart_ASecondTime_FindsTheData(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)

	first := start(t, dir)
	run(t, first.URL(), "CREATE TABLE kept AS SELECT 'yes' AS value")
	require.NoError(t, first.Stop(t.Context()))
	require.NoError(t, first.Stop(t.Context()), "stopping twice")

	second := start(t, dir)
	require.Equal(t, first.URL(), second.URL())
	require.Equal(t, "yes", query(t, second.URL(), "SELECT value FROM kept"))
}

func TestStart_LetsNobodyElseIn(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	s := start(t, dir)

	require.Equal(t, "127.0.0.1", query(t, s.URL(), "SHOW listen_addresses"))
	require.Empty(t, query(t, s.URL(), "SHOW unix_socket_directories"))
	require.Equal(t, "scram-sha-256", query(t, s.URL(), "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules WHERE type <> 'local'"))
	require.Equal(t, "true", query(t, s.URL(), "SELECT (rolpassword LIKE 'SCRAM-SHA-256$%')::text FROM pg_authid WHERE rolname = current_user"))

	info, err := os.Stat(filepath.Join(dir, "postgres", "password"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())

	guess, err := url.Parse(s.URL())
	require.NoError(t, err)
	guess.User = url.UserPassword("ddap", "guess")
	require.ErrorContains(t, open(t, guess.String()).Ping(), "password authentication failed")
}

func TestStart_WithUnicodeNames_FoldsTheirCase(t *testing.T) {
	t.Parallel()
	s := start(t, pgtest.DataDir(t))
	require.Equal(t, "UTF8", query(t, s.URL(), "SHOW server_encoding"))
	require.Equal(t, "true", query(t, s.URL(), "SELECT ('ÉTÉ' ILIKE 'été')::text"))
}

func TestStart_StopsWhatAKilledServerLeftRunning(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	leftURL, kill := serveInOtherProcess(t, dir, nil)
	run(t, leftURL, "CREATE TABLE kept AS SELECT 'yes' AS value")
	kill()
	orphan := postmasterPID(t, dir)
	require.NoError(t, open(t, leftURL).Ping(), "PostgreSQL outlives its server")

	s := start(t, dir)

	require.NotEqual(t, orphan, postmasterPID(t, dir))
	require.Equal(t, leftURL, s.URL())
	require.Equal(t, "yes", query(t, s.URL(), "SELECT value FROM kept"))
}

func TestStart_AfterServerAndPostgreSQLWereKilled_Recovers(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	leftURL, kill := serveInOtherProcess(t, dir, nil)
	run(t, leftURL, "CREATE TABLE kept AS SELECT 'yes' AS value")
	require.NoError(t, syscall.Kill(postmasterPID(t, dir), syscall.SIGKILL))
	kill()

	s := start(t, dir)
	require.Equal(t, "yes", query(t, s.URL(), "SELECT value FROM kept"))
}

func TestStart_WhenAnotherProcessHasTheOldNumber_LeavesItAlone(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	s := start(t, dir)
	pidFile := filepath.Join(dir, "postgres", "data", "postmaster.pid")
	stale, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	require.NoError(t, s.Stop(t.Context()))

	// PostgreSQL itself would take any living process of its user for its own.
	other := exec.Command("sleep", "600")
	other.SysProcAttr = &syscall.SysProcAttr{Credential: credentialOf(t, pidFile)}
	require.NoError(t, other.Start())
	t.Cleanup(func() {
		require.NoError(t, other.Process.Kill(), "it should still be alive")
		_ = other.Wait()
	})
	_, rest, _ := strings.Cut(string(stale), "\n")
	writeAsOwner(t, pidFile, fmt.Sprintf("%d\n%s", other.Process.Pid, rest))

	start(t, dir)
}

func TestStart_AfterAnUnfinishedCreation_BeginsAnew(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	unfinished := filepath.Join(dir, "postgres", "unfinished-1")
	require.NoError(t, os.MkdirAll(unfinished, 0o711))
	require.NoError(t, os.WriteFile(filepath.Join(unfinished, "PG_VERSION"), []byte("15\n"), 0o600))

	s := start(t, dir)
	require.Equal(t, "1", query(t, s.URL(), "SELECT '1'"))
	require.NoDirExists(t, unfinished)
}

func TestStart_WhenItsPortIsTaken_ChoosesAnother(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	s := start(t, dir)
	before := s.URL()
	u, err := url.Parse(before)
	require.NoError(t, err)
	require.NoError(t, s.Stop(t.Context()))
	l, err := net.Listen("tcp", u.Host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })

	s = start(t, dir)
	require.NotEqual(t, before, s.URL())
	require.NoError(t, open(t, s.URL()).Ping())
}

func TestStart_WithoutThePasswordFile_SetsANewPassword(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	s := start(t, dir)
	before := s.URL()
	require.NoError(t, s.Stop(t.Context()))
	require.NoError(t, os.Remove(filepath.Join(dir, "postgres", "password")))

	s = start(t, dir)
	require.NotEqual(t, before, s.URL())
	require.NoError(t, open(t, s.URL()).Ping())
}

func TestStart_RefusesAndKeeps(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files map[string]string
		check func(t *testing.T, err error)
	}{
		"DataOfAnotherMajorVersion": {
			files: map[string]string{"PG_VERSION": "9\n", "base/1/2601": "precious"},
			check: func(t *testing.T, err error) {
				t.Helper()
				var wrong *embeddedpg.WrongVersionError
				require.ErrorAs(t, err, &wrong)
				require.Equal(t, 9, wrong.Data)
				require.NotEmpty(t, wrong.Folder)
			},
		},
		"DataWithoutAVersion": {
			files: map[string]string{"base/1/2601": "precious"},
			check: func(t *testing.T, err error) {
				t.Helper()
				require.ErrorContains(t, err, "left as it is")
			},
		},
		"DataWithABrokenVersion": {
			files: map[string]string{"PG_VERSION": "", "base/1/2601": "precious"},
			check: func(t *testing.T, err error) {
				t.Helper()
				require.ErrorContains(t, err, "version of the database")
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := pgtest.DataDir(t)
			data := filepath.Join(dir, "postgres", "data")
			for name, text := range tt.files {
				require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(data, name)), 0o700))
				require.NoError(t, os.WriteFile(filepath.Join(data, name), []byte(text), 0o600))
			}
			_, err := embeddedpg.Start(t.Context(), config(dir))
			tt.check(t, err)
			require.Equal(t, tt.files, filesIn(t, data))
		})
	}
}

func TestStart_ASecondServerOnTheSameFolder_IsRefused(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	s := start(t, dir)

	_, err := embeddedpg.Start(t.Context(), config(dir))
	var inUse *embeddedpg.InUseError
	require.ErrorAs(t, err, &inUse)
	require.NoError(t, open(t, s.URL()).Ping(), "the first one goes on")

	require.NoError(t, s.Stop(t.Context()))
	start(t, dir)
}

func TestStart_WhenCanceled_LeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	require.NoError(t, start(t, dir).Stop(t.Context()))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := embeddedpg.Start(ctx, config(dir))
	require.ErrorIs(t, err, context.Canceled)
	require.NoFileExists(t, filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	start(t, dir)
}

func TestStart_AParameterThatPostgreSQLRefuses_IsNamedInTheError(t *testing.T) {
	t.Parallel()
	cfg := config(pgtest.DataDir(t))
	cfg.Parameters["max_connections"] = "none"
	_, err := embeddedpg.Start(t.Context(), cfg)
	require.ErrorContains(t, err, "max_connections")

	cfg.Parameters = map[string]string{"search_path": `"$user"`}
	_, err = embeddedpg.Start(t.Context(), cfg)
	require.ErrorContains(t, err, "search_path")
}

func TestStart_LeavesNothingInTheTemporaryFolder(t *testing.T) {
	temp := pgtest.DataDir(t)
	t.Setenv("TMPDIR", temp)
	s := start(t, filepath.Join(temp, "data"))
	entries, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.NoError(t, s.Stop(t.Context()))
}

func TestStop_WhenPostgreSQLHasDied_ReturnsAtOnce(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	s := start(t, dir)
	require.NoError(t, syscall.Kill(postmasterPID(t, dir), syscall.SIGKILL))
	require.NoError(t, s.Stop(t.Context()))
	start(t, dir)
}

func TestStop_WhenItsTimeIsUp_LosesNothing(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	s := start(t, dir)
	run(t, s.URL(), "CREATE TABLE kept AS SELECT 'yes' AS value")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Stop(ctx), context.Canceled)

	again := start(t, dir)
	require.Equal(t, "yes", query(t, again.URL(), "SELECT value FROM kept"))
}

func TestRunningURL_IsThatOfTheServerOnTheFolder(t *testing.T) {
	t.Parallel()
	dir := pgtest.DataDir(t)
	_, err := embeddedpg.RunningURL(dir)
	require.ErrorIs(t, err, fs.ErrNotExist)

	s := start(t, dir)
	found, err := embeddedpg.RunningURL(dir)
	require.NoError(t, err)
	require.Equal(t, s.URL(), found)
}
