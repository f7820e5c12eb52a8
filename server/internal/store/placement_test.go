package store_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/store"
	"ddap/shared/task"
)

func TestPlace_FollowsTimeInputsAndRows(t *testing.T) {
	t.Parallel()
	now := time.Now()
	here, there := uuid.New(), uuid.New()
	need := func(state task.State, where *uuid.UUID, data bool) store.Need {
		return store.Need{Input: store.InputTask{ID: uuid.New(), Name: "input", State: state, OutputRunnerID: where}, NeedsData: data}
	}
	revoked := need(task.Succeeded, &here, true)
	revoked.Input.RunnerRevoked = true
	future, past := now.Add(time.Hour), now.Add(-time.Hour)
	cases := []struct {
		name   string
		runAt  *time.Time
		pinned *uuid.UUID
		needs  []store.Need
		state  task.State
		reason task.Reason
		runner *uuid.UUID
	}{
		{"AtOnce", nil, nil, nil, task.Queued, task.WaitingForRunner, nil},
		{"AtOnceOnOneRunner", nil, &here, nil, task.Queued, task.WaitingForRunner, &here},
		{"Later", &future, nil, nil, task.Scheduled, task.WaitingForTime, nil},
		{"LaterAndOpenInput", &future, nil, []store.Need{need(task.Running, nil, true)}, task.Scheduled, task.WaitingForTime, nil},
		{"TimeHasCome", &past, nil, nil, task.Queued, task.WaitingForRunner, nil},
		{"OpenInput", &past, nil, []store.Need{need(task.Queued, nil, true), need(task.Succeeded, &here, true)}, task.Blocked, task.WaitingForInput, nil},
		{"RowsAreThere", nil, nil, []store.Need{need(task.Succeeded, &there, true)}, task.Queued, task.WaitingForRunner, &there},
		{"RowsOfTwoInputsTogether", nil, nil, []store.Need{need(task.Succeeded, &there, true), need(task.Succeeded, &there, true)}, task.Queued, task.WaitingForRunner, &there},
		{"RowsApart", nil, nil, []store.Need{need(task.Succeeded, &here, true), need(task.Succeeded, &there, true)}, task.Failed, task.InputsOnDifferentRunners, nil},
		{"RowsNotWhereItIsPinned", nil, &here, []store.Need{need(task.Succeeded, &there, true)}, task.Failed, task.InputsOnDifferentRunners, nil},
		{"DocumentsApart", nil, nil, []store.Need{need(task.Succeeded, &here, false), need(task.Succeeded, &there, false)}, task.Queued, task.WaitingForRunner, nil},
		{"NoRows", nil, nil, []store.Need{need(task.Succeeded, nil, true)}, task.Failed, task.InputLost, nil},
		{"RunnerOfTheRowsGone", nil, nil, []store.Need{revoked}, task.Failed, task.InputLost, nil},
		{"InputDeleted", nil, nil, []store.Need{{NeedsData: true}}, task.Failed, task.InputLost, nil},
		{"InputFailed", nil, nil, []store.Need{need(task.Running, nil, true), need(task.Failed, nil, true)}, task.Failed, task.InputFailed, nil},
		{"InputCanceledBeforeItsTime", &future, nil, []store.Need{need(task.Canceled, nil, false)}, task.Failed, task.InputFailed, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := store.Place(c.runAt, now, c.pinned, c.needs)
			require.Equal(t, c.state, p.State)
			require.Equal(t, c.reason, p.Reason)
			require.Equal(t, c.runner, p.RunnerID)
			require.Equal(t, p.State == task.Failed, p.Message != "")
		})
	}
}

func TestAnchor_OfARequirementIsAmongThoseOfEveryRunnerThatMeetsIt(t *testing.T) {
	t.Parallel()
	id, dataset := uuid.New(), uuid.New()
	r := store.Candidate{ID: id, Operations: []int{100}, DatasetNames: []string{"a", "b"}, DatasetIDs: []uuid.UUID{dataset}}
	for _, q := range []store.Requirement{
		{Operation: 100},
		{Operation: 100, RunnerID: &id},
		{Operation: 100, DatasetNames: []string{"b"}},
		{Operation: 100, DatasetNames: []string{"a", "b"}, DatasetIDs: []uuid.UUID{dataset}},
		{Operation: 100, DatasetIDs: []uuid.UUID{dataset}, RunnerID: &id},
	} {
		require.True(t, r.Meets(&q))
		require.Contains(t, r.Anchors(), q.Anchor())
	}
	other := uuid.New()
	for _, q := range []store.Requirement{
		{Operation: 200},
		{Operation: 100, RunnerID: &other},
		{Operation: 100, DatasetNames: []string{"a", "c"}},
		{Operation: 100, DatasetIDs: []uuid.UUID{other}},
		{Operation: 100, Labels: map[string]string{"x": ""}},
		{Operation: 100, WorkspaceID: other},
	} {
		require.False(t, r.Meets(&q))
	}
}

func TestPrincipal_ReadsAsPeopleKnowIt(t *testing.T) {
	t.Parallel()
	for acting, want := range map[string]string{"": "site", "7;Sari": "Sari via site", "7;": "7 via site", "7": "7 via site", "7;A;B": "A;B via site"} {
		p := store.Principal{Name: "site", ActingUser: acting}
		require.Equal(t, want, p.Creator())
		if acting != "" {
			require.Equal(t, "7", p.ActingID())
		}
	}
}
