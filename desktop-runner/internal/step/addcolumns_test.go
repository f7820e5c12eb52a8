package step_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/result"
)

func TestStep_WriteWith(t *testing.T) {
	t.Parallel()
	const rows = 300_000 // several pieces, whatever reads them
	text := &strings.Builder{}
	text.WriteString("n,cluster,word\n")
	for i := range rows {
		if i%7 == 0 {
			fmt.Fprintf(text, "%d,,w\n", i)
			continue
		}
		fmt.Fprintf(text, "%d,%d,\"w, %d\"\n", i, i%5, i)
	}
	s := steptest.Open(t, steptest.Write(t, "a.csv", text.String()))
	out, _, err := s.WriteWith(t.Context(), []result.Column{{Name: "Cluster", Type: result.Integer}, {Name: "score", Type: result.Float}}, nil,
		`"cluster" IS NOT NULL`, func(i int64, into []float64) { into[0], into[1] = float64(i), math.NaN() })
	require.NoError(t, err)
	require.Equal(t, "Cluster_2", out.Columns[3].Name)
	require.Equal(t, int64(rows), out.Rows)
	var at, kept int64
	require.NoError(t, s.DB.Each(t.Context(), func(row []any) error {
		if row[0] != at || row[2] != nil {
			return fmt.Errorf("row %d is %v", at, row)
		}
		if at%7 == 0 && row[1] != nil || at%7 != 0 && row[1] != kept {
			return fmt.Errorf("row %d has %v, want %d", at, row[1], kept)
		}
		if at%7 != 0 {
			kept++
		}
		at++
		return nil
	}, `SELECT n, Cluster_2, score FROM read_parquet(`+engine.Path(s.DB.WorkDir()+"/output.parquet")+`)`))
	require.Equal(t, int64(rows), at)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = s.WriteWith(ctx, []result.Column{{Name: "x", Type: result.Integer}}, nil, "", func(int64, []float64) {})
	require.ErrorIs(t, err, context.Canceled)
}
