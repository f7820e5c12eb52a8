package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/embeddedpg/pgtest"
	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/results"
	"ddap/server/internal/store"
	"ddap/server/internal/wakeup"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// long is a wait that no test comes to the end of.
const long = time.Minute

// server is one server process, as far as these services go.
type server struct {
	*dispatch.Service
	results *results.Service
	hub     *wakeup.Hub
	// claims counts how often the database was asked for work.
	claims *atomic.Int64
	stop   context.CancelFunc
}

// quietStore is the real store, but sweeps find nothing: what wakes a wait is a
// notice.
type quietStore struct {
	*pgstore.Store
	claims atomic.Int64
}

func (s *quietStore) ListReady(context.Context) ([]store.Ready, error) { return nil, nil }
func (s *quietStore) FindEnded(context.Context, []uuid.UUID) ([]uuid.UUID, error) {
	return nil, nil
}

func (s *quietStore) FindSummoned(context.Context, []uuid.UUID) (store.Summons, error) {
	return store.Summons{}, nil
}

func (s *quietStore) Claim(ctx context.Context, req store.ClaimRequest) (store.Claim, error) {
	s.claims.Add(1)
	return s.Store.Claim(ctx, req)
}

// deafStore is the real store, but notices never arrive: what wakes a wait is a sweep.
type deafStore struct{ *pgstore.Store }

func (s deafStore) Notify(context.Context, string) error { return nil }
func (s deafStore) Listen(ctx context.Context, _ func(string)) error {
	<-ctx.Done()
	return nil
}

// quiet makes a server whose hub runs, on the database of the test.
func quiet(t *testing.T, db *storetest.DB) *server {
	t.Helper()
	s := &quietStore{Store: db.Another(t)}
	out := build(t, s, s, s.Store)
	out.claims = &s.claims
	return out
}

func build(t *testing.T, s dispatch.Store, hubs wakeup.Store, r results.Store) *server {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	hub := wakeup.New(hubs, log)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- hub.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-done)
	})
	return &server{Service: dispatch.New(s, hub, log), results: results.New(r, hub, log), hub: hub, stop: stop}
}

// listening waits until PostgreSQL has seen so many servers listen.
func listening(t *testing.T, db *storetest.DB, servers int) {
	t.Helper()
	require.Eventually(t, func() bool {
		return db.Count(t, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()") == servers
	}, 10*time.Second, 10*time.Millisecond)
}

func idle(t *testing.T, s *server, runners int) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, n := s.hub.Waiting()
		return n == runners
	}, 10*time.Second, time.Millisecond)
}

func waiting(t *testing.T, s *server, requests int) {
	t.Helper()
	require.Eventually(t, func() bool {
		n, _ := s.hub.Waiting()
		return n == requests
	}, 10*time.Second, time.Millisecond)
}

type answer[T any] struct {
	value T
	err   error
}

// begin calls in the background what waits.
func begin[T any](call func() (T, error)) <-chan answer[T] {
	out := make(chan answer[T], 1)
	go func() {
		v, err := call()
		out <- answer[T]{v, err}
	}()
	return out
}

func soon[T any](t *testing.T, c <-chan answer[T]) answer[T] {
	t.Helper()
	select {
	case a := <-c:
		return a
	case <-time.After(20 * time.Second):
		require.FailNow(t, "still waiting")
		panic("unreachable")
	}
}

func fetch(name string) api.TaskRequest {
	return api.TaskRequest{Name: name, OperationCode: 100, Params: json.RawMessage(`{"source": {"dataset": "penguins"}}`)}
}

func create(t *testing.T, s *server, p store.Principal, reqs ...api.TaskRequest) []api.TaskCreated {
	t.Helper()
	created, err := s.Create(t.Context(), p, reqs)
	require.NoError(t, err)
	return created
}

func TestClaim_IsWokenByAnotherServersNewTask(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	here, there := quiet(t, db), quiet(t, db)
	ws := storetest.Workspace(t, db)
	runner, analyst := storetest.Runner(t, db, ws, storetest.Shares("penguins")), storetest.Analyst(t, db, ws)
	listening(t, db, 2)
	claim := begin(func() (api.ClaimResponse, error) {
		return there.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: long})
	})
	idle(t, there, 1)
	created := create(t, here, analyst, fetch("wake up"))
	got := soon(t, claim)
	require.NoError(t, got.err)
	require.Len(t, got.value.Tasks, 1)
	require.Equal(t, created[0].TaskID, got.value.Tasks[0].TaskID)
	require.Equal(t, "analyst", got.value.Tasks[0].RequestedBy)
}

func TestClaim_OneTaskWakesOneRunner(t *testing.T) {
	t.Parallel()
	const runners = 6
	db := storetest.Open(t)
	s := quiet(t, db)
	ws := storetest.Workspace(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	answers := make(chan answer[api.ClaimResponse], runners)
	for i := range runners {
		name := "penguins"
		if i == 0 {
			name = "something else"
		}
		runner := storetest.Runner(t, db, ws, storetest.Shares(name))
		go func() {
			got, err := s.Claim(ctx, runner, dispatch.ClaimOptions{Wait: long})
			answers <- answer[api.ClaimResponse]{got, err}
		}()
	}
	idle(t, s, runners)
	require.EqualValues(t, runners, s.claims.Load())
	create(t, s, storetest.Analyst(t, db, ws), fetch("for one of you"))
	require.Len(t, soon(t, answers).value.Tasks, 1)
	cancel()
	for range runners - 1 {
		require.Empty(t, soon(t, answers).value.Tasks)
	}
	require.EqualValues(t, runners+1, s.claims.Load(), "the others were left asleep")
}

func TestClaim_FindsInTheSweepWhatNoticesMissed(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	deaf := deafStore{db.Another(t)}
	s := build(t, deaf, deaf, deaf.Store)
	f := storetest.TaskAt(t, db, task.Running)
	runner := storetest.Runner(t, db, f.Workspace, storetest.Shares("penguins"))
	claim := begin(func() (api.ClaimResponse, error) {
		return s.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: long})
	})
	view := begin(func() (api.ResultView, error) { return s.results.View(t.Context(), f.Creator, f.Task.ID, long) })
	ping := begin(func() (api.PingResponse, error) {
		return s.Ping(t.Context(), f.Runner, api.PingRequest{State: api.Working, Running: storetest.Running(f.Assignment)}, long)
	})
	waiting(t, s, 3)
	storetest.Task(t, db, f.Creator)
	_, err := db.CancelTasks(t.Context(), f.Workspace, []uuid.UUID{f.Task.ID}, false)
	require.NoError(t, err)
	require.Len(t, soon(t, claim).value.Tasks, 1)
	require.Equal(t, task.Canceled, soon(t, view).value.State)
	commands := soon(t, ping).value.Commands
	require.Len(t, commands, 1)
	require.Equal(t, api.CommandCancel, commands[0].Type)
}

func TestClaim_EndsWithARevocation(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	here, there := quiet(t, db), quiet(t, db)
	ws := storetest.Workspace(t, db)
	runner := storetest.Runner(t, db, ws)
	listening(t, db, 2)
	claim := begin(func() (api.ClaimResponse, error) {
		return there.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: long})
	})
	idle(t, there, 1)
	require.NoError(t, db.RevokeRunner(t.Context(), ws, runner.ID))
	_, err := here.Evict(t.Context(), ws, runner.ID)
	require.NoError(t, err)
	got := soon(t, claim)
	require.True(t, fault.HasCode(got.err, api.CodeRunnerRevoked) && fault.Is(got.err, fault.Unauthenticated), "got %v", got.err)
}

func TestClaim_EndsEmptyWhenTheServerStops(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	runner := storetest.Runner(t, db, storetest.Workspace(t, db))
	claim := begin(func() (api.ClaimResponse, error) {
		return s.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: long})
	})
	idle(t, s, 1)
	s.stop()
	got := soon(t, claim)
	require.NoError(t, got.err)
	require.Empty(t, got.value.Tasks)
	require.NotNil(t, got.value.Tasks)
}

func TestClaim_TellsAPausedRunnerSoAtOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	ws := storetest.Workspace(t, db)
	runner := storetest.Runner(t, db, ws)
	claim := begin(func() (api.ClaimResponse, error) {
		return s.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: long})
	})
	idle(t, s, 1)
	require.NoError(t, db.SteerRunner(t.Context(), ws, runner.ID, store.Steering{Paused: new(true)}))
	s.Summon(runner.ID)
	require.Equal(t, []api.Command{{Type: api.CommandPause}}, soon(t, claim).value.Commands)
}

func TestClaim_TellsARunnerThatMustPingSoAtOnce(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	runner := storetest.Runner(t, db, storetest.Workspace(t, db))
	db.Exec(t, "UPDATE runners SET unconfirmed = 2 WHERE id = $1", runner.ID)
	claim := begin(func() (api.ClaimResponse, error) {
		return s.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: long})
	})
	require.Equal(t, []api.Command{{Type: api.CommandPing}}, soon(t, claim).value.Commands, "it has one request open, and that is this one")
}

func TestClaim_OfAProcessThatWasReplacedEnds(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	here, there := quiet(t, db), quiet(t, db)
	runner := storetest.Runner(t, db, storetest.Workspace(t, db))
	listening(t, db, 2)
	claim := begin(func() (api.ClaimResponse, error) {
		return there.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: long, InstanceID: "first"})
	})
	idle(t, there, 1)
	_, err := here.Claim(t.Context(), runner, dispatch.ClaimOptions{InstanceID: "second"})
	require.NoError(t, err)
	got := soon(t, claim)
	require.True(t, fault.HasCode(got.err, api.CodeInstanceSuperseded), "got %v", got.err)
}

func TestClaim_OfOneTaskDoesNotWait(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	runner, absent := storetest.Runner(t, db, storetest.Workspace(t, db)), storetest.NewID(t)
	claim := begin(func() (api.ClaimResponse, error) {
		return s.Claim(t.Context(), runner, dispatch.ClaimOptions{Wait: long, TaskID: &absent})
	})
	require.Empty(t, soon(t, claim).value.Tasks, "it would be woken in the place of a runner that takes any task")
}

func TestPing_ReturnsEarlyForACancelFromAnotherServer(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	here, there := quiet(t, db), quiet(t, db)
	f := storetest.TaskAt(t, db, task.Running)
	listening(t, db, 2)
	req := api.PingRequest{State: api.Working, Running: storetest.Running(f.Assignment)}
	ping := begin(func() (api.PingResponse, error) { return there.Ping(t.Context(), f.Runner, req, long) })
	waiting(t, there, 1)
	canceled, err := here.Cancel(t.Context(), f.Creator, f.Task.ID)
	require.NoError(t, err)
	require.Equal(t, task.Canceled, canceled.State)
	want := []api.Command{{Type: api.CommandCancel, TaskID: f.Task.ID.String(), Attempt: 1}}
	require.Equal(t, want, soon(t, ping).value.Commands)
	again, err := there.Ping(t.Context(), f.Runner, req, long)
	require.NoError(t, err)
	require.Equal(t, want, again.Commands, "with every ping, at once")
}

func TestPing_SetsThePaceAndTheCommands(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Running)
	ping := func(req api.PingRequest) api.PingResponse {
		t.Helper()
		got, err := s.Ping(t.Context(), f.Runner, req, 0)
		require.NoError(t, err)
		return got
	}
	got := ping(api.PingRequest{State: api.Working, Running: storetest.Running(f.Assignment)})
	require.Equal(t, 2, got.PingSeconds)
	require.Empty(t, got.Commands)
	require.Equal(t, 30, ping(api.PingRequest{State: api.Idle}).PingSeconds)
	require.Equal(t, []api.Command{{Type: api.CommandSendDatasets}}, ping(api.PingRequest{State: api.Idle, DatasetsRevision: "2"}).Commands)
	require.Equal(t, []api.Command{{Type: api.CommandResume}}, ping(api.PingRequest{State: api.Paused}).Commands)
	require.NoError(t, db.SteerRunner(t.Context(), f.Workspace, f.Runner.ID, store.Steering{Paused: new(true)}))
	require.Equal(t, []api.Command{{Type: api.CommandPause}}, ping(api.PingRequest{State: api.Idle}).Commands)
	require.Empty(t, ping(api.PingRequest{State: api.Paused}).Commands)

	_, err := s.Ping(t.Context(), f.Runner, api.PingRequest{State: api.Working, Running: []api.RunningTask{{TaskID: "x"}}}, 0)
	require.True(t, fault.Is(err, fault.Invalid), "got %v", err)
	require.ErrorContains(t, err, "running[0].task_id")
}

func TestView_ReturnsWhenAnotherServerTakesTheResult(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	here, there := quiet(t, db), quiet(t, db)
	f := storetest.TaskAt(t, db, task.Running)
	listening(t, db, 2)
	view := begin(func() (api.ResultView, error) { return there.results.View(t.Context(), f.Creator, f.Task.ID, long) })
	waiting(t, there, 1)
	ack, err := here.results.Accept(t.Context(), f.Runner, api.ResultReport{
		TaskID: f.Task.ID.String(), Attempt: 1, LeaseToken: f.Assignment.LeaseToken, Outcome: api.OutcomeSucceeded,
		Result: &result.Document{Version: 1, Kind: "fetch", Summary: "three birds", Metrics: map[string]result.Number{"rows": 3}},
	})
	require.NoError(t, err)
	require.Equal(t, task.Succeeded, ack.State)
	got := soon(t, view)
	require.NoError(t, got.err)
	require.Equal(t, task.Succeeded, got.value.State)
	require.Equal(t, "three birds", got.value.Result.Summary)
	require.NotNil(t, got.value.Artifacts)
}

func TestView_GivesHowFarItCameWhenTheWaitIsOver(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Running)
	got, err := s.results.View(t.Context(), f.Creator, f.Task.ID, 10*time.Millisecond)
	require.NoError(t, err)
	require.Equal(t, task.Running, got.State)
	require.Nil(t, got.Result)
	_, err = s.results.View(t.Context(), storetest.Analyst(t, db, storetest.Workspace(t, db)), f.Task.ID, 0)
	require.True(t, fault.Is(err, fault.NotFound), "got %v", err)
}

func TestView_LooksAgainAtTheEndOfItsWait(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Leased)
	view := begin(func() (api.ResultView, error) { return s.results.View(t.Context(), f.Creator, f.Task.ID, long) })
	waiting(t, s, 1)
	_, err := s.Ping(t.Context(), f.Runner, api.PingRequest{State: api.Working, Running: storetest.Running(f.Assignment)}, 0)
	require.NoError(t, err)
	s.stop()
	got := soon(t, view)
	require.NoError(t, got.err)
	require.Equal(t, task.Running, got.value.State)
}

func TestRun_DoesThePeriodicWorkUntilItIsStopped(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	log := slog.New(slog.DiscardHandler)
	s := dispatch.New(db.Store, wakeup.New(db.Store, log), log)
	f := storetest.TaskAt(t, db, task.Running)
	overdue, due := storetest.TaskAt(t, db, task.Queued), storetest.TaskAt(t, db, task.Scheduled)
	require.NoError(t, s.Reclaim(t.Context()))
	db.Age(t, f.Task.ID, 2*time.Minute)
	db.Age(t, overdue.Task.ID, 31*24*time.Hour)
	db.Age(t, due.Task.ID, 25*time.Hour)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	for id, want := range map[uuid.UUID]task.State{f.Task.ID: task.Queued, overdue.Task.ID: task.Failed, due.Task.ID: task.Queued} {
		require.Eventually(t, func() bool {
			var state string
			db.Scan(t, "SELECT state FROM tasks WHERE id = $1", []any{id}, &state)
			return state == string(want)
		}, 10*time.Second, 10*time.Millisecond)
	}
	cancel()
	require.NoError(t, errors.Join(<-done))
}
