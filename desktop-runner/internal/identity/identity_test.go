package identity_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/identity"
	"ddap/shared/credential"
	"ddap/shared/fault"
)

func open(t *testing.T, path string) *identity.Folder {
	t.Helper()
	f, err := identity.Open(path)
	require.NoError(t, err)
	return f
}

func token(t *testing.T) string {
	t.Helper()
	c, err := credential.New(credential.Runner, uuid.New())
	require.NoError(t, err)
	return c.String()
}

func TestOpen_RefusesASecondRunner_UntilTheFirstIsGone(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	first := open(t, path)
	_, err := identity.Open(path)
	require.True(t, fault.HasCode(err, identity.CodeStateInUse), "got %v", err)

	require.NoError(t, first.Close())
	require.NoError(t, open(t, path).Close())
}

func TestFolder_Path_HasNoLinkInIt(t *testing.T) {
	t.Parallel()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	actual, link := filepath.Join(root, "actual"), filepath.Join(root, "link")
	require.NoError(t, os.Mkdir(actual, 0o700))
	require.NoError(t, os.Symlink(actual, link))
	f := open(t, filepath.Join(link, "state"))
	require.Equal(t, filepath.Join(actual, "state", "work"), f.Path("work"))
}

func TestFolder_RegistrationID_StaysUntilACredentialIsSaved(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir())
	first, err := f.RegistrationID()
	require.NoError(t, err)
	again, err := f.RegistrationID()
	require.NoError(t, err)
	require.Equal(t, first, again)

	require.NoError(t, f.SaveCredential(identity.Credential{Server: "http://127.0.0.1", RunnerID: "r", Token: token(t)}))
	next, err := f.RegistrationID()
	require.NoError(t, err)
	require.NotEqual(t, first, next)
}

func TestFolder_Credential(t *testing.T) {
	t.Parallel()
	f := open(t, t.TempDir())
	_, found, err := f.FindCredential()
	require.NoError(t, err)
	require.False(t, found)

	want := identity.Credential{Server: "http://127.0.0.1", RunnerID: "r", Token: token(t)}
	require.NoError(t, f.SaveCredential(want))
	got, found, err := f.FindCredential()
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, want, got)
	info, err := os.Stat(f.Path("credential.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.NoError(t, os.WriteFile(f.Path("credential.json"), []byte(`{"token":"ddap_run_`), 0o600))
	_, _, err = f.FindCredential()
	require.True(t, fault.HasCode(err, "broken_credential"), "got %v", err)
}
