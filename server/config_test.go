package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/shared/certtest"
)

func TestConfigPrint_ShowsWhatServeWouldRunWith(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ddap.yaml")
	require.NoError(t, os.WriteFile(file, []byte("log-format: json\ndrain-delay: 5s\n"), 0o600))
	env := []string{"DDAP_CONFIG=" + file, "DDAP_DATABASE_URL=postgres://ddap:hidden@db.example.org/ddap"}
	code, out, stderr := execute(t, env, "config", "print", "--listen", "127.0.0.1:7")
	require.Zero(t, code, stderr)
	for _, line := range []string{
		`listen: "127.0.0.1:7"  # flag`, `log-format: "json"  # file ` + file, `drain-delay: "5s"  # file ` + file,
		`database-url: "postgres://ddap:(masked)@db.example.org/ddap"  # environment DDAP_DATABASE_URL`, `rate-limit: 1000  # default`,
	} {
		require.Contains(t, out, line+"\n")
	}
	require.NotContains(t, out+stderr, "hidden")

	code, out, stderr = execute(t, env, "config", "print", "--tls-cert", "x")
	require.Equal(t, 2, code)
	require.Contains(t, out, `tls-cert: "x"  # flag`)
	require.Contains(t, stderr, "--tls-key")
}

func TestCommands_RefuseAFileWithAKeyThatNobodyKnows(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ddap.yaml")
	require.NoError(t, os.WriteFile(file, []byte("lisen: 127.0.0.1:7\n"), 0o600))
	for _, args := range [][]string{{"serve"}, {"config", "print"}, {"workspace", "create", "x"}} {
		code, out, stderr := execute(t, nil, append(args, "--config", file)...)
		require.Equal(t, 2, code)
		require.Empty(t, out)
		require.Contains(t, stderr, `line 1: unknown key "lisen"; did you mean "listen"?`)
	}
}

// TestServe_TakesANewCertificateAtAHangup, and keeps it when the next is broken.
func TestServe_TakesANewCertificateAtAHangup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := certtest.Write(t, dir, "first")
	cmd := command(t, []string{"DDAP_DATABASE_URL=" + pgtest.Database(t), "DDAP_METRICS_LISTEN=off"},
		"serve", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir(), "--tls-cert", cert, "--tls-key", key)
	logs := &lines{seen: make(chan string, 100)}
	cmd.Stderr = logs
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	out := bufio.NewScanner(stdout)
	require.True(t, out.Scan())
	address, secure := strings.CutPrefix(strings.Fields(out.Text())[2], "https://")
	require.True(t, secure, out.Text())
	served := func() string {
		// The test looks at what it is shown, whoever signed it.
		conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
		require.NoError(t, err)
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	require.Equal(t, "first", served())
	certtest.Write(t, dir, "second")
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	logs.await(t, "certificate reloaded")
	require.Equal(t, "second", served())
	require.NoError(t, os.WriteFile(cert, []byte("broken"), 0o600))
	require.NoError(t, cmd.Process.Signal(syscall.SIGHUP))
	logs.await(t, "cannot be used, serving the old one")
	require.Equal(t, "second", served())
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait())
}

// lines gives what a program writes, line by line.
type lines struct {
	rest []byte
	seen chan string
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		end := bytes.IndexByte(l.rest, '\n')
		if end < 0 {
			return len(p), nil
		}
		select {
		case l.seen <- string(l.rest[:end]):
		default:
		}
		l.rest = l.rest[end+1:]
	}
}

func (l *lines) await(t *testing.T, text string) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case line := <-l.seen:
			if strings.Contains(line, text) {
				return
			}
		case <-timeout:
			require.Failf(t, "it did not say so", "%q", text)
		}
	}
}
