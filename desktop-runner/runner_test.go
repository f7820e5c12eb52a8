package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/app"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/workbook/workbooktest"
	"ddap/shared/api"
	"ddap/shared/apitest"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

const birds = `species,mass,island
adelie,3750,Torgersen
adelie,3800,Torgersen
adelie,3250,Biscoe
gentoo,5000,Biscoe
gentoo,5400,Biscoe
gentoo,4900,Biscoe
chinstrap,3500,Dream
chinstrap,3900,Dream
chinstrap,3650,Dream
`

// ragged has a line with one field too many.
const ragged = "a,b\n1,2\n3,4,5\n"

// work starts the whole runner on a fake server: real files, real children,
// the real engine in its sandbox.
func work(t *testing.T, f *apitest.FakeServer) {
	t.Helper()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	exports := filepath.Join(dir, "exports")
	require.NoError(t, os.Mkdir(exports, 0o700))
	file("exports/2020.csv", "\xff\xfed\x00;\x00x\x00;\x00n\x00\n\x000\x001\x00/\x000\x002\x00/\x002\x000\x002\x000\x00;\x001\x00,\x005\x00;\x00a\x00\n\x00")
	file("exports/2021.csv", "n,d,x\ncaf\xe9,03/04/2021,2\n-,04/05/2021,3\n")
	a, err := app.New(settings.Settings{
		Server: f.URL(), Token: f.EnrollmentToken(), StateDir: filepath.Join(t.TempDir(), "state"), Name: "lab", Slots: 1,
		Shares: []settings.Share{
			{Name: "birds", Path: file("birds.csv", birds), Policy: result.Rows},
			{Name: "private", Path: file("private.csv", birds), Policy: result.Aggregates, MinGroupSize: 5},
			{Name: "ragged", Path: file("ragged.csv", ragged), Policy: result.Rows},
			{Name: "missing", Path: filepath.Join(dir, "missing.csv"), Policy: result.Rows},
			{Name: "exports", Path: exports, Policy: result.Rows, Reading: plan.Reading{NAValues: []string{"-"}}},
			{
				Name: "sheet", Path: file("staff.xlsx", string(workbooktest.File([]any{"Report"}, nil, []any{"name", "pay"}, []any{"Ann", 10}, []any{"Bob", 12.5}))),
				Policy: result.Rows, Reading: plan.Reading{SheetNumber: 1, Range: "A3:"},
			},
			{Name: "pattern", Path: file("birds [1]*?.csv", birds), Policy: result.Rows},
		},
	}, slog.New(slog.NewTextHandler(t.Output(), nil)))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, a.Close())
	})
}

func ask(name string, code operation.Code, params string, args ...any) api.TaskRequest {
	return api.TaskRequest{Name: name, OperationCode: int(code), Params: json.RawMessage(fmt.Sprintf(params, args...)), TimeoutSeconds: 60}
}

func TestRunner_DoesTheMainJob(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	work(t, f)
	do := func(req api.TaskRequest) (string, *api.ResultReport) {
		id := f.Enqueue(t, req)
		f.Await(t, req.Name+" ends", func() bool { return f.Task(id).State.Final() })
		ended := f.Task(id)
		require.Equal(t, task.Succeeded, ended.State, "%s: %s %s", req.Name, ended.Reason, ended.Message)
		return id, f.Report(id)
	}
	fetched, report := do(ask("fetch", operation.Fetch, `{"source":{"dataset":"birds"}}`))
	require.Equal(t, int64(9), report.Result.Dataset.Rows)
	require.Equal(t, "birds", report.Result.Sources[0].Name)

	_, report = do(ask("pattern", operation.Fetch, `{"source":{"dataset":"pattern"}}`))
	require.Equal(t, int64(9), report.Result.Dataset.Rows, "a file whose name looks like a pattern is one file")

	_, report = do(ask("exports", operation.Fetch, `{"source":{"dataset":"exports"}}`))
	require.Equal(t, []result.Column{{Name: "d", Type: result.Text}, {Name: "x", Type: result.Float}, {Name: "n", Type: result.Text}}, report.Result.Dataset.Columns)
	require.Contains(t, report.Result.Notes, `Column "d" could have the day or the month first and is kept as text; set dayfirst.`)
	raw, err := json.Marshal(report.Result.Tables[1].Rows)
	require.NoError(t, err)
	require.JSONEq(t, `[["01/02/2020",1.5,"a"],["03/04/2021",2,"café"],["04/05/2021",3,null]]`, string(raw))

	_, report = do(ask("sheet", operation.Filter, `{"source":{"dataset":"sheet"},"where":{"column":"pay","op":"gt","value":11}}`))
	require.Equal(t, []result.Column{{Name: "name", Type: result.Text}, {Name: "pay", Type: result.Float}}, report.Result.Dataset.Columns)
	require.Equal(t, int64(1), report.Result.Dataset.Rows)

	filtered, report := do(ask("filter", operation.Filter, `{"source":{"task":%q},"where":{"column":"mass","op":"ge","value":3500}}`, fetched))
	require.Equal(t, int64(8), report.Result.Dataset.Rows)
	require.Equal(t, "birds", report.Result.Sources[0].Name, "what was made from birds says so")

	described, report := do(ask("describe", operation.Analyze, `{"source":{"task":%q},"model":"describe"}`, filtered))
	require.NotEmpty(t, report.Result.Tables)

	_, report = do(ask("report", operation.Export, `{"inputs":[{"task":%q},{"task":%q}],"format":"html"}`, fetched, described))
	require.Len(t, report.Artifacts, 1)
}

func TestRunner_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	work(t, f)
	for _, tt := range []struct {
		request api.TaskRequest
		reason  task.Reason
		message string
	}{
		{ask("column", operation.Filter, `{"source":{"dataset":"birds"},"where":{"column":"mas","op":"ge","value":1}}`), task.InvalidParams, "mass"},
		{ask("policy", operation.Export, `{"inputs":[{"dataset":"private"}],"format":"csv"}`), task.PolicyRefused, ""},
	} {
		id := f.Enqueue(t, tt.request)
		f.Await(t, tt.request.Name+" ends", func() bool { return f.Task(id).State.Final() })
		ended := f.Task(id)
		require.Equal(t, tt.reason, ended.Reason, "%s: %s", tt.request.Name, ended.Message)
		require.Contains(t, ended.Message, tt.message)
	}
	// Files are looked at in the order in which they are shared, and a runner works
	// before it has seen them all: once the last is offered, all have been judged.
	f.Await(t, "the last dataset is offered", func() bool { return strings.Contains(offered(f.Runner(t)), "pattern") })
	require.Equal(t, "birds exports pattern private sheet", offered(f.Runner(t)), "what cannot be read is not offered")
}

func offered(r apitest.Runner) string {
	var names []string
	for _, o := range r.Offers {
		names = append(names, o.Name)
	}
	return strings.Join(names, " ")
}

func TestRunner_StartsInHalfASecond_AndIsReady(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	begun := time.Now()
	work(t, f)
	f.Await(t, "it claims", func() bool { return f.Calls("POST /v1/claim") > 0 })
	t.Logf("enrolled, with four files looked at, and claiming after %s", time.Since(begun))
}
