package e2e_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// TestUpload_IsReadByARunnerThatSharesNothing: a file that somebody sends is
// fetched by whichever runner takes the task, filtered and exported there, and
// comes back as rows.
func TestUpload_IsReadByARunnerThatSharesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	send := func(name, content string) string {
		u, err := h.client.Upload(t.Context(), client.UploadFile{Name: name, Content: strings.NewReader(content)})
		require.NoError(t, err)
		return u.ID
	}
	birds := send("birds.csv", "species,mass\nwren,9\nraven,1200\nrobin,18\n")
	look := h.create("look", operation.Fetch, `{"source":{"upload":"`+birds+`"}}`)
	ended, view := h.awaitEnd(look)
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	require.EqualValues(t, 3, view.Result.Metrics["rows"])
	require.Equal(t, "birds.csv", view.Result.Sources[0].Name)
	require.Equal(t, birds, view.Result.Sources[0].UploadID)
	h.requireEndedOnce(look)

	small := h.create("small ones", operation.Filter, `{"source":{"upload":"`+birds+`"},"where":{"column":"mass","op":"lt","value":100}}`)
	ended, view = h.awaitEnd(small)
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	require.EqualValues(t, 2, view.Result.Dataset.Rows)
	// Its rows stay on the runner, and may leave: the upload's people sent them.
	file := h.create("as a file", operation.Export, `{"inputs":[{"task":"`+small+`"}],"format":"csv"}`)
	ended, view = h.awaitEnd(file)
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	var out strings.Builder
	require.NoError(t, h.client.Artifact(t.Context(), file, view.Artifacts[0].Name, &out))
	require.Contains(t, out.String(), "wren")
	require.NotContains(t, out.String(), "raven")

	parquet, err := os.ReadFile("../../examples/data/flights.parquet")
	require.NoError(t, err)
	flights := send("flights.parquet", string(parquet))
	ended, _ = h.awaitEnd(h.create("flights", operation.Fetch, `{"source":{"upload":"`+flights+`"}}`))
	require.Equal(t, task.Succeeded, ended.State, ended.Message)

	// Nothing in this file says which of the two its date begins with, the asker does.
	dates := send("dates.txt", "when|mass\n01/02/2020|1,5\n03/04/2020|2,5\n")
	ended, view = h.awaitEnd(h.create("dates", operation.Fetch, `{"source":{"upload":"`+dates+`","reading":{"delimiter":"|","decimal":",","dayfirst":true,"types":{"mass":"number"}}}}`))
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	for _, table := range view.Result.Tables {
		if table.Name == "preview" {
			require.Equal(t, []any{"2020-02-01", 1.5}, table.Rows[0])
		}
	}
	_, err = h.client.CreateTask(t.Context(), api.TaskRequest{Name: "not yours", OperationCode: int(operation.Fetch), Params: json.RawMessage(`{"source":{"upload":"` + dates + `","reading":{"delimitr":";"}}}`)})
	require.ErrorContains(t, err, "delimiter")

	ragged := send("ragged.csv", "a,b\n1,2\n3,4,5\n")
	ended, _ = h.awaitEnd(h.create("ragged", operation.Fetch, `{"source":{"upload":"`+ragged+`"}}`))
	require.Equal(t, task.Failed, ended.State)
	require.Equal(t, task.SourceUnreadable, ended.Reason)
	require.Contains(t, ended.Message, "line 3")

	require.NoError(t, h.client.DeleteUpload(t.Context(), birds))
	_, err = h.client.CreateTask(t.Context(), api.TaskRequest{
		Name: "too late", OperationCode: int(operation.Fetch), Params: json.RawMessage(`{"source":{"upload":"` + birds + `"}}`),
	})
	require.True(t, fault.HasCode(err, api.CodeUnknownUpload), "%v", err)
}
