package perform_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/desktop-runner/internal/perform"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// people are 26: 12 in A, 8 in B and 6 in C, each with an id and a pay.
func people(t *testing.T) string {
	var b strings.Builder
	b.WriteString("id,team,pay,hired\n")
	for i := range 26 {
		team := "A"
		switch {
		case i >= 20:
			team = "C"
		case i >= 12:
			team = "B"
		}
		fmt.Fprintf(&b, "%d,%s,%d,2024-%02d-%02d\n", i, team, 100+i*i, 1+i/9, 1+i)
	}
	return steptest.Write(t, "people.csv", b.String())
}

// joinOf joins people with another dataset, of which each has its policy.
func joinOf(t *testing.T, join, rest, right string, policies ...result.Policy) plan.Plan {
	left, other := input("people", people(t), policies[0]), input("other", steptest.Write(t, "other.csv", right), policies[1])
	other.Path = operation.JoinPath
	return planFor(t, operation.Filter, `{"source":{"dataset":"people"},"join":{"right":{"dataset":"other"},`+join+`}`+rest+`}`, left, other)
}

const cities = "team,city,weight\nA,Oslo,1\nB,Rome,1000\nC,Rome,1000000\n"

func TestFilter_JoinsProtectedRowsWithWhatAnybodyMaySee(t *testing.T) {
	t.Parallel()
	guarded := []result.Policy{result.Aggregates, result.Rows}
	byCity := `,"group_by":["city"],"aggregates":[{"func":"size"},{"column":"pay","func":"mean"}]`
	out := succeed(t, joinOf(t, `"on":["team"]`, byCity, cities, guarded...))
	require.Equal(t, []string{`["Oslo",12,142.16666666666666]`, `["Rome",14,458.5]`}, shown(t, out.Document, "groups"))
	require.InDelta(t, 0, float64(out.Document.Metrics["rows_dropped"]), 0)
	require.NotContains(t, out.Document.Metrics, "rows_right")

	// Whom the right side names is shown where the others are enough as well.
	named := func(people int) string {
		text := "id,city\n"
		for i := range people {
			text += fmt.Sprintf("%d,Oslo\n", i)
		}
		return text
	}
	out = succeed(t, joinOf(t, `"on":["id"]`, byCity, named(20), guarded...))
	require.Equal(t, []string{`["Oslo",20,223.5]`}, shown(t, out.Document, "groups"))
	out = succeed(t, joinOf(t, `"on":["id"]`, byCity, named(24), guarded...))
	require.Empty(t, shown(t, out.Document, "groups"))
	for _, how := range []string{"anti", "semi"} {
		out = succeed(t, joinOf(t, `"on":["id"],"how":"`+how+`"`, "", named(24), guarded...))
		require.NotContains(t, out.Document.Metrics, "rows_after", how)
		require.NotContains(t, out.Document.Metrics, "rows_dropped", how)
	}
	out = succeed(t, joinOf(t, `"on":["id"],"how":"semi"`, `,"group_by":["team"]`, named(20), guarded...))
	require.Equal(t, []string{`["A",12]`, `["B",8]`}, shown(t, out.Document, "groups"))
}

// ids are those of the people from one to before another, each with a city.
func ids(from, to int) string {
	text := "id,city\n"
	for i := from; i < to; i++ {
		text += fmt.Sprintf("%d,Oslo\n", i)
	}
	return text
}

func TestFilter_TellsNoNumberOfRowsByWhichFewAreLeftOverOnOneSide(t *testing.T) {
	t.Parallel()
	// 20 of 26 rows go with 20 of 22: the number of either would tell of 2.
	out := succeed(t, joinOf(t, `"on":["id"]`, "", ids(6, 28), result.Aggregates, result.Aggregates))
	require.InDelta(t, 22, float64(out.Document.Metrics["rows_right"]), 0)
	require.NotContains(t, out.Document.Metrics, "rows_after")
	require.True(t, out.Document.Dataset.RowsApproximate)
	out = succeed(t, joinOf(t, `"on":["id"]`, "", ids(6, 36), result.Aggregates, result.Aggregates))
	require.False(t, out.Document.Dataset.RowsApproximate, "6 and 10 are left over")
	require.Equal(t, int64(20), out.Document.Dataset.Rows)
}

// The asker's side of the join chooses the rows that are filled, and with which.
func TestFilter_TellsNothingOfOneRowByWhatOthersAreFilledWith(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("id,test\n")
	for i := range 40 {
		if i < 10 {
			fmt.Fprintf(&b, "%d,%d\n", i, 100+7*i)
		} else {
			fmt.Fprintf(&b, "%d,\n", i)
		}
	}
	ask := func(first int, rule string, policy result.Policy, rest string) plan.Outcome {
		lab, chosen := input("lab", steptest.Write(t, "lab.csv", b.String()), policy), input("chosen", steptest.Write(t, "chosen.csv", ids(first, 20)), result.Rows)
		chosen.Path = operation.JoinPath
		return run(t, planFor(t, operation.Filter, fmt.Sprintf(`{"source":{"dataset":"lab"},"join":{"right":{"dataset":"chosen"},"on":["id"],"how":"semi"},"missing":[{"columns":["test"],"method":%s}],%s}`, rule, rest), lab, chosen))
	}
	const mean = `"group_by":["test"],"aggregates":[{"column":"test","func":"mean"}]`
	for _, method := range []string{"mean", "median", "mode", "ffill", "bfill", "interpolate"} {
		if method != "bfill" {
			open := ask(9, strconv.Quote(method), result.Rows, mean)
			require.Equal(t, []string{`[163,163]`}, shown(t, open.Document, "groups"), "this is what must not be told")
		}
		for _, first := range []int{9, 10} { // one with a value, and none
			out := ask(first, strconv.Quote(method), result.Aggregates, mean)
			require.NotNil(t, out.Failure, method)
			require.Equal(t, task.PolicyRefused, out.Failure.Reason, method)
		}
	}
	// How many of 11 rows had no value tells how many had one.
	out := ask(9, `"constant","value":1`, result.Aggregates, `"group_by":["id"]`)
	require.Equal(t, []string{`["test","constant",` + small + `,` + single + `]`}, shown(t, out.Document, "missing"))
	// Four of the five rows of one part have a value of their own. The other part
	// has 705 in six rows, and the mean, 131.5, in nine.
	out = ask(0, `"mean"`, result.Aggregates, `"derive":[{"name":"part","expression":"id >= 6 and id <= 10"}],"group_by":["part"],"aggregates":[{"column":"test","func":"sum"}]`)
	require.Equal(t, []string{`[false,1888.5]`, `[true,` + small + `]`}, shown(t, out.Document, "groups"))
}

func TestFilter_RefusesJoinsThatCountRowsTwiceOrWeighThem(t *testing.T) {
	t.Parallel()
	protected, open := result.Aggregates, result.Rows
	for name, c := range map[string]struct {
		join, rest, right string
		left, other       result.Policy
		says              string
	}{
		"a key twice":            {`"on":["team"]`, `,"group_by":["city"]`, cities + "A,Bonn,2\n", protected, open, "1 keys of other are there several times"},
		"cross":                  {`"how":"cross"`, `,"group_by":["city"]`, cities, protected, open, "Allowed are inner, left, semi and anti"},
		"outer":                  {`"on":["team"],"how":"outer"`, `,"group_by":["city"]`, cities, protected, open, "Allowed are inner, left, semi and anti"},
		"right":                  {`"on":["team"],"how":"right"`, `,"group_by":["city"]`, cities, protected, open, "Allowed are inner, left, semi and anti"},
		"protected on the right": {`"on":["team"]`, `,"group_by":["team"]`, cities, open, protected, "Make it the source"},
		"both, and who is not":   {`"on":["team"],"how":"left"`, `,"group_by":["city"]`, cities, protected, protected, "allowed is inner"},
		"both, and who is":       {`"on":["team"],"how":"semi"`, `,"group_by":["team"]`, cities, protected, protected, "allowed is inner"},
		"both, many to one":      {`"on":["team"]`, `,"group_by":["city"]`, cities, protected, protected, "5 rows or more share their keys"},
		"weights":                {`"on":["team"]`, `,"aggregates":[{"column":"weight","func":"sum"}]`, cities, protected, open, `takes "weight"`},
		"calculated weights":     {`"on":["team"]`, `,"derive":[{"name":"w","expression":"weight * 2"}],"aggregates":[{"column":"w","func":"sum"}]`, cities, protected, open, `takes "w"`},
		"weights that stay":      {`"on":["team"]`, "", cities, protected, open, "stays in the output"},
	} {
		out := run(t, joinOf(t, c.join, c.rest, c.right, c.left, c.other))
		require.NotNil(t, out.Failure, name)
		require.Equal(t, task.PolicyRefused, out.Failure.Reason, name)
		require.Contains(t, out.Failure.Message, c.says, name)
	}
	succeed(t, joinOf(t, `"on":["team"]`, `,"select":["team","pay"]`, cities, protected, open))
}

// TestFilter_ShowsNoGroupOfTooFewRowsOfEitherSide asks the same question of data
// that may leave, with the number of different rows of each side, and compares.
func TestFilter_ShowsNoGroupOfTooFewRowsOfEitherSide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		for range 3 {
			lineageOfOne(t, rt)
		}
	})
}

func lineageOfOne(t *testing.T, rt *rapid.T) {
	n := rapid.IntRange(2, 4).Draw(rt, "min_group_size")
	side := func(label, columns string) string {
		lines := []string{columns}
		for i := range rapid.IntRange(1, 25).Draw(rt, label) {
			lines = append(lines, fmt.Sprintf("%s%d,%d,%s,%d", label, i, rapid.IntRange(0, 20).Draw(rt, "key"), rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, "kind"), rapid.IntRange(0, 2).Draw(rt, "value")))
		}
		return strings.Join(lines, "\n") + "\n"
	}
	left, right := steptest.Write(t, "left.csv", side("l", "lid,k,lkind,lvalue")), steptest.Write(t, "right.csv", side("r", "rid,k,rkind,rvalue"))
	policy := rapid.SampledFrom([]result.Policy{result.Rows, result.Aggregates}).Draw(rt, "of the right side")
	how := rapid.SampledFrom([]string{"inner", "left", "right", "outer", "semi", "anti"}).Draw(rt, "how")
	keys := rapid.SampledFrom([]string{"lkind", "rkind", "k"}).Draw(rt, "group_by")
	if how == "semi" || how == "anti" {
		keys = "lkind"
	}
	where := rapid.SampledFrom([]string{"", `,"where":{"column":"lvalue","op":"ge","value":1}`, `,"where":{"column":"k","op":"lt","value":11}`}).Draw(rt, "where")
	ask := func(aggregates string, policies ...result.Policy) plan.Outcome {
		l, r := input("left", left, policies[0]), input("right", right, policies[1])
		l.File.MinGroupSize, r.File.MinGroupSize, r.Path = n, n, operation.JoinPath
		params := fmt.Sprintf(`{"source":{"dataset":"left"},"join":{"right":{"dataset":"right"},"on":["k"],"how":%q}%s,"group_by":[%q],"aggregates":[%s]}`, how, where, keys, aggregates)
		return perform.Run(t.Context(), planFor(t, operation.Filter, params, l, r), func(plan.Progress) {})
	}
	guarded := ask(`{"func":"size"}`, result.Aggregates, policy)
	if guarded.Failure != nil {
		require.Equal(rt, task.PolicyRefused, guarded.Failure.Reason, guarded.Failure.Message)
		return
	}
	distinct := `{"func":"size"},{"column":"lid","func":"nunique"}`
	if policy == result.Aggregates {
		distinct += `,{"column":"rid","func":"nunique"}`
	}
	open := ask(distinct, result.Rows, result.Rows)
	require.Nil(rt, open.Failure)
	truth := map[string][]any{}
	for _, row := range table(t, open.Document, "groups").Rows {
		truth[fmt.Sprint(row[0])] = row[1:]
	}
	for _, row := range table(t, guarded.Document, "groups").Rows {
		group := truth[fmt.Sprint(row[0])]
		require.NotNil(rt, group)
		for _, rows := range group[1:] {
			require.GreaterOrEqual(rt, rows, int64(n), "group %v is of %v different rows", row, group[1:])
		}
		if policy == result.Rows {
			require.Equal(rt, group[0], row[1], "no row is counted twice, and none is lost")
		}
	}
}

// A few rows of one side may share a key, which is not told. Here they would make
// five of one row of the other side, and a group of it that looks large enough.
func TestFilter_CountsNoRowTwice_ByAFewThatShareItsKey(t *testing.T) {
	t.Parallel()
	var single, several strings.Builder
	single.WriteString("k,single\n")
	several.WriteString("k,several\n")
	for i := range 40 {
		kind := fmt.Sprint("many ", i%3)
		if i == 0 {
			kind = "one"
		}
		fmt.Fprintf(&single, "%d,%s\n", i, kind)
		fmt.Fprintf(&several, "%d,x\n", i)
	}
	several.WriteString(strings.Repeat("0,x\n", 4))
	for name, sides := range map[string][2]string{
		"of the other side": {several.String(), single.String()},
		"of the source":     {single.String(), several.String()},
	} {
		left, right := input("left", steptest.Write(t, "left.csv", sides[0]), result.Aggregates), input("right", steptest.Write(t, "right.csv", sides[1]), result.Aggregates)
		right.Path = operation.JoinPath
		out := succeed(t, planFor(t, operation.Filter, `{"source":{"dataset":"left"},"join":{"right":{"dataset":"right"},"on":["k"]},"group_by":["single"],"aggregates":[{"func":"size"}]}`, left, right))
		require.NotContains(t, strings.Join(shown(t, out.Document, "groups"), " "), `"one"`, name)
		require.Contains(t, strings.Join(shown(t, out.Document, "groups"), " "), `"many`, name)
	}
}

func TestFilter_ResamplesProtectedRows(t *testing.T) {
	t.Parallel()
	ask := func(policy result.Policy, resample string) plan.Outcome {
		return succeed(t, planFor(t, operation.Filter, `{"source":{"dataset":"people"},"resample":`+resample+`}`, input("people", people(t), policy)))
	}
	out := ask(result.Aggregates, `{"on":"hired","rule":"MS","aggregates":[{"func":"size"},{"column":"pay","func":"mean"},{"column":"pay","func":"max"}]}`)
	require.Equal(t, []string{
		`["2024-01-01",9,122.66666666666667,` + single + `]`, `["2024-02-01",9,275.6666666666667,` + single + `]`, `["2024-03-01",8,567.5,` + single + `]`,
	}, shown(t, out.Document, "groups"))
	// Spans are counted from 1970, and not from the first of these people; spans
	// without rows, and with few, are not there.
	out = ask(result.Aggregates, `{"on":"hired","rule":"7D","aggregates":[{"func":"size"}]}`)
	for _, row := range table(t, out.Document, "groups").Rows {
		require.GreaterOrEqual(t, row[1], int64(5))
	}
	out = ask(result.Aggregates, `{"on":"hired","rule":"5000D","aggregates":[{"func":"size"}]}`)
	require.Equal(t, []string{`["2011-01-26",26]`}, shown(t, out.Document, "groups"), "three times 5000 days after 1970-01-01")
	refused := run(t, planFor(t, operation.Filter, `{"source":{"dataset":"people"},"resample":{"on":"hired","rule":"1D","aggregates":[{"column":"pay","func":"sum"}]},"sort":[{"column":"pay_sum"}]}`,
		input("people", people(t), result.Aggregates)))
	require.Equal(t, task.PolicyRefused, refused.Failure.Reason)
	// The range of times is theirs, too: no error tells of it.
	ask(result.Aggregates, `{"on":"hired","rule":"1s","aggregates":[{"func":"size"}]}`)
}

func TestFilter_PivotsProtectedRows(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("team,site,pay\n")
	for site, sizes := range map[string][3]int{"Bonn": {10, 2, 9}, "Oslo": {8, 7, 6}, "Rome": {5, 6, 0}, "secret": {1, 1, 0}} {
		for i, team := range []string{"A", "B", "C"} {
			for k := range sizes[i] {
				fmt.Fprintf(&b, "%s,%s,%d\n", team, site, 10*(i+1)+k)
			}
		}
	}
	file := steptest.Write(t, "pay.csv", b.String())
	ask := func(policy result.Policy, pivot string) plan.Outcome {
		return run(t, planFor(t, operation.Filter, `{"source":{"dataset":"pay"},"pivot":`+pivot+`}`, input("pay", file, policy)))
	}
	count := `{"index":["team"],"columns":"site","values":"pay","aggfunc":"count","margins":true}`
	out := ask(result.Aggregates, count)
	require.Nil(t, out.Failure)
	all := fmt.Sprint(out.Document)
	require.NotContains(t, all, "secret", "that there is such a site is known of two people only")
	pivot := table(t, out.Document, "pivot")
	for _, row := range pivot.Rows {
		for j, cell := range row[1:] {
			if number, isNumber := cell.(int64); isNumber {
				require.GreaterOrEqual(t, number, int64(5), "%v of %s", row[0], pivot.Columns[j+1].Name)
			}
		}
	}
	// Bonn has two people of B, and Rome and the secret site are left out.
	require.Equal(t, []string{
		`["A",10,` + complementary + `,24]`, `["B",` + complementary + `,7,16]`,
		`["C",` + complementary + `,` + complementary + `,15]`, `["All",` + complementary + `,21,55]`,
	}, shown(t, out.Document, "pivot"))
	require.Equal(t, task.PolicyRefused, ask(result.Aggregates, `{"index":["team"],"columns":"site","values":"pay","aggfunc":"max"}`).Failure.Reason)
	require.Nil(t, ask(result.Aggregates, `{"index":["team"],"columns":"site","values":"pay","aggfunc":"mean"}`).Failure)
	open := ask(result.Rows, count)
	require.Contains(t, fmt.Sprint(open.Document), "secret")
}

func TestFilter_TellsNoTotalByWhichFewAreOutsideOfAPivotTable(t *testing.T) {
	t.Parallel()
	for first, want := range map[int]bool{1: false, 4: false, 5: true} {
		params := fmt.Sprintf(`{"source":{"dataset":"people"},"where":{"column":"id","op":"ge","value":%d},"derive":[{"name":"odd","expression":"id %% 2 == 1"}],`+
			`"pivot":{"index":["team"],"columns":"odd","values":"pay","aggfunc":"count","margins":true}}`, first)
		out := succeed(t, planFor(t, operation.Filter, params, input("people", people(t), result.Aggregates)))
		require.Equal(t, want, strings.Contains(fmt.Sprint(shown(t, out.Document, "pivot")), fmt.Sprint(",", 26-first, "]")), "%d of 26 rows are outside", first)
	}
}

// That a cell is withheld, and another is empty, would tell the team of a person
// whom the asker puts into a column of their own beside a whole team.
func TestFilter_EmptyCellsOfAPivotTableLookLikeSmallOnes(t *testing.T) {
	t.Parallel()
	for _, person := range []int{5, 14, 22} { // of A, B and C
		params := fmt.Sprintf(`{"source":{"dataset":"people"},"derive":[{"name":"with","expression":"id == %d or team == 'A'"}],`+
			`"pivot":{"index":["team"],"columns":"with","values":"pay","aggfunc":"count","fill_value":0}}`, person)
		out := succeed(t, planFor(t, operation.Filter, params, input("people", people(t), result.Aggregates)))
		hidden := `,` + complementary + `,` + complementary + `]`
		require.Equal(t, []string{`["A"` + hidden, `["B"` + hidden, `["C"` + hidden}, shown(t, out.Document, "pivot"), person)
	}
}

func TestFilter_TellsNoSumOfAPivotTableThatFewDecide(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("team,site,pay\n")
	for _, team := range []string{"A", "B"} {
		for i := range 12 {
			fmt.Fprintf(&b, "%s,Bonn,%d\n%s,Rome,%d\n", team, 10+i, team, 20+i)
		}
		for range 8 {
			fmt.Fprintf(&b, "%s,none,0\n", team)
		}
	}
	b.WriteString("A,Oslo,4321\nB,Oslo,1\nB,Oslo,2\nB,Oslo,3\nB,Oslo,4\nB,Oslo,5\nB,Oslo,6\n")
	out := succeed(t, planFor(t, operation.Filter, `{"source":{"dataset":"pay"},"pivot":{"index":["team"],"columns":"site","values":"pay","aggfunc":"sum","margins":true}}`,
		input("pay", steptest.Write(t, "pay.csv", b.String()), result.Aggregates)))
	// Of A, Oslo has one person and none has zeros only: their sum would be that person's pay.
	row := table(t, out.Document, "pivot").Rows[0]
	withheld := 0
	for _, cell := range row[1:] {
		if _, isNumber := cell.(int64); !isNumber {
			withheld++
		}
	}
	require.GreaterOrEqual(t, withheld, 3, row)
}

func TestFilter_PivotTablesLookAlikeWhetherOneRowHasAValueOrNone(t *testing.T) {
	t.Parallel()
	for _, function := range []string{"mean", "count", "sum", "nunique", "std"} {
		var told []string
		for _, value := range []string{"", "7"} {
			var b strings.Builder
			b.WriteString("team,site,test\n")
			for i := range 40 {
				site, test := "with", strconv.Itoa(i)
				if i%2 == 0 {
					site, test = "without", ""
				}
				if i == 4 {
					test = value
				}
				fmt.Fprintf(&b, "%s,%s,%s\n", []string{"A", "B"}[i/20], site, test)
			}
			out := succeed(t, planFor(t, operation.Filter, fmt.Sprintf(`{"source":{"dataset":"lab"},"pivot":{"index":["team"],"columns":"site","values":"test","aggfunc":%q}}`, function),
				input("lab", steptest.Write(t, "lab.csv", b.String()), result.Aggregates)))
			told = append(told, fmt.Sprint(out.Document.Metrics, shown(t, out.Document, "pivot"), out.Document.Dataset.Columns))
		}
		require.Equal(t, told[0], told[1], function)
	}
}

// TestFilter_LeavesOutNoRowForItsFactor: of pay times one number six rows, and
// times another five, would be beyond 64 bits; the difference is one person's pay.
func TestFilter_LeavesOutNoRowForItsFactor(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("id,pay\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%d,%d\n", i, 10_000_000_000+int64(i)*1_000_000_000)
	}
	file := steptest.Write(t, "large.csv", b.String())
	for _, expression := range []string{"pay * 212031541", "212031541 * pay", "pay * 212031541 ", "-pay"} {
		out := succeed(t, planFor(t, operation.Filter, fmt.Sprintf(`{"source":{"dataset":"x"},"derive":[{"name":"a","expression":%q}],
			"aggregates":[{"func":"size"},{"column":"a","func":"count"}]}`, expression), input("x", file, result.Aggregates)))
		require.Equal(t, []string{`[40,40]`}, shown(t, out.Document, "groups"), expression)
	}
}
