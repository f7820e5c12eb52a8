package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/operation"
	"ddap/shared/task"
)

// TestFilter_JoinsGroupsAndDrawsOnARealRunner: two datasets of one runner are
// joined, the output is grouped by a derived column, and the result is drawn in
// a report; of data that is shared as summaries only, small groups stay hidden,
// and groups are not taken for rows afterwards.
func TestFilter_JoinsGroupsAndDrawsOnARealRunner(t *testing.T) {
	t.Parallel()
	birds := "species,region,mass\nwren,N,9\nrobin,N,18\nwren,S,8\nraven,S,1200\nrobin,,17\n"
	regions := "code,name\nN,North\nS,South\n"
	h := newHouse(t, 1, "birds="+write(t, "birds.csv", birds)+":rows", "regions="+write(t, "regions.csv", regions)+":rows",
		"private="+write(t, "private.csv", "team,pay\n"+"a,1\na,2\na,3\na,4\na,5\na,6\nboss,99\n"))
	joined := h.create("join", operation.Filter, `{"source":{"dataset":"birds"},"join":{"right":{"dataset":"regions"},"how":"left","left_on":["region"],"right_on":["code"]}}`)
	ended, view := h.awaitEnd(joined)
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	require.EqualValues(t, 5, view.Result.Metrics["rows_after"])
	require.Len(t, view.Result.Sources, 2)

	grouped := h.create("group", operation.Filter, `{"source":{"task":"`+joined+`"},"missing":[{"columns":["name"],"method":"constant","value":"?"}],
		"derive":[{"name":"where","expression":"upper(name)"}],"group_by":["where"],"aggregates":[{"column":"mass","func":"mean"}]}`)
	ended, view = h.awaitEnd(grouped)
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	require.Len(t, view.Result.Charts, 1)
	report := h.create("report", operation.Export, `{"inputs":[{"task":"`+grouped+`"}],"format":"html"}`)
	ended, _ = h.awaitEnd(report)
	require.Equal(t, task.Succeeded, ended.State, ended.Message)

	teams := h.create("teams", operation.Filter, `{"source":{"dataset":"private"},"group_by":["team"]}`)
	ended, view = h.awaitEnd(teams)
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	require.True(t, view.Result.Dataset.RowsAreGroups)
	for code, params := range map[operation.Code]string{
		operation.Fetch:  `{"source":{"task":"` + teams + `"}}`,
		operation.Filter: `{"source":{"dataset":"birds"},"join":{"right":{"dataset":"private"},"how":"cross"}}`,
	} {
		ended, _ = h.awaitEnd(h.create("refused", code, params))
		require.Equal(t, task.Failed, ended.State)
		require.Equal(t, task.PolicyRefused, ended.Reason)
	}
}
