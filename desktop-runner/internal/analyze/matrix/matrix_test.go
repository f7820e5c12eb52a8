package matrix_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/matrix"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// Their squares are infinite: k-means crashed on such numbers, and a regression
// told an error of NaN.
func TestLoad_RefusesNumbersTooLargeToCalculateWith(t *testing.T) {
	t.Parallel()
	for content, ok := range map[string]bool{
		"x,y\n1e140,1\n-1e140,2\n": true, "x,y\n1,1\n-1e200,2\n": false, "x,y\n1,1\n2,1e200\n": false,
	} {
		s := steptest.Open(t, steptest.Write(t, "a.csv", content))
		_, _, err := matrix.Load(t.Context(), s, s.Relation.Columns, 0)
		if ok {
			require.NoError(t, err)
			continue
		}
		require.Truef(t, fault.HasCode(err, string(task.OperationFailed)), "got %v", err)
		require.ErrorContains(t, err, "too large to calculate with")
	}
}
