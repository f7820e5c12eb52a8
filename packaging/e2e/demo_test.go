package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
)

// TestDemo_RunsTwiceAndLeavesNothingBehind runs the demo as people do.
func TestDemo_RunsTwiceAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for range 2 {
		require.NoError(t, d.cmd("--output", d.output).Run(), d.said.String())
		for _, part := range []string{"✓ Done", "400 export", "Coefficients", "Groups and their centres", "report.html"} {
			require.Contains(t, d.said.String(), part)
		}
		d.requireNothingLeft(t)
		report, err := os.ReadFile(filepath.Join(d.output, "report.html"))
		require.NoError(t, err)
		require.Contains(t, string(report), "<table")
		require.Contains(t, string(report), "<svg")
		left, err := os.ReadDir(d.output)
		require.NoError(t, err)
		require.Len(t, left, 1, "the report and nothing else")
		d.said.reset()
	}
}

func TestDemo_CleansUpWhenItIsInterrupted(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	cmd := d.cmd("--keep", "--output", d.output)
	require.NoError(t, cmd.Start())
	d.await(t, "it runs its pipeline", func() bool { return strings.Contains(d.said.String(), "100 fetch") })
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Error(t, cmd.Wait())
	require.Contains(t, d.said.String(), "Interrupted")
	d.requireNothingLeft(t)
}

func TestDemo_StaysUpAndSaysHowToReachIt(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	cmd := d.cmd("--keep", "--output", d.output)
	require.NoError(t, cmd.Start())
	d.await(t, "it stays", func() bool {
		return strings.Contains(d.said.String(), "until Ctrl-C") && strings.Contains(d.said.String(), "curl")
	})
	server, key := d.word("export DDAP_SERVER="), d.word("DDAP_KEY=")
	admin := exec.Command(filepath.Join(bin, programs.AdminProgram), "datasets", "--server", server, "--key", key)
	out, err := admin.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "penguins")
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait(), d.said.String())
	d.requireNothingLeft(t)
}

func TestDemo_SaysWhatFailed(t *testing.T) {
	t.Parallel()
	broken := t.TempDir()
	server := "#!/bin/sh\necho no room for a database >&2\nexit 1\n"
	require.NoError(t, os.WriteFile(filepath.Join(broken, programs.ServerProgram), []byte(server), 0o700))
	file := filepath.Join(broken, programs.ServerProgram)
	for says, args := range map[string][]string{
		"say --output":           {"--output", filepath.Join(file, "out")},
		"no room for a database": {"--bin", broken},
		"penguins.json":          {"--data", broken},
		"./task build":           {"--bin", t.TempDir()},
	} {
		d := newDemo(t)
		require.Error(t, d.cmd(append([]string{"--output", d.output}, args...)...).Run())
		require.Contains(t, d.said.String(), "The demo failed")
		require.Contains(t, d.said.String(), says)
		d.requireNothingLeft(t)
	}
}

// demo is a run of the demo in a place of its own.
type demo struct {
	temp, output string
	said         transcript
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	temp, remove, err := programs.Folder()
	require.NoError(t, err)
	t.Cleanup(remove)
	return &demo{temp: temp, output: filepath.Join(t.TempDir(), "out")}
}

func (d *demo) cmd(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(bin, programs.DemoProgram), append([]string{"--data", filepath.Join("..", "..", "examples", "data")}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+d.temp)
	cmd.Stdout, cmd.Stderr = &d.said, &d.said
	return cmd
}

// requireNothingLeft looks for files and processes of the run.
func (d *demo) requireNothingLeft(t *testing.T) {
	t.Helper()
	left, err := os.ReadDir(d.temp)
	require.NoError(t, err)
	require.Empty(t, left)
	require.Empty(t, programs.Mentioning(d.temp))
}

// word gives what follows a mark in what the demo said, up to the next space.
func (d *demo) word(mark string) string {
	_, rest, _ := strings.Cut(d.said.String(), mark)
	return strings.Fields(rest + " ")[0]
}

func (d *demo) await(t *testing.T, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			require.Failf(t, "waited too long", "for this: %s\n%s", what, d.said.String())
		}
	}
}

// transcript keeps what a program says while it runs.
type transcript struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *transcript) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// reset forgets what was said.
func (s *transcript) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b.Reset()
}
