package sharepath_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/sharepath"
)

func TestStamp_ChangesWithWhateverHappensToAFile(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv")
	write := func(at, content string) {
		t.Helper()
		require.NoError(t, os.WriteFile(at, []byte(content), 0o600))
		require.NoError(t, os.Chtimes(at, noon, noon))
	}
	write(path, "abc")
	write(other, "defg")
	first := sharepath.Stamp([]string{path})
	require.NotEmpty(t, first.Stamp)
	require.EqualValues(t, 3, first.Bytes)
	require.Equal(t, first, sharepath.Stamp([]string{path}), "looking changes nothing")
	require.EqualValues(t, 7, sharepath.Stamp([]string{path, other}).Bytes)
	require.NotEqual(t, sharepath.Stamp([]string{path, other}).Stamp, sharepath.Stamp([]string{other, path}).Stamp)

	seen := map[string]bool{first.Stamp: true}
	for name, change := range map[string]func(){
		"longer": func() { write(path, "abcd") },
		"later": func() {
			write(path, "abc")
			require.NoError(t, os.Chtimes(path, noon, noon.Add(time.Nanosecond*1000)))
		},
		"replaced by another of the same size and time": func() {
			if runtime.GOOS != "linux" {
				require.NoError(t, os.Chtimes(path, noon, noon.Add(time.Hour)))
				return
			}
			write(filepath.Join(dir, "new"), "xyz")
			require.NoError(t, os.Rename(filepath.Join(dir, "new"), path))
		},
	} {
		change()
		now := sharepath.Stamp([]string{path}).Stamp
		require.NotEmpty(t, now, name)
		require.Falsef(t, seen[now], name)
		seen[now] = true
	}
	require.NoError(t, os.Remove(path))
	require.Zero(t, sharepath.Stamp([]string{path}))
	require.Zero(t, sharepath.Stamp([]string{dir}), "a folder is no file")
}
