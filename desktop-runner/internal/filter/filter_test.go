package filter_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/filter"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// data has a missing value in every column but the first.
const data = `id,age,score,name,ok,day,at,clock
1,10,1.5,Ann,true,2024-01-31,2024-01-31 10:00:00,09:30:00
2,20,2.5,bob,false,2024-02-29,2024-02-29 12:30:00.5,12:00:00
3,,,,,,,
4,40,-1,"50% off",true,2024-12-31,2024-12-31 23:59:59,23:59:00
5,20,2.5,"a_b""c",false,2025-01-01,2025-01-01 00:00:00,00:00:00
`

func run(t *testing.T, path, params string) (finding.Finding, error) {
	t.Helper()
	p, err := operation.Decode(operation.Filter, json.RawMessage(`{"source":{"dataset":"x"}`+params+`}`))
	require.NoError(t, err)
	return filter.Run(t.Context(), steptest.Open(t, path), p.(*operation.FilterParams))
}

// ids gives the first column of the rows that are left.
func ids(t *testing.T, content, params string) []any {
	t.Helper()
	f, err := run(t, steptest.Write(t, "a.csv", content), params)
	require.NoError(t, err)
	out := []any{}
	for _, row := range frame.Rows(f.Tables[1].(*finding.Sample).Frame) {
		out = append(out, row[0])
	}
	return out
}

func TestRun_KeepsTheRowsThatMeetAComparison(t *testing.T) {
	t.Parallel()
	cases := []struct {
		column, op, value string
		want              []any
	}{
		{"age", "eq", "20", n(2, 5)},
		{"age", "ne", "20", n(1, 4)}, // false for the missing value, as every comparison
		{"age", "lt", "20", n(1)},
		{"age", "le", "20", n(1, 2, 5)},
		{"age", "gt", "19.5", n(2, 4, 5)},
		{"age", "ge", "20.5", n(4)},
		{"age", "lt", "20.5", n(1, 2, 5)},
		{"age", "le", "-1e300", n()},
		{"age", "lt", "1e308", n(1, 2, 4, 5)},
		{"age", "gt", "-1e308", n(1, 2, 4, 5)},
		{"age", "eq", "20.0", n(2, 5)},
		{"age", "eq", "2e1", n(2, 5)},
		{"age", "eq", "20.5", n()},
		{"age", "ne", "20.5", n(1, 2, 4, 5)},
		{"age", "eq", "1e-308", n()},
		{"age", "between", "[10, 20.5]", n(1, 2, 5)},
		{"age", "in", "[10, 40, 3.5]", n(1, 4)},
		{"age", "in", "[3.5]", n()},
		{"age", "not_in", "[10, 40]", n(2, 5)},
		{"age", "not_in", "[3.5]", n(1, 2, 4, 5)},
		{"score", "gt", "2", n(2, 5)},
		{"score", "in", "[1.5, -1]", n(1, 4)},
		{"name", "eq", `"bob"`, n(2)},
		{"name", "lt", `"a"`, n(1, 4)}, // by bytes: capitals and digits come first
		{"name", "contains", `"%"`, n(4)},
		{"name", "contains", `"_"`, n(5)},
		{"name", "contains", `"\""`, n(5)},
		{"name", "starts_with", `"A"`, n(1)},
		{"name", "ends_with", `"b"`, n(2)},
		{"name", "matches", `"^[a-z]+$"`, n(2)},
		{"name", "in", `["Ann", "x'); DROP TABLE input0; --"]`, n(1)},
		{"name", "is_null", "", n(3)},
		{"name", "not_null", "", n(1, 2, 4, 5)},
		{"ok", "eq", "true", n(1, 4)},
		{"ok", "not_in", "[true]", n(2, 5)},
		{"day", "ge", `"2024-12-31"`, n(4, 5)},
		{"day", "between", `["2024-01-31", "2024-02-29"]`, n(1, 2)},
		{"at", "gt", `"2024-02-29T12:30:00Z"`, n(2, 4, 5)},
		{"at", "eq", `"2024-02-29T19:30:00.5+07:00"`, n(2)},
		{"at", "lt", `"2024-02-01"`, n(1)},
		{"clock", "ge", `"12:00"`, n(2, 4)},
	}
	for _, tc := range cases {
		t.Run(tc.column+" "+tc.op+" "+tc.value, func(t *testing.T) {
			t.Parallel()
			value := ""
			if tc.value != "" {
				value = `,"value":` + tc.value
			}
			require.Equal(t, tc.want, ids(t, data, fmt.Sprintf(`,"where":{"column":%q,"op":%q%s}`, tc.column, tc.op, value)))
		})
	}
}

func n(values ...int) []any {
	out := []any{}
	for _, v := range values {
		out = append(out, int64(v))
	}
	return out
}

func TestRun_CombinesConditionsAsPandasDoes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		where string
		want  []any
	}{
		"all":                           {`{"all":[{"column":"age","op":"ge","value":20},{"column":"ok","op":"eq","value":true}]}`, n(4)},
		"any":                           {`{"any":[{"column":"age","op":"eq","value":10},{"column":"name","op":"eq","value":"bob"}]}`, n(1, 2)},
		"not keeps missing values":      {`{"not":[{"column":"age","op":"gt","value":15}]}`, n(1, 3)},
		"not is true when none is":      {`{"not":[{"column":"age","op":"eq","value":10},{"column":"age","op":"eq","value":40}]}`, n(2, 3, 5)},
		"not twice":                     {`{"not":[{"not":[{"column":"age","op":"gt","value":15}]}]}`, n(2, 4, 5)},
		"not contains":                  {`{"not":[{"column":"name","op":"contains","value":"n"}]}`, n(2, 3, 4, 5)},
		"groups in groups":              {`{"any":[{"all":[{"column":"age","op":"eq","value":20},{"not":[{"column":"name","op":"eq","value":"bob"}]}]},{"column":"id","op":"eq","value":1}]}`, n(1, 5)},
		"not of what can never be true": {`{"not":[{"column":"age","op":"eq","value":20.5}]}`, n(1, 2, 3, 4, 5)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, ids(t, data, `,"where":`+tc.where))
		})
	}
}

func TestRun_KeepsAllDigitsOfLargeIntegers(t *testing.T) {
	t.Parallel()
	const content = "id\n9007199254740992\n9007199254740993\n9223372036854775807\n-9223372036854775808\n"
	require.Equal(t, []any{int64(9007199254740993)}, ids(t, content, `,"where":{"column":"id","op":"eq","value":9007199254740993}`))
	require.Len(t, ids(t, content, `,"where":{"column":"id","op":"lt","value":9223372036854775808}`), 4)
	require.Empty(t, ids(t, content, `,"where":{"column":"id","op":"ge","value":9223372036854775808}`))
	require.Len(t, ids(t, content, `,"where":{"column":"id","op":"gt","value":9007199254740992.5}`), 2)
}

func TestRun_SortsSelectsAndDropsInTheOrderOfTheFields(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		params string
		want   []any
	}{
		"missing values last, going up":        {`,"sort":[{"column":"age"}]`, n(1, 2, 5, 4, 3)},
		"missing values last, going down":      {`,"sort":[{"column":"age","ascending":false}]`, n(4, 2, 5, 1, 3)},
		"equal rows keep their order":          {`,"sort":[{"column":"ok"},{"column":"score"}]`, n(2, 5, 4, 1, 3)},
		"limit after sort":                     {`,"sort":[{"column":"id","ascending":false}],"limit":2`, n(5, 4)},
		"limit":                                {`,"limit":2`, n(1, 2)},
		"where, then limit":                    {`,"where":{"column":"age","op":"ge","value":20},"limit":2`, n(2, 4)},
		"columns in another order":             {`,"select":["age","id"],"where":{"column":"name","op":"eq","value":"bob"}`, n(20)},
		"duplicates of selected columns":       {`,"select":["age","score"],"drop_duplicates":true`, []any{int64(10), int64(20), nil, int64(40)}},
		"the first of duplicates in its place": {`,"select":["age"],"drop_duplicates":true,"sort":[{"column":"age","ascending":false}],"limit":3`, n(40, 20, 10)},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, ids(t, data, tc.params))
		})
	}
}

func TestRun_KeepsTheOrderOfALargeFile(t *testing.T) {
	t.Parallel()
	f, err := run(t, steptest.Example("flights.parquet"), `,"sort":[{"column":"origin"}],"select":["origin","date"],"drop_duplicates":true`)
	require.NoError(t, err)
	again, err := run(t, steptest.Example("flights.parquet"), `,"sort":[{"column":"origin"}],"select":["origin","date"],"drop_duplicates":true`)
	require.NoError(t, err)
	require.Equal(t, frame.Rows(f.Tables[1].(*finding.Sample).Frame), frame.Rows(again.Tables[1].(*finding.Sample).Frame))
	require.Equal(t, f.Output.Rows, again.Output.Rows)
}

func TestRun_NamesEveryPlaceThatIsWrong(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ params, path, message string }{
		"text for a number": {
			`,"where":{"all":[{"column":"id","op":"gt","value":1},{"column":"age","op":"gt","value":"15"}]}`,
			"params.where.all[1].value", "must be a number such as 15 (without quotes), because age is a column of whole numbers; it is text",
		},
		"a number for text":           {`,"where":{"column":"name","op":"eq","value":1}`, "params.where.value", "must be text in quotes"},
		"a number in a list":          {`,"where":{"column":"name","op":"in","value":["a",1]}`, "params.where.value[1]", "must be text in quotes"},
		"text as a bound":             {`,"where":{"column":"age","op":"between","value":[1,"b"]}`, "params.where.value[1]", "must be a number"},
		"a wrong date":                {`,"where":{"column":"day","op":"eq","value":"31.12.2024"}`, "params.where.value", `must be a date such as "2024-12-31"`},
		"a day that does not exist":   {`,"where":{"column":"day","op":"eq","value":"2023-02-29"}`, "params.where.value", "must be a date"},
		"a wrong time":                {`,"where":{"column":"at","op":"eq","value":"noon"}`, "params.where.value", "2024-12-31T23:59:00Z"},
		"a wrong clock":               {`,"where":{"column":"clock","op":"eq","value":"25:00"}`, "params.where.value", "must be a time of day"},
		"a number as a date":          {`,"where":{"column":"day","op":"eq","value":20240101}`, "params.where.value", "must be a date"},
		"order of true and false":     {`,"where":{"column":"ok","op":"gt","value":true}`, "params.where.op", "use eq, ne, in, not_in"},
		"text in numbers":             {`,"where":{"column":"age","op":"contains","value":"1"}`, "params.where.op", "contains works on text, but age is a column of whole numbers"},
		"a broken pattern":            {`,"where":{"not":[{"column":"name","op":"matches","value":"(a"}]}`, "params.where.not[0].value", "is not a regular expression (RE2): missing closing )"},
		"a pattern with a look-ahead": {`,"where":{"column":"name","op":"matches","value":"a(?=b)"}`, "params.where.value", "is not a regular expression"},
		"letter case":                 {`,"where":{"column":"Age","op":"gt","value":1}`, "params.where.column", `did you mean "age"?`},
		"select":                      {`,"select":["id","agee"]`, "params.select[1]", `did you mean "age"?`},
		"sort":                        {`,"sort":[{"column":"agge"}]`, "params.sort[0].column", `did you mean "age"?`},
		"sort by what is not kept":    {`,"select":["id"],"sort":[{"column":"id"},{"column":"age"}]`, "params.sort[1].column", "not among the selected columns"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := run(t, steptest.Write(t, "a.csv", data), tc.params)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, "invalid_params", f.Code)
			require.Equal(t, tc.path, f.Fields[0].Path)
			require.Contains(t, f.Fields[0].Message, tc.message)
		})
	}
}

func TestRun_ComparesNestedValuesWithNothing(t *testing.T) {
	t.Parallel()
	path := steptest.Write(t, "a.json", `[{"id":1,"list":[1,2]},{"id":2}]`)
	_, err := run(t, path, `,"where":{"column":"list","op":"eq","value":"[1, 2]"}`)
	require.ErrorContains(t, err, "list, a column of nested values; use is_null or not_null")
	f, err := run(t, path, `,"where":{"column":"list","op":"not_null"},"drop_duplicates":true`)
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(1), "[1, 2]"}}, frame.Rows(f.Tables[1].(*finding.Sample).Frame))
}

func TestRun_TakesNamesThatLookLikeSQL(t *testing.T) {
	t.Parallel()
	const content = "\"a\"\"; DROP TABLE input0; --\",$1,rowid,ppp\n1,2,3,4\n5,6,7,8\n"
	f, err := run(t, steptest.Write(t, "a.csv", content),
		`,"where":{"all":[{"column":"a\"; DROP TABLE input0; --","op":"eq","value":5},{"column":"$1","op":"eq","value":6}]},"sort":[{"column":"rowid"}],"drop_duplicates":true`)
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(5), int64(6), int64(7), int64(8)}}, frame.Rows(f.Tables[1].(*finding.Sample).Frame))
}
