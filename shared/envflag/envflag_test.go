package envflag_test

import (
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"ddap/shared/envflag"
)

type settings struct {
	dir     string
	timeout time.Duration
	labels  []string
}

func flagSet() (*pflag.FlagSet, *settings) {
	s := &settings{}
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	flags.StringVar(&s.dir, "data-dir", "default", "where data is kept")
	flags.DurationVar(&s.timeout, "shutdown-timeout", time.Second, "how long to wait")
	flags.StringSliceVar(&s.labels, "labels", nil, "labels")
	flags.Bool("help", false, "print help")
	return flags, s
}

func env(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := pairs[name]
		return value, ok
	}
}

func TestApply_PrefersTheCommandLineThenTheEnvironmentThenTheDefault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		want settings
	}{
		"default":                   {want: settings{"default", time.Second, nil}},
		"environment":               {env: map[string]string{"DDAP_DATA_DIR": "env", "DDAP_SHUTDOWN_TIMEOUT": "3s"}, want: settings{"env", 3 * time.Second, nil}},
		"command line":              {args: []string{"--data-dir=arg"}, env: map[string]string{"DDAP_DATA_DIR": "env"}, want: settings{"arg", time.Second, nil}},
		"same as default, but said": {args: []string{"--data-dir=default"}, env: map[string]string{"DDAP_DATA_DIR": "env"}, want: settings{"default", time.Second, nil}},
		"empty variable":            {env: map[string]string{"DDAP_DATA_DIR": ""}, want: settings{"default", time.Second, nil}},
		"list":                      {env: map[string]string{"DDAP_LABELS": "a=1,b=2"}, want: settings{"default", time.Second, []string{"a=1", "b=2"}}},
		"help is no setting":        {env: map[string]string{"DDAP_HELP": "nonsense"}, want: settings{"default", time.Second, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags, got := flagSet()
			require.NoError(t, flags.Parse(c.args))
			require.NoError(t, envflag.Apply(flags, env(c.env)))
			require.Equal(t, c.want, *got)
		})
	}
}

func TestApply_NamesTheVariableThatIsWrong(t *testing.T) {
	t.Parallel()
	flags, _ := flagSet()
	require.NoError(t, flags.Parse(nil))
	err := envflag.Apply(flags, env(map[string]string{"DDAP_SHUTDOWN_TIMEOUT": "soon"}))
	require.ErrorContains(t, err, "environment variable DDAP_SHUTDOWN_TIMEOUT")
}

func TestDescribe_ShowsTheVariableInTheHelp(t *testing.T) {
	t.Parallel()
	flags, _ := flagSet()
	envflag.Describe(flags)
	require.Equal(t, "where data is kept [DDAP_DATA_DIR]", flags.Lookup("data-dir").Usage)
	require.Equal(t, "print help", flags.Lookup("help").Usage)
}
