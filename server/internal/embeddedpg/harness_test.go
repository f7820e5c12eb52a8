//go:build unix

package embeddedpg_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun/driver/pgdriver"

	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/embeddedpg/pgtest"
)

// serveVariable makes the test program a server of its own: it runs
// PostgreSQL in the folder that the variable names until it is killed.
const serveVariable = "DDAP_TEST_EMBEDDEDPG_SERVE"

// patience bounds waiting on a machine that is busy compiling.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveVariable); dir != "" {
		serveUntilKilled(dir)
	}
	pgtest.Main(m)
}

func serveUntilKilled(dir string) {
	s, err := embeddedpg.Start(context.Background(), config(dir))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.URL())
	select {}
}

// config is what tests run with: nothing waits for the disk.
func config(dir string) embeddedpg.Config {
	return embeddedpg.Config{DataDir: dir, Throwaway: true, Parameters: map[string]string{"shared_buffers": "16MB", "fsync": "off"}}
}

func start(t *testing.T, dir string) *embeddedpg.Server {
	t.Helper()
	return startLogging(t, dir, slog.DiscardHandler)
}

func startLogging(t *testing.T, dir string, log slog.Handler) *embeddedpg.Server {
	t.Helper()
	cfg := config(dir)
	cfg.Logger = slog.New(log)
	s, err := embeddedpg.Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Stop(context.WithoutCancel(t.Context()))) })
	return s
}

func supervise(t *testing.T, s *embeddedpg.Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Supervise(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
}

// serveInOtherProcess runs a server in a process of its own; kill ends that
// process without warning. A nil credential is this process's.
func serveInOtherProcess(t *testing.T, dir string, as *syscall.Credential) (served string, kill func()) {
	t.Helper()
	cmd := exec.Command(ownProgram(t))
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), serveVariable+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "postgres://")
	return strings.TrimSpace(line), kill
}

// ownProgram copies the test program to where any user can run it. Another
// process does the writing: a child that a parallel test forks meanwhile would
// hold the file open for writing, and then it cannot be run ("text file busy").
func ownProgram(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(pgtest.DataDir(t), "program")
	require.NoError(t, exec.Command("cp", self, path).Run())
	return path
}

func onlyAsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: it is about dropping root's rights")
	}
}

func open(t *testing.T, databaseURL string) *sql.DB {
	t.Helper()
	db := sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(databaseURL)))
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func run(t *testing.T, databaseURL, statement string) {
	t.Helper()
	_, err := open(t, databaseURL).Exec(statement)
	require.NoError(t, err)
}

func query(t *testing.T, databaseURL, statement string) string {
	t.Helper()
	var value string
	require.NoError(t, open(t, databaseURL).QueryRow(statement).Scan(&value))
	return value
}

func postmasterPID(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	require.NoError(t, err)
	return pid
}

func credentialOf(t *testing.T, path string) *syscall.Credential {
	t.Helper()
	info, err := os.Stat(filepath.Dir(path))
	require.NoError(t, err)
	stat := info.Sys().(*syscall.Stat_t)
	if os.Geteuid() != 0 {
		return nil
	}
	return &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}
}

func writeAsOwner(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	if c := credentialOf(t, path); c != nil {
		require.NoError(t, os.Chown(path, int(c.Uid), int(c.Gid)))
	}
}

// filesIn is the text of every file below dir.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		found[path] = string(text)
		return err
	}))
	return found
}

// messages is a log that a test can wait for.
type messages chan string

func newMessages() messages { return make(messages, 1000) }

func (m messages) Enabled(context.Context, slog.Level) bool { return true }
func (m messages) WithAttrs([]slog.Attr) slog.Handler       { return m }
func (m messages) WithGroup(string) slog.Handler            { return m }

func (m messages) Handle(_ context.Context, r slog.Record) error {
	m <- r.Message
	return nil
}

func (m messages) await(t *testing.T, message string) {
	t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case heard := <-m:
			if heard == message {
				return
			}
		case <-timeout:
			require.Fail(t, "not logged in time", message)
		}
	}
}
