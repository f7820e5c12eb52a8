package wordpress_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
)

// TestScripts runs the tests of those of the plugin's scripts that need no browser.
func TestScripts(t *testing.T) {
	t.Parallel()
	if programs.RaceDetector {
		t.Skip("what runs here is JavaScript, in which the race detector finds nothing")
	}
	plugin, err := filepath.Abs(filepath.Join("..", "..", "wordpress-plugin"))
	require.NoError(t, err)
	noteFiles(t, plugin)
	tests, err := filepath.Glob(filepath.Join(plugin, "tests", "js", "*.test.mjs"))
	require.NoError(t, err)
	require.NotEmpty(t, tests)
	out, err := exec.CommandContext(t.Context(), "node", append([]string{"--test", "--test-reporter=spec"}, tests...)...).CombinedOutput()
	t.Logf("%s", out)
	require.NoError(t, err, "a test of the plugin's scripts failed (./task setup:test installs node)")
}
