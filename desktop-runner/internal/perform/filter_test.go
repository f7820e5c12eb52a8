package perform_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

const (
	small         = `{"suppressed":"small_group"}`
	single        = `{"suppressed":"single_row"}`
	complementary = `{"suppressed":"complementary"}`
)

// shown gives a table's rows as JSON.
func shown(t *testing.T, d *result.Document, name string) []string {
	t.Helper()
	var out []string
	for _, row := range table(t, d, name).Rows {
		raw, err := json.Marshal(row)
		require.NoError(t, err)
		out = append(out, string(raw))
	}
	return out
}

// wages has groups of 10, 6, 4 and 1 rows; in the first one pay differs in one
// row only, in the second one pay is missing.
func wages(t *testing.T) string {
	var b strings.Builder
	b.WriteString("team,pay,bonus\n")
	for i := range 10 {
		fmt.Fprintf(&b, "A,%d,%d\n", 100+900*(i/9), i)
	}
	for i := range 6 {
		fmt.Fprintf(&b, "B,%s,%d\n", []string{"1", "2", "3", "4", "5", ""}[i], i)
	}
	b.WriteString("C,1,1\nC,2,2\nC,3,3\nC,4,4\nboss,999999,1\n")
	return steptest.Write(t, "wages.csv", b.String())
}

func TestFilter_TellsOfGroupsThatAreLargeEnough(t *testing.T) {
	t.Parallel()
	params := `{"source":{"dataset":"x"},"group_by":["team"],"aggregates":[{"func":"size"},{"column":"pay","func":"count"},{"column":"pay","func":"mean"},
		{"column":"bonus","func":"mean"},{"column":"bonus","func":"max"},{"column":"bonus","func":"median"},{"column":"bonus","func":"first"}]}`
	out := succeed(t, planFor(t, operation.Filter, params, input("wages", wages(t), result.Aggregates)))
	require.Equal(t, []string{
		`["A",10,10,` + small + `,4.5,` + single + `,` + single + `,` + single + `]`,
		`["B",6,` + complementary + `,3,2.5,` + single + `,` + single + `,` + single + `]`,
	}, shown(t, out.Document, "groups"))
	raw, err := json.Marshal(out.Document)
	require.NoError(t, err)
	for _, secret := range []string{"boss", `"C"`, "999999", "190"} {
		require.NotContains(t, string(raw), secret)
	}
	require.Contains(t, strings.Join(out.Document.Notes, " "), "Groups of fewer than 5 rows are left out")
	require.True(t, out.Document.Dataset.RowsAreGroups)
	require.True(t, out.Document.Dataset.RowsApproximate)
	require.Zero(t, out.Document.Dataset.Rows, "how many groups there are tells how many small ones")

	// The same, where rows may leave.
	out = succeed(t, planFor(t, operation.Filter, params, input("wages", wages(t), result.Rows)))
	require.Equal(t, `["boss",1,1,999999,1,1,1,1]`, shown(t, out.Document, "groups")[3])
}

func TestFilter_HidesOtherGroupsFromWhichASmallOneFollows(t *testing.T) {
	t.Parallel()
	file := steptest.Write(t, "a.csv", "k,v\n"+strings.Repeat("a,1\n", 20)+strings.Repeat("b,2\n", 7)+"c,3\n")
	out := succeed(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},"group_by":["k"]}`, input("x", file, result.Aggregates)))
	require.Equal(t, []string{`["a",20]`}, shown(t, out.Document, "groups"), "28 rows less 20 and 7 are 1")
	require.Len(t, out.Document.Charts, 1)
	raw, err := json.Marshal(out.Document.Charts)
	require.NoError(t, err)
	require.NotContains(t, string(raw), `"b"`)
}

func TestFilter_TellsNoCountByASumAndAMean(t *testing.T) {
	t.Parallel()
	file := steptest.Write(t, "a.csv", "v\n1\n2\n3\n4\n5\n6\n7\n\"\"\n")
	for params, want := range map[string]string{
		`[{"column":"v","func":"sum"},{"column":"v","func":"mean"}]`: `[` + small + `,4]`,
		`[{"column":"v","func":"sum"},{"column":"v","func":"std"}]`:  `[28,2.160246899469287]`,
		`[{"column":"v","func":"count"}]`:                            `[` + complementary + `]`,
	} {
		out := succeed(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},"aggregates":`+params+`}`, input("x", file, result.Aggregates)))
		require.Equal(t, []string{want}, shown(t, out.Document, "groups"), params)
	}
}

// The last six digits of a sum of pay, with the pay of all others times a
// million, are the pay of one.
func TestFilter_TellsNothingOfOneRowByWhatItDerives(t *testing.T) {
	t.Parallel()
	ask := func(policy result.Policy, derive, rest string) plan.Outcome {
		raw, err := json.Marshal(derive)
		require.NoError(t, err)
		return run(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},"derive":[{"name":"d","expression":`+string(raw)+`}],`+rest+`}`, input("wages", wages(t), policy)))
	}
	const sum, count = `"aggregates":[{"column":"d","func":"sum"}]`, `"aggregates":[{"column":"d","func":"count"}]`
	weights := ask(result.Rows, "if(team == 'boss', pay, pay * 1000000)", sum)
	require.Equal(t, []string{`[1925999999]`}, shown(t, weights.Document, "groups"), "this is what must not be told")

	for _, refused := range [][2]string{
		{"if(team == 'boss', pay, pay * 1000000)", sum},
		{"pay * bonus", sum},
		{"if(team == 'boss', null, 1)", count},
		{"pay + 1e17", `"aggregates":[{"column":"d","func":"std"}]`},
		{"if(team == 'boss', pay, pay * 1000000)", `"limit":100`},
		{"team == 'boss'", `"drop_duplicates":true`},
		{"pay", `"missing":[{"columns":["pay"],"method":"constant","value":1000000000}],` + sum},
	} {
		out := ask(result.Aggregates, refused[0], refused[1])
		require.NotNil(t, out.Failure, refused)
		require.Equal(t, task.PolicyRefused, out.Failure.Reason, out.Failure.Message)
		require.Contains(t, out.Failure.Message, "weights by which single rows", refused)
	}
	for _, allowed := range [][2]string{
		{"pay * 12", sum},
		{"pay > 50", `"where":{"column":"d","op":"eq","value":true},"aggregates":[{"column":"pay","func":"mean"}]`},
		{"if(pay > 50, 'much', 'little')", `"group_by":["d"],"aggregates":[{"column":"pay","func":"mean"}]`},
		{"if(pay > 50, 'much', 'little')", `"select":["team"]`},
		{"upper(team)", `"limit":100`},
	} {
		require.Nil(t, ask(result.Aggregates, allowed[0], allowed[1]).Failure, allowed)
	}
}

func TestFilter_RefusesWhatItCannotCount(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		`"rolling":{"window":2,"columns":["pay"],"func":"sum"}`:                                          "rolling cannot be done",
		`"group_by":["team"],"aggregates":[{"column":"pay","func":"max"}],"sort":[{"column":"pay_max"}]`: "sorting groups by what does not tell them apart cannot be done",
		`"group_by":["team"],"drop_duplicates":true`:                                                     "drop_duplicates of groups cannot be done",
	}
	for params, want := range cases {
		other := input("y", wages(t), result.Rows)
		other.Path = operation.JoinPath
		p := planFor(t, operation.Filter, `{"source":{"dataset":"x"},`+params+`}`, input("x", wages(t), result.Aggregates), other)
		out := run(t, p)
		require.NotNil(t, out.Failure, params)
		require.Equal(t, task.PolicyRefused, out.Failure.Reason)
		require.Contains(t, out.Failure.Message, want)
		require.Contains(t, out.Failure.Message, "Allowed are")
	}
}

func TestFilter_GroupsAreNotTakenForRowsLater(t *testing.T) {
	t.Parallel()
	p := planFor(t, operation.Filter, `{"source":{"dataset":"x"},"group_by":["team"]}`, input("wages", wages(t), result.Aggregates))
	grouped := succeed(t, p)
	output := input("grouped wages", filepath.Join(p.WorkDir, grouped.Output), result.Aggregates)
	output.File.RowsAreGroups = true
	for code, params := range map[operation.Code]string{
		operation.Fetch: `{"source":{"task":"t"}}`, operation.Filter: `{"source":{"task":"t"}}`,
		operation.Analyze: `{"source":{"task":"t"},"model":"describe"}`, operation.Export: `{"inputs":[{"task":"t"}],"format":"csv"}`,
	} {
		out := run(t, planFor(t, code, params, output))
		require.NotNil(t, out.Failure, code)
		require.Equal(t, task.PolicyRefused, out.Failure.Reason, code)
	}
	report := planFor(t, operation.Export, `{"inputs":[{"task":"t"}],"format":"html"}`, plan.Input{Name: "Groups", Document: grouped.Document})
	require.Len(t, succeed(t, report).Artifacts, 1)
	output.File.Policy = result.Rows
	succeed(t, planFor(t, operation.Fetch, `{"source":{"task":"t"}}`, output))
}

func TestFilter_HidesFewMissingValuesAndWhatTheyAreFilledWith(t *testing.T) {
	t.Parallel()
	params := `{"source":{"dataset":"x"},"missing":[{"columns":["pay"],"method":"mode"}]}`
	out := succeed(t, planFor(t, operation.Filter, params, input("wages", wages(t), result.Aggregates)))
	require.Equal(t, []string{`["pay","mode",` + small + `,` + small + `]`}, shown(t, out.Document, "missing"))
	require.NotContains(t, out.Document.Metrics, "values_filled")
	dropping := `{"source":{"dataset":"x"},"missing":[{"method":"drop"}],"where":{"column":"bonus","op":"ge","value":0}}`
	out = succeed(t, planFor(t, operation.Filter, dropping, input("wages", wages(t), result.Aggregates)))
	require.NotContains(t, out.Document.Metrics, "rows_dropped")
	for _, table := range out.Document.Tables {
		require.NotEqual(t, "missing", table.Name)
	}
	out = succeed(t, planFor(t, operation.Filter, params, input("wages", wages(t), result.Rows)))
	require.Equal(t, []string{`["pay","mode",1,"100"]`}, shown(t, out.Document, "missing"))
}

func TestFilter_JoinsTwoInputsInWhateverOrderTheyCome(t *testing.T) {
	t.Parallel()
	people := input("people", steptest.Write(t, "p.csv", "id,name\n1,Ann\n2,Bob\n3,Cid\n"), result.Rows)
	cities := input("cities", steptest.Write(t, "c.json", `[{"id":2,"city":"Bandung"},{"id":1,"city":"Oslo"}]`), result.Rows)
	cities.Path = operation.JoinPath
	params := `{"source":{"dataset":"people"},"join":{"right":{"dataset":"cities"},"how":"left","on":["id"]}}`
	for _, inputs := range [][]plan.Input{{people, cities}, {cities, people}} {
		out := succeed(t, planFor(t, operation.Filter, params, inputs...))
		require.Equal(t, []string{`[1,"Ann","Oslo"]`, `[2,"Bob","Bandung"]`, `[3,"Cid",null]`}, shown(t, out.Document, "preview"))
		require.Equal(t, "3 rows with 3 columns, joined of 3 and 2 rows.", out.Document.Summary)
		require.Len(t, out.Document.Sources, 2)
	}
	out := run(t, planFor(t, operation.Filter, params, people))
	require.Equal(t, task.InputLost, out.Failure.Reason)
}

func TestFilter_DrawsTimesInAReport(t *testing.T) {
	t.Parallel()
	flights := input("flights", steptest.Example("flights.parquet"), result.Rows)
	weekly := succeed(t, planFor(t, operation.Filter, `{"source":{"dataset":"x"},"resample":{"on":"date","rule":"W","aggregates":[{"column":"delay","func":"mean"},{"func":"size"}]}}`, flights))
	require.Equal(t, result.Line, weekly.Document.Charts[0].Type)
	require.Len(t, weekly.Document.Charts[0].Series, 2)
	report := planFor(t, operation.Export, `{"inputs":[{"task":"a"}],"format":"html"}`, plan.Input{Name: "Weeks", Document: weekly.Document})
	succeed(t, report)
	raw, err := os.ReadFile(filepath.Join(report.WorkDir, "report.html"))
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(raw), "<polyline"), "a line for each number")
	require.Contains(t, string(raw), ">2001-01-07</text>")
	require.Contains(t, string(raw), ">2001-07-01</text>")
}
