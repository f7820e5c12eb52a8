package wordpress_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"
	"ddap/packaging/wordpress"
)

// TestUnits runs the plugin's PHPUnit tests inside the newest WordPress, an
// older one, and a network of sites.
func TestUnits(t *testing.T) {
	t.Parallel()
	if programs.RaceDetector {
		t.Skip("what runs here is PHP, in which the race detector finds nothing")
	}
	plugin, err := filepath.Abs(filepath.Join("..", "..", "wordpress-plugin"))
	require.NoError(t, err)
	noteFiles(t, plugin)
	folder, remove, err := programs.Folder()
	require.NoError(t, err)
	t.Cleanup(remove)
	database, err := programs.StartMariaDB(t.Context(), folder)
	require.NoError(t, err)
	t.Cleanup(database.Stop)
	for name, spec := range map[string]wordpress.Spec{
		"7.1": {}, "6.8": {}, "network": {Multisite: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			version := name
			if spec.Multisite {
				version = "7.1"
			}
			var err error
			spec.Release, err = wordpress.Get(t.Context(), version, t.Output())
			require.NoError(t, err)
			t.Log(spec.Release)
			spec.Folder, spec.Plugin, spec.Database = filepath.Join(folder, name), plugin, database
			site, err := spec.Start(t.Context())
			require.NoError(t, err)
			t.Cleanup(site.Stop)
			cmd := exec.CommandContext(t.Context(), "phpunit", "--configuration", filepath.Join(plugin, "tests", "phpunit.xml.dist"))
			cmd.Env = append(os.Environ(), "DDAP_SITE="+site.Root, "DDAP_SITE_HOST="+strings.TrimPrefix(site.URL, "http://"))
			out, err := cmd.CombinedOutput()
			t.Logf("%s", out)
			require.NoError(t, err, "a unit of the plugin failed (./task setup:test installs phpunit)")
			require.Empty(t, site.Complaints(), "PHP has nothing to complain of")
		})
	}
}

// noteFiles looks at files that only PHP will read, so that `go test` knows that
// its kept results are stale when one of them changes.
func noteFiles(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err == nil {
			_, err = os.Stat(path)
		}
		return err
	})
	require.NoError(t, err)
}
