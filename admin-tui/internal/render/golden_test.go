package render_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/admin-tui/internal/render"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/i18n"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

var update = flag.Bool("update", false, "write what is rendered into the golden files")

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func view() render.View { return render.View{Language: i18n.English, Now: now} }

func ago(d time.Duration) *time.Time {
	at := now.Add(-d)
	return &at
}

func problem(text string) error {
	return fault.BadFields("test", "invalid_params",
		fault.Field{Path: "params.columm", Message: `"columm" is not a known field; did you mean "columns"?`, Suggestion: "columns"},
		fault.Field{Path: "params.limit", Message: text, Suggestion: "10"})
}

// golden compares lines with a file below testdata. Widths are what people see:
// no line may be wider than its screen.
func golden(t *testing.T, name string, width int, lines []render.Line) {
	t.Helper()
	var b strings.Builder
	for _, line := range lines {
		text := line.Fit(width).String()
		if width > 0 {
			require.LessOrEqual(t, len([]rune(text)), width, text) // these samples have no wide characters
		}
		b.WriteString(text + "\n")
	}
	path := filepath.Join("testdata", name+".txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

var sampleTasks = api.TaskList{
	Tasks: []api.Task{
		{
			ID: "01960000-0000-7000-8000-000000000001", Name: "Average delay per month", OperationCode: 200, State: task.Running,
			RunnerName: "lab-pc-07", CreatedBy: "Ani via Site A", CreatedAt: *ago(12 * time.Second), StartedAt: ago(10 * time.Second),
			Progress: &api.Progress{Fraction: new(0.81), Stage: "grouping", RowsDone: new(int64(2_430_000)), RowsTotal: new(int64(3_000_000))},
		},
		{
			ID: "01960000-0000-7000-8000-000000000002", Name: "Forecast sales", OperationCode: 300, State: task.Queued,
			Reason: task.NoRunnerHasDataset, CreatedBy: "site B", CreatedAt: *ago(2 * time.Minute),
		},
		{
			ID: "01960000-0000-7000-8000-000000000003", Name: "Report", OperationCode: 400, State: task.Blocked,
			Reason: task.WaitingForInput, CreatedBy: "site B", CreatedAt: *ago(2 * time.Minute),
			WaitingFor: []api.OpenInput{
				{TaskID: "01960000-0000-7000-8000-000000000002", Name: "Forecast sales", Ref: "forecast", State: task.Queued, Reason: task.NoRunnerHasDataset},
				{TaskID: "01960000-0000-7000-8000-000000000001", Name: "Average delay per month", State: task.Running},
			},
		},
		{
			ID: "01960000-0000-7000-8000-000000000004", Name: "Read the ledger with a name that goes on and on", OperationCode: 100, State: task.Failed,
			Reason: task.SourceUnreadable, Message: `ledger.csv: line 812 has 7 columns, the header has 9`, RunnerName: "office", CreatedBy: "admin",
			CreatedAt: *ago(3 * time.Hour), StartedAt: ago(3 * time.Hour), FinishedAt: ago(3*time.Hour - 2*time.Second), Attempt: 1, MaxAttempts: 3,
			Params: json.RawMessage(`{"source":{"dataset":"ledger"}}`),
			Attempts: []api.Attempt{{
				Attempt: 1, RunnerName: "office", Outcome: "failed", Reason: task.SourceUnreadable,
				StartedAt: *ago(3 * time.Hour), EndedAt: ago(3*time.Hour - 2*time.Second),
			}},
		},
		{
			ID: "01960000-0000-7000-8000-000000000005", Name: "Penguins", OperationCode: 100, State: task.Succeeded,
			RunnerName: "lab-pc-07", CreatedBy: "admin", CreatedAt: *ago(26 * time.Hour), StartedAt: ago(26 * time.Hour), FinishedAt: ago(26*time.Hour - 400*time.Millisecond),
		},
	},
	Counts: map[task.State]int{task.Leased: 1, task.Running: 2, task.Queued: 42, task.Failed: 1, task.Succeeded: 12345},
}

func TestTasks(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]render.View{
		"tasks_wide": {Language: i18n.English, Now: now},
		"tasks_80":   {Language: i18n.English, Now: now, Width: 80},
		"tasks_id":   {Language: i18n.Indonesian, Now: now, Width: 120},
	} {
		golden(t, name, v.Width, append(v.Tasks(sampleTasks), v.TaskCounts(sampleTasks.Counts)))
	}
}

func TestTask(t *testing.T) {
	t.Parallel()
	v := view()
	v.Width = 80
	golden(t, "task_failed", 80, v.Task(sampleTasks.Tasks[3]))
	v.Width = 120
	golden(t, "task_blocked", 120, v.Task(sampleTasks.Tasks[2]))
	v.Language = i18n.Indonesian
	golden(t, "task_blocked_id", 120, v.Task(sampleTasks.Tasks[2]))
}

func TestPipeline(t *testing.T) {
	t.Parallel()
	p := api.Pipeline{ID: "01960000-0000-7000-8000-0000000000aa", Name: "Everything", CreatedAt: *ago(3 * time.Hour), Tasks: sampleTasks.Tasks}
	v := view()
	v.Width = 100
	list := api.PipelineList{Pipelines: []api.Pipeline{p, {ID: p.ID, Name: "Late flights", CreatedBy: "Sari via Site", CreatedAt: *ago(50 * time.Hour)}}}
	golden(t, "pipelines", 100, v.Pipelines(list))
	golden(t, "pipeline", 100, append(append(v.Pipeline(p), nil), v.WatchedSteps(p)...))
}

func TestFleet(t *testing.T) {
	t.Parallel()
	v := view()
	v.Width = 110
	lines := v.Runners(api.RunnerList{Runners: []api.Runner{
		{ID: "01960000-0000-7000-8000-0000000000b1", Name: "lab-pc-07", State: api.RunnerActive, Online: true, Activity: api.Working, Slots: 2, BusySlots: 1, LastSeenAt: ago(0), Datasets: []string{"flights", "penguins"}, Labels: map[string]string{"site": "lab"}, OS: "linux", Arch: "amd64", Version: "1.0"},
		{ID: "01960000-0000-7000-8000-0000000000b2", Name: "office", State: api.RunnerActive, Slots: 1, LastSeenAt: ago(26 * time.Hour)},
		{ID: "01960000-0000-7000-8000-0000000000b3", Name: "new", State: api.RunnerPending},
		{ID: "01960000-0000-7000-8000-0000000000b4", Name: "old", State: api.RunnerRevoked},
	}})
	lines = append(lines, nil)
	lines = append(lines, v.Datasets(api.DatasetList{Datasets: []api.Dataset{
		{ID: "01960000-0000-7000-8000-0000000000c1", Name: "flights", Rows: new(int64(200_000)), Policy: result.Rows, Publish: true, RunnerName: "lab-pc-07", Online: true, Columns: []result.Column{{Name: "date", Type: result.Timestamp}, {Name: "delay", Type: result.Integer}, {Name: "origin", Type: result.Text}}},
		{ID: "01960000-0000-7000-8000-0000000000c2", Name: "payroll", Rows: new(int64(8400)), Policy: result.Aggregates, RunnerName: "office", Description: "Salaries, 2019 to 2025"},
	}})...)
	lines = append(lines, nil)
	lines = append(lines, v.Keys(api.KeyList{Keys: []api.Key{
		{ID: "01960000-0000-7000-8000-0000000000d1", Name: "admin", Role: api.Admin, CreatedAt: *ago(75 * time.Hour)},
		{ID: "01960000-0000-7000-8000-0000000000d2", Name: "Site A", Role: api.Analyst, Delegate: true, CreatedAt: *ago(time.Hour), ExpiresAt: ago(-48 * time.Hour)},
		{ID: "01960000-0000-7000-8000-0000000000d3", Name: "gone", Role: api.Viewer, CreatedAt: *ago(75 * time.Hour), RevokedAt: ago(time.Hour)},
	}})...)
	golden(t, "fleet", 110, lines)
}

func TestOperations(t *testing.T) {
	t.Parallel()
	var list api.OperationList
	for _, spec := range operation.Specs()[:1] {
		list.Operations = append(list.Operations, api.Operation{Code: int(spec.Code), Name: spec.Name, Title: spec.Title.EN, Parameters: spec.Schema()})
	}
	raw, err := json.Marshal(list) // as it comes from a server
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &list))
	v := view()
	v.Width = 80
	lines := v.Operations(list)
	v.Language = i18n.Indonesian
	golden(t, "operations", 80, append(append(lines, nil), v.Operations(list)...))
}

func TestEmptyLists_SayWhatTheyAreForAndHowToBegin(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]render.Line{
		view().Tasks(api.TaskList{}), view().Runners(api.RunnerList{}), view().Datasets(api.DatasetList{}), view().Keys(api.KeyList{}),
	} {
		require.Contains(t, lines[0].String(), "ddap-")
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	v := view()
	v.Width = 80
	lines := v.Problem(problem("must be at least 1, not 0"))
	lines = append(append(lines, nil), v.Problem(fault.New("client", fault.Forbidden, "forbidden", "this needs the role admin; your key is an analyst's"))...)
	golden(t, "problem", 80, lines)
}

func TestTable_MeasuresWideCharactersAsTwoColumns(t *testing.T) {
	t.Parallel()
	lines := view().Lines(render.Table{
		Columns: []render.Column{{Title: "NAME"}, {Title: "N", Right: true}},
		Rows:    []render.Row{{Cells: []render.Span{{Text: "\u65e5\u672c"}, {Text: "1"}}}, {Cells: []render.Span{{Text: "abcde"}, {Text: "22"}}}},
	})
	require.Equal(t, "\u65e5\u672c    1", lines[1].String())
	require.Equal(t, "abcde  22", lines[2].String())
	require.Equal(t, "\u65e5…", render.Line{{Text: "\u65e5\u672c\u8a9e"}}.Fit(4).String())
}
