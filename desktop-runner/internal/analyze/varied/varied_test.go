package varied_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/varied"
)

func TestCount(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		values []float64
		want   int64
	}{
		"one differs":       {[]float64{0, 3, 0, 0}, 1},
		"none stands twice": {[]float64{1, 2, 3}, 3},
		"as many rows as the smallest group, all of them different": {[]float64{5, 4, 3, 2, 1}, 5},
		"the same rows, two of them alike":                          {[]float64{5, 4, 3, 2, 2}, 3},
		"a constant":                                                {[]float64{1, 1}, 0},
		"one row":                                                   {[]float64{7}, 1},
		"no row":                                                    {nil, 0},
	} {
		require.Equal(t, tc.want, varied.Count(tc.values), name)
	}
}

func TestByGroup_LeavesOutRowsOfNoGroup(t *testing.T) {
	t.Parallel()
	got := varied.ByGroup([]float64{1, 1, 2, 9, 9, 4}, []int32{0, 0, 0, -1, 1, 1}, 3)
	require.Equal(t, []int64{1, 2, 0}, got)
}
