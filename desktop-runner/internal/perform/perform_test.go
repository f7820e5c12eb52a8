package perform_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/perform"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/desktop-runner/internal/workbook/workbooktest"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

func input(name, path string, policy result.Policy) plan.Input {
	format, _ := plan.FormatOf(path)
	return plan.Input{
		Path: "params.source", Name: name,
		File:    &plan.File{Path: path, Format: format, Policy: policy},
		Sources: []result.Source{{Name: name, RunnerID: "r1", Revision: "1"}},
	}
}

func planFor(t *testing.T, code operation.Code, params string, inputs ...plan.Input) plan.Plan {
	t.Helper()
	return plan.Plan{TaskID: "t1", RunnerID: "r1", Attempt: 1, Operation: code, Params: json.RawMessage(params), WorkDir: t.TempDir(), Inputs: inputs}
}

// run does a plan, and forgets how long that took.
func run(t *testing.T, p plan.Plan) plan.Outcome {
	t.Helper()
	out := perform.Run(t.Context(), p, func(plan.Progress) {})
	out.Stages = nil
	require.NotEqual(t, out.Document == nil, out.Failure == nil, "exactly one of document and failure")
	return out
}

func succeed(t *testing.T, p plan.Plan) plan.Outcome {
	t.Helper()
	out := run(t, p)
	require.Nil(t, out.Failure)
	raw, err := json.Marshal(out.Document)
	require.NoError(t, err)
	require.LessOrEqual(t, len(raw), result.MaxInlineBytes)
	var back result.Document
	require.NoError(t, json.Unmarshal(raw, &back))
	require.NoError(t, back.Check())
	out.Document = &back
	return out
}

func table(t *testing.T, d *result.Document, name string) result.Table {
	t.Helper()
	for _, table := range d.Tables {
		if table.Name == name {
			return table
		}
	}
	t.Fatalf("no table %s", name)
	return result.Table{}
}

func TestRun_DoesAPipelineOfAllOperations(t *testing.T) {
	t.Parallel()
	penguins := input("penguins", steptest.Example("penguins.json"), result.Rows)
	fetched := succeed(t, planFor(t, operation.Fetch, `{"source":{"dataset":"penguins"}}`, penguins))
	require.Equal(t, "344 rows with 7 columns.", fetched.Document.Summary)
	require.Equal(t, "fetch", fetched.Document.Kind)
	require.Len(t, table(t, fetched.Document, "preview").Rows, operation.DefaultPreviewRows)
	require.Len(t, fetched.Document.Charts, 7)

	p := planFor(t, operation.Filter, `{"source":{"task":"t"},"where":{"column":"Body Mass (g)","op":"not_null"}}`, penguins)
	filtered := succeed(t, p)
	require.Equal(t, "342 of 344 rows remain, with 7 columns.", filtered.Document.Summary)
	require.EqualValues(t, 342, filtered.Document.Dataset.Rows)

	output := input("penguins with a mass", filepath.Join(p.WorkDir, filtered.Output), result.Rows)
	regression := succeed(t, planFor(t, operation.Analyze, `{"source":{"task":"t"},"model":"linear_regression","target":"Body Mass (g)","features":["Beak Length (mm)","Beak Depth (mm)","Flipper Length (mm)"]}`, output))
	// numpy: see the reference of package linear.
	require.InEpsilon(t, 0.7614704841272493, float64(regression.Document.Metrics["r2"]), 1e-9)
	require.Equal(t, "penguins with a mass", regression.Document.Sources[0].Name)

	groups := succeed(t, planFor(t, operation.Analyze, `{"source":{"task":"t"},"model":"kmeans","params":{"n_clusters":3}}`, output))
	require.Len(t, table(t, groups.Document, "clusters").Rows, 3)

	described := succeed(t, planFor(t, operation.Analyze, `{"source":{"task":"t"},"model":"describe","features":["Body Mass (g)"]}`, output))
	require.Len(t, table(t, described.Document, "describe").Rows, 1)

	report := planFor(t, operation.Export, `{"inputs":[{"task":"a"},{"task":"b"}],"format":"html","title":"All <of> it"}`,
		plan.Input{Name: "Look", Document: fetched.Document}, plan.Input{Name: "Regression", Document: regression.Document})
	exported := succeed(t, report)
	require.Equal(t, []plan.Artifact{{Name: "report.html", ContentType: "text/html; charset=utf-8"}}, exported.Artifacts)
	raw, err := os.ReadFile(filepath.Join(report.WorkDir, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(raw), "All &lt;of&gt; it")
	report = planFor(t, operation.Export, `{"inputs":[{"task":"a"},{"task":"b"}],"format":"pdf","language":"id","sections":["summary","charts"]}`, report.Inputs...)
	require.Equal(t, []plan.Artifact{
		{Name: "report.pdf", ContentType: "application/pdf"},
		{Name: "table-2-predicted_vs_actual.csv", ContentType: "text/csv; charset=utf-8"}, // the data of more points than paper lists
	}, succeed(t, report).Artifacts)

	data := planFor(t, operation.Export, `{"inputs":[{"dataset":"x"}],"format":"csv"}`, output)
	exported = succeed(t, data)
	require.Equal(t, "penguins-with-a-mass.csv", exported.Artifacts[0].Name)
	raw, err = os.ReadFile(filepath.Join(data.WorkDir, "penguins-with-a-mass.csv"))
	require.NoError(t, err)
	require.Equal(t, 343, strings.Count(string(raw), "\n"))
}

func TestRun_FetchesColumnsAndRowsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"penguins.json", "birdstrikes.csv", "flights.parquet"} {
		p := planFor(t, operation.Fetch, `{"source":{"dataset":"x"},"limit":7,"profile":false,"preview_rows":3}`, input("x", steptest.Example(file), result.Rows))
		out := succeed(t, p)
		require.EqualValues(t, 7, out.Document.Dataset.Rows, file)
		require.Len(t, table(t, out.Document, "preview").Rows, 3, file)
		require.Empty(t, out.Document.Charts)
		info, err := os.Stat(filepath.Join(p.WorkDir, out.Output))
		require.NoError(t, err)
		require.Equal(t, info.Size(), out.Document.Dataset.Bytes)
	}
	out := succeed(t, planFor(t, operation.Fetch, `{"source":{"dataset":"x"},"columns":["Sex","Species"],"preview_rows":1}`, input("x", steptest.Example("penguins.json"), result.Rows)))
	require.Equal(t, [][]any{{"MALE", "Adelie"}}, table(t, out.Document, "preview").Rows)
	require.Equal(t, []result.Column{{Name: "Sex", Type: result.Text}, {Name: "Species", Type: result.Text}}, out.Document.Dataset.Columns)
}

func TestRun_TellsWhoSentAFileHowItWasRead(t *testing.T) {
	t.Parallel()
	text := "name;price\nCaf\xe9;1,5\nTea;2,25\n" + strings.Repeat("Milk;1,75\n", 20)
	says := "sales.csv was read as windows-1252, separator semicolon, decimal comma."
	file := func(name, content string) plan.Input {
		return input(name, steptest.Write(t, name, content), result.Rows)
	}
	sent := func(in plan.Input) plan.Input {
		in.File.Uploaded, in.Origin.Kind = true, result.SourceUpload
		return in
	}
	notes := func(code operation.Code, params string, inputs ...plan.Input) []string {
		return succeed(t, planFor(t, code, `{"source":{"dataset":"x"},`+params+`}`, inputs...)).Document.Notes
	}
	groups := `"group_by":["name"],"aggregates":[{"column":"price","func":"mean"}]`
	require.Contains(t, notes(operation.Fetch, `"profile":true`, sent(file("sales.csv", text))), says)
	require.Contains(t, notes(operation.Filter, groups, sent(file("sales.csv", text))), says)
	require.Contains(t, notes(operation.Analyze, `"model":"describe"`, sent(file("sales.csv", text))), says)
	require.Contains(t, notes(operation.Fetch, `"limit":1`, sent(file("sales.tsv", "a\tb\n1\t2\n"))), "sales.tsv was read as utf-8, separator tab.")
	require.Empty(t, notes(operation.Fetch, `"limit":1`, sent(file("sales.json", `[{"a":1}]`))))

	// A file that an owner shares says nothing of itself, also beside one that was sent.
	for _, policy := range []result.Policy{result.Rows, result.Aggregates} {
		shared := file("prices.csv", strings.ReplaceAll(text, "price", "list"))
		shared.File.Policy = policy
		require.NotContains(t, strings.Join(notes(operation.Filter, `"group_by":["name"]`, shared), " "), "read as")
		right := sent(file("sales.csv", text))
		right.Path = operation.JoinPath
		joined := notes(operation.Filter, `"join":{"right":{"dataset":"y"},"on":["name"],"how":"semi"},"group_by":["name"]`, shared, right)
		require.Contains(t, joined, says)
		require.NotContains(t, strings.Join(joined, " "), "prices.csv was read")
	}
}

func TestRun_SamplesTheSameRowsForTheSameSeed(t *testing.T) {
	t.Parallel()
	flights := input("x", steptest.Example("flights.parquet"), result.Rows)
	sample := func(params string, threads int) [][]any {
		p := planFor(t, operation.Fetch, `{"source":{"dataset":"x"},"profile":false,"preview_rows":1000,"sample":`+params+`}`, flights)
		p.Limits.Threads = threads
		out := succeed(t, p)
		require.Contains(t, out.Document.Summary, "random sample")
		return table(t, out.Document, "preview").Rows
	}
	seven := sample(`{"rows":300,"random_state":7}`, 1)
	require.Len(t, seven, 300)
	require.Equal(t, seven, sample(`{"rows":300,"random_state":7}`, 4), "on any number of processors")
	require.NotEqual(t, seven, sample(`{"rows":300}`, 1))
	require.Len(t, sample(`{"fraction":0.001}`, 2), 200)

	var x strings.Builder
	x.WriteString("p,place\n")
	for i := range 1000 {
		fmt.Fprintf(&x, "%d,x\n", i)
	}
	numbers := input("x", steptest.Write(t, "a.csv", x.String()), result.Rows)
	out := succeed(t, planFor(t, operation.Fetch, `{"source":{"dataset":"x"},"columns":["p"],"preview_rows":1000,"sample":{"rows":500}}`, numbers))
	rows, sum := table(t, out.Document, "preview").Rows, 0.0
	for i, row := range rows {
		value, ok := row[0].(int64)
		require.True(t, ok)
		sum += float64(value)
		if i > 0 {
			require.Greater(t, value, rows[i-1][0], "in the order of the data, and no row twice")
		}
	}
	require.InDelta(t, 499.5, sum/float64(len(rows)), 40, "from everywhere: three standard errors of the mean are 27")
	out = succeed(t, planFor(t, operation.Fetch, `{"source":{"dataset":"x"},"sample":{"rows":5000}}`, numbers))
	require.EqualValues(t, 1000, out.Document.Dataset.Rows, "all where there are fewer")
}

func TestRun_FailsWithAReasonAndSaysWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	ragged := steptest.Write(t, "pay.csv", "name,pay\nAnn,1\nsecret,2,3\n")
	penguins := steptest.Example("penguins.json")
	const fetch = `{"source":{"dataset":"x"}}`
	cases := map[string]struct {
		code   operation.Code
		params string
		input  plan.Input
		reason task.Reason
		want   string
	}{
		"a ragged file":        {operation.Fetch, fetch, input("pay", ragged, result.Rows), task.SourceUnreadable, "pay: line 3 has 3 fields but the header has 2 fields"},
		"a missing file":       {operation.Fetch, fetch, input("pay", filepath.Join(t.TempDir(), "secret.csv"), result.Rows), task.SourceUnreadable, "not there any more"},
		"an unknown column":    {operation.Fetch, `{"source":{"dataset":"x"},"columns":["sex"]}`, input("p", penguins, result.Rows), task.InvalidParams, `did you mean "Sex"?`},
		"unknown parameters":   {operation.Fetch, `{"source":{"dataset":"x"},"collumns":[]}`, input("p", penguins, result.Rows), task.InvalidParams, `did you mean "columns"?`},
		"a sample of nothing":  {operation.Fetch, `{"source":{"dataset":"x"},"sample":{"fraction":0}}`, input("p", penguins, result.Rows), task.InvalidParams, "must be above 0"},
		"two kinds of size":    {operation.Fetch, `{"source":{"dataset":"x"},"sample":{"fraction":0.5,"rows":3}}`, input("p", penguins, result.Rows), task.InvalidParams, "either rows or fraction"},
		"a sample and a limit": {operation.Fetch, `{"source":{"dataset":"x"},"limit":2,"sample":{"rows":3}}`, input("p", penguins, result.Rows), task.InvalidParams, "give one of them"},
		"no operation":         {operation.Code(999), fetch, input("p", penguins, result.Rows), task.InvalidParams, "operation_code"},
		"no data":              {operation.Fetch, fetch, plan.Input{Name: "p"}, task.InputLost, "not on this computer"},
		"rows of summaries":    {operation.Export, `{"inputs":[{"dataset":"x"}],"format":"csv"}`, input("p", penguins, result.Aggregates), task.PolicyRefused, "summaries of at least 5 rows only"},
		"parquet of summaries": {operation.Export, `{"inputs":[{"dataset":"x"}],"format":"parquet"}`, input("p", penguins, result.Aggregates), task.PolicyRefused, "summaries of at least 5 rows only"},
		"workbook of the same": {operation.Export, `{"inputs":[{"dataset":"x"}],"format":"xlsx"}`, input("p", penguins, result.Aggregates), task.PolicyRefused, "summaries of at least 5 rows only"},
		"a workbook of rows":   {operation.Export, `{"inputs":[{"task":"x"}],"format":"xlsx","content":"rows"}`, input("p", penguins, result.Aggregates), task.PolicyRefused, "summaries of at least 5 rows only"},
		"results of data":      {operation.Export, `{"inputs":[{"task":"x"}],"format":"json"}`, input("p", penguins, result.Rows), task.InvalidParams, "has no result to export"},
		"a report of data":     {operation.Export, `{"inputs":[{"task":"x"}],"format":"html"}`, input("p", penguins, result.Rows), task.InvalidParams, "has no result to report"},
		"a feature of few":     {operation.Analyze, `{"source":{"dataset":"x"},"model":"linear_regression","target":"y","features":["boss"]}`, input("p", dummy(t), result.Aggregates), task.PolicyRefused, "fewer than 5 rows differ in boss"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := run(t, planFor(t, tc.code, tc.params, tc.input))
			require.NotNil(t, out.Failure)
			require.Equal(t, tc.reason, out.Failure.Reason, out.Failure.Message)
			require.Contains(t, out.Failure.Message, tc.want)
			require.NotContains(t, out.Failure.Message, "secret")
			require.NotContains(t, out.Failure.Message, os.TempDir())
		})
	}
}

// dummy is a file with a column that one row has to itself: the coefficient of
// that column would be the row's target.
func dummy(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("x,boss,y\n")
	for i := range 40 {
		boss := 0
		if i == 7 {
			boss = 1
		}
		fmt.Fprintf(&b, "%d,%d,%d\n", i, boss, i*i%13)
	}
	return steptest.Write(t, "a.csv", b.String())
}

func TestRun_StopsWithinASecond(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("x,y,z\n")
	for i := range 60_000 {
		fmt.Fprintf(&b, "%d,%d,%d\n", i*7919%10007, i*104729%7919, i)
	}
	p := planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"kmeans","params":{"n_clusters":500,"n_init":100,"tol":0}}`,
		input("x", steptest.Write(t, "a.csv", b.String()), result.Rows))

	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan time.Time, 1)
	out := perform.Run(ctx, p, func(pr plan.Progress) {
		if pr.Stage == "fitting" {
			select {
			case stopped <- time.Now():
				cancel()
			default:
			}
		}
	})
	require.Less(t, time.Since(<-stopped), 2*time.Second) // one with room for a busy machine
	cancel()
	require.Equal(t, task.OperationFailed, out.Failure.Reason)
	require.True(t, out.Failure.Retryable)

	p.WorkDir, p.Limits.Timeout = t.TempDir(), 300*time.Millisecond
	begin := time.Now()
	out = run(t, p)
	require.Equal(t, task.Timeout, out.Failure.Reason)
	require.Less(t, time.Since(begin), 3*time.Second)
}

func TestRun_ReportsProgressThatNeverGoesBack(t *testing.T) {
	t.Parallel()
	last, stages := -1.0, map[string]bool{}
	out := perform.Run(t.Context(), planFor(t, operation.Fetch, `{"source":{"dataset":"x"}}`, input("x", steptest.Example("flights.parquet"), result.Rows)), func(p plan.Progress) {
		require.GreaterOrEqual(t, *p.Fraction, last)
		require.LessOrEqual(t, *p.Fraction, 1.0)
		last, stages[p.Stage] = *p.Fraction, true
	})
	require.Nil(t, out.Failure)
	require.True(t, stages["reading"])
}

// bigSheet is a workbook that takes some seconds to read.
func bigSheet(t *testing.T, rows int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<row><c t="str"><v>team</v></c><c t="str"><v>points</v></c><c t="str"><v>note</v></c></row>`)
	for i := range rows {
		fmt.Fprintf(&b, `<row><c><v>%d</v></c><c><v>%d</v></c><c t="str"><v>note %d</v></c></row>`, i%7, i*7919%10007, i*104729%1000003)
	}
	return steptest.Write(t, "a.xlsx", string(workbooktest.Pack(workbooktest.Parts(b.String()))))
}

func TestRun_FiltersAWorkbook_AndTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	last, between := -1.0, false
	p := planFor(t, operation.Filter, `{"source":{"dataset":"x"},"where":{"column":"points","op":"ge","value":5000},"group_by":["team"],"aggregates":[{"func":"size","name":"n"}]}`,
		input("x", bigSheet(t, 400_000), result.Rows))
	out := perform.Run(t.Context(), p, func(p plan.Progress) {
		require.GreaterOrEqual(t, *p.Fraction, last)
		last, between = *p.Fraction, between || p.Stage == "reading" && *p.Fraction > 0
	})
	require.Nil(t, out.Failure)
	require.True(t, between, "reading tells how far it is")
	require.InDelta(t, 7, float64(out.Document.Metrics["rows_after"]), 0)
}

func TestRun_StopsReadingAWorkbookWithinASecond(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var told time.Time
	p := planFor(t, operation.Fetch, `{"source":{"dataset":"x"}}`, input("x", bigSheet(t, 900_000), result.Rows))
	out := perform.Run(ctx, p, func(p plan.Progress) {
		if told.IsZero() && *p.Fraction > 0 {
			told = time.Now()
			cancel()
		}
	})
	require.NotNil(t, out.Failure)
	require.True(t, out.Failure.Retryable)
	require.False(t, told.IsZero())
	require.Less(t, time.Since(told), 2*time.Second) // one with room for a busy machine
}

func TestRun_GivesTheSameDocumentEveryTime(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]plan.Plan{
		"fetch":       planFor(t, operation.Fetch, `{"source":{"dataset":"x"}}`, input("x", steptest.Example("flights.parquet"), result.Rows)),
		"filter":      planFor(t, operation.Filter, `{"source":{"dataset":"x"},"where":{"column":"delay","op":"gt","value":15},"sort":[{"column":"origin"}]}`, input("x", steptest.Example("flights.parquet"), result.Rows)),
		"linear":      planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"linear_regression","target":"delay"}`, input("x", steptest.Example("flights.parquet"), result.Rows)),
		"kmeans":      planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"kmeans","params":{"n_clusters":4,"n_init":2}}`, input("x", steptest.Example("flights.parquet"), result.Rows)),
		"correlation": planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation"}`, input("x", steptest.Example("birdstrikes.csv"), result.Rows)),
		"kendall":     planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation","params":{"method":"kendall"}}`, input("x", steptest.Example("birdstrikes.csv"), result.Rows)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var first string
			for threads := range 3 {
				p.WorkDir, p.Limits.Threads = t.TempDir(), threads+1
				out := succeed(t, p)
				if out.Document.Dataset != nil {
					out.Document.Dataset.Bytes = 0 // depends on how threads divide the file
				}
				raw, err := json.Marshal(out.Document)
				require.NoError(t, err)
				if first == "" {
					first = string(raw)
				}
				require.Equal(t, first, string(raw))
			}
		})
	}
}

// Everything that an operation sends of random data under "aggregates" is
// searched for values that only few rows have: names, and numbers of single rows.
func TestRun_SendsNothingOfAFewRowsUnderAggregates(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			content, single := randomFile(random)
			in := input("x", steptest.Write(t, "a.csv", content), result.Aggregates)
			for _, p := range []plan.Plan{
				planFor(t, operation.Fetch, `{"source":{"dataset":"x"}}`, in),
				planFor(t, operation.Filter, `{"source":{"dataset":"x"},"where":{"column":"amount","op":"gt","value":1000}}`, in),
				planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"describe"}`, in),
				planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"linear_regression","target":"amount","features":["age"]}`, in),
				planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"kmeans","features":["amount","age"],"params":{"n_clusters":5,"n_init":2}}`, in),
				planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"kmeans","features":["amount","age"],"params":{"n_clusters_range":[1,9],"n_init":2}}`, in),
				planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"dbscan","features":["amount","age"],"params":{"eps":0.3,"min_samples":5}}`, in),
				planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"pca","features":["amount","age"]}`, in),
				planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation"}`, in),
				planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation","params":{"method":"kendall"}}`, in),
			} {
				raw, err := json.Marshal(run(t, p))
				require.NoError(t, err)
				for _, value := range single {
					require.NotRegexp(t, `(^|[^0-9.a-z])`+regexp.QuoteMeta(value)+`($|[^0-9])`, string(raw), "%s of %s", value, p.Operation)
				}
			}
		})
	}
}

// When the asker stops the search after one step, rows join a group whose centre
// three rows alone had decided: those from 78 on.
func TestRun_TellsNoCentreThatFewRowsDecided(t *testing.T) {
	t.Parallel()
	content := "pay\n100\n100.123\n77\n77.25\n77.5\n77.75\n78\n" + "50\n50.909090909090907\n51.81818181818182\n52.72727272727273\n53.63636363636363\n54.54545454545455\n" +
		"55.45454545454545\n56.36363636363637\n57.27272727272727\n58.18181818181818\n59.09090909090909\n60\n"
	path := steptest.Write(t, "a.csv", content)
	ask := func(policy result.Policy) [][]any {
		p := planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"kmeans","random_state":63,"params":{"n_clusters":2,"n_init":1,"max_iter":1,"standardize":false}}`,
			input("x", path, policy))
		return table(t, succeed(t, p).Document, "clusters").Rows
	}
	open := ask(result.Rows)
	require.Equal(t, int64(7), open[1][1])
	require.InDelta(t, (100+100.123+78)/3, open[1][2], 1e-9, "this is such a case")

	closed := ask(result.Aggregates)
	require.Equal(t, int64(7), closed[1][1])
	_, withheld := result.SuppressedReason(closed[1][2])
	require.True(t, withheld)
	require.Equal(t, open[0], closed[0], "sixteen rows decided the other")
}

// randomFile gives a CSV file of 10 to 60 rows, and the values that fewer than
// five rows have: names, and amounts with digits that do not come about otherwise.
func randomFile(random *rand.Rand) (content string, single []string) {
	rows := 10 + random.IntN(51)
	names := map[string]int{}
	var b strings.Builder
	b.WriteString("name,amount,age,day\n")
	for i := range rows {
		name := fmt.Sprintf("person%dx", int(random.ExpFloat64()*3))
		names[name]++
		amount := fmt.Sprintf("%d.%07d", 100+random.IntN(5000), 1+random.IntN(9999999))
		day := fmt.Sprintf("19%02d-0%d-1%d", i, 1+random.IntN(9), random.IntN(10))
		single = append(single, amount, day)
		if random.IntN(12) == 0 {
			amount = ""
		}
		fmt.Fprintf(&b, "%s,%s,%d,%s\n", name, amount, 20+random.IntN(40), day)
	}
	for name, n := range names {
		if n < result.DefaultMinGroupSize {
			single = append(single, name)
		}
	}
	return b.String(), single
}

// What can be asked about rows of which there are too few must have one answer,
// whether there are none, one or two: the errors of models told them apart.
func TestRun_AnswersTheSameOfFewRowsHoweverMany(t *testing.T) {
	t.Parallel()
	const pay = "pay,age\n"
	files := map[string]string{"none": pay, "one": pay + "7000,30\n", "two": pay + "7000,30\n7001,31\n", "twins": pay + "7000,30\n7000,30\n"}
	questions := []struct {
		code   operation.Code
		params string
	}{
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"kmeans","features":["pay"],"params":{"n_clusters":1}}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"kmeans","features":["pay"],"params":{"n_clusters":2}}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"kmeans","params":{"n_clusters_range":[1,3]}}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"dbscan","features":["pay"]}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"dbscan","features":["pay"],"params":{"min_samples":2}}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"pca"}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"linear_regression","target":"pay","features":["age"]}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"linear_regression","target":"pay","features":["age"],"params":{"fit_intercept":false}}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation"}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation","params":{"method":"spearman","min_periods":2}}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"correlation","params":{"method":"kendall"}}`},
		{operation.Analyze, `{"source":{"dataset":"x"},"model":"describe"}`},
		{operation.Fetch, `{"source":{"dataset":"x"}}`},
	}
	for _, q := range questions {
		answers := map[string]string{}
		for name, content := range files {
			// A column without values has no numbers, so the rows come from a filter.
			all := input("x", steptest.Write(t, "a.csv", content+"9000,40\n9001,41\n9002,42\n9003,43\n9004,44\n9005,45\n9006,46\n"), result.Aggregates)
			p := planFor(t, operation.Filter, `{"source":{"dataset":"x"},"where":{"column":"pay","op":"lt","value":8000}}`, all)
			few := input("x", filepath.Join(p.WorkDir, succeed(t, p).Output), result.Aggregates)
			raw, err := json.Marshal(run(t, planFor(t, q.code, q.params, few)))
			require.NoError(t, err)
			answers[name] = string(raw)
		}
		for name, answer := range answers {
			require.Equal(t, answers["one"], answer, "%s: %s", q.params, name)
		}
	}
}

func TestRun_TellsNothingThatOneRowDecides(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("hiv,base,total,pay\n")
	for i := range 200 {
		hiv, extra := 0, 0
		if i == 17 {
			hiv, extra = 1, 7
		}
		fmt.Fprintf(&b, "%d,%d,%d,%d\n", hiv, i%40, i%40+extra, 5000+i*i%977)
	}
	in := input("x", steptest.Write(t, "a.csv", b.String()), result.Aggregates)
	described := succeed(t, planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"describe"}`, in))
	rows := table(t, described.Document, "describe").Rows
	_, withheld := result.SuppressedReason(rows[0][5])
	require.True(t, withheld, "the mean of hiv is one row's")
	_, withheld = result.SuppressedReason(rows[1][5])
	require.False(t, withheld, "the mean of base is everybody's")
	for model, why := range map[string]string{
		`"model":"linear_regression","target":"pay","features":["base","total"]`: "may decide a coefficient",
		`"model":"pca","features":["base","total"]`:                              "may decide a coefficient",
		`"model":"pca","features":["hiv","base"]`:                                "fewer than 5 rows differ in hiv",
		`"model":"dbscan","features":["hiv","base"]`:                             "fewer than 5 rows differ in hiv",
		`"model":"dbscan","features":["base","pay"],"params":{"min_samples":4}`:  "Allowed is a min_samples of 5 or more",
		`"model":"kmeans","features":["hiv","base"]`:                             "fewer than 5 rows differ in hiv",
	} {
		out := run(t, planFor(t, operation.Analyze, `{"source":{"dataset":"x"},`+model+`}`, in))
		require.NotNil(t, out.Failure, model)
		require.Equal(t, task.PolicyRefused, out.Failure.Reason, model)
		require.Contains(t, out.Failure.Message, why, model)
	}
	out := succeed(t, planFor(t, operation.Analyze, `{"source":{"dataset":"x"},"model":"linear_regression","target":"pay","features":["base"]}`, in))
	require.Len(t, table(t, out.Document, "coefficients").Rows, 2)
}

// With a group for every value but one, the inertia is the distance of two rows.
func TestRun_TellsNoInertiaOfAPair(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("pay\n5000\n5000.25\n" + strings.Repeat("0.1\n", 100))
	for i := range 58 {
		fmt.Fprintf(&b, "%d\n", 10+10*i)
	}
	in := input("x", steptest.Write(t, "a.csv", b.String()), result.Aggregates)
	const kmeans = `{"source":{"dataset":"x"},"model":"kmeans","params":{"n_clusters":%d,"standardize":false}}`
	pair := succeed(t, planFor(t, operation.Analyze, fmt.Sprintf(kmeans, 60), in))
	require.NotContains(t, pair.Document.Metrics, "inertia")
	require.Contains(t, pair.Document.Metrics, "silhouette_score")
	require.Contains(t, succeed(t, planFor(t, operation.Analyze, fmt.Sprintf(kmeans, 4), in)).Document.Metrics, "inertia")
}
