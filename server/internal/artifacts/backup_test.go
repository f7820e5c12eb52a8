package artifacts_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSweep_LeavesContentAloneDuringABackup, which has named it already.
func TestSweep_LeavesContentAloneDuringABackup(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "", t.TempDir())
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
	d := newDesk(t, "", t.TempDir())
	mine, err := d.db.RemoveContent(t.Context(), func(ctx context.Context) error {
		other, err := d.db.Another(t).RemoveContent(ctx, func(context.Context) error { return nil })
		require.False(t, other)
		return err
	})
	require.NoError(t, err)
	require.True(t, mine)
}
