package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/durable"
)

func TestWrite_ReplacesContentAndLeavesNothingElse(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := filepath.Join(folder, "a.json")
	require.NoError(t, durable.Write(path, []byte("old")))
	require.NoError(t, durable.Write(path, []byte("new")))

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(content))
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestWrite_IsForTheOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, durable.Write(path, []byte("x")))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestWrite_LeavesTheOldContent_WhenTheFolderIsGone(t *testing.T) {
	t.Parallel()
	require.Error(t, durable.Write(filepath.Join(t.TempDir(), "missing", "a"), []byte("x")))
}

func TestMakeFolder_TakesRightsOfOthersAway(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	require.NoError(t, os.Mkdir(path, 0o755))
	require.NoError(t, durable.MakeFolder(path))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestMove_KeepsContentAndRemovesTheSource(t *testing.T) {
	t.Parallel()
	from, to := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	require.NoError(t, os.WriteFile(from, []byte("rows"), 0o644))
	require.NoError(t, durable.Move(from, to))

	content, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "rows", string(content))
	_, err = os.Stat(from)
	require.ErrorIs(t, err, os.ErrNotExist)
}
