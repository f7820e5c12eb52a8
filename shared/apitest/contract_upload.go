package apitest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// testUpload: a file that was sent can be the source of a task, which any runner
// may take; the one that does may read it for as long as it holds the task.
func testUpload(t *testing.T, w *world) {
	m := w.runner(func(r *api.RegisterRequest) { r.Datasets = []api.DatasetOffer{} })
	const content = "species,mass\nwren,9\n"
	u, err := w.admin.Upload(w.ctx(), client.UploadFile{Name: "birds.csv", ContentType: "text/csv", Content: strings.NewReader(content)})
	require.NoError(t, err)
	require.EqualValues(t, len(content), u.SizeBytes)
	read := func(c *client.Client) (string, error) {
		var b bytes.Buffer
		err := c.UploadContent(w.ctx(), u.ID, &b)
		return b.String(), err
	}
	_, err = read(m.Client)
	requireKind(t, fault.NotFound, err)

	id := w.create(operation.Fetch, fmt.Sprintf(`{"source":{"upload":%q}}`, u.ID))
	require.NoError(t, uuid.Validate(u.Creator), "the key alone, which acts for nobody")
	require.Equal(t, u.Creator, w.show(id).Creator)
	asked, err := w.admin.Result(w.ctx(), id, 0)
	require.NoError(t, err)
	require.Equal(t, u.Creator, asked.Creator)
	a := w.take(m)
	require.Equal(t, []api.Input{{
		Path: "params.source", Name: "birds.csv", UploadID: u.ID, ContentType: "text/csv", SizeBytes: u.SizeBytes, SHA256: u.SHA256,
	}}, a.Inputs)
	got, err := read(m.Client)
	require.NoError(t, err)
	require.Equal(t, content, got)
	_, err = read(w.runner().Client)
	requireKind(t, fault.NotFound, err)
	requireCode(t, api.CodeStillNeeded, w.admin.DeleteUpload(w.ctx(), u.ID))

	_, err = m.Report(w.ctx(), reportOn(a, api.OutcomeSucceeded))
	require.NoError(t, err)
	_, err = read(m.Client)
	requireKind(t, fault.NotFound, err)
	got, err = read(w.admin)
	require.NoError(t, err)
	require.Equal(t, content, got)
	require.NoError(t, w.admin.DeleteUpload(w.ctx(), u.ID))
	requireKind(t, fault.NotFound, w.admin.DeleteUpload(w.ctx(), u.ID))
}
