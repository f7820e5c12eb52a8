package periodic_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/server/internal/periodic"
)

func TestRun_GoesOnAfterAFailure_AtPausesThatDiffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var log bytes.Buffer
		var at []time.Time
		require.NoError(t, periodic.Run(ctx, slog.New(slog.NewTextHandler(&log, nil)), periodic.Work{
			Name: "count", Interval: time.Minute,
			Do: func(context.Context) error {
				at = append(at, time.Now())
				if len(at) == 20 {
					stop()
				}
				return errors.New("the database is away")
			},
		}))
		pauses := map[time.Duration]bool{}
		for i := range at[1:] {
			pause := at[i+1].Sub(at[i])
			require.GreaterOrEqual(t, pause, 54*time.Second)
			require.Less(t, pause, 66*time.Second)
			pauses[pause] = true
		}
		require.Greater(t, len(pauses), 1, "servers that started together would stay in step")
		require.Equal(t, 19, bytes.Count(log.Bytes(), []byte("work=count")), "the last one was told to stop")
	})
}

func TestRun_DoesTheWorkAtOnceWhenWoken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		wake, begun := make(chan struct{}, 1), time.Now()
		wake <- struct{}{}
		require.NoError(t, periodic.Run(ctx, slog.New(slog.DiscardHandler), periodic.Work{
			Name: "look", Interval: 365 * 24 * time.Hour, Wake: wake,
			Do: func(context.Context) error { stop(); return nil },
		}))
		require.Zero(t, time.Since(begun))
	})
}

func TestTogether_EndsAllWhenOneEnds(t *testing.T) {
	t.Parallel()
	gone := errors.New("the connection is gone")
	until := func(ctx context.Context) error { <-ctx.Done(); return nil }
	require.ErrorIs(t, periodic.Together(t.Context(), until, func(context.Context) error { return gone }, until), gone)

	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.NoError(t, periodic.Together(ctx, until, until))
}
