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
