package frame_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

func TestFrame_KeepsEveryCell(t *testing.T) {
	t.Parallel()
	columns := []result.Column{
		{Name: "n", Type: result.Integer},
		{Name: "x", Type: result.Float},
		{Name: "ok", Type: result.Boolean},
		{Name: "text", Type: result.Text},
		{Name: "day", Type: result.Date},
	}
	rows := [][]any{
		{int64(9007199254740993), 0.1, true, "NaN", "2020-02-29"}, // 2^53+1 is no float64
		{nil, nil, nil, nil, nil},
		{int64(math.MinInt64), math.Inf(1), false, "", "1900-01-01"},
	}
	f, err := frame.New(columns, rows)
	require.NoError(t, err)
	require.Equal(t, rows, frame.Rows(f))
	require.Equal(t, 3, frame.Column(f, "text"))
	require.Equal(t, -1, frame.Column(f, "no"))
}

func TestFrame_TakesNaNForMissing(t *testing.T) {
	t.Parallel()
	f, err := frame.New([]result.Column{{Name: "x", Type: result.Float}}, [][]any{{math.NaN()}, {int64(2)}})
	require.NoError(t, err)
	require.Equal(t, [][]any{{nil}, {2.0}}, frame.Rows(f))
}

func TestFrame_MayHaveNoRows(t *testing.T) {
	t.Parallel()
	f, err := frame.New([]result.Column{{Name: "x", Type: result.Float}}, nil)
	require.NoError(t, err)
	require.Empty(t, frame.Rows(f))
}

func TestFrame_RefusesACellThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, cell := range []any{"text", 1.5, true, []any{1}} {
		_, err := frame.New([]result.Column{{Name: "n", Type: result.Integer}}, [][]any{{cell}})
		require.ErrorContains(t, err, "row 0, column 0")
	}
}
