package sharepath_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/sharepath"
)

// place is a folder with a file to share, and another one with a file that is not.
type place struct{ root, share, secret string }

func newPlace(t *testing.T) place {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	p := place{root, filepath.Join(root, "shared", "birds.csv"), filepath.Join(root, "private", "birds.csv")}
	for path, content := range map[string]string{p.share: "shared", p.secret: "secret"} {
		require.NoError(t, os.Mkdir(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return p
}

// exchanges put something else where the share was.
var exchanges = map[string]func(p place) error{
	"a link in the file's place": func(p place) error {
		return relink(p.share, p.secret)
	},
	"a link in the place of its folder": func(p place) error {
		return relink(filepath.Dir(p.share), filepath.Dir(p.secret))
	},
	"another file": func(p place) error {
		return os.Rename(p.secret, p.share)
	},
}

func relink(path, target string) error {
	if err := os.Rename(path, path+" of old"); err != nil {
		return err
	}
	return os.Symlink(target, path)
}

func TestHold_OpensNothingThroughALink(t *testing.T) {
	t.Parallel()
	for name, exchange := range exchanges {
		if name == "another file" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			require.NoError(t, exchange(p))
			_, err := sharepath.Hold(p.share)
			require.ErrorIs(t, err, sharepath.ErrLink)
		})
	}
}

func TestHold_WantsAFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for path, want := range map[string]error{
		filepath.Dir(p.share): sharepath.ErrFolder, os.DevNull: sharepath.ErrSpecial, p.share + "x": fs.ErrNotExist,
	} {
		_, err := sharepath.Hold(path)
		require.ErrorIs(t, err, want, path)
	}
}

func TestHeld_KnowsThatItsPlaceWasTaken(t *testing.T) {
	t.Parallel()
	for name, exchange := range exchanges {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			held, err := sharepath.Hold(p.share)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, held.Close()) })
			require.True(t, held.InPlace())
			require.NoError(t, exchange(p))
			require.False(t, held.InPlace())
			got, err := io.ReadAll(held.File())
			require.NoError(t, err)
			require.Equal(t, "shared", string(got))
			if runtime.GOOS == "linux" {
				again, err := os.ReadFile(held.Path())
				require.NoError(t, err)
				require.Equal(t, "shared", string(again), "opened again")
			}
		})
	}
}
