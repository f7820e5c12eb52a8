package e2e_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/packaging/e2e/programs"

	"ddap/shared/api"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// TestModel_IsTrainedOnOneRunnerAndPredictsOnAnother: in one pipeline a model
// learns from one owner's data and predicts another's, whose runner fetches it
// from the server; a third task takes the predictions where they are.
func TestModel_IsTrainedOnOneRunnerAndPredictsOnAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1, "penguins=../../examples/data/penguins.json:rows")
	other := h.runner
	var err error
	other.Token, err = programs.Invite(t.Context(), h.client)
	require.NoError(t, err)
	other.Folder, other.Name = t.TempDir(), "other"
	other.Data = []string{"found=" + write(t, "found.csv", "Beak Length (mm),Beak Depth (mm),Flipper Length (mm),Body Mass (g)\n39,18.7,181,3750\n50,15.2,220,5700\n51,18.8,201,4000\n") + ":rows"}
	working, err := other.Start()
	require.NoError(t, err)
	defer func() { require.NoError(t, working.Stop(20*time.Second)) }()
	h.await("both share their data", func() bool {
		list, err := h.client.Datasets(t.Context())
		return err == nil && len(list.Datasets) == 2
	})

	created, err := h.client.CreatePipeline(t.Context(), api.PipelineRequest{Name: "which species", Tasks: []api.PipelineStep{
		{Ref: "train", OperationCode: int(operation.Analyze), Params: json.RawMessage(`{"source":{"dataset":"penguins"},"model":"auto","target":"Species",
			"features":["Beak Length (mm)","Beak Depth (mm)","Flipper Length (mm)","Body Mass (g)"]}`)},
		{Ref: "use", OperationCode: int(operation.Analyze), Params: json.RawMessage(`{"source":{"dataset":"found"},"model":"predict","model_from":{"task":"train"}}`)},
		{Ref: "gentoo", OperationCode: int(operation.Filter), Params: json.RawMessage(`{"source":{"task":"use"},"where":{"column":"prediction","op":"eq","value":"Gentoo"}}`)},
	}})
	require.NoError(t, err)
	train, _ := h.awaitEnd(created.Tasks[0].ID)
	require.Equal(t, task.Succeeded, train.State, train.Message)
	use, view := h.awaitEnd(created.Tasks[1].ID)
	require.Equal(t, task.Succeeded, use.State, use.Message)
	require.NotEqual(t, train.RunnerID, use.RunnerID)
	require.EqualValues(t, 3, view.Result.Metrics["rows_predicted"])
	gentoo, view := h.awaitEnd(created.Tasks[2].ID)
	require.Equal(t, task.Succeeded, gentoo.State, gentoo.Message)
	require.Equal(t, use.RunnerID, gentoo.RunnerID, "where the predictions are")
	require.EqualValues(t, 1, view.Result.Metrics["rows_after"], "the heavy one with the long flippers")

	plain, _ := h.awaitEnd(h.create("no model", operation.Analyze, `{"source":{"dataset":"found"},"model":"describe"}`))
	_, err = h.client.CreateTask(t.Context(), api.TaskRequest{
		Name: "of no model", OperationCode: int(operation.Analyze),
		Params: json.RawMessage(`{"source":{"dataset":"found"},"model":"predict","model_from":{"task":"` + plain.ID + `"}}`),
	})
	require.ErrorContains(t, err, "trains no model")
}
