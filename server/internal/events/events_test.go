package events_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/events"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const patience = 20 * time.Second

func newService(s *pgstore.Store) *events.Service {
	return events.New(s, nil, 0, slog.New(slog.DiscardHandler))
}

func follow(t *testing.T, s *events.Service, p store.Principal, after string, filter events.Filter) *events.Follower {
	t.Helper()
	f, err := s.Follow(t.Context(), p, after, filter)
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

func next(t *testing.T, f *events.Follower) api.StreamEvent {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	e, err := f.Next(ctx)
	require.NoError(t, err)
	return e
}

// quiet demands that nothing more has come for f.
func quiet(t *testing.T, f *events.Follower) {
	t.Helper()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	e, err := f.Next(done)
	for err == nil {
		require.Failf(t, "one event too many", "%+v", e)
	}
	require.ErrorIs(t, err, context.Canceled)
}

func TestService_Follow_GoesOnBehindTheLastEvent(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	analyst := storetest.Analyst(t, db, storetest.Workspace(t, db))
	service := newService(db.Store)

	f := follow(t, service, analyst, "", events.Filter{})
	require.Equal(t, api.StreamReady, next(t, f).Type)
	first := storetest.Task(t, db, analyst)
	db.Settle(t)
	require.NoError(t, service.Pass(t.Context()))
	seen := next(t, f)
	require.Equal(t, "task.created", seen.Type)
	require.Equal(t, first.ID.String(), seen.SubjectID)
	f.Close()

	second := storetest.Task(t, db, analyst)
	again := follow(t, service, analyst, seen.ID, events.Filter{})
	ready := next(t, again)
	require.Equal(t, api.StreamReady, ready.Type)
	require.Equal(t, seen.ID, ready.ID)
	require.Equal(t, second.ID.String(), next(t, again).SubjectID)
	third := storetest.Task(t, db, analyst)
	db.Settle(t)
	require.NoError(t, service.Pass(t.Context()))
	require.Equal(t, third.ID.String(), next(t, again).SubjectID)
	quiet(t, again)
}

// Three servers on one database, tasks that run meanwhile, and a client that is
// cut again and again and comes back to another server: it sees every event once.
func TestService_Follow_MissesAndDoublesNothingAcrossServers(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	analyst := storetest.Analyst(t, db, storetest.Workspace(t, db))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var servers []*events.Service
	for range 3 {
		s := newService(db.Another(t))
		servers = append(servers, s)
		go func() { _ = s.Run(ctx) }()
	}
	last := next(t, follow(t, servers[0], analyst, "", events.Filter{})).ID

	const writers, each = 3, 25
	failed := make(chan error, writers)
	for range writers {
		go func() {
			for range each {
				_, _, err := db.CreateTasks(ctx, analyst, nil, []store.NewTask{storetest.NewTask(t)})
				if err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	seen := map[string]int{}
	for cut := 0; len(seen) < writers*each; cut++ {
		f := follow(t, servers[cut%len(servers)], analyst, last, events.Filter{})
		require.Equal(t, last, next(t, f).ID)
		for range 7 {
			if len(seen) == writers*each {
				break
			}
			e := next(t, f)
			require.Equal(t, "task.created", e.Type)
			seen[e.SubjectID]++
			last = e.ID
		}
		f.Close()
	}
	for range writers {
		require.NoError(t, <-failed)
	}
	for id, times := range seen {
		require.Equal(t, 1, times, "task %s", id)
	}
}

func TestService_Follow_SaysResetWhereEventsAreGone(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	analyst, runner := storetest.Analyst(t, db, workspace), storetest.Runner(t, db, workspace)
	service := newService(db.Store)
	before := follow(t, service, analyst, "", events.Filter{})
	old := next(t, before).ID
	before.Close()
	require.NoError(t, db.SteerRunner(t.Context(), workspace, runner.ID, store.Steering{Paused: new(true)}))
	removed, err := db.ForgetEvents(t.Context(), 0, 100)
	require.NoError(t, err)
	require.Equal(t, 1, removed)

	f := follow(t, service, analyst, old, events.Filter{})
	reset := next(t, f)
	require.Equal(t, api.StreamReset, reset.Type)
	created := storetest.Task(t, db, analyst)
	db.Settle(t)
	require.NoError(t, service.Pass(t.Context()))
	e := next(t, f)
	for e.SubjectKind != store.SubjectTask {
		e = next(t, f)
	}
	require.Equal(t, created.ID.String(), e.SubjectID)

	_, err = service.Follow(t.Context(), analyst, "nonsense", events.Filter{})
	require.True(t, fault.Is(err, fault.Invalid), "got %v", err)
}

func TestService_Follow_KeepsToWorkspaceAndFilter(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	analyst, stranger := storetest.Analyst(t, db, workspace), storetest.Analyst(t, db, storetest.Workspace(t, db))
	runner := storetest.Runner(t, db, workspace)
	service := newService(db.Store)
	wanted := storetest.Task(t, db, analyst)
	followers := map[string]*events.Follower{
		"stranger": follow(t, service, stranger, "", events.Filter{}),
		"task":     follow(t, service, analyst, "", events.Filter{TaskID: &wanted.ID}),
		"runners":  follow(t, service, analyst, "", events.Filter{Types: []string{"runner"}}),
	}
	for _, f := range followers {
		require.Equal(t, api.StreamReady, next(t, f).Type)
	}
	storetest.Task(t, db, analyst)
	_, err := db.CancelTasks(t.Context(), workspace, []uuid.UUID{wanted.ID}, false)
	require.NoError(t, err)
	require.NoError(t, db.SteerRunner(t.Context(), workspace, runner.ID, store.Steering{Paused: new(true)}))
	db.Settle(t)
	require.NoError(t, service.Pass(t.Context()))

	e := next(t, followers["task"])
	for e.Type == "task.created" {
		e = next(t, followers["task"])
	}
	require.Equal(t, "task.canceled", e.Type)
	require.Equal(t, "runner.paused", next(t, followers["runners"]).Type)
	for name, f := range followers {
		t.Log(name)
		quiet(t, f)
	}
}

func TestService_Follow_LetsGoOfWhoDoesNotKeepUp(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	analyst := storetest.Analyst(t, db, workspace)
	service := newService(db.Store)
	slow := follow(t, service, analyst, "", events.Filter{})
	quick := follow(t, service, analyst, "", events.Filter{Types: []string{"test.last"}})
	db.Exec(t, fmt.Sprintf(`INSERT INTO fleet_events (workspace_id, type, subject_kind, subject_id)
		SELECT '%s', 'test.many', 'test', '%s' FROM generate_series(1, 5000)`, workspace, uuid.Nil))
	got := make(chan api.StreamEvent, 1)
	go func() {
		for {
			e, err := quick.Next(t.Context())
			if err != nil || e.Type == "test.last" {
				got <- e
				return
			}
		}
	}()
	require.Eventually(t, func() bool {
		db.Settle(t)
		require.NoError(t, service.Pass(t.Context()))
		return service.Followers() < 2
	}, patience, 10*time.Millisecond)
	var err error
	for seen := 0; err == nil; seen++ {
		require.Less(t, seen, 5000, "it should have been cut off")
		_, err = slow.Next(t.Context())
	}
	require.ErrorIs(t, err, events.ErrTooSlow)
	db.Exec(t, fmt.Sprintf(`INSERT INTO fleet_events (workspace_id, type, subject_kind, subject_id) VALUES ('%s', 'test.last', 'test', '%s')`, workspace, uuid.Nil))
	for waiting := true; waiting; {
		db.Settle(t)
		require.NoError(t, service.Pass(t.Context()))
		select {
		case e := <-got:
			// A machine that is busy may have been too slow for the quick one as well; it must never hang.
			require.Contains(t, []string{"test.last", ""}, e.Type)
			waiting = false
		default:
		}
	}
}

func TestService_PassProgress_TellsWhatChanged(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, "running")
	analyst := storetest.Analyst(t, db, f.Task.WorkspaceID)
	service := newService(db.Store)
	follower := follow(t, service, analyst, "", events.Filter{TaskID: &f.Task.ID})
	require.Equal(t, api.StreamReady, next(t, follower).Type)
	db.Exec(t, "UPDATE tasks SET fraction = 0.5, stage = 'grouping' WHERE id = $1", f.Task.ID)
	require.NoError(t, service.PassProgress(t.Context()))
	require.NoError(t, service.PassProgress(t.Context()), "the same again, which is not news")
	e := next(t, follower)
	require.Equal(t, api.StreamProgress, e.Type)
	require.Equal(t, f.Creator.ID.String(), e.Creator)
	require.Empty(t, e.ID, "what was missed of progress does not matter any more")
	require.InDelta(t, 0.5, *e.Progress.Fraction, 0)
	require.Equal(t, "grouping", e.Progress.Stage)
	quiet(t, follower)
}

func TestService_Close_EndsStreams(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	service := newService(db.Store)
	f := follow(t, service, storetest.Analyst(t, db, storetest.Workspace(t, db)), "", events.Filter{})
	next(t, f)
	ended := make(chan error, 1)
	go func() {
		_, err := f.Next(t.Context())
		ended <- err
	}()
	service.Close()
	require.ErrorIs(t, <-ended, events.ErrClosed)
}

func TestStore_ReportPresence_SaysEachChangeOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	runner := storetest.Runner(t, db, workspace)
	other := db.Another(t)
	report := func() (total int) {
		for _, s := range []*pgstore.Store{db.Store, other, db.Store} {
			n, err := s.ReportPresence(t.Context())
			require.NoError(t, err)
			total += n
		}
		return total
	}
	db.Exec(t, "UPDATE runners SET last_seen_at = now() WHERE id = $1", runner.ID)
	require.Equal(t, 1, report())
	db.Exec(t, "UPDATE runners SET last_seen_at = now() - interval '1 hour' WHERE id = $1", runner.ID)
	require.Equal(t, 1, report())
	var said string
	db.Scan(t, "SELECT string_agg(type, ' ' ORDER BY id) FROM fleet_events WHERE subject_id = $1", []any{runner.ID}, &said)
	require.Equal(t, "runner.online runner.offline", said)
}
