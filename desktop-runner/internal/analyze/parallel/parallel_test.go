package parallel_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/parallel"
)

func TestEach_DoesEveryTaskOnce(t *testing.T) {
	t.Parallel()
	for _, threads := range []int{1, 2, 7} {
		done := make([]int32, 100)
		require.NoError(t, parallel.Each(t.Context(), threads, len(done), func(task int) { atomic.AddInt32(&done[task], 1) }))
		for _, times := range done {
			require.EqualValues(t, 1, times)
		}
	}
	require.NoError(t, parallel.Each(t.Context(), 2, 0, nil))
}

func TestEach_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var done atomic.Int64
	require.ErrorIs(t, parallel.Each(ctx, 2, 1000, func(int) {
		done.Add(1)
		cancel()
	}), context.Canceled)
	require.LessOrEqual(t, done.Load(), int64(2))
}

func TestChunk_CoversAllRows(t *testing.T) {
	t.Parallel()
	require.Equal(t, 3, parallel.Chunks(21, 10))
	from, to := parallel.Chunk(21, 10, 2)
	require.Equal(t, []int{20, 21}, []int{from, to})
}
