package settings_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/settings"
	"ddap/shared/envflag"
	"ddap/shared/result"
)

func TestParseShare(t *testing.T) {
	t.Parallel()
	aggregates := func(name, path string, n int) settings.Share {
		return settings.Share{Name: name, Path: path, Policy: result.Aggregates, MinGroupSize: n}
	}
	rows := func(name, path string) settings.Share {
		return settings.Share{Name: name, Path: path, Policy: result.Rows}
	}
	for text, want := range map[string]settings.Share{
		`a=x.csv`:                    aggregates("a", "x.csv", 5),
		`a=x.csv:aggregates`:         aggregates("a", "x.csv", 5),
		`a=x.csv:aggregates:10`:      aggregates("a", "x.csv", 10),
		`a=x.csv:aggregates:1`:       aggregates("a", "x.csv", 1),
		`a=x.csv:rows`:               rows("a", "x.csv"),
		`a=C:\x.csv`:                 aggregates("a", `C:\x.csv`, 5),
		`a=C:\x.csv:rows`:            rows("a", `C:\x.csv`),
		`a=C:rows`:                   rows("a", "C"),
		`a=a:rows.csv`:               aggregates("a", "a:rows.csv", 5),
		`a=a:rows.csv:rows`:          rows("a", "a:rows.csv"),
		`a=a:aggregates:5.csv`:       aggregates("a", "a:aggregates:5.csv", 5),
		`a=x:rows:rows`:              rows("a", "x:rows"),
		`a=x:rows:5`:                 aggregates("a", "x:rows:5", 5),
		`a=x:aggregates:ten`:         aggregates("a", "x:aggregates:ten", 5),
		`a=x:aggregates:-1`:          aggregates("a", "x:aggregates:-1", 5),
		`a=x:aggregates:`:            aggregates("a", "x:aggregates:", 5),
		`a=x:ROWS`:                   aggregates("a", "x:ROWS", 5),
		`a=x:row`:                    aggregates("a", "x:row", 5),
		`a=x=y.csv:rows`:             rows("a", "x=y.csv"),
		`a=rows`:                     aggregates("a", "rows", 5),
		`a=:rows`:                    aggregates("a", ":rows", 5),
		`bird strikes=/d/b s.csv`:    aggregates("bird strikes", "/d/b s.csv", 5),
		`a=x:aggregates:5:rows`:      rows("a", "x:aggregates:5"),
		`a=x:rows:aggregates:7`:      aggregates("a", "x:rows", 7),
		` a =x.csv`:                  aggregates("a", "x.csv", 5),
		`a=x:aggregates:007`:         aggregates("a", "x", 7),
		`a=\\host\share\x.csv:rows`:  rows("a", `\\host\share\x.csv`),
		`a=x:aggregates:aggregates`:  aggregates("a", "x:aggregates", 5),
		`a=/d/2026-01-02T10:00.json`: aggregates("a", "/d/2026-01-02T10:00.json", 5),
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := settings.ParseShare(text)
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestParseShare_Refuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "a", "a=", "=x.csv", " =x.csv", "a=x:aggregates:0", "a=x:aggregates:1000001", "a=x:aggregates:99999999999999999999",
	} {
		_, err := settings.ParseShare(text)
		require.Errorf(t, err, "%q", text)
	}
}

func read(t *testing.T, env map[string]string, args ...string) (settings.Settings, error) {
	t.Helper()
	fs := pflag.NewFlagSet("test", pflag.ContinueOnError)
	flags := settings.Define(fs)
	if err := fs.Parse(args); err != nil {
		return settings.Settings{}, err
	}
	if err := envflag.Apply(fs, func(name string) (string, bool) { v, ok := env[name]; return v, ok }); err != nil {
		return settings.Settings{}, err
	}
	return flags.Settings()
}

func TestFlags_Settings(t *testing.T) {
	t.Parallel()
	tokenFile := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(tokenFile, []byte("secret\n"), 0o600))
	s, err := read(t, map[string]string{"DDAP_SLOTS": "3", "DDAP_OUTPUT_AGE": "1h", "DDAP_NAME": "from the environment"},
		"--server", "http://127.0.0.1:1", "--token-file", tokenFile, "--data", "a=x.csv", "--data", "b=y,z.csv:rows",
		"--labels", "region=west,gpu=", "--memory-limit", "1.5GiB", "--name", "lab", "--state-dir", "state", "--log-level", "debug")
	require.NoError(t, err)
	require.Equal(t, "secret", s.Token)
	require.Equal(t, []string{"x.csv", "y,z.csv"}, []string{s.Shares[0].Path, s.Shares[1].Path})
	require.Equal(t, map[string]string{"region": "west", "gpu": ""}, s.Labels)
	require.Equal(t, int64(1.5*(1<<30)), s.MemoryBytes)
	require.Equal(t, 3, s.Slots)
	require.Equal(t, time.Hour, s.OutputAge)
	require.Equal(t, "lab", s.Name, "the command line wins over the environment")
	require.True(t, filepath.IsAbs(s.StateDir))
}

func TestFlags_Settings_TakesOneShareALine_FromTheEnvironment(t *testing.T) {
	t.Parallel()
	s, err := read(t, map[string]string{"DDAP_DATA": "a=x.csv\nb=C:\\y.csv:rows\n", "DDAP_SERVER": "http://127.0.0.1:1"})
	require.NoError(t, err)
	require.Equal(t, []string{"x.csv", `C:\y.csv`}, []string{s.Shares[0].Path, s.Shares[1].Path})
}

func TestFlags_Settings_PublishesOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	published := func(s settings.Settings, err error) (names []string) {
		t.Helper()
		require.NoError(t, err)
		for _, share := range s.Shares {
			if share.Publish {
				names = append(names, share.Name)
			}
		}
		return names
	}
	basic := []string{"--server", "http://127.0.0.1:1", "--data", "a=x.csv", "--data", "b, c=y.csv:rows", "--data", "d=z.csv"}
	require.Empty(t, published(read(t, nil, basic...)), "off unless the owner says so")
	require.Equal(t, []string{"a", "b, c"}, published(read(t, nil, append(basic, "--publish", "b, c", "--publish", "a")...)))
	require.Equal(t, []string{"a", "d"}, published(read(t, map[string]string{"DDAP_PUBLISH": "a\nd\n"}, basic...)))
	file := config(t, "publish: a\ndatasets:\n  e: {path: e.csv, publish: true}\n  f: {path: f.csv, publish: false}\n")
	require.Equal(t, []string{"a", "e"}, published(read(t, nil, append(basic, "--config", file)...)))
	file = config(t, "datasets: {e: {path: e.csv}, f: {path: f.csv}}")
	require.Equal(t, []string{"f"}, published(read(t, nil, append(basic, "--config", file, "--publish", "f")...)), "also what the file shares")
}

func TestFlags_Settings_NamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--server is needed":    {},
		"--slots: 0":            {"--slots", "0"},
		"two datasets":          {"--data", "a=x", "--data", "a=y"},
		"is not a size":         {"--memory-limit", "much"},
		"is not a label":        {"--labels", "west"},
		"--log-level":           {"--log-level", "loud"},
		"--log-format":          {"--log-format", "xml"},
		"--token-file":          {"--token-file", filepath.Join(t.TempDir(), "missing")},
		"give one of them":      {"--token", "a", "--token-file", "b"},
		"should look like NAME": {"--data", "x.csv"},
		`did you mean "birds"`:  {"--data", "birds=x", "--publish", "bird"},
	} {
		_, err := read(t, nil, args...)
		require.ErrorContains(t, err, want)
	}
}
