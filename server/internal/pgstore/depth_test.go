package pgstore_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"ddap/server/internal/pgstore"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/task"
)

// depthOf gives the only line of a state.
func depthOf(t *testing.T, depths []store.Depth, state task.State) store.Depth {
	t.Helper()
	var found []store.Depth
	for _, d := range depths {
		if d.State == string(state) {
			found = append(found, d)
		}
	}
	require.Lenf(t, found, 1, "%s in %v", state, depths)
	return found[0]
}

func TestListDepths_CountsWhatIsUnfinishedByState(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	depths, err := db.ListDepths(t.Context())
	require.NoError(t, err)
	require.Empty(t, depths)
	for _, state := range []task.State{task.Queued, task.Leased, task.Running, task.Succeeded} {
		storetest.TaskAt(t, db, state)
	}
	db.Exec(t, "UPDATE tasks SET queued_at = now() - interval '90 seconds' WHERE state = 'queued'")

	again, err := db.ListDepths(t.Context())
	require.NoError(t, err)
	require.Empty(t, again, "what was counted a moment ago is not counted again")
	db.Exec(t, "UPDATE queue_depth SET taken_at = now() - interval '11 seconds'")
	depths, err = db.ListDepths(t.Context())
	require.NoError(t, err)
	require.Len(t, depths, 3, "what has ended is not in the queue: %v", depths)
	queued := depthOf(t, depths, task.Queued)
	require.Equal(t, 1, queued.Tasks)
	require.InDelta(t, 90, queued.Age.Seconds(), 30)
	require.NotEmpty(t, queued.Workspace)
	require.Equal(t, 1, depthOf(t, depths, task.Running).Tasks)
}

// TestListDepths_TellsAFewWorkspacesApart, because each is a series more in
// whatever keeps the numbers.
func TestListDepths_TellsAFewWorkspacesApart(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	f := storetest.TaskAt(t, db, task.Queued)
	const more = store.MaxDepthWorkspaces + 3
	db.Exec(t, `INSERT INTO workspaces (id, name) SELECT gen_random_uuid(), 'copy ' || n FROM generate_series(1, $1) AS n`, more)
	// Two copies of the task for each.
	for range 2 {
		db.Exec(t, `INSERT INTO tasks (id, workspace_id, name, operation_code, params, requirement_id, creator_id, created_by, state, reason, deadline,
				timeout_seconds, max_attempts, queued_at)
			SELECT gen_random_uuid(), w.id, t.name, t.operation_code, t.params, t.requirement_id, t.creator_id, t.created_by, t.state, t.reason, t.deadline,
				t.timeout_seconds, t.max_attempts, t.queued_at FROM tasks AS t CROSS JOIN workspaces AS w
			WHERE t.id = $1 AND w.name LIKE 'copy %'`, f.Task.ID)
	}
	depths, err := db.ListDepths(t.Context())
	require.NoError(t, err)
	require.Len(t, depths, store.MaxDepthWorkspaces+1)
	total, others := 0, 0
	for _, d := range depths {
		total += d.Tasks
		if d.Workspace == store.OtherWorkspaces {
			others = d.Tasks
		}
	}
	require.Equal(t, db.Count(t, "SELECT count(*) FROM tasks"), total)
	require.Equal(t, 3*2+1, others, "three of them, and the one that has a single task")
}

// TestListDepths_CountsOnceForSeveralServers that are scraped together.
func TestListDepths_CountsOnceForSeveralServers(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	storetest.TaskAt(t, db, task.Queued)
	servers := []*pgstore.Store{db.Store, db.Another(t), db.Another(t)}
	_, err := db.ListDepths(t.Context())
	require.NoError(t, err)
	var first time.Time
	db.Scan(t, "SELECT taken_at FROM queue_depth", nil, &first)
	var wg sync.WaitGroup
	errs := make([]error, len(servers))
	for i, s := range servers {
		wg.Go(func() {
			depths, err := s.ListDepths(t.Context())
			if err == nil && len(depths) != 1 {
				err = fmt.Errorf("got %v", depths)
			}
			errs[i] = err
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	var second time.Time
	db.Scan(t, "SELECT taken_at FROM queue_depth", nil, &second)
	require.Equal(t, first, second)
}

func TestClaim_TellsHowLongATaskWasQueued(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	workspace := storetest.Workspace(t, db)
	created := storetest.Task(t, db, storetest.Analyst(t, db, workspace))
	db.Exec(t, "UPDATE tasks SET queued_at = now() - interval '42 seconds' WHERE id = $1", created.ID)
	runner := storetest.Runner(t, db, workspace, storetest.Shares(storetest.SharedName))
	claim, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: runner.ID, Limit: 1})
	require.NoError(t, err)
	require.Len(t, claim.Waited, 1)
	require.InDelta(t, 42, claim.Waited[0].Seconds(), 20)
	again, err := db.Claim(t.Context(), store.ClaimRequest{RunnerID: runner.ID, Limit: 1})
	require.NoError(t, err)
	require.Len(t, again.Assignments, 1)
	require.Empty(t, again.Waited, "what is handed out again is not counted again")
}

func TestTraces_HaveTheQueriesOfATracedRequestWithoutValues(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	traced, err := pgstore.Open(db.URL, pgstore.Options{MaxConnections: 2, Traces: provider})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, traced.Close()) })
	require.NoError(t, traced.Notify(t.Context(), "not-traced"))
	require.Empty(t, spans.Ended(), "the loops' own queries are nobody's")

	ctx, request := provider.Tracer("test").Start(t.Context(), "request")
	defer request.End()
	require.NoError(t, traced.Notify(ctx, "a-value"))
	require.Len(t, spans.Ended(), 1)
	span := spans.Ended()[0]
	require.Equal(t, request.SpanContext().SpanID(), span.Parent().SpanID())
	text := fmt.Sprint(span.Attributes())
	require.Contains(t, text, "pg_notify(?, ?)")
	require.NotContains(t, text, "a-value")
	require.True(t, request.IsRecording(), "the request's own span goes on")
}
