package pgstore_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/task"
)

// machine drives the store at random, and knows nothing but what callers know:
// ids, and every assignment that was ever handed out, stale ones among them.
type machine struct {
	t         *testing.T
	db        *storetest.DB
	workspace uuid.UUID
	creators  []store.Principal
	runners   []store.Principal
	tasks     []uuid.UUID
	given     []gift
	// ended is the state in which a task was first seen to have ended.
	ended map[uuid.UUID]string
}

type gift struct {
	runner     store.Principal
	assignment api.Assignment
}

func newMachine(t *testing.T, db *storetest.DB) *machine {
	ws := storetest.Workspace(t, db)
	m := &machine{t: t, db: db, workspace: ws, ended: map[uuid.UUID]string{}}
	for i := range 2 {
		m.creators = append(m.creators, storetest.Key(t, db, ws, api.Analyst, fmt.Sprint("analyst ", i)))
		m.runners = append(m.runners, storetest.Runner(t, db, ws, storetest.Slots(1+2*i), storetest.Shares(storetest.SharedName)))
	}
	return m
}

func TestStore_KeepsItsPromisesUnderRandomUse(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := newMachine(t, db)
		actions := map[string]func(*rapid.T){
			"create": m.create, "claim": m.claim, "ping": m.ping, "report": m.report,
			"cancel": m.cancel, "age": m.age, "restart": m.restart, "": m.check,
		}
		rt.Repeat(actions)
	})
}

func (m *machine) create(rt *rapid.T) {
	options := []storetest.TaskOption{storetest.With(func(n *store.NewTask) {
		n.Priority = rapid.IntRange(-1, 1).Draw(rt, "priority")
		n.MaxAttempts = rapid.IntRange(1, 2).Draw(rt, "max_attempts")
		if rapid.IntRange(0, 9).Draw(rt, "scheduled") == 0 {
			n.RunAt = later()
		}
	})}
	if len(m.tasks) > 0 && rapid.Bool().Draw(rt, "has input") {
		options = append(options, storetest.From(rapid.SampledFrom(m.tasks).Draw(rt, "input")))
	}
	creator := rapid.SampledFrom(m.creators).Draw(rt, "creator")
	created, _, err := m.db.CreateTasks(m.t.Context(), creator, nil, []store.NewTask{storetest.NewTask(m.t, options...)})
	if err != nil {
		return // its input has failed
	}
	m.tasks = append(m.tasks, created[0].ID)
}

func (m *machine) claim(rt *rapid.T) {
	runner := rapid.SampledFrom(m.runners).Draw(rt, "runner")
	for _, a := range storetest.Claim(m.t, m.db, runner) {
		m.given = append(m.given, gift{runner, a})
	}
}

// some draws one of the assignments that were ever handed out.
func (m *machine) some(rt *rapid.T) gift {
	if len(m.given) == 0 {
		rt.Skip("nothing was handed out")
	}
	return rapid.SampledFrom(m.given).Draw(rt, "assignment")
}

func (m *machine) ping(rt *rapid.T) {
	g := m.some(rt)
	storetest.Ping(m.t, m.db, g.runner, g.assignment)
}

func (m *machine) report(rt *rapid.T) {
	g := m.some(rt)
	outcome := rapid.SampledFrom([]api.Outcome{
		api.OutcomeSucceeded, api.OutcomeSucceeded, api.OutcomeFailed, api.OutcomeReleased, api.OutcomeCanceled,
	}).Draw(rt, "outcome")
	retry := rapid.Bool().Draw(rt, "retryable")
	hash := sha256.Sum256(fmt.Append(nil, outcome, retry, g.assignment.LeaseToken))
	report := store.Report{Lease: storetest.LeaseOf(g.runner, g.assignment), Outcome: outcome, Hash: hash[:]}
	_, _, err := m.db.AcceptReport(m.t.Context(), report, func(t *store.Task) store.Verdict {
		switch {
		case outcome == api.OutcomeSucceeded:
			return storetest.Success(g.runner)
		case outcome == api.OutcomeFailed && retry && t.AttemptsUsed+1 < t.MaxAttempts:
			return store.Verdict{State: task.Queued, Reason: task.OutOfMemory, UsesAttempt: true}
		case outcome == api.OutcomeFailed:
			return storetest.Failure()
		default:
			return store.Verdict{State: task.Queued, Reason: task.RunnerStopping}
		}
	})
	_ = err // most reports come from stale assignments
}

func (m *machine) cancel(rt *rapid.T) {
	if len(m.tasks) == 0 {
		rt.Skip("no task")
	}
	_, err := m.db.CancelTasks(m.t.Context(), m.workspace, []uuid.UUID{rapid.SampledFrom(m.tasks).Draw(rt, "task")}, true)
	require.NoError(m.t, err)
}

// age lets time pass for one task, and then lets the periodic work run.
func (m *machine) age(rt *rapid.T) {
	if len(m.tasks) == 0 {
		rt.Skip("no task")
	}
	d := rapid.SampledFrom([]time.Duration{20 * time.Second, 2 * time.Minute, 2 * time.Hour, 40 * 24 * time.Hour}).Draw(rt, "passes")
	m.db.Age(m.t, rapid.SampledFrom(m.tasks).Draw(rt, "task"), d)
	_, err := m.db.TakeBack(m.t.Context())
	require.NoError(m.t, err)
	_, _, err = m.db.StartDue(m.t.Context())
	require.NoError(m.t, err)
	_, _, err = m.db.EndOverdue(m.t.Context())
	require.NoError(m.t, err)
}

func (m *machine) restart(rt *rapid.T) {
	runner := rapid.SampledFrom(m.runners).Draw(rt, "runner")
	_, err := m.db.Renew(m.t.Context(), store.Ping{RunnerID: runner.ID, InstanceID: uuid.NewString(), Activity: api.Idle})
	require.NoError(m.t, err)
}

// promises are queries that must find nothing in a workspace.
var promises = map[string]string{
	"a task's state is that of its last event": `
		SELECT t.id FROM tasks t WHERE workspace_id = $1 AND state <> (
			SELECT e.state FROM task_events e WHERE e.task_id = t.id AND e.type <> 'stage' ORDER BY e.id DESC LIMIT 1)`,
	"a task ends at most once": `
		SELECT task_id FROM task_events WHERE workspace_id = $1 AND type IN ('succeeded', 'failed', 'canceled')
		GROUP BY task_id HAVING count(*) > 1`,
	"a task has a result exactly if it succeeded": `
		SELECT t.id FROM tasks t LEFT JOIN results r ON r.task_id = t.id
		WHERE workspace_id = $1 AND (t.state = 'succeeded') <> (r.task_id IS NOT NULL)`,
	"an attempt is open exactly for a lease, or for what is still to stop": `
		SELECT a.task_id FROM attempts a JOIN tasks t ON t.id = a.task_id
		WHERE t.workspace_id = $1 AND a.ended_at IS NULL AND NOT (a.attempt = t.attempt AND (
			(t.state IN ('leased', 'running') AND a.lease_token = t.lease_token AND a.runner_id = t.lease_runner_id)
			OR t.state = 'canceled'))
		UNION SELECT t.id FROM tasks t WHERE t.workspace_id = $1 AND t.state IN ('leased', 'running') AND NOT EXISTS (
			SELECT FROM attempts a WHERE a.task_id = t.id AND a.attempt = t.attempt AND a.ended_at IS NULL)`,
	"a runner never holds more than its slots": `
		SELECT r.id FROM runners r WHERE r.workspace_id = $1 AND r.slots <
			(SELECT count(*) FROM tasks t WHERE t.lease_runner_id = r.id)`,
	"nothing is blocked whose inputs have all ended": `
		SELECT t.id FROM tasks t WHERE t.workspace_id = $1 AND t.state = 'blocked' AND NOT EXISTS (
			SELECT FROM task_inputs i JOIN tasks n ON n.id = i.input_task_id WHERE i.task_id = t.id AND n.finished_at IS NULL)`,
	"nothing waits for what has failed": `
		SELECT t.id FROM tasks t JOIN task_inputs i ON i.task_id = t.id JOIN tasks n ON n.id = i.input_task_id
		WHERE t.workspace_id = $1 AND t.finished_at IS NULL AND n.state IN ('failed', 'canceled')`,
	"tokens are never used twice": `
		SELECT t.id FROM attempts a JOIN tasks t ON t.id = a.task_id WHERE t.workspace_id = $1
		AND EXISTS (SELECT FROM attempts b WHERE b.lease_token = a.lease_token AND (b.task_id, b.attempt) <> (a.task_id, a.attempt))`,
}

func (m *machine) check(rt *rapid.T) {
	for promise, query := range promises {
		if n := m.db.Count(m.t, "SELECT count(*) FROM ("+query+") AS broken", m.workspace); n > 0 {
			rt.Fatalf("broken: %s (%d)", promise, n)
		}
	}
	for _, id := range m.tasks {
		m.checkHistory(rt, id)
	}
}

// checkHistory walks a task's events along the table of transitions, and sees
// that what has ended stays as it ended.
func (m *machine) checkHistory(rt *rapid.T, id uuid.UUID) {
	events, err := m.db.ListEvents(m.t.Context(), id)
	require.NoError(m.t, err)
	before := events[0].State
	if events[0].Type != api.EventCreated {
		rt.Fatalf("%s begins with %s", id, events[0].Type)
	}
	for _, e := range events[1:] {
		if e.Type == api.EventStage || e.Type == api.EventStopped {
			continue
		}
		if err := task.CheckTransition(before, e.State); err != nil {
			rt.Fatalf("%s: %v", id, err)
		}
		before = e.State
	}
	if end, ok := m.ended[id]; ok && end != string(before) {
		rt.Fatalf("%s ended as %s and is %s now", id, end, before)
	}
	if before.Final() {
		m.ended[id] = string(before)
	}
}
