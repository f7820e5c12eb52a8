package results_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/results"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/api"
	"ddap/shared/result"
	"ddap/shared/task"
)

// site is a workspace with a runner that shares "birds" and "ants", and people
// who ask through one key.
type site struct {
	*results.Service
	t        *testing.T
	db       *storetest.DB
	runner   store.Principal
	ann, ben store.Principal
	ids      map[string]uuid.UUID
}

func newSite(t *testing.T) *site {
	t.Helper()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	log := slog.New(slog.DiscardHandler)
	h := &site{
		Service: results.New(db.Store, wakeup.New(db.Store, log), log), t: t, db: db,
		runner: storetest.Runner(t, db, ws, storetest.Slots(20)), ann: storetest.Analyst(t, db, ws), ids: map[string]uuid.UUID{},
	}
	h.ann.Delegate, h.ann.ActingUser = true, "7;Ann"
	h.ben = h.ann
	h.ben.ActingUser = "8;Ben"
	h.share("birds", "ants")
	return h
}

// share makes these datasets, with publish, and "private" without, all that the
// runner shares.
func (h *site) share(published ...string) {
	h.t.Helper()
	offers := []api.DatasetOffer{{Name: "private", Policy: result.Rows}}
	for _, name := range published {
		offers = append(offers, api.DatasetOffer{Name: name, Policy: result.Rows, Publish: true})
	}
	h.offer(offers...)
}

func (h *site) offer(offers ...api.DatasetOffer) {
	h.t.Helper()
	require.NoError(h.t, h.db.PutDatasets(h.t.Context(), h.runner.ID, offers, uuid.NewString()))
	listed, err := h.db.ListDatasets(h.t.Context(), h.ann.WorkspaceID, store.DatasetPage{Limit: 10})
	require.NoError(h.t, err)
	for _, d := range listed {
		h.ids[d.Name] = d.ID
	}
}

// done creates a task of Ann's and lets the runner end it with these sources.
func (h *site) done(sources []result.Source, options ...storetest.TaskOption) uuid.UUID {
	h.t.Helper()
	made := storetest.Task(h.t, h.db, h.ann, options...)
	document, err := json.Marshal(result.Document{Version: 1, Kind: "fetch", Summary: "done", Sources: sources})
	require.NoError(h.t, err)
	for _, a := range storetest.Claim(h.t, h.db, h.runner) {
		if a.TaskID != made.ID.String() {
			continue
		}
		_, err := storetest.Report(h.t, h.db, h.runner, a, api.OutcomeSucceeded, store.Verdict{
			State: task.Succeeded, Document: document, OutputRunnerID: &h.runner.ID,
		})
		require.NoError(h.t, err)
		return made.ID
	}
	require.Fail(h.t, "the runner did not get the task")
	return uuid.Nil
}

// of is a source as a runner names it in a result.
func (h *site) of(names ...string) []result.Source {
	sources := []result.Source{}
	for _, name := range names {
		sources = append(sources, result.Source{DatasetID: h.ids[name].String(), Name: name, RunnerID: h.runner.ID.String()})
	}
	return sources
}

// codes gives why a person may not show a result to everybody.
func (h *site) codes(p store.Principal, id uuid.UUID) []api.PublishCode {
	h.t.Helper()
	view, err := h.View(h.t.Context(), p, id, 0)
	require.NoError(h.t, err)
	require.Equal(h.t, len(view.PublishRefused) == 0, view.MayPublish)
	codes := []api.PublishCode{}
	for _, r := range view.PublishRefused {
		require.NotEmpty(h.t, r.Why)
		codes = append(codes, r.Code)
	}
	return codes
}

func TestView_MayPublish_WhereEveryOwnerLetsIt(t *testing.T) {
	t.Parallel()
	h := newSite(t)
	open := h.done(h.of("birds"), storetest.Reading("birds"))
	require.Empty(t, h.codes(h.ann, open))
	require.Empty(t, h.codes(h.ben, open), "a dataset's owner lets everybody")
	require.Equal(t, []api.PublishCode{api.PublishOff}, h.codes(h.ann, h.done(h.of("private"), storetest.Reading("private"))))
	id := h.ids["private"]
	one := storetest.With(func(n *store.NewTask) { n.Inputs[0].DatasetName, n.Inputs[0].DatasetID = "private", &id })
	require.Equal(t, []api.PublishCode{api.PublishOff}, h.codes(h.ann, h.done(h.of("birds"), storetest.Reading("private"), one)),
		"what the parameters name counts, whatever the runner says")

	view, err := h.View(t.Context(), h.ann, h.done(h.of("birds", "private"), storetest.Reading("birds")), 0)
	require.NoError(t, err)
	require.False(t, view.MayPublish)
	require.Len(t, view.PublishRefused, 1, "one of two sources is enough")
	require.Equal(t, "private", view.PublishRefused[0].Name)
	require.Equal(t, h.ids["private"].String(), view.PublishRefused[0].DatasetID)

	for name, sources := range map[string][]result.Source{
		"NoSources":       {},
		"AnotherOnesName": h.of("ants"),
		"NoID":            {{Name: "birds", RunnerID: h.runner.ID.String()}},
	} {
		require.Contains(t, h.codes(h.ann, h.done(sources, storetest.Reading("birds"))), api.PublishUnknownSource, name)
	}
	unheard := append(h.of("birds"), result.Source{DatasetID: storetest.NewID(t).String(), Name: "moths"})
	require.Equal(t, []api.PublishCode{api.PublishNotShared}, h.codes(h.ann, h.done(unheard, storetest.Reading("birds"))))

	require.Equal(t, []api.PublishCode{api.PublishNoResult}, h.codes(h.ann, storetest.Task(t, h.db, h.ann, storetest.Reading("birds")).ID))
	failed := storetest.TaskAt(t, h.db, task.Failed)
	require.Equal(t, []api.PublishCode{api.PublishNoResult}, h.codes(failed.Creator, failed.Task.ID))
	view, err = h.View(t.Context(), h.runner, open, 0)
	require.NoError(t, err)
	require.False(t, view.MayPublish, "a runner is nobody who publishes")
}

func TestView_MayPublish_GoesBackThroughEveryStep(t *testing.T) {
	t.Parallel()
	h := newSite(t)
	// The last steps name no source themselves: the server follows the inputs.
	birds := h.done(h.of("birds"), storetest.Reading("birds"))
	ants := h.done(h.of("ants"), storetest.Reading("ants"))
	joined := h.done(nil, storetest.From(birds, ants))
	report := h.done(nil, storetest.Reports(joined))
	require.Empty(t, h.codes(h.ann, report))

	h.share("birds")
	require.Equal(t, []api.PublishCode{api.PublishNotShared}, h.codes(h.ann, report), "ants are shared no more")
	h.offer(api.DatasetOffer{Name: "birds", Policy: result.Rows, Publish: true}, api.DatasetOffer{Name: "ants", Policy: result.Rows})
	view, err := h.View(t.Context(), h.ann, report, 0)
	require.NoError(t, err)
	require.Equal(t, []api.PublishRefusal{{
		Code: api.PublishOff, Name: "ants", DatasetID: h.ids["ants"].String(), TaskID: ants.String(),
		Why: "The owner of the dataset “ants” does not let results be shown to everybody.",
	}}, view.PublishRefused, "its owner has switched it off")
	require.Empty(t, h.codes(h.ann, birds), "what does not stand on it may still be shown")
	h.share("birds", "ants")
	require.Empty(t, h.codes(h.ann, report), "and on again")

	require.NoError(t, h.db.DeleteTask(t.Context(), h.ann.WorkspaceID, ants))
	require.Equal(t, []api.PublishCode{api.PublishInputGone}, h.codes(h.ann, report))

	require.NoError(t, h.db.RevokeRunner(t.Context(), h.ann.WorkspaceID, h.runner.ID))
	require.Equal(t, []api.PublishCode{api.PublishNotShared}, h.codes(h.ann, birds))
	require.Equal(t, []api.PublishCode{api.PublishInputGone, api.PublishNotShared}, h.codes(h.ann, report))
}

func TestView_MayPublish_CountsAnUploadAsItsSenders(t *testing.T) {
	t.Parallel()
	h := newSite(t)
	upload, err := h.db.AddUpload(t.Context(), h.ann, store.Upload{
		ID: storetest.NewID(t), Name: "mine.csv", ContentType: "text/csv", SizeBytes: 3, SHA256: strings.Repeat("0", 64),
	}, time.Hour, "")
	require.NoError(t, err)
	reads := storetest.With(func(n *store.NewTask) {
		n.Params = json.RawMessage(`{"source": {"upload": "` + upload.ID.String() + `"}}`)
		n.Inputs = []store.NewInput{{Path: "params.source", UploadID: &upload.ID, NeedsData: true}}
	})
	source := []result.Source{{UploadID: upload.ID.String(), Name: "mine.csv", RunnerID: h.runner.ID.String()}}
	for name, read := range map[string]uuid.UUID{"Said": h.done(source, reads), "Unsaid": h.done(nil, reads)} {
		t.Log(name)
		next := h.done(nil, storetest.From(read))
		require.Empty(t, h.codes(h.ann, read))
		require.Empty(t, h.codes(h.ann, next))
		require.Equal(t, []api.PublishCode{api.PublishUploadOfOther}, h.codes(h.ben, next))
		require.NotEmpty(t, h.codes(storetest.Analyst(t, h.db, h.ann.WorkspaceID), next))
	}
	read := h.done(source, reads)
	require.NoError(t, h.db.DeleteUpload(t.Context(), h.ann.WorkspaceID, upload.ID))
	require.Equal(t, []api.PublishCode{api.PublishUploadGone}, h.codes(h.ann, read))
}
