package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/shared/client"
	"ddap/shared/credential"
)

var update = flag.Bool("update", false, "write the OpenAPI document again")

// asServer makes the test program behave as ddap-server, so that tests see what
// a shell sees: exit codes, signals, the environment.
const asServer = "DDAP_TEST_AS_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		os.Exit(run(os.Args[1:]))
	}
	pgtest.Main(m)
}

// command prepares ddap-server with arguments and a clean environment.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append([]string{asServer + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	return cmd
}

func execute(t *testing.T, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := command(t, env, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

func TestCommands_ExitWithWhatHappened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		env  []string
		code int
		says string
	}{
		"nothing":             {nil, nil, 0, "Available Commands"},
		"help":                {[]string{"serve", "--help"}, nil, 0, "[DDAP_DATABASE_URL]"},
		"version":             {[]string{"version"}, nil, 0, "ddap-server "},
		"unknown command":     {[]string{"sing"}, nil, 2, `unknown command "sing"`},
		"unknown subcommand":  {[]string{"key", "sing"}, nil, 2, `unknown command "sing"`},
		"unknown flag":        {[]string{"serve", "--lisen", "x"}, nil, 2, "unknown flag"},
		"argument too many":   {[]string{"serve", "now"}, nil, 2, "now"},
		"no name":             {[]string{"workspace", "create"}, nil, 2, "accepts 1 arg"},
		"bad value":           {[]string{"serve", "--shutdown-timeout", "soon"}, nil, 2, "shutdown-timeout"},
		"bad setting":         {[]string{"serve", "--listen", "8080"}, nil, 2, "--listen must be HOST:PORT"},
		"bad variable":        {[]string{"serve"}, []string{"DDAP_SHUTDOWN_TIMEOUT=soon"}, 2, "DDAP_SHUTDOWN_TIMEOUT"},
		"address in use":      {[]string{"serve", "--listen", "203.0.113.1:1", "--data-dir", t.TempDir()}, nil, 1, "listen on"},
		"database of nowhere": {[]string{"serve", "--database-url", "mysql://u:hidden@h/d"}, nil, 2, "--database-url must look like"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := execute(t, c.env, c.args...)
			require.Equalf(t, c.code, code, "stdout: %s\nstderr: %s", stdout, stderr)
			require.Contains(t, stdout+stderr, c.says)
			require.NotContains(t, stdout+stderr, "hidden")
			if c.code != 0 {
				require.Empty(t, stdout)
				require.True(t, strings.HasPrefix(stderr, "ddap-server: "), stderr)
			}
		})
	}
}

func TestKeyNew_PrintsAWellFormedKey(t *testing.T) {
	t.Parallel()
	code, first, _ := execute(t, nil, "key", "new")
	require.Zero(t, code)
	key, err := credential.Parse(strings.TrimSpace(first))
	require.NoError(t, err)
	require.Equal(t, credential.Key, key.Kind)
	_, second, _ := execute(t, nil, "key", "new")
	require.NotEqual(t, first, second)
}

// TestServe_RunsUntilASignal starts a server as a shell would, uses the key
// that it prints, makes a workspace beside it, and stops it.
func TestServe_RunsUntilASignal(t *testing.T) {
	t.Parallel()
	env := []string{"DDAP_DATABASE_URL=" + pgtest.Database(t), "DDAP_DATA_DIR=" + t.TempDir(), "DDAP_LOG_FORMAT=json"}
	cmd := command(t, env, "serve", "--listen", "127.0.0.1:0")
	var logs bytes.Buffer
	cmd.Stderr = &logs
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	var address, key string
	require.True(t, lines.Scan())
	_, err = fmt.Sscanf(lines.Text(), "serving on %s", &address)
	require.NoError(t, err)
	require.True(t, lines.Scan())
	require.True(t, lines.Scan())
	key = lines.Text()

	admin := dial(t, address, key)
	me, err := admin.WhoAmI(t.Context())
	require.NoError(t, err)
	require.Equal(t, "default", me.Workspace)
	code, out, _ := execute(t, env, "workspace", "create", "second")
	require.Zero(t, code)
	me, err = dial(t, address, strings.TrimSpace(out)).WhoAmI(t.Context())
	require.NoError(t, err)
	require.Equal(t, "second", me.Workspace)
	code, _, stderr := execute(t, env, "workspace", "create", "second")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "already a workspace")

	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait(), logs.String())
	require.NotContains(t, logs.String(), key, "secrets are never logged")
	require.Contains(t, logs.String(), `"msg":"stopping"`)
}

func dial(t *testing.T, address, key string) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{Server: address, Credential: key})
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// TestServe_EndsAtOnceAtTheSecondSignal, for people who cannot wait.
func TestServe_EndsAtOnceAtTheSecondSignal(t *testing.T) {
	t.Parallel()
	cmd := command(t, []string{"DDAP_DATABASE_URL=" + pgtest.Database(t)}, "serve", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir())
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan())
	address := strings.Fields(lines.Text())[2]
	require.True(t, lines.Scan())
	require.True(t, lines.Scan())
	key := lines.Text()

	// A request that never ends keeps the server from stopping in order.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	body, feed, err := os.Pipe()
	require.NoError(t, err)
	defer feed.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/v1/keys", body)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+key)
	go func() {
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
		}
	}()
	_, err = feed.WriteString("{")
	require.NoError(t, err)

	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	begun := time.Now()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = cmd.Process.Signal(os.Interrupt)
		case <-ended:
			require.Less(t, time.Since(begun), 5*time.Second)
			return
		}
	}
}

// TestOpenAPI_OnDiskIsFresh: run with -update, or go generate, after a change.
func TestOpenAPI_OnDiskIsFresh(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "docs", "openapi.json")
	code, document, stderr := execute(t, nil, "openapi")
	require.Zero(t, code, stderr)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(document), 0o644))
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(kept), document, "docs/openapi.json is stale: ./task generate writes it")
}
