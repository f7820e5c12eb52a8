package apitest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

func testReport(t *testing.T, w *world) {
	m := w.runner()
	id := w.task()
	a := w.take(m)

	forged := a
	forged.LeaseToken = "1-" + uuid.NewString()
	_, err := m.Report(w.ctx(), reportOn(forged, api.OutcomeSucceeded))
	requireCode(t, api.CodeLeaseLost, err)

	// A result confirms the lease by itself: no ping came before it.
	ack, err := m.Report(w.ctx(), reportOn(a, api.OutcomeSucceeded))
	require.NoError(t, err)
	require.Equal(t, api.ResultAck{TaskID: id, State: task.Succeeded}, ack)
	again, err := m.Report(w.ctx(), reportOn(a, api.OutcomeSucceeded))
	require.NoError(t, err, "the same report again is answered as before")
	require.Equal(t, ack, again)
	other := reportOn(a, api.OutcomeSucceeded)
	other.Result = document("something else")
	_, err = m.Report(w.ctx(), other)
	requireCode(t, api.CodeLeaseLost, err)
	_, err = m.Report(w.ctx(), reportOn(a, api.OutcomeFailed))
	requireCode(t, api.CodeLeaseLost, err)

	view, err := w.admin.Result(w.ctx(), id, 0)
	require.NoError(t, err)
	require.Equal(t, task.Succeeded, view.State)
	require.Equal(t, "done", view.Result.Summary)

	failing := w.task()
	ack, err = m.Report(w.ctx(), reportOn(w.take(m), api.OutcomeFailed))
	require.NoError(t, err)
	require.Equal(t, api.ResultAck{TaskID: failing, State: task.Failed, Reason: task.SourceUnreadable}, ack)
	require.Equal(t, "The file is gone.", w.show(failing).Message)
}

func testArtifacts(t *testing.T, w *world) {
	m := w.runner()
	id := w.task()
	a := w.take(m)
	const content = "<p>report</p>"
	sum := sha256.Sum256([]byte(content))
	hash := hex.EncodeToString(sum[:])
	upload := func(change func(*client.ArtifactUpload)) error {
		up := client.ArtifactUpload{
			TaskID: id, Attempt: a.Attempt, LeaseToken: a.LeaseToken, Name: "report.html", ContentType: "text/html",
			SHA256: hash, Content: strings.NewReader(content),
		}
		change(&up)
		return m.PutArtifact(w.ctx(), up)
	}
	requireCode(t, api.CodeLeaseLost, upload(func(u *client.ArtifactUpload) { u.LeaseToken = "1-" + uuid.NewString() }))
	requireCode(t, api.CodeLeaseLost, upload(func(u *client.ArtifactUpload) { u.Attempt = 2 }))
	requireKind(t, fault.Invalid, upload(func(u *client.ArtifactUpload) { u.SHA256 = strings.Repeat("0", len(hash)) }))
	require.NoError(t, upload(func(*client.ArtifactUpload) {}))
	require.NoError(t, upload(func(*client.ArtifactUpload) {}), "uploading again is no error")
	require.NoError(t, upload(func(u *client.ArtifactUpload) { u.Name = "left-over.html" }))

	view, err := w.admin.Result(w.ctx(), id, 0)
	require.NoError(t, err)
	require.Empty(t, view.Artifacts, "nothing is visible before the result names it")

	report := reportOn(a, api.OutcomeSucceeded)
	report.Artifacts = []api.ArtifactRef{{Name: "missing.html", SHA256: hash}}
	_, err = m.Report(w.ctx(), report)
	requireKind(t, fault.Invalid, err)
	report.Artifacts = []api.ArtifactRef{{Name: "report.html", SHA256: hash}}
	_, err = m.Report(w.ctx(), report)
	require.NoError(t, err)

	view, err = w.admin.Result(w.ctx(), id, 0)
	require.NoError(t, err)
	require.Len(t, view.Artifacts, 1)
	require.Equal(t, api.Artifact{Name: "report.html", ContentType: "text/html", SizeBytes: int64(len(content)), SHA256: hash}, view.Artifacts[0])
	var got bytes.Buffer
	require.NoError(t, w.admin.Artifact(w.ctx(), id, "report.html", &got))
	require.Equal(t, content, got.String())
	requireKind(t, fault.NotFound, w.admin.Artifact(w.ctx(), id, "left-over.html", &got))
	require.Error(t, upload(func(*client.ArtifactUpload) {}), "an ended attempt uploads nothing more")
}

func testInputDocument(t *testing.T, w *world) {
	m := w.runner()
	producer := w.leave(m)
	_, err := m.Result(w.ctx(), producer, 0)
	require.Error(t, err, "no task that it holds needs this result")

	w.create(operation.Export, artifactParams(producer))
	a := w.take(m)
	require.Len(t, a.Inputs, 1)
	require.Equal(t, api.Input{
		Path: "params.inputs[0]", Name: "look", TaskID: producer, Attempt: 1, RunnerID: m.id, OperationCode: 100,
	}, a.Inputs[0])
	view, err := m.Result(w.ctx(), producer, 0)
	require.NoError(t, err)
	require.Equal(t, "done", view.Result.Summary)
}
