//go:build unix

package embeddedpg_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg"
	"ddap/server/internal/embeddedpg/pgtest"
)

func TestStart_AsRoot_RunsPostgreSQLAsAnotherUser(t *testing.T) {
	t.Parallel()
	onlyAsRoot(t)
	dir := pgtest.DataDir(t)
	start(t, dir)

	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", postmasterPID(t, dir)))
	require.NoError(t, err)
	require.Regexp(t, `(?m)^Uid:\t[1-9]\d*\t[1-9]\d*\t`, string(status))
	require.Regexp(t, `(?m)^Gid:\t[1-9]\d*\t`, string(status))
	require.Regexp(t, `(?m)^Groups:\t\s*$`, string(status))
	require.Regexp(t, `(?m)^CapEff:\t0+$`, string(status))
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", postmasterPID(t, dir)))
	require.NoError(t, err)
	require.NotContains(t, string(environment), "HOME=", "the server's environment may hold secrets")
}

func TestStart_AsRoot_LetsPostgreSQLThroughAPrivateDataFolder(t *testing.T) {
	t.Parallel()
	onlyAsRoot(t)
	dir := filepath.Join(pgtest.DataDir(t), "data")
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other"), nil, 0o600))

	require.NoError(t, open(t, start(t, dir).URL()).Ping())
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o710), info.Mode().Perm())
}

func TestStart_AsRoot_NamesTheFolderThatCannotBeEntered(t *testing.T) {
	t.Parallel()
	onlyAsRoot(t)
	closed := filepath.Join(pgtest.DataDir(t), "closed")
	require.NoError(t, os.Mkdir(closed, 0o700))

	_, err := embeddedpg.Start(t.Context(), config(filepath.Join(closed, "data")))
	var folder *embeddedpg.ClosedFolderError
	require.ErrorAs(t, err, &folder)
	require.Equal(t, closed, folder.Folder)
}

func TestStart_AsAnOrdinaryUser_NeedsNoRights(t *testing.T) {
	t.Parallel()
	onlyAsRoot(t) // everybody else runs all the other tests that way
	dir := filepath.Join(pgtest.DataDir(t), "data")
	require.NoError(t, os.Mkdir(dir, 0o700))
	nobody := &syscall.Credential{Uid: 65534, Gid: 65534}
	require.NoError(t, os.Chown(dir, int(nobody.Uid), int(nobody.Gid)))

	served, kill := serveInOtherProcess(t, dir, nobody)
	require.NoError(t, open(t, served).Ping())
	kill()

	// Root takes over the data and keeps its owner.
	s := start(t, dir)
	require.Equal(t, served, s.URL())
	require.Equal(t, nobody.Uid, credentialOf(t, filepath.Join(dir, "postgres", "data", "PG_VERSION")).Uid)
}
