package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"ddap/server/internal/config"
)

// settled settles the flags of a server that was started in this way.
func settled(t *testing.T, file string, env map[string]string, args ...string) (config.Config, map[string]config.Source, *pflag.FlagSet, error) {
	t.Helper()
	c := config.Default()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.AddAll(flags)
	if file != "" {
		path := filepath.Join(t.TempDir(), "ddap.yaml")
		require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
		args = append(args, "--config", path)
	}
	require.NoError(t, flags.Parse(args))
	sources, err := config.Settle(flags, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	return c, sources, flags, err
}

func TestSettle_PrefersFlagThenEnvironmentThenFileThenDefault(t *testing.T) {
	t.Parallel()
	const file = `
# comments are fine
listen: 127.0.0.1:1
data-dir: /from/file
shutdown-timeout: 3s
database-connections: 7
trusted-proxies: [10.0.0.0/8, 192.0.2.7]
log-level:
`
	env := map[string]string{"DDAP_LISTEN": "127.0.0.1:2", "DDAP_DATA_DIR": "/from/environment"}
	c, sources, _, err := settled(t, file, env, "--listen", "127.0.0.1:3")
	require.NoError(t, err)
	require.NoError(t, c.Check())
	require.Equal(t, "127.0.0.1:3", c.Listen)
	require.Equal(t, "/from/environment", c.DataDir)
	require.Equal(t, 3*time.Second, c.ShutdownTimeout)
	require.Equal(t, 7, c.DatabaseConnections)
	require.Equal(t, []string{"10.0.0.0/8", "192.0.2.7"}, c.TrustedProxies)
	require.Equal(t, "info", c.LogLevel, "an empty value says nothing")
	require.EqualValues(t, "flag", sources["listen"])
	require.EqualValues(t, "environment DDAP_DATA_DIR", sources["data-dir"])
	require.EqualValues(t, "file "+c.File, sources["shutdown-timeout"])
	require.EqualValues(t, "default", sources["log-level"])
}

func TestSettle_RefusesFilesThatSayNonsense(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, says string }{
		"unknown key":        {"listen: 127.0.0.1:1\nlisten-on: x\n", `line 2: unknown key "listen-on"`},
		"nearest known":      {"lisen: 127.0.0.1:1\n", `did you mean "listen"?`},
		"underscores":        {"data_dir: /x\n", `did you mean "data-dir"?`},
		"the file itself":    {"config: /other.yaml\n", `unknown key "config"`},
		"twice":              {"listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "twice"},
		"value of the wrong": {"listen: 127.0.0.1:1\n\ndatabase-connections: many\n", "line 3"},
		"nested":             {"listen: {host: x}\n", `"listen" must be a plain value or a list`},
		"nested list":        {"trusted-proxies: [[a]]\n", "plain values"},
		"no mapping":         {"- listen\n", "must be a list of settings"},
		"no YAML":            {"listen: [\n", "is not valid YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, _, err := settled(t, c.file, nil)
			require.ErrorContains(t, err, c.says)
		})
	}
	_, _, _, err := settled(t, "", map[string]string{"DDAP_CONFIG": "/nowhere/ddap.yaml"})
	require.ErrorContains(t, err, "/nowhere/ddap.yaml")
}

func TestSettle_TakesAnEmptyFile(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"# nothing\n", "---\n", "\n"} {
		c, _, _, err := settled(t, file, nil)
		require.NoErrorf(t, err, "%q", file)
		require.Equal(t, config.Default().Listen, c.Listen)
	}
}

// TestSettle_PassesOverKeysOfOtherCommands: one file serves all commands.
func TestSettle_PassesOverKeysOfOtherCommands(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ddap.yaml")
	require.NoError(t, os.WriteFile(path, []byte("listen: 127.0.0.1:1\ndata-dir: /somewhere\n"), 0o600))
	c := config.Default()
	flags := pflag.NewFlagSet("workspace create", pflag.ContinueOnError)
	c.AddDatabase(flags)
	require.NoError(t, flags.Parse([]string{"--config", path}))
	_, err := config.Settle(flags, func(string) (string, bool) { return "", false })
	require.NoError(t, err)
	require.Equal(t, "/somewhere", c.DataDir)
}

func TestPrint_MasksSecretsAndCanBeReadAgain(t *testing.T) {
	t.Parallel()
	_, sources, flags, err := settled(t, "trusted-proxies: [10.0.0.0/8]\n", map[string]string{
		"DDAP_DATABASE_URL": "postgres://ddap:hidden%20one@db.example.org:5432/ddap?sslmode=require&password=hidden-two",
		"DDAP_BLOB_URL":     "s3://id:hidden-three@bucket?region=eu-north-1",
	}, "--otel-endpoint", "https://me:hidden-three@collector.example.org")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, config.Print(&b, flags, sources))
	require.NotContains(t, b.String(), "hidden")
	require.Contains(t, b.String(), `database-url: "postgres://ddap:(masked)@db.example.org:5432/ddap?password=(masked)&sslmode=require"  # environment DDAP_DATABASE_URL`)
	require.Contains(t, b.String(), "https://me:(masked)@collector.example.org")
	require.Contains(t, b.String(), "s3://id:(masked)@bucket?region=eu-north-1")
	require.Contains(t, b.String(), `listen: "127.0.0.1:8080"  # default`)
	var again map[string]any
	require.NoError(t, yaml.Unmarshal(b.Bytes(), &again))
	require.Equal(t, []any{"10.0.0.0/8"}, again["trusted-proxies"])
	require.Equal(t, 20, again["database-connections"])

	_, _, _, err = settled(t, b.String(), nil)
	require.NoError(t, err, "what is printed is a configuration file")
}

func TestPrint_ShowsNothingOfAURLThatItCannotRead(t *testing.T) {
	t.Parallel()
	_, sources, flags, err := settled(t, "", map[string]string{"DDAP_DATABASE_URL": "postgres://ddap:hid%den@db/x"})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, config.Print(&b, flags, sources))
	require.NotContains(t, b.String(), "hid")
}
