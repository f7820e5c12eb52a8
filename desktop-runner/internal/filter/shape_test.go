package filter_test

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/result"
)

var (
	leftFile  = filepath.Join("testdata", "left.csv")
	rightFile = filepath.Join("testdata", "right.csv")
)

func TestRun_NamesEveryPlaceOfAShapeThatIsWrong(t *testing.T) {
	t.Parallel()
	many := "key,v\n"
	for i := range 201 {
		many += fmt.Sprintf("%d,1\n", i)
	}
	long := "at,v\n2000-01-01,1\n2024-01-01,2\n"
	nested := steptest.Write(t, "n.json", `[{"a":1,"list":[1]}]`)
	cases := map[string]struct {
		file, params, path, message string
	}{
		"join key":             {leftFile, `"join":{"right":{"dataset":"r"},"on":["kye"]}`, "params.join.on[0]", `did you mean "key"?`},
		"join right key":       {leftFile, `"join":{"right":{"dataset":"r"},"left_on":["key"],"right_on":["keys"]}`, "params.join.right_on[0]", `"keys" is not a known column of right; did you mean "key"?`},
		"join of two types":    {leftFile, `"join":{"right":{"dataset":"r"},"left_on":["id"],"right_on":["key"]}`, "params.join.left_on[0]", "id is a column of whole numbers and key one of text"},
		"join names twice":     {leftFile, `"join":{"right":{"dataset":"r"},"on":["key"],"suffixes":["","_X"]},"derive":[{"name":"v_x","expression":"v"}]`, "params.derive[0].name", `"v_x" differs from the column "v_X" in letter case only`},
		"group key":            {leftFile, `"group_by":["Key"]`, "params.group_by[0]", `did you mean "key"?`},
		"group by lists":       {nested, `"group_by":["list"]`, "params.group_by[0]", "nested values"},
		"aggregate column":     {leftFile, `"aggregates":[{"func":"size"},{"column":"vv","func":"sum"}]`, "params.aggregates[1].column", `did you mean "v"?`},
		"aggregate of text":    {leftFile, `"aggregates":[{"column":"key","func":"mean"}]`, "params.aggregates[0].func", "mean works on numbers, but key is a column of text; use count, nunique, min, max, first or last"},
		"aggregate of lists":   {nested, `"aggregates":[{"column":"list","func":"max"}]`, "params.aggregates[0].func", "nested values"},
		"sort of groups":       {leftFile, `"group_by":["key"],"sort":[{"column":"v"}]`, "params.sort[0].column", `"v" is not a known column`},
		"pivot index":          {leftFile, `"pivot":{"index":["ky"],"columns":"part","values":"v"}`, "params.pivot.index[0]", `did you mean "key"?`},
		"pivot columns":        {leftFile, `"pivot":{"index":["key"],"columns":"prt","values":"v"}`, "params.pivot.columns", `did you mean "part"?`},
		"pivot values":         {leftFile, `"pivot":{"index":["key"],"columns":"part","values":"w"}`, "params.pivot.values", `did you mean "v"?`},
		"pivot of text":        {leftFile, `"pivot":{"index":["id"],"columns":"part","values":"key"}`, "params.pivot.aggfunc", "mean works on numbers"},
		"pivot too wide":       {steptest.Write(t, "m.csv", many), `"pivot":{"index":["v"],"columns":"key","values":"v"}`, "params.pivot.columns", "key has 201 different values, and a pivot table has at most 200 columns; keep fewer"},
		"rolling without time": {leftFile, `"rolling":{"on":"key","window":"1D","columns":["v"],"func":"sum"}`, "params.rolling.on", "key is a column of text, and one of dates or timestamps is needed; make it with derive"},
		"rolling text":         {leftFile, `"rolling":{"window":2,"columns":["id","key"],"func":"sum"}`, "params.rolling.columns[1]", "sum works on numbers"},
		"rolling column":       {leftFile, `"rolling":{"window":2,"columns":["V"],"func":"sum"}`, "params.rolling.columns[0]", `did you mean "v"?`},
		"resample time":        {leftFile, `"resample":{"on":"v","rule":"1D"}`, "params.resample.on", "v is a column of whole numbers"},
		"resample too fine":    {steptest.Write(t, "l.csv", long), `"resample":{"on":"at","rule":"1s"}`, "params.resample.rule", "1s would make about 757382401 rows, and at most 1000000 are allowed"},
		"mean of text":         {leftFile, `"missing":[{"columns":["v","key"],"method":"mean"}]`, "params.missing[0].columns[1]", "mean works on numbers, but key is a column of text"},
		"constant of a type":   {leftFile, `"missing":[{"columns":["part"],"method":"constant","value":"x"}]`, "params.missing[0].value", "must be a number such as 15"},
		"missing column":       {leftFile, `"missing":[{"columns":["kei"],"method":"ffill"}]`, "params.missing[0].columns[0]", `did you mean "key"?`},
		"where after derive":   {leftFile, `"derive":[{"name":"double","expression":"v*2"}],"where":{"column":"duble","op":"gt","value":1}`, "params.where.column", `did you mean "double"?`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := do(t, tc.params+"}", tc.file, rightFile)
			f, ok := errors.AsType[*fault.Error](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, "invalid_params", f.Code)
			require.Equal(t, tc.path, f.Fields[0].Path)
			require.Contains(t, f.Fields[0].Message, tc.message)
		})
	}
}

func tableOf(f finding.Finding, name string) *finding.Groups {
	for _, t := range f.Tables {
		if g, ok := t.(*finding.Groups); ok && g.Name == name {
			return g
		}
	}
	return nil
}

func metric(f finding.Finding, name string) float64 {
	for _, m := range f.Metrics {
		if m.Name == name {
			return m.Value
		}
	}
	return math.NaN()
}

func TestRun_RecordsWhatBecameOfMissingValues(t *testing.T) {
	t.Parallel()
	_, f, err := do(t, `"missing":[{"columns":["key"],"method":"constant","value":"?"},{"columns":["part"],"method":"median"},{"method":"drop"},{"columns":["part"],"method":"ffill"}]}`, leftFile)
	require.NoError(t, err)
	require.Equal(t, [][]any{
		{"key", "constant", int64(2), "?"}, {"part", "median", int64(1), "2.0"}, {"all", "drop", int64(0), nil}, {"part", "ffill", int64(0), nil},
	}, frame.Rows(tableOf(f, "missing").Frame))
	require.Equal(t, 3.0, metric(f, "values_filled"))
	require.Equal(t, 0.0, metric(f, "rows_dropped_missing"))

	_, f, err = do(t, `"missing":[{"columns":["key","part"],"method":"drop"}]}`, leftFile)
	require.NoError(t, err)
	require.Equal(t, 3.0, metric(f, "rows_dropped_missing"))
	require.Equal(t, 4.0, metric(f, "rows_after"))
}

func TestRun_AppliesTheRestToGroups(t *testing.T) {
	t.Parallel()
	s, f, err := do(t, `"derive":[{"name":"even","expression":"v % 20 == 0"}],"where":{"column":"v","op":"gt","value":10},"group_by":["even","key"],"dropna":false,
		"aggregates":[{"column":"v","func":"sum","name":"total"}],"select":["total","even"],"sort":[{"column":"total","ascending":false}],"limit":3}`, leftFile)
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(70), false}, {int64(60), true}, {int64(50), false}}, written(t, s, f.Output))
	require.True(t, f.Output.Grouped)
	require.Equal(t, 3.0, metric(f, "rows_grouped"))
	require.Equal(t, 4.0, metric(f, "rows_dropped"))
	require.Equal(t, []int64{1, 1, 1}, tableOf(f, "groups").Sizes)
	require.Equal(t, int64(4), tableOf(f, "groups").Outside)
}

func TestRun_DrawsGroupsAndTimes(t *testing.T) {
	t.Parallel()
	_, f, err := do(t, `"group_by":["key"]}`, leftFile)
	require.NoError(t, err)
	require.Equal(t, []finding.Chart{&finding.GroupChart{Name: "groups", Title: "size by key", Groups: "groups", X: "key", Type: result.Bar, Y: []string{"size"}}}, f.Charts)
	_, f, err = do(t, `"resample":{"on":"date","rule":"W"}}`, referenceFile(t, "flights"))
	require.NoError(t, err)
	require.Equal(t, result.Line, f.Charts[0].(*finding.GroupChart).Type)
	_, f, err = do(t, `"group_by":["key","part"]}`, leftFile)
	require.NoError(t, err)
	require.Empty(t, f.Charts)
}

func TestRun_TakesNumbersThatAreHardToAdd(t *testing.T) {
	t.Parallel()
	file := steptest.Write(t, "a.csv", "k,i,f\na,9223372036854775807,1e308\na,1,-1e308\na,1,1e308\nb,2,inf\nb,,1\nc,,\n")
	s, f, err := do(t, `"group_by":["k"],"aggregates":[{"column":"i","func":"sum"},{"column":"i","func":"mean"},{"column":"f","func":"sum"},{"column":"f","func":"std"},{"column":"f","func":"mean"},{"column":"f","func":"median"}]}`, file)
	require.NoError(t, err)
	require.Equal(t, [][]any{
		{"a", nil, 9223372036854775809.0 / 3, 1e308, nil, 1e308 / 3, 1e308},
		{"b", int64(2), 2.0, math.Inf(1), nil, math.Inf(1), math.Inf(1)},
		{"c", int64(0), nil, 0.0, nil, nil, nil},
	}, written(t, s, f.Output))
}

func TestRun_NamesPivotColumnsSoThatTheyDiffer(t *testing.T) {
	t.Parallel()
	file := steptest.Write(t, "a.csv", "k,c,v\n1,a,1\n1,A,2\n2,k,3\n2,\" \",4\n2,\"x\"\"; DROP TABLE input0; --\",5\n,a,6\n3,,7\n")
	s, f, err := do(t, `"pivot":{"index":["k"],"columns":"c","values":"v","aggfunc":"sum","margins":true,"fill_value":-1}}`, file)
	require.NoError(t, err)
	require.Equal(t, []string{"k", "(empty)", "A", "a_1", "k_1", `x"; DROP TABLE input0; --`, "All"}, source.NamesOf(f.Output.Columns))
	require.Equal(t, [][]any{
		{"1", int64(-1), int64(2), int64(1), int64(-1), int64(-1), int64(3)},
		{"2", int64(4), int64(-1), int64(-1), int64(3), int64(5), int64(12)},
		{"All", int64(4), int64(2), int64(1), int64(3), int64(5), int64(15)},
	}, written(t, s, f.Output))
}

func TestRun_TakesNamesThatLookLikeSQLInEveryPart(t *testing.T) {
	t.Parallel()
	const name = `a\"; DROP TABLE input0; --`
	content := "\"a\"\"; DROP TABLE input0; --\",$1,100%,t\n1,2,3,2024-01-01\n1,,4,2024-01-02\n"
	file := steptest.Write(t, "a.csv", content)
	for _, params := range []string{
		`"derive":[{"name":"` + name + `$2","expression":"` + "`" + name + "` + `$1`" + `"}],"group_by":["` + name + `"],"aggregates":[{"column":"$1","func":"first","name":"` + name + ` %s"}]}`,
		`"join":{"right":{"dataset":"r"},"on":["` + name + `","100%"],"suffixes":["%d","$3"]}}`,
		`"rolling":{"on":"t","by":["` + name + `"],"window":"2D","columns":["100%"],"func":"sum"}}`,
		`"resample":{"on":"t","by":["` + name + `"],"rule":"1D","aggregates":[{"column":"$1","func":"sum"}]}}`,
		`"missing":[{"columns":["$1"],"method":"mode"},{"columns":["$1"],"method":"interpolate"}],"select":["$1"]}`,
		`"pivot":{"index":["` + name + `"],"columns":"100%","values":"$1"}}`,
	} {
		s, f, err := do(t, params, file, file)
		require.NoError(t, err, params)
		require.NotEmpty(t, written(t, s, f.Output), params)
	}
}

func TestRun_ShapesWhatIsEmpty(t *testing.T) {
	t.Parallel()
	for params, rows := range map[string]int{
		`"group_by":["key"]}`:                                                                                            0,
		`"aggregates":[{"column":"v","func":"sum"}]}`:                                                                    1,
		`"pivot":{"index":["key"],"columns":"part","values":"v","margins":true}}`:                                        0,
		`"rolling":{"window":2,"columns":["v"],"func":"sum"}}`:                                                           0,
		`"derive":[{"name":"t","expression":"to_date(key)"}],"resample":{"on":"t","rule":"1D"}}`:                         0,
		`"join":{"right":{"dataset":"r"},"on":["key"],"how":"anti"}}`:                                                    0,
		`"missing":[{"columns":["v"],"method":"mean"},{"columns":["key"],"method":"mode"},{"method":"drop"}],"limit":1}`: 0,
	} {
		s, f, err := do(t, `"where":{"column":"id","op":"gt","value":99},`+params, leftFile, rightFile)
		require.NoError(t, err, params)
		require.Len(t, written(t, s, f.Output), rows, params)
	}
}

func TestRun_RefusesACrossJoinThatWouldNeverEnd(t *testing.T) {
	t.Parallel()
	flights := steptest.Example("flights.parquet")
	_, _, err := do(t, `"join":{"right":{"dataset":"r"},"how":"cross"}}`, flights, flights)
	require.ErrorContains(t, err, "a cross join of 200000 and 200000 rows would make more than 1000000000")
}

func TestRun_GroupsALargeFileTheSameEveryTime(t *testing.T) {
	t.Parallel()
	var first [][]any
	for range 3 {
		s, f, err := do(t, `"derive":[{"name":"ratio","expression":"delay / distance"}],"group_by":["origin"],"aggregates":[{"column":"ratio","func":"mean"},{"column":"ratio","func":"sum"},{"column":"destination","func":"first"},{"column":"delay","func":"std"}]}`, steptest.Example("flights.parquet"))
		require.NoError(t, err)
		got := written(t, s, f.Output)
		if first == nil {
			first = got
			require.Len(t, got, 228)
		}
		for i := range got {
			for j, cell := range got[i] {
				if x, ok := cell.(float64); ok {
					require.InEpsilon(t, first[i][j].(float64)+1e-300, x+1e-300, 1e-9)
				} else {
					require.Equal(t, first[i][j], cell)
				}
			}
		}
	}
}
