package describe_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/describe"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
)

func numAcc(t *testing.T, first float64, pairs int, low, high float64) (mean, std float64) {
	t.Helper()
	lines := []string{"x", strconv.FormatFloat(first, 'f', -1, 64)}
	for range pairs {
		lines = append(lines, strconv.FormatFloat(low, 'f', -1, 64), strconv.FormatFloat(high, 'f', -1, 64))
	}
	p, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},"model":"describe"}`))
	require.NoError(t, err)
	f, err := describe.Run(t.Context(), steptest.Open(t, steptest.Write(t, "a.csv", strings.Join(lines, "\n")+"\n")), p.(*operation.AnalyzeParams))
	require.NoError(t, err)
	for _, table := range f.Tables {
		if profile, ok := table.(*finding.Profile); ok {
			row := frame.Rows(profile.Statistics)[0]
			return row[5].(float64), row[6].(float64)
		}
	}
	t.Fatal("no profile")
	return 0, 0
}

// NumAcc1 to 4 of NIST's Statistical Reference Datasets follow from their
// definition, https://www.itl.nist.gov/div898/strd/univ/homepage.html.
func TestRun_HasTheDigitsOfNIST(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		first, low, high float64
		pairs            int
		mean, std        float64
		// digits are those of the exact standard deviation of the inputs in float64
		// (by fractions), of which half a one may be lost.
		digits float64
	}{
		"NumAcc1": {10000001, 10000003, 10000002, 1, 10000002, 1, 15},
		"NumAcc2": {1.2, 1.1, 1.3, 500, 1.2, 0.1, 15},
		"NumAcc3": {1000000.2, 1000000.1, 1000000.3, 500, 1000000.2, 0.1, 9.457},
		"NumAcc4": {10000000.2, 10000000.1, 10000000.3, 500, 10000000.2, 0.1, 8.253},
	} {
		mean, std := numAcc(t, tc.first, tc.pairs, tc.low, tc.high)
		require.InEpsilon(t, tc.mean, mean, 1e-14, name)
		require.InEpsilon(t, tc.std, std, math.Pow(10, 0.5-tc.digits), name)
	}
}
