package perform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

func TestHoltWinters_LeavesAForecast(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for i := range 48 {
		fmt.Fprintf(&rows, "%d-%02d-01,%d\n", 2020+i/12, 1+i%12, 100+i+10*(i%12))
	}
	path := steptest.Write(t, "sales.csv", "month,sold\n"+rows.String())
	const params = `{"source":{"dataset":"x"},"model":"holt_winters","target":"sold","params":{"time":"month","trend":"add","seasonal":"mul","seasonal_periods":12}}`
	out := run(t, planFor(t, operation.Analyze, params, input("x", path, result.Rows)))
	require.Nil(t, out.Failure, "%+v", out.Failure)
	require.Equal(t, "forecast", out.Document.Tables[0].Name)
	require.Len(t, out.Document.Tables[0].Rows, 12)
	require.Equal(t, result.Line, out.Document.Charts[0].Type)
	require.Contains(t, out.Document.Metrics, "test_mase")

	out = run(t, planFor(t, operation.Analyze, params, input("x", path, result.Aggregates)))
	require.Equal(t, task.PolicyRefused, out.Failure.Reason)
}
