package apitest

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/shared/api"
	"ddap/shared/client"
	"ddap/shared/credential"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
)

func testRegister(t *testing.T, w *world) {
	token, req := w.enrolment(), registration()
	enrolling := connect(t, w.URL, token)
	first, err := enrolling.Register(w.ctx(), req)
	require.NoError(t, err)
	require.NotEmpty(t, first.RunnerID)
	require.Positive(t, first.PingSeconds)
	require.Positive(t, first.LeaseSeconds)
	c, err := credential.Parse(first.Token)
	require.NoError(t, err)
	require.Equal(t, credential.Runner, c.Kind)
	require.Equal(t, first.RunnerID, c.ID.String(), "a runner's token carries the runner's id")

	// The answer was lost: the same registration gives the same runner a token that works.
	again, err := enrolling.Register(w.ctx(), req)
	require.NoError(t, err)
	require.Equal(t, first.RunnerID, again.RunnerID)
	_, err = connect(t, w.URL, again.Token).Ping(w.ctx(), api.PingRequest{State: api.Idle, Running: []api.RunningTask{}}, 0)
	require.NoError(t, err)

	// Another runner cannot use the token up a second time.
	req.Registration = uuid.NewString()
	_, err = enrolling.Register(w.ctx(), req)
	requireCode(t, api.CodeTokenUsed, err)
}

func testCredentials(t *testing.T, w *world) {
	m := w.runner()
	ping := func(key string) error {
		_, err := connect(t, w.URL, key).Ping(w.ctx(), api.PingRequest{State: api.Idle, Running: []api.RunningTask{}}, 0)
		return err
	}
	requireKind(t, fault.Unauthenticated, ping(""))
	requireKind(t, fault.Unauthenticated, ping("nonsense"))
	requireKind(t, fault.Unauthenticated, ping(stranger(t, credential.Runner)))
	requireKind(t, fault.Forbidden, ping(w.AdminKey))

	_, err := connect(t, w.URL, stranger(t, credential.Enrollment)).Register(w.ctx(), registration())
	requireKind(t, fault.Unauthenticated, err)
	_, err = w.admin.Claim(w.ctx(), client.ClaimOptions{})
	requireKind(t, fault.Forbidden, err)
	_, err = m.CreateTask(w.ctx(), api.TaskRequest{Name: "x", OperationCode: int(operation.Fetch), Params: []byte(`{"source":{"dataset":"birds"}}`)})
	requireKind(t, fault.Forbidden, err)
	_, err = m.Result(w.ctx(), w.task(), 0)
	require.Error(t, err, "a runner reads no result that none of its tasks needs")
}

func testDatasets(t *testing.T, w *world) {
	m := w.runner()
	list, err := w.admin.Datasets(w.ctx())
	require.NoError(t, err)
	require.Len(t, list.Datasets, 1)
	birds := list.Datasets[0]
	require.Equal(t, "birds", birds.Name)
	require.Equal(t, m.id, birds.RunnerID)
	require.Equal(t, "r1", birds.Revision)
	require.Len(t, birds.Columns, 2)

	columns := []result.Column{{Name: "a", Type: result.Integer}}
	_, err = m.PutDatasets(w.ctx(), m.id, api.DatasetsRequest{Revision: "2", Datasets: []api.DatasetOffer{
		{Name: "birds", Columns: columns, Policy: result.Rows, Revision: "r2", Reading: "utf-8, separator comma", Publish: true},
		{Name: "ants", Columns: columns, Policy: result.Aggregates, MinGroupSize: 5},
	}})
	require.NoError(t, err)
	list, err = w.admin.Datasets(w.ctx())
	require.NoError(t, err)
	found := map[string]api.Dataset{}
	for _, d := range list.Datasets {
		found[d.Name] = d
	}
	require.Len(t, found, 2)
	require.Equal(t, birds.ID, found["birds"].ID, "a dataset that is offered again keeps its id")
	require.Equal(t, "r2", found["birds"].Revision)
	require.Equal(t, "utf-8, separator comma", found["birds"].Reading)
	require.Empty(t, found["ants"].Reading)
	require.True(t, found["birds"].Publish)
	require.False(t, found["ants"].Publish, "off unless the owner says so")
	require.Equal(t, 5, found["ants"].MinGroupSize)

	other := w.runner(func(r *api.RegisterRequest) { r.Datasets = []api.DatasetOffer{} })
	_, err = other.PutDatasets(w.ctx(), m.id, api.DatasetsRequest{Datasets: []api.DatasetOffer{}})
	require.Error(t, err, "a runner speaks for itself only")
}

func testRevoke(t *testing.T, w *world) {
	m := w.runner()
	_, err := w.beat(m, 0)
	require.NoError(t, err)
	waiting := make(chan error, 1)
	go func() {
		_, err := m.Claim(w.ctx(), client.ClaimOptions{Wait: longPoll, Instance: m.instance})
		waiting <- err
	}()
	_, err = w.admin.RevokeRunner(w.ctx(), m.id)
	require.NoError(t, err)
	requireKind(t, fault.Unauthenticated, <-waiting)
	_, err = w.beat(m, 0)
	requireKind(t, fault.Unauthenticated, err)
}
