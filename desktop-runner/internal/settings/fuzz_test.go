package settings_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/settings"
	"ddap/shared/result"
)

// FuzzParseShare holds that what an owner writes never shares more than it says:
// single rows may leave only where the text ends in exactly ":rows".
func FuzzParseShare(f *testing.F) {
	for _, seed := range []string{"a=x.csv", "a=x.csv:rows", "a=C:\\x.csv:aggregates:10", "a=x:rows:5", "=", "a=:rows:rows", "a=x:aggregates:99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := settings.ParseShare(text)
		if err != nil {
			return
		}
		require.NotEmpty(t, s.Name)
		require.NotEmpty(t, s.Path)
		if s.Policy == result.Rows {
			require.Regexp(t, `:rows$`, text)
			return
		}
		require.Equal(t, result.Aggregates, s.Policy)
		require.Positive(t, s.MinGroupSize)
	})
}

// FuzzConfig holds that a file of settings, however it is written, is either
// refused or gives datasets of which nobody has to guess what may leave.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"server: http://127.0.0.1:1\nslots: 3\ndatasets:\n  sales: {path: x/*.csv, min_group_size: 20, delimiter: \";\", types: {a: string}, na_values: [\"-\"]}\n",
		"datasets:\n  a:\n    path: a.csv\n    policy: rows\n    header: false\n", "datasets: {a: {path: a, policy: aggregates, decimal: \",\", thousands: \".\"}}",
		"a: &a [*a]\n", "datasets: &d {x: *d}\n", "---\n", "# nothing\n", "--- !!binary x\n", "datasets: [a]\n", "? {a: b}\n: c\n", "slots: !!str 3\nslots: 4\n",
		"<<: {slots: 3}\n", "\xff\xfe", "datasets: {\"\": {path: a}}\n", "data: x=y.csv\n", "config: other.yaml\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := read(t, nil, "--server", "http://127.0.0.1:1", "--token", "t", "--config", config(t, text))
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		seen := map[string]bool{}
		for _, share := range s.Shares {
			require.NotEmpty(t, share.Name)
			require.False(t, seen[share.Name], "twice")
			seen[share.Name] = true
			require.NotEmpty(t, share.Path)
			switch share.Policy {
			case result.Rows:
				require.Contains(t, text, "rows")
				require.Zero(t, share.MinGroupSize)
			default:
				require.Equal(t, result.Aggregates, share.Policy)
				require.Positive(t, share.MinGroupSize)
			}
		}
	})
}
