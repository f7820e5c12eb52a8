package pgstore_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// at gives the state of a task.
func at(t *testing.T, db *storetest.DB, workspace, id uuid.UUID) store.Task {
	t.Helper()
	got, err := db.GetTask(t.Context(), workspace, id)
	require.NoError(t, err)
	return got
}

func TestClaim_GivesByPriorityThenTurnThenAge(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	first := storetest.Task(t, db, analyst)
	second := storetest.Task(t, db, analyst)
	urgent := storetest.Task(t, db, analyst, storetest.With(func(n *store.NewTask) { n.Priority = 5 }))
	lazy := storetest.Task(t, db, analyst, storetest.With(func(n *store.NewTask) { n.Priority = -5 }))
	runner := storetest.Runner(t, db, ws, storetest.Slots(10), storetest.Shares(storetest.SharedName))

	var got []string
	for _, a := range storetest.Claim(t, db, runner) {
		got = append(got, a.TaskID)
	}
	require.Equal(t, []string{urgent.ID.String(), first.ID.String(), second.ID.String(), lazy.ID.String()}, got)
}

func TestClaim_TakesTurnsBetweenCreators(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	busy, newcomer := storetest.Key(t, db, ws, api.Analyst, "busy"), storetest.Key(t, db, ws, api.Analyst, "newcomer")
	batch := make([]store.NewTask, 100)
	for i := range batch {
		batch[i] = storetest.NewTask(t)
	}
	_, _, err := db.CreateTasks(t.Context(), busy, nil, batch)
	require.NoError(t, err)
	late := storetest.Task(t, db, newcomer)

	runner := storetest.Runner(t, db, ws, storetest.Slots(100), storetest.Shares(storetest.SharedName))
	claim := func() api.Assignment {
		t.Helper()
		got, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: runner.ID, Limit: 1})
		require.NoError(t, err)
		require.Len(t, got.Assignments, 1)
		storetest.Ping(t, db, runner, got.Assignments...)
		return got.Assignments[0]
	}
	require.Equal(t, "busy", claim().RequestedBy)
	require.Equal(t, late.ID.String(), claim().TaskID, "the newcomer is second, not hundred and first")
	for range 30 {
		require.Equal(t, "busy", claim().RequestedBy)
	}
	again := storetest.Task(t, db, newcomer)
	got := []string{claim().TaskID, claim().TaskID}
	require.Contains(t, got, again.ID.String(), "who comes back joins the round where it is now")
}

func TestClaim_TakesTurnsWithACreatorWhoAsksForOneThingAfterAnother(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	patient, eager := storetest.Key(t, db, ws, api.Analyst, "patient"), storetest.Key(t, db, ws, api.Analyst, "eager")
	for range 10 {
		storetest.Task(t, db, patient)
	}
	runner := storetest.Runner(t, db, ws, storetest.Shares(storetest.SharedName))
	given := map[string]int{}
	for range 10 {
		if db.Count(t, "SELECT count(*) FROM tasks WHERE created_by = 'eager' AND state = 'queued'") == 0 {
			storetest.Task(t, db, eager)
		}
		got := storetest.Claim(t, db, runner)
		require.Len(t, got, 1)
		given[got[0].RequestedBy]++
		storetest.Succeed(t, db, runner, got[0])
	}
	require.Equal(t, map[string]int{"patient": 5, "eager": 5}, given)
}

func TestClaim_GivesTwoActingUsersOfOneKeyTheirTurns(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	site := storetest.Key(t, db, ws, api.Analyst, "site")
	site.ActingUser = "1;Ani"
	storetest.Task(t, db, site)
	storetest.Task(t, db, site)
	site.ActingUser = "2;Budi"
	storetest.Task(t, db, site)
	runner := storetest.Runner(t, db, ws, storetest.Slots(3), storetest.Shares(storetest.SharedName))
	var got []string
	for _, a := range storetest.Claim(t, db, runner) {
		got = append(got, a.RequestedBy)
	}
	require.Equal(t, []string{"Ani via site", "Budi via site", "Ani via site"}, got)
}

func TestClaim_NeverExceedsTheFreeSlots(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	for range 5 {
		storetest.Task(t, db, analyst)
	}
	runner := storetest.Runner(t, db, ws, storetest.Slots(2), storetest.Shares(storetest.SharedName))
	held := storetest.Claim(t, db, runner)
	require.Len(t, held, 2)
	storetest.Ping(t, db, runner, held...)
	require.Empty(t, storetest.Claim(t, db, runner), "both slots are taken")

	// A canceled task keeps its slot until the runner has stopped it.
	_, err := db.CancelTasks(t.Context(), ws, []uuid.UUID{uuid.MustParse(held[0].TaskID)}, false)
	require.NoError(t, err)
	require.Empty(t, storetest.Claim(t, db, runner))
	_, err = storetest.Report(t, db, runner, held[0], api.OutcomeCanceled, store.Verdict{})
	require.NoError(t, err)
	require.Len(t, storetest.Claim(t, db, runner), 1)
}

func TestClaim_NeverExceedsTheFreeSlotsOfARunnerThatAsksSeveralTimesAtOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	creator := storetest.Analyst(t, db, ws)
	for range 20 {
		storetest.Task(t, db, creator)
	}
	runner := storetest.Runner(t, db, ws, storetest.Slots(2), storetest.Shares(storetest.SharedName))
	const askers = 8
	errs := make([]error, askers)
	var wg sync.WaitGroup
	for i := range askers {
		wg.Go(func() { _, errs[i] = db.Claim(t.Context(), store.ClaimRequest{RunnerID: runner.ID, Limit: 2}) })
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, 2, db.Count(t, "SELECT count(*) FROM tasks WHERE state = 'leased'"))
}

func TestClaim_GivesEachTaskToOneOfManyRunnersAtOnce(t *testing.T) {
	t.Parallel()
	const runners, tasks = 12, 60
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	for range tasks {
		storetest.Task(t, db, analyst)
	}
	var mu sync.Mutex
	holders := map[string]uuid.UUID{}
	var wg sync.WaitGroup
	for range runners {
		runner := storetest.Runner(t, db, ws, storetest.Slots(tasks), storetest.Shares(storetest.SharedName))
		wg.Go(func() {
			for {
				claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: runner.ID, Limit: 3})
				if err != nil {
					t.Errorf("claim: %v", err)
					return
				}
				mu.Lock()
				for _, a := range claim.Assignments {
					if other, taken := holders[a.TaskID]; taken {
						t.Errorf("%s went to %s and %s", a.TaskID, other, runner.ID)
					}
					holders[a.TaskID] = runner.ID
				}
				all := len(holders) == tasks
				mu.Unlock()
				if all || len(claim.Assignments) == 0 {
					return
				}
				if _, err := db.Renew(t.Context(), store.Ping{
					RunnerID: runner.ID, Activity: api.Working, Running: storetest.Running(claim.Assignments...),
				}); err != nil {
					t.Errorf("ping: %v", err)
				}
			}
		})
	}
	wg.Wait()
	// A claim may come away empty-handed while others hold locks on what is left.
	left := storetest.Claim(t, db, storetest.Runner(t, db, ws, storetest.Slots(tasks), storetest.Shares(storetest.SharedName)))
	require.Equal(t, tasks, len(holders)+len(left))
}

func TestClaim_PassesOverWhatAnotherTransactionIsAt(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Queued)
	next := storetest.Task(t, db, f.Creator)
	db.Lock(t, f.Task.ID)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	claim, err := db.Claim(ctx, store.ClaimRequest{RunnerID: f.Runner.ID, Limit: 1})
	require.NoError(t, err, "it waits for nobody")
	require.Len(t, claim.Assignments, 1)
	require.Equal(t, next.ID.String(), claim.Assignments[0].TaskID)
}

func TestClaim_HonoursWhatTheTaskAsksFor(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	good := storetest.Runner(t, db, ws, storetest.Slots(50), storetest.Shares(storetest.SharedName), storetest.Label("site", "bandung"))
	other := storetest.Dataset(t, db, ws, good.ID, "other", "[]", "rows")
	cases := []struct {
		name   string
		task   storetest.TaskOption
		runner store.Principal
		want   bool
	}{
		{"DatasetByName", storetest.Reading(storetest.SharedName), good, true},
		{"DatasetNotShared", storetest.Reading("secret"), good, false},
		{"DatasetByID", storetest.With(func(n *store.NewTask) { n.Inputs[0].DatasetID = &other }), good, true},
		{"DatasetByIDOfAnother", storetest.With(func(n *store.NewTask) { n.Inputs[0].DatasetID = &ws }), good, false},
		{"Label", storetest.With(func(n *store.NewTask) { n.Labels = map[string]string{"site": "bandung"} }), good, true},
		{"LabelOfOtherValue", storetest.With(func(n *store.NewTask) { n.Labels = map[string]string{"site": "solo"} }), good, false},
		{"Pinned", storetest.With(func(n *store.NewTask) { n.PinnedRunnerID = &good.ID }), good, true},
		{"PinnedToAnother", storetest.With(func(n *store.NewTask) { n.PinnedRunnerID = &ws }), good, false},
		{"OperationItCannotDo", storetest.Reading("narrow"), storetest.Runner(t, db, ws, storetest.Shares("narrow"), storetest.Does(300)), false},
		{"ItsTimeHasNotCome", storetest.With(func(n *store.NewTask) { n.RunAt = later() }), good, false},
	}
	for _, c := range cases {
		// One after the other: they share a runner.
		created := storetest.Task(t, db, analyst, c.task)
		claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: c.runner.ID, Limit: 1, TaskID: &created.ID})
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, len(claim.Assignments) == 1, c.name)
		storetest.Ping(t, db, c.runner, claim.Assignments...)
		_, err = db.CancelTasks(t.Context(), ws, []uuid.UUID{created.ID}, true)
		require.NoError(t, err)
	}
}

func later() *time.Time {
	at := time.Now().Add(time.Hour)
	return &at
}

func TestClaim_TellsTheRunnerWhatItsInputsAre(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Succeeded)
	filter := storetest.Task(t, db, f.Creator, storetest.From(f.Task.ID))
	claim := storetest.Claim(t, db, f.Runner)
	require.Len(t, claim, 1)
	require.Equal(t, filter.ID.String(), claim[0].TaskID)
	require.Equal(t, []api.Input{{
		Path: "params.source", Name: f.Task.Name, TaskID: f.Task.ID.String(), Attempt: 1,
		RunnerID: f.Runner.ID.String(), OperationCode: 100,
	}}, claim[0].Inputs)
	require.Equal(t, 60, claim[0].LeaseSeconds)

	require.Len(t, f.Assignment.Inputs, 1)
	require.Equal(t, storetest.SharedName, f.Assignment.Inputs[0].Name)
	require.NotEmpty(t, f.Assignment.Inputs[0].DatasetID, "a name becomes the runner's own dataset")
}

func TestClaim_GivesNothingToRunnersThatMayNotWork(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"Pending": "state = 'pending'", "Paused": "paused = true", "Unconfirmed": "unconfirmed = 2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.Open(t)
			f := storetest.TaskAt(t, db, task.Queued)
			db.Exec(t, "UPDATE runners SET "+change+" WHERE id = $1", f.Runner.ID)
			require.Empty(t, storetest.Claim(t, db, f.Runner))
			storetest.Ping(t, db, f.Runner)
			require.Equal(t, name == "Unconfirmed", len(storetest.Claim(t, db, f.Runner)) == 1, "a ping helps only who was silent")
		})
	}
	t.Run("Revoked", func(t *testing.T) {
		t.Parallel()
		db := storetest.Open(t)
		f := storetest.TaskAt(t, db, task.Queued)
		require.NoError(t, db.RevokeRunner(t.Context(), f.Workspace, f.Runner.ID))
		_, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: f.Runner.ID, Limit: 1})
		require.True(t, fault.HasCode(err, api.CodeRunnerRevoked) && fault.Is(err, fault.Unauthenticated), "got %v", err)
	})
}

func TestClaim_StaysInItsWorkspace(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Queued)
	stranger := storetest.Runner(t, db, storetest.Workspace(t, db), storetest.Shares(storetest.SharedName))
	require.Empty(t, storetest.Claim(t, db, stranger))
	claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: stranger.ID, Limit: 1, TaskID: &f.Task.ID})
	require.NoError(t, err)
	require.Empty(t, claim.Assignments)
}

func TestClaim_RepeatsWhatWasNotConfirmedWithTheSameToken(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Leased)
	storetest.Task(t, db, f.Creator)
	require.Equal(t, []api.Assignment{f.Assignment}, storetest.Claim(t, db, f.Runner), "the answer may have been lost")
	storetest.Ping(t, db, f.Runner, f.Assignment)
	require.Empty(t, storetest.Claim(t, db, f.Runner), "it is confirmed, and the only slot taken")
	require.Equal(t, task.Running, at(t, db, f.Workspace, f.Task.ID).State)
}

func TestClaim_FindsItsTaskBehindThousandsThatAreForOthers(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	ws := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, ws)
	batch := make([]store.NewTask, 3000)
	for i := range batch {
		batch[i] = storetest.NewTask(t, storetest.Reading("elsewhere"))
	}
	_, _, err := db.CreateTasks(t.Context(), analyst, nil, batch)
	require.NoError(t, err)
	mine := storetest.Task(t, db, analyst)
	claim := storetest.Claim(t, db, storetest.Runner(t, db, ws, storetest.Shares(storetest.SharedName)))
	require.Len(t, claim, 1)
	require.Equal(t, mine.ID.String(), claim[0].TaskID)
}
