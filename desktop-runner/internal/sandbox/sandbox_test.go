package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/sandbox"
)

func TestLevel_SaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		level   sandbox.Level
		missing int
		text    string
	}{
		"everything":     {sandbox.Level{LandlockABI: 7, SystemCalls: true}, 0, "landlock 7, system calls filtered"},
		"nothing":        {sandbox.Level{System: "windows"}, 2, "no landlock, system calls not filtered"},
		"an old kernel":  {sandbox.Level{LandlockABI: 1, SystemCalls: true}, 1, "landlock 1, system calls filtered"},
		"no call filter": {sandbox.Level{LandlockABI: 7}, 1, "landlock 7, system calls not filtered"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Len(t, tt.level.Missing(), tt.missing)
			require.Equal(t, tt.text, tt.level.String())
		})
	}
}
