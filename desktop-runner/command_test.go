package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/app"
	"ddap/desktop-runner/internal/identity"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/apitest"
	"ddap/shared/credential"
)

// TestMain makes the test binary the runner's child, with the real operations.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Command {
		os.Exit(app.Work())
	}
	os.Exit(m.Run())
}

// invoke runs the program without an environment.
func invoke(args ...string) (code int, stderr string) {
	var out bytes.Buffer
	code = run(args, func(string) (string, bool) { return "", false }, &out)
	return code, out.String()
}

func newToken(t *testing.T, kind credential.Kind) string {
	t.Helper()
	c, err := credential.New(kind, uuid.New())
	require.NoError(t, err)
	return c.String()
}

func TestRun_SaysWhatIsWrong_AndExitsWithItsCode(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	away := "http://127.0.0.1:1" // a port that nobody listens on
	taken := t.TempDir()
	folder, err := identity.Open(taken)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, folder.Close()) })
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"an unknown flag":        {[]string{"--nonsense"}, exitUsage, "unknown flag"},
		"an argument":            {[]string{"serve"}, exitUsage, "unknown command"},
		"no server":              {nil, exitUsage, "--server is needed"},
		"no address":             {[]string{"--server", "analytics"}, exitUsage, "is not a server address"},
		"http to another":        {[]string{"--server", "http://192.0.2.1"}, exitUsage, "--insecure-http"},
		"bad data":               {[]string{"--server", f.URL(), "--data", "birds"}, exitUsage, "NAME=PATH"},
		"no token":               {[]string{"--server", f.URL()}, exitUsage, "not enrolled yet"},
		"a token that is cut":    {[]string{"--server", f.URL(), "--token", "ddap_enr_abc"}, exitRefused, "copied whole"},
		"a token of nobody":      {[]string{"--server", f.URL(), "--token", newToken(t, credential.Enrollment)}, exitRefused, "does not know this enrolment token"},
		"a credential of nobody": {[]string{"--server", f.URL(), "--token", newToken(t, credential.Runner)}, exitRefused, "remove credential.json"},
		"a server that is away":  {[]string{"--server", away, "--connect-timeout", "100ms", "--token", newToken(t, credential.Enrollment)}, exitUnreachable, "could not be reached"},
		"a folder in use":        {[]string{"--server", f.URL(), "--state-dir", taken}, exitFailed, "another runner is using"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"--state-dir", filepath.Join(t.TempDir(), "state")}, tt.args...)
			code, stderr := invoke(args...)
			require.Equal(t, tt.code, code, stderr)
			require.Contains(t, stderr, tt.want)
			require.NotContains(t, stderr, "goroutine")
		})
	}
}

func TestRun_ReadsTheEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{"DDAP_SERVER": "nonsense", "DDAP_STATE_DIR": filepath.Join(t.TempDir(), "state")}
	var out bytes.Buffer
	code := run(nil, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, &out)
	require.Equal(t, exitUsage, code)
	require.Contains(t, out.String(), `"nonsense" is not a server address`)
}
