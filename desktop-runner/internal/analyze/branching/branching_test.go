package branching_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/branching"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	require.NoError(t, branching.Check(1, 9, []int32{-1}, []int32{0}))
	require.NoError(t, branching.Check(2, 2, []int32{1, -1, 0, -1, -1}, []int32{1, 0, 3, 0, 0}))
	for name, bad := range map[string]struct{ feature, left []int32 }{
		"empty":           {nil, nil},
		"short":           {[]int32{0, -1, -1}, []int32{1}},
		"no such feature": {[]int32{2, -1, -1}, []int32{1, 0, 0}},
		"negative":        {[]int32{-2, -1, -1}, []int32{1, 0, 0}},
		"itself":          {[]int32{0, -1, -1}, []int32{0, 0, 0}},
		"beyond the end":  {[]int32{0, -1, -1}, []int32{2, 0, 0}},
		"far beyond":      {[]int32{0, -1, -1}, []int32{1 << 30, 0, 0}},
		"shared":          {[]int32{0, 0, 0, -1, -1}, []int32{1, 3, 3, 0, 0}},
		"overlapping":     {[]int32{0, 0, -1, -1}, []int32{1, 2, 0, 0}},
		"alone":           {[]int32{-1, -1}, []int32{0, 0}},
		"too deep":        {[]int32{0, -1, 0, -1, 0, -1, -1}, []int32{1, 0, 3, 0, 5, 0, 0}},
	} {
		require.Error(t, branching.Check(2, 2, bad.feature, bad.left), name)
	}
}
