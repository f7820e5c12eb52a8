package source_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/fault"
)

// The expected hashes are those of coreutils' sha256sum.
func TestDigest_IsThatOfSha256sum(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, two := filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv")
	require.NoError(t, os.WriteFile(one, []byte("abc"), 0o600))
	require.NoError(t, os.WriteFile(two, nil, 0o600))
	sum, err := source.Digest(t.Context(), plan.File{Path: one})
	require.NoError(t, err)
	require.Equal(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", sum)

	sum, err = source.Digest(t.Context(), plan.File{Path: one, More: []string{two}})
	require.NoError(t, err)
	// sha256sum a.csv b.csv | sha256sum
	require.Equal(t, "92ff0903327c775bdaf3bf1d4516911b6cb0c3a21e17e6f45515268267786a66", sum)

	_, err = source.Digest(t.Context(), plan.File{Path: filepath.Join(dir, "c.csv")})
	require.Equal(t, "source_unreadable", fault.CodeOf(err))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, os.WriteFile(two, make([]byte, 3<<20), 0o600))
	_, err = source.Digest(ended, plan.File{Path: two})
	require.ErrorIs(t, err, context.Canceled)
}
