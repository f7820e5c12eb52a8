package perform_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

func TestTests_OfPenguins(t *testing.T) {
	t.Parallel()
	path := steptest.Example("penguins.json")
	const mass = `"target":"Body Mass (g)","params":{"group":"Species"`
	for model, more := range map[string]string{
		"t_test":       mass + `,"groups":["Adelie","Gentoo"]}`,
		"mann_whitney": mass + `,"groups":["Adelie","Gentoo"]}`,
		"anova":        mass + `}`,
		"chi_square":   `"target":"Species","params":{"group":"Sex"}`,
	} {
		params := fmt.Sprintf(`{"source":{"dataset":"x"},"model":%q,%s}`, model, more)
		for _, policy := range []result.Policy{result.Rows, result.Aggregates} {
			out := run(t, planFor(t, operation.Analyze, params, input("x", path, policy)))
			if model == "chi_square" && policy == result.Aggregates {
				// One penguin has the sex ".".
				require.Equal(t, task.PolicyRefused, out.Failure.Reason)
				continue
			}
			require.Nil(t, out.Failure, "%s: %+v", model, out.Failure)
			require.Contains(t, out.Document.Metrics, "statistic")
			require.NotEmpty(t, out.Document.Tables)
			t.Log(out.Document.Summary)
		}
	}
}
