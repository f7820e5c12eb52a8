package artifacts_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/artifacts"
	"ddap/server/internal/store"
)

// TestSweep_LeavesContentAloneDuringABackup, which has named it already.
func TestSweep_LeavesContentAloneDuringABackup(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.put("a.txt", "one")
	d.succeed() // names nothing, so that the content is to be removed
	require.Equal(t, 1, d.contents())
	sweep := func(ctx context.Context) int {
		removed, err := d.Sweep(ctx, 0)
		require.NoError(t, err)
		return removed
	}
	err := d.db.WithContentKept(t.Context(), func(ctx context.Context) error {
		require.Zero(t, sweep(ctx))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 1, d.contents())
	require.Equal(t, 1, sweep(t.Context()))
	require.Zero(t, d.contents())
}

func TestRemoveContent_TakesTurns(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	mine, err := d.db.RemoveContent(t.Context(), func(ctx context.Context) error {
		other, err := d.db.Another(t).RemoveContent(ctx, func(context.Context) error { return nil })
		require.False(t, other)
		return err
	})
	require.NoError(t, err)
	require.True(t, mine)
}

func TestEachContent_GivesWhatPutContentTakes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.put("a.txt", "one")
	require.NoError(t, os.WriteFile(filepath.Join(d.dir, "half.12.tmp"), nil, 0o600))
	other := newDesk(t)
	empty, err := other.IsEmpty(t.Context())
	require.NoError(t, err)
	require.True(t, empty)
	var keys []string
	err = d.EachContent(t.Context(), func(key string, size int64, from io.Reader) error {
		require.EqualValues(t, 3, size)
		keys = append(keys, key)
		return other.PutContent(t.Context(), key, from)
	})
	require.NoError(t, err)
	require.Equal(t, []string{artifacts.Key(store.Content{TaskID: d.Task.ID, Attempt: d.Assignment.Attempt, SHA256: a.SHA256})}, keys)
	require.NoError(t, other.CheckWritable(t.Context()))
	got, err := os.ReadFile(filepath.Join(other.dir, filepath.FromSlash(keys[0])))
	require.NoError(t, err)
	require.Equal(t, "one", string(got))

	err = other.PutContent(t.Context(), "broken", io.MultiReader(strings.NewReader("x"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, 1, other.contents(), "all of it or nothing")
}
