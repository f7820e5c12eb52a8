package storetest

import (
	"crypto/sha256"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// SharedName is the dataset that the tasks made here read, and that TaskAt's runner shares.
const SharedName = "penguins"

// TaskOption shapes a new task.
type TaskOption func(*store.NewTask)

// From makes the task read the output of others in place of the dataset.
func From(inputs ...uuid.UUID) TaskOption {
	return func(n *store.NewTask) {
		n.Operation, n.Inputs = operation.Filter, nil
		n.Params = json.RawMessage(`{"source": {"task": "` + inputs[0].String() + `"}}`)
		for i := range inputs {
			path := "params.source"
			if i > 0 {
				path = "params.inputs"
			}
			n.Inputs = append(n.Inputs, store.NewInput{Path: path, TaskID: &inputs[i], NeedsData: true})
		}
	}
}

// Reports makes the task an HTML report of others: it needs their results, and
// not their rows.
func Reports(inputs ...uuid.UUID) TaskOption {
	return func(n *store.NewTask) {
		From(inputs...)(n)
		n.Operation = operation.Export
		for i := range n.Inputs {
			n.Inputs[i].NeedsData = false
		}
	}
}

// Reading makes the task read the dataset with this name.
func Reading(dataset string) TaskOption {
	return func(n *store.NewTask) {
		n.Params = json.RawMessage(`{"source": {"dataset": "` + dataset + `"}}`)
		n.Inputs = []store.NewInput{{Path: "params.source", DatasetName: dataset, NeedsData: true}}
	}
}

// With changes whatever else there is to change.
func With(change func(*store.NewTask)) TaskOption { return change }

// NewTask describes a task that fetches SharedName.
func NewTask(t testing.TB, options ...TaskOption) store.NewTask {
	t.Helper()
	n := store.NewTask{
		ID: NewID(t), Name: "task", Operation: operation.Fetch, TimeoutSeconds: 3600, MaxAttempts: store.DefaultMaxAttempts,
	}
	Reading(SharedName)(&n)
	for _, option := range options {
		option(&n)
	}
	return n
}

// Task creates a task that fetches SharedName, unless the options say otherwise.
func Task(t testing.TB, db *DB, creator store.Principal, options ...TaskOption) store.Task {
	t.Helper()
	created, _, err := db.CreateTasks(t.Context(), creator, nil, []store.NewTask{NewTask(t, options...)})
	require.NoError(t, err)
	return created[0]
}

// Claim hands a runner what there is for it, up to its slots.
func Claim(t testing.TB, db *DB, runner store.Principal) []api.Assignment {
	t.Helper()
	claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: runner.ID, Limit: api.MaxClaim})
	require.NoError(t, err)
	return claim.Assignments
}

// Ping renews and confirms what the runner was given.
func Ping(t testing.TB, db *DB, runner store.Principal, held ...api.Assignment) store.Pinged {
	t.Helper()
	pinged, err := db.Renew(t.Context(), store.Ping{RunnerID: runner.ID, Activity: api.Working, Running: Running(held...)})
	require.NoError(t, err)
	return pinged
}

// Running names assignments as a ping does.
func Running(held ...api.Assignment) []api.RunningTask {
	out := make([]api.RunningTask, len(held))
	for i, a := range held {
		out[i] = api.RunningTask{TaskID: a.TaskID, Attempt: a.Attempt, LeaseToken: a.LeaseToken}
	}
	return out
}

// LeaseOf gives the lease of an assignment.
func LeaseOf(runner store.Principal, a api.Assignment) store.Lease {
	return store.Lease{RunnerID: runner.ID, TaskID: uuid.MustParse(a.TaskID), Attempt: a.Attempt, Token: a.LeaseToken}
}

// Report ends an attempt with a verdict.
func Report(t testing.TB, db *DB, runner store.Principal, a api.Assignment, outcome api.Outcome, v store.Verdict) (api.ResultAck, error) {
	t.Helper()
	hash := sha256.Sum256([]byte(string(outcome) + a.LeaseToken))
	ack, _, err := db.AcceptReport(t.Context(), store.Report{Lease: LeaseOf(runner, a), Outcome: outcome, Hash: hash[:]},
		func(*store.Task) store.Verdict { return v })
	return ack, err
}

// Success is the verdict on a result whose rows stay on the runner.
func Success(runner store.Principal) store.Verdict {
	return store.Verdict{
		State: task.Succeeded, Document: []byte(`{"version": 1, "kind": "fetch", "summary": "done"}`), OutputRunnerID: &runner.ID,
	}
}

// Failure is the verdict on an attempt that is not tried again.
func Failure() store.Verdict {
	return store.Verdict{State: task.Failed, Reason: task.OperationFailed, Message: "it did not work", UsesAttempt: true}
}

// Succeed lets the runner report success.
func Succeed(t testing.TB, db *DB, runner store.Principal, a api.Assignment) {
	t.Helper()
	_, err := Report(t, db, runner, a, api.OutcomeSucceeded, Success(runner))
	require.NoError(t, err)
}

// Fixture is a task in some state, with everybody around it.
type Fixture struct {
	Task      store.Task
	Workspace uuid.UUID
	Creator   store.Principal
	Runner    store.Principal
	// Assignment is what the runner was given, in states that follow a claim.
	Assignment api.Assignment
}

// TaskAt makes a task in the given state, in a workspace of its own.
func TaskAt(t testing.TB, db *DB, state task.State) Fixture {
	t.Helper()
	ws := Workspace(t, db)
	f := Fixture{Workspace: ws, Creator: Analyst(t, db, ws), Runner: Runner(t, db, ws, Shares(SharedName))}
	switch state {
	case task.Scheduled:
		later := time.Now().Add(24 * time.Hour)
		f.Task = Task(t, db, f.Creator, With(func(n *store.NewTask) { n.RunAt = &later }))
	case task.Blocked:
		f.Task = Task(t, db, f.Creator, From(Task(t, db, f.Creator).ID))
	default:
		f.Task = Task(t, db, f.Creator)
	}
	if !state.Waiting() {
		f.handOut(t, db, state)
	}
	var err error
	f.Task, err = db.GetTask(t.Context(), ws, f.Task.ID)
	require.NoError(t, err)
	require.Equal(t, state, f.Task.State)
	return f
}

// handOut brings a queued task to a state that follows a claim.
func (f *Fixture) handOut(t testing.TB, db *DB, state task.State) {
	t.Helper()
	given := Claim(t, db, f.Runner)
	require.Len(t, given, 1)
	f.Assignment = given[0]
	if state == task.Leased {
		return
	}
	Ping(t, db, f.Runner, f.Assignment)
	var err error
	switch state {
	case task.Succeeded:
		_, err = Report(t, db, f.Runner, f.Assignment, api.OutcomeSucceeded, Success(f.Runner))
	case task.Failed:
		_, err = Report(t, db, f.Runner, f.Assignment, api.OutcomeFailed, Failure())
	case task.Canceled:
		_, err = db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{f.Task.ID}, false)
	default:
	}
	require.NoError(t, err)
}
