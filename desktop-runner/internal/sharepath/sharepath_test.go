package sharepath_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/sharepath"
)

func TestResolve_FollowsLinks_OnlyInsideTheShare(t *testing.T) {
	t.Parallel()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	in := func(parts ...string) string { return filepath.Join(append([]string{root, "share"}, parts...)...) }
	require.NoError(t, os.MkdirAll(in("below"), 0o700))
	for _, path := range []string{in("birds.csv"), in("below", "old.CSV"), in("notes.txt"), filepath.Join(root, "secret.csv")} {
		require.NoError(t, os.WriteFile(path, []byte("a\n"), 0o600))
	}
	require.NoError(t, os.Mkdir(in("folder.csv"), 0o700))
	for name, target := range map[string]string{
		"beside.csv": "birds.csv", "below.csv": "below/old.CSV", "up.csv": "../secret.csv",
		"far.csv": filepath.Join(root, "secret.csv"), "other.csv": "notes.txt", "device.csv": os.DevNull, "lost.csv": "nothing.csv",
	} {
		require.NoError(t, os.Symlink(target, in(name)))
	}
	for path, want := range map[string]string{
		in("birds.csv"): in("birds.csv"), in("beside.csv"): in("birds.csv"), in("below.csv"): in("below", "old.CSV"),
		in("below", "..", "birds.csv"): in("birds.csv"),
	} {
		got, err := sharepath.Resolve(path)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for name, want := range map[string]error{
		"up.csv": sharepath.ErrOutside, "far.csv": sharepath.ErrOutside, "other.csv": sharepath.ErrOutside,
		"device.csv": sharepath.ErrOutside, "lost.csv": fs.ErrNotExist, "absent.csv": fs.ErrNotExist, "folder.csv": sharepath.ErrFolder,
	} {
		_, err := sharepath.Resolve(in(name))
		require.ErrorIsf(t, err, want, "%s", name)
	}
	_, err = sharepath.Resolve(os.DevNull)
	require.ErrorIs(t, err, sharepath.ErrSpecial)
}

func TestExpand_TakesOnlyNamesForPatterns(t *testing.T) {
	t.Parallel()
	elsewhere, dir := t.TempDir(), filepath.Join(t.TempDir(), "odd[1]*")
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "secret.csv"), []byte("x"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.csv"), []byte("x"), 0o600))
	require.NoError(t, os.Symlink(elsewhere, filepath.Join(dir, "link")))
	every := func(string) bool { return true }
	found, err := sharepath.Expand(filepath.Join(dir, "?.csv"), every)
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "a.csv")}, found)
	_, err = sharepath.Expand(filepath.Join(dir, "*", "*.csv"), every)
	require.ErrorIs(t, err, sharepath.ErrNothing)
	_, err = sharepath.Expand(dir, every)
	require.ErrorIs(t, err, sharepath.ErrOutside, "a link to a folder elsewhere is none of its files")
}
