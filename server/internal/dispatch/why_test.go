package dispatch_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/operation"
	"ddap/shared/task"
)

func TestWhy_NamesTheFirstConditionThatNoRunnerMeets(t *testing.T) {
	t.Parallel()
	id, dataset := uuid.New(), uuid.New()
	byName := store.Requirement{Operation: operation.Fetch, DatasetNames: []string{"penguins"}}
	report := store.Requirement{Operation: operation.Export}
	labeled := byName
	labeled.Labels = map[string]string{"site": "solo"}
	runner := func(change func(*store.Candidate)) store.Candidate {
		r := store.Candidate{
			ID: id, State: api.RunnerActive, Activity: api.Idle, Online: true, Operations: []int{100, 400},
			DatasetNames: []string{"penguins"}, DatasetIDs: []uuid.UUID{dataset}, Slots: 1, Labels: map[string]string{},
		}
		change(&r)
		return r
	}
	good := runner(func(*store.Candidate) {})
	busy := runner(func(r *store.Candidate) { r.Busy = 1 })
	offline := runner(func(r *store.Candidate) { r.Online = false })
	paused := runner(func(r *store.Candidate) { r.Paused = true })
	stranger := runner(func(r *store.Candidate) { r.ID, r.DatasetNames, r.DatasetIDs = uuid.New(), nil, nil })

	cases := []struct {
		name  string
		need  store.Requirement
		fleet []store.Candidate
		want  task.Reason
	}{
		{"NoRunnerAtAll", byName, nil, task.NoRunnerHasDataset},
		{"NobodyHasTheName", byName, []store.Candidate{stranger}, task.NoRunnerHasDataset},
		{"NobodyHasTheID", store.Requirement{Operation: operation.Fetch, DatasetIDs: []uuid.UUID{uuid.New()}}, []store.Candidate{good}, task.NoRunnerHasDataset},
		{"TheOneRunnerIsGone", store.Requirement{Operation: operation.Fetch, RunnerID: &dataset}, []store.Candidate{good}, task.NoRunnerHasDataset},
		{"ItsOwnerIsNotApprovedYet", byName, []store.Candidate{runner(func(r *store.Candidate) { r.State = api.RunnerPending })}, task.RunnersPending},
		{"NobodyDoesReports", report, []store.Candidate{runner(func(r *store.Candidate) { r.Operations = []int{100} })}, task.NoRunnerForOperation},
		{"NobodyForAReport", report, nil, task.NoRunnerForOperation},
		{"TheHolderCannotDoIt", store.Requirement{Operation: operation.Analyze, DatasetNames: []string{"penguins"}}, []store.Candidate{good}, task.NoRunnerForOperation},
		{"NobodyHasTheLabel", labeled, []store.Candidate{good}, task.NoRunnerMatchesLabels},
		{"TheLabelHasAnotherValue", labeled, []store.Candidate{runner(func(r *store.Candidate) { r.Labels = map[string]string{"site": "bandung"} })}, task.NoRunnerMatchesLabels},
		{"AllOffline", byName, []store.Candidate{offline, stranger}, task.RunnersOffline},
		{"Stopping", byName, []store.Candidate{runner(func(r *store.Candidate) { r.Activity = api.Stopping })}, task.RunnersOffline},
		{"PausedByAnOperator", byName, []store.Candidate{paused, offline}, task.RunnersPaused},
		{"PausedByItsOwner", byName, []store.Candidate{runner(func(r *store.Candidate) { r.Activity = api.Paused })}, task.RunnersPaused},
		{"Drained", byName, []store.Candidate{runner(func(r *store.Candidate) { r.Drained = true }), offline}, task.RunnersDrained},
		{"TooOld", byName, []store.Candidate{runner(func(r *store.Candidate) { r.TooOld = true }), offline}, task.RunnersTooOld},
		{"AllBusy", byName, []store.Candidate{busy, paused, offline, stranger}, task.RunnersBusy},
		{"OneIsFree", byName, []store.Candidate{busy, good}, task.WaitingForRunner},
		{"OneIsFreeByID", store.Requirement{Operation: operation.Fetch, DatasetIDs: []uuid.UUID{dataset}, RunnerID: &id}, []store.Candidate{good}, task.WaitingForRunner},
		{"AnybodyForAReport", report, []store.Candidate{stranger}, task.WaitingForRunner},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, dispatch.Why(&c.need, c.fleet))
		})
	}
}
