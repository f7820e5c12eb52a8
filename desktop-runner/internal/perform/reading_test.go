package perform_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// known is an input of which the runner has seen all rows.
func known(t *testing.T, in plan.Input) plan.Input {
	t.Helper()
	d, err := source.Inspect(t.Context(), *in.File, t.TempDir(), plan.Limits{})
	require.NoError(t, err)
	require.NotNil(t, d.Known)
	file := *in.File
	file.Known = d.Known
	in.File = &file
	return in
}

// visits has some rows of every kind, and names that are hard to find in parameters.
func visits(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("id,team,when,\"a`b\",\"quo\"\"ted\",pay,unused\n")
	for i := range 400 {
		pay := strconv.Itoa(i % 13 * 7)
		if i%11 == 0 {
			pay = "NA"
		}
		b.WriteString(strconv.Itoa(i) + "," + string(rune('A'+i%3)) + ",2020-01-" + strconv.Itoa(10+i%20) + "," + strconv.Itoa(i%5) + ",q" + strconv.Itoa(i%4) + "," + pay + ",u\n")
	}
	return steptest.Write(t, "visits.csv", b.String())
}

func TestRun_AnswersTheSame_HoweverMuchIsKnownOfAFile(t *testing.T) {
	t.Parallel()
	file := visits(t)
	for name, tc := range map[string]struct {
		code   operation.Code
		params string
	}{
		"all":               {operation.Fetch, `"profile":true`},
		"columns":           {operation.Fetch, `"columns":["quo\"ted","pay"]`},
		"the first":         {operation.Fetch, `"limit":7`},
		"a sample":          {operation.Fetch, `"sample":{"rows":9,"random_state":3},"columns":["id"]`},
		"kept":              {operation.Filter, `"where":{"column":"pay","op":"gt","value":50}`},
		"kept, by text":     {operation.Filter, `"where":{"column":"team","op":"eq","value":"B"},"select":["id","when"]`},
		"the first kept":    {operation.Filter, `"where":{"column":"pay","op":"gt","value":50},"limit":3`},
		"sorted":            {operation.Filter, `"sort":[{"column":"pay"},{"column":"id","ascending":false}],"limit":5`},
		"once":              {operation.Filter, `"select":["team","a` + "`" + `b"],"drop_duplicates":true`},
		"groups":            {operation.Filter, `"group_by":["team"],"aggregates":[{"column":"pay","func":"sum"},{"column":"pay","func":"count"},{"column":"when","func":"nunique"}]`},
		"the last of each":  {operation.Filter, `"group_by":["team"],"aggregates":[{"column":"id","func":"last"}]`},
		"sizes":             {operation.Filter, `"group_by":["quo\"ted"]`},
		"derived":           {operation.Filter, `"derive":[{"name":"d","expression":"` + "`a``b`" + ` * 2 + pay"}],"group_by":["d"]`},
		"filled":            {operation.Filter, `"missing":[{"method":"mean","columns":["pay"]}],"group_by":["team"],"aggregates":[{"column":"pay","func":"mean"}]`},
		"whole rows":        {operation.Filter, `"missing":[{"method":"drop"}],"group_by":["team"]`},
		"pivoted":           {operation.Filter, `"pivot":{"index":["team"],"columns":"a` + "`" + `b","values":"pay","aggfunc":"sum"}`},
		"described":         {operation.Analyze, `"model":"describe","features":["pay"]`},
		"fitted":            {operation.Analyze, `"model":"linear_regression","target":"pay","features":["a` + "`" + `b"]`},
		"a name not there":  {operation.Filter, `"select":["Pay"]`},
		"a text, as number": {operation.Filter, `"where":{"column":"team","op":"gt","value":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, policy := range []result.Policy{result.Rows, result.Aggregates} {
				in := input("visits", file, policy)
				p := planFor(t, tc.code, `{"source":{"dataset":"visits"},`+tc.params+`}`, in)
				want := run(t, p)
				if want.Failure != nil {
					require.Contains(t, []task.Reason{task.InvalidParams, task.PolicyRefused}, want.Failure.Reason, want.Failure.Message)
				}
				q := p
				q.WorkDir, q.Inputs = t.TempDir(), []plan.Input{known(t, in)}
				require.Equal(t, told(t, want), told(t, run(t, q)), policy)
			}
		})
	}
}

// told is an outcome as text.
func told(t *testing.T, out plan.Outcome) string {
	t.Helper()
	if out.Document != nil && out.Document.Dataset != nil {
		out.Document.Dataset.Bytes = 0
	}
	raw, err := json.Marshal(out)
	require.NoError(t, err)
	return string(raw)
}

func TestRun_ReadsAFileAnew_WhereWhatIsKnownIsWrong(t *testing.T) {
	t.Parallel()
	in := known(t, input("visits", visits(t), result.Rows))
	kinds := in.File.Known.Texts[0].Kinds
	kinds[1] = kinds[0] // the teams are said to be integers
	out := succeed(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},"group_by":["team"]}`, in))
	require.Equal(t, `["A",134]`, shown(t, out.Document, "groups")[0])
}

func TestRun_FindsABrokenLine_BehindTheRowsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	file := steptest.Write(t, "a.csv", "a,b\n"+strings.Repeat("1,2\n", 20_000)+"3\n")
	for _, params := range []string{`"limit":3`, `"where":{"column":"a","op":"eq","value":1},"select":["a"]`, `"group_by":["a"]`} {
		out := run(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},`+params+`}`, input("x", file, result.Rows)))
		require.NotNil(t, out.Failure, params)
		require.Equal(t, task.SourceUnreadable, out.Failure.Reason)
		require.Contains(t, out.Failure.Message, "line 20002 has 1 field")
	}
}

func TestRun_GivesAColumnTheTypeOfAllItsRows(t *testing.T) {
	t.Parallel()
	file := steptest.Write(t, "a.csv", "a,b\n"+strings.Repeat("1,2\n", 20_000)+"x,3\n")
	out := succeed(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},"where":{"column":"b","op":"eq","value":2},"limit":1}`, input("x", file, result.Rows)))
	require.Equal(t, []result.Column{{Name: "a", Type: result.Text}, {Name: "b", Type: result.Integer}}, out.Document.Dataset.Columns)
	out = run(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},"where":{"column":"a","op":"gt","value":2},"select":["b"]}`, input("x", file, result.Rows)))
	require.NotNil(t, out.Failure, "a text is not greater than a number, although the first rows are numbers")
	require.Equal(t, task.InvalidParams, out.Failure.Reason)
}

func TestRun_SaysThatAKnownFileHasGone(t *testing.T) {
	t.Parallel()
	in := known(t, input("x", steptest.Write(t, "a.csv", "a\n1\n"), result.Rows))
	require.NoError(t, os.Rename(in.File.Path, filepath.Join(t.TempDir(), "b.csv")))
	out := run(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},"group_by":["a"]}`, in))
	require.NotNil(t, out.Failure)
	require.Equal(t, task.SourceUnreadable, out.Failure.Reason)
}
