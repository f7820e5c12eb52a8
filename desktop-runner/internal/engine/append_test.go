package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
)

func TestDB_Append(t *testing.T) {
	t.Parallel()
	db, err := engine.Open(t.Context(), engine.Options{WorkDir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	_, err = db.Exec(t.Context(), `CREATE TABLE "a ""b" (n BIGINT, s VARCHAR)`)
	require.NoError(t, err)

	const rows = 5000 // more than one chunk of the engine's
	row := make([]engine.Value, 2)
	require.NoError(t, db.Append(t.Context(), `a "b`, func(add func([]engine.Value) error) error {
		for i := range rows {
			row[0], row[1] = int64(i), nil
			if err := add(row); err != nil {
				return err
			}
			db.Appended(float64(i) / rows)
			p, ok := db.Progress()
			require.Equal(t, i > 0, ok && p.Fraction > 0, "progress is that of the filling")
		}
		return nil
	}))
	counted, err := db.Rows(t.Context(), `SELECT count(*), sum(n)::BIGINT, count(s) FROM "a ""b"`)
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(rows), int64(rows * (rows - 1) / 2), int64(0)}}, counted)

	own := errors.New("own")
	require.Equal(t, own, db.Append(t.Context(), `a "b`, func(func([]engine.Value) error) error { return own }), "the same error")
	err = db.Append(t.Context(), `a "b`, func(add func([]engine.Value) error) error { return add([]engine.Value{"x", "y"}) })
	require.ErrorAs(t, err, new(*engine.Error))
	require.ErrorAs(t, db.Append(t.Context(), "nowhere", nil), new(*engine.Error))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(own)
	err = db.Append(ctx, `a "b`, func(add func([]engine.Value) error) error { return add([]engine.Value{"x", "y"}) })
	require.ErrorIs(t, err, own)
	require.Equal(t, engine.Interrupted, engine.KindOf(err))
}
