package dispatch_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"ddap/server/internal/dispatch"
	"ddap/server/internal/pgstore/storetest"
	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// history makes tasks whose names, priorities and ends come several times: half
// of them have ended.
func history(t *testing.T, db *storetest.DB, creator store.Principal, n int) {
	t.Helper()
	for i := range n {
		made := storetest.Task(t, db, creator, storetest.With(func(r *store.NewTask) {
			r.Name, r.Priority = "task "+strconv.Itoa(i%4), i%3-1
			r.Labels = map[string]string{"site": strconv.Itoa(i % 2)}
		}))
		if i%2 == 0 {
			_, err := db.CancelTasks(t.Context(), creator.WorkspaceID, []uuid.UUID{made.ID}, false)
			require.NoError(t, err)
			db.Exec(t, "UPDATE tasks SET finished_at = now() - make_interval(days => $2) WHERE id = $1", made.ID, i%5)
		}
	}
}

func TestTasks_EverySortIsReadToItsEndInOrder(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	creator := storetest.Analyst(t, db, storetest.Workspace(t, db))
	history(t, db, creator, 23)
	end := func(a api.Task) time.Time {
		if a.FinishedAt == nil {
			return time.Unix(1<<40, 0)
		}
		return *a.FinishedAt
	}
	orders := map[string]func(a, b api.Task) int{
		"created":  func(a, b api.Task) int { return 0 },
		"finished": func(a, b api.Task) int { return end(a).Compare(end(b)) },
		"priority": func(a, b api.Task) int { return cmp.Compare(a.Priority, b.Priority) },
		"name":     func(a, b api.Task) int { return cmp.Compare(a.Name, b.Name) },
	}
	for name, order := range orders {
		for _, sign := range []string{"", "-"} {
			for _, creatorFilter := range []string{"", "me"} {
				opts := dispatch.ListOptions{Sort: sign + name, Creator: creatorFilter, Limit: 3}
				var walked []api.Task
				for pages := 0; pages == 0 || opts.Cursor != ""; pages++ {
					require.Less(t, pages, 9)
					list, err := s.Tasks(t.Context(), creator, opts)
					require.NoError(t, err)
					walked, opts.Cursor = append(walked, list.Tasks...), list.NextCursor
					numbered, err := s.Tasks(t.Context(), creator, dispatch.ListOptions{Sort: opts.Sort, Creator: creatorFilter, Limit: 3, Page: pages + 1})
					require.NoError(t, err)
					require.Equal(t, idsOf(list.Tasks), idsOf(numbered.Tasks), "page %d by %s", pages+1, opts.Sort)
					require.Equal(t, 23, numbered.Total)
					require.True(t, numbered.TotalIsExact)
				}
				want := slices.Clone(walked)
				slices.SortFunc(want, func(a, b api.Task) int {
					c := cmp.Or(order(a, b), cmp.Compare(a.ID, b.ID))
					if sign == "-" {
						return -c
					}
					return c
				})
				require.Len(t, walked, 23, "%s", opts.Sort)
				require.Equal(t, idsOf(want), idsOf(walked), "by %s", opts.Sort)
				require.Len(t, slices.Compact(slices.Sorted(slices.Values(idsOf(walked)))), 23)
			}
		}
	}
}

func idsOf(tasks []api.Task) []string {
	out := make([]string, len(tasks))
	for i := range tasks {
		out[i] = tasks[i].ID
	}
	return out
}

func TestTasks_FiltersFindWhatTheySay(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	ws := storetest.Workspace(t, db)
	creator := storetest.Analyst(t, db, ws)
	history(t, db, creator, 10)
	site := storetest.Key(t, db, ws, api.Analyst, "site")
	site.Delegate, site.ActingUser = true, "7;Sari"
	storetest.Task(t, db, site)
	site.ActingUser = "8;Budi"
	storetest.Task(t, db, site)
	require.NoError(t, s.ExplainWaiting(t.Context()))
	long, soon := time.Now().Add(-50*time.Hour), time.Now().Add(time.Hour)
	sari := "7"
	for name, c := range map[string]struct {
		opts dispatch.ListOptions
		want int
	}{
		"Everything":      {dispatch.ListOptions{}, 12},
		"State":           {dispatch.ListOptions{TaskFilter: store.TaskFilter{States: []task.State{task.Canceled}}}, 5},
		"States":          {dispatch.ListOptions{TaskFilter: store.TaskFilter{States: []task.State{task.Canceled, task.Queued, task.Queued}}}, 12},
		"ReasonOfAnEnd":   {dispatch.ListOptions{TaskFilter: store.TaskFilter{Reasons: []task.Reason{task.CanceledByUser}}}, 5},
		"ReasonOfWaiting": {dispatch.ListOptions{TaskFilter: store.TaskFilter{Reasons: []task.Reason{task.NoRunnerHasDataset}}}, 7},
		"NoSuchReason":    {dispatch.ListOptions{TaskFilter: store.TaskFilter{Reasons: []task.Reason{task.OutOfMemory}}}, 0},
		"Operation":       {dispatch.ListOptions{TaskFilter: store.TaskFilter{Operations: []operation.Code{operation.Export}}}, 0},
		"Label":           {dispatch.ListOptions{TaskFilter: store.TaskFilter{Labels: map[string]string{"site": "1"}}}, 5},
		"LabelOfNone":     {dispatch.ListOptions{TaskFilter: store.TaskFilter{Labels: map[string]string{"site": "1", "gpu": ""}}}, 0},
		"Me":              {dispatch.ListOptions{Creator: "me"}, 10},
		"Key":             {dispatch.ListOptions{Creator: site.ID.String()}, 2},
		"Person":          {dispatch.ListOptions{Creator: site.ID.String() + ";" + sari}, 1},
		"KeyForItself":    {dispatch.ListOptions{Creator: site.ID.String() + ";"}, 0},
		"Text":            {dispatch.ListOptions{TaskFilter: store.TaskFilter{Text: "ASK 1"}}, 3},
		"CreatedBefore":   {dispatch.ListOptions{TaskFilter: store.TaskFilter{CreatedTo: &long}}, 0},
		"CreatedIn":       {dispatch.ListOptions{TaskFilter: store.TaskFilter{CreatedFrom: &long, CreatedTo: &soon}}, 12},
		"FinishedSince":   {dispatch.ListOptions{TaskFilter: store.TaskFilter{FinishedFrom: &long}}, 3}, // 0, 2 → 2 days is 48 h, 6 → 1
		"FinishedBefore":  {dispatch.ListOptions{TaskFilter: store.TaskFilter{FinishedTo: &long}}, 2},
	} {
		for _, sort := range []string{"", "-finished", "name", "priority"} {
			c.opts.Sort = sort
			list, err := s.Tasks(t.Context(), creator, c.opts)
			require.NoError(t, err, name)
			require.Len(t, list.Tasks, c.want, "%s by %q", name, sort)
			require.Equal(t, c.want, list.Total, name)
			require.True(t, list.TotalIsExact && list.CountsAreExact, name)
		}
	}
	stranger := storetest.Analyst(t, db, storetest.Workspace(t, db))
	list, err := s.Tasks(t.Context(), stranger, dispatch.ListOptions{Creator: site.ID.String()})
	require.NoError(t, err)
	require.Empty(t, list.Tasks)
	require.Zero(t, list.Total)
}

func TestTasks_ACursorFitsItsOwnListOnly(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	creator := storetest.Analyst(t, db, storetest.Workspace(t, db))
	history(t, db, creator, 4)
	page, err := s.Tasks(t.Context(), creator, dispatch.ListOptions{Limit: 1, Sort: "name"})
	require.NoError(t, err)
	stranger := storetest.Analyst(t, db, storetest.Workspace(t, db))
	for name, c := range map[string]struct {
		who  store.Principal
		opts dispatch.ListOptions
		path string
	}{
		"AnotherOrder":     {creator, dispatch.ListOptions{Sort: "priority"}, "query.cursor"},
		"TheOtherWay":      {creator, dispatch.ListOptions{Sort: "-name"}, "query.cursor"},
		"AnotherFilter":    {creator, dispatch.ListOptions{Sort: "name", TaskFilter: store.TaskFilter{Text: "x"}}, "query.cursor"},
		"AnotherWorkspace": {stranger, dispatch.ListOptions{Sort: "name"}, "query.cursor"},
		"BesideAPage":      {creator, dispatch.ListOptions{Sort: "name", Page: 2}, "query.page"},
	} {
		c.opts.Cursor = page.NextCursor
		requireField(t, c.path, name, s, c.who, c.opts)
	}
	for _, junk := range []string{"page 2", "e30", "bm9uZQ", page.NextCursor[:len(page.NextCursor)-4], uuid.NewString()} {
		requireField(t, "query.cursor", junk, s, creator, dispatch.ListOptions{Sort: "name", Cursor: junk})
	}
	requireField(t, "query.page", "far", s, creator, dispatch.ListOptions{Limit: 200, Page: 51})
	requireField(t, "query.creator", "creator", s, creator, dispatch.ListOptions{Creator: "somebody"})
}

func requireField(t *testing.T, path, name string, s *server, p store.Principal, opts dispatch.ListOptions) {
	t.Helper()
	_, err := s.Tasks(t.Context(), p, opts)
	var f *fault.Error
	require.ErrorAs(t, err, &f, name)
	require.Equal(t, fault.Invalid, f.Kind, name)
	require.Equal(t, path, f.Fields[0].Path, name)
}

func TestTasks_CountsAreBounded(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	creator := storetest.Analyst(t, db, storetest.Workspace(t, db))
	history(t, db, creator, 2)
	db.Exec(t, `INSERT INTO tasks (id, workspace_id, name, operation_code, params, creator_id, created_by, state, deadline, timeout_seconds, max_attempts, finished_at)
		SELECT gen_random_uuid(), t.workspace_id, 'old ' || i, 100, '{}', t.creator_id, t.created_by, 'succeeded', now(), 60, 1, now() - make_interval(secs => i)
		FROM (SELECT * FROM tasks LIMIT 1) AS t, generate_series(1, 10001) AS i`)
	list, err := s.Tasks(t.Context(), creator, dispatch.ListOptions{Limit: 200, Page: 50, Sort: "finished"})
	require.NoError(t, err)
	require.Len(t, list.Tasks, 200)
	require.Equal(t, 10_000, list.Total)
	require.False(t, list.TotalIsExact)
	require.False(t, list.CountsAreExact)
	require.Equal(t, map[task.State]int{task.Succeeded: 10_000, task.Queued: 1, task.Canceled: 1}, nonZero(list.Counts))
	list, err = s.Tasks(t.Context(), creator, dispatch.ListOptions{TaskFilter: store.TaskFilter{States: []task.State{task.Queued, task.Canceled}}})
	require.NoError(t, err)
	require.Equal(t, 2, list.Total)
	require.True(t, list.TotalIsExact)
}

func nonZero(counts map[task.State]int) map[task.State]int {
	out := map[task.State]int{}
	for state, n := range counts {
		if n > 0 {
			out[state] = n
		}
	}
	return out
}

func TestEvents_AreReadAPageAtATime(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	s := quiet(t, db)
	f := storetest.TaskAt(t, db, task.Succeeded)
	other := storetest.Task(t, db, f.Creator)
	all, err := s.Events(t.Context(), f.Creator, f.Task.ID, 0, "")
	require.NoError(t, err)
	require.Greater(t, len(all.Events), 3)
	require.Empty(t, all.NextCursor)
	var walked []api.Event
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		page, err := s.Events(t.Context(), f.Creator, f.Task.ID, 2, cursor)
		require.NoError(t, err)
		walked, cursor = append(walked, page.Events...), page.NextCursor
		if cursor != "" {
			_, err = s.Events(t.Context(), f.Creator, other.ID, 2, cursor)
			require.True(t, fault.Is(err, fault.Invalid), "a cursor of another task's timeline: %v", err)
		}
	}
	require.Equal(t, fmt.Sprint(all.Events), fmt.Sprint(walked))
}
