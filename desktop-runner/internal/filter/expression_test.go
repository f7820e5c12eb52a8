package filter

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/expression"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// awkward has a column of each type, and in each a missing value and one that is
// hard to calculate with.
const awkward = `i,f,t,b,d,ts,c,text date
1,0.5,a,true,2024-02-29,2024-02-29 23:59:59.5,10:30:00,31.12.2023
9223372036854775807,-2.5,"it's ""x""; DROP",false,1969-12-31,1969-12-31 00:00:00,00:00:00,x
-9223372036854775808,1e308,é 😀,true,0001-01-01,9999-12-31 23:59:59,23:59:59,
,,,,,,,
0,-1e-320,  ,false,2000-01-01,2000-01-01 00:00:00,12:00:00,01.02.1999
`

// evaluate calculates an expression for each row.
func evaluate(t *testing.T, s *step.Step, text string) ([]any, error) {
	t.Helper()
	var v values
	sql, _, wrong := (&calculator{values: &v, relation: s.Relation, path: "params.derive[0].expression"}).calculate(text)
	if len(wrong) > 0 {
		return nil, fault.BadFields("test", "invalid_params", wrong...)
	}
	rows, err := s.DB.Rows(t.Context(), "SELECT "+sql+" FROM "+s.Relation.From, v.list...)
	out := make([]any, len(rows))
	for i, row := range rows {
		out[i] = row[0]
	}
	return out, err
}

func TestCalculate_TakesWhatIsHardToCalculateWith(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Write(t, "a.csv", awkward))
	inf := math.Inf(1)
	cases := map[string][]any{
		// What cannot be calculated is missing, and no error.
		"i + 1":                                {int64(2), nil, int64(math.MinInt64 + 1), nil, int64(1)},
		"-i":                                   {int64(-1), int64(-math.MaxInt64), nil, nil, int64(0)},
		"10 // i":                              {int64(10), int64(0), int64(-1), nil, nil},
		"i / 0":                                {inf, inf, -inf, nil, nil},
		"f * 1e300 - f * 1e300":                {0.0, 0.0, nil, nil, 0.0},
		"to_number(t)":                         {nil, nil, nil, nil, nil},
		"to_number('1e3')":                     {1000.0, 1000.0, 1000.0, 1000.0, 1000.0},
		"round(f)":                             {0.0, -2.0, 1e308, nil, 0.0},
		"sqrt(f) > 0":                          {true, false, true, false, false},
		"length(t)":                            {int64(1), int64(14), int64(3), nil, int64(2)},
		"trim(t) == ''":                        {false, false, false, false, true},
		"upper(t)":                             {"A", `IT'S "X"; DROP`, "É 😀", nil, "  "},
		`t == 'it''s "x"; DROP'`:               {false, true, false, false, false},
		"t != 'a'":                             {false, true, true, false, true},
		"not (t == 'a')":                       {false, true, true, true, true},
		"t not in ('a', 'b')":                  {false, true, true, false, true},
		"if(b, 'yes', 'no')":                   {"yes", "no", "yes", "no", "no"},
		"case(i > 1, 1, i == 1, 2.5, null)":    {2.5, 1.0, nil, nil, nil},
		"coalesce(f, i, 0)":                    {0.5, -2.5, 1e308, 0.0, -1e-320},
		"min(i, f)":                            {0.5, -2.5, -9.223372036854775808e18, nil, -1e-320},
		"is_null(d) or d > '2000-01-01'":       {true, false, false, true, false},
		"d == '2024-02-29'":                    {true, false, false, false, false},
		"ts in ('1969-12-31')":                 {false, true, false, false, false},
		"c < '12:00'":                          {true, true, false, false, false},
		"weekday(d)":                           {int64(3), int64(2), int64(0), nil, int64(5)},
		"date_diff('day', d, '2024-03-01')":    {int64(1), int64(19784), int64(738945), nil, int64(8826)},
		"date_diff('hour', '2024-03-01', ts) ": {int64(-1), int64(-474816), int64(69914735), nil, int64(-211824)},
		"to_text(to_date(`text date`, '%d.%m.%Y'))": {"2023-12-31", nil, nil, nil, "1999-02-01"},
		"to_text(ts)":                        {"2024-02-29T23:59:59.5", "1969-12-31T00:00:00", "9999-12-31T23:59:59", nil, "2000-01-01T00:00:00"},
		"concat(t, '$1')":                    {"a$1", `it's "x"; DROP$1`, "é 😀$1", nil, "  $1"},
		"year(date_trunc('year', ts))":       {int64(2024), int64(1969), int64(9999), nil, int64(2000)},
		"replace(substr(t, 1, 2), 'i', 'I')": {"a", "It", "é ", nil, "  "},
	}
	for text, want := range cases {
		got, err := evaluate(t, s, text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestCalculate_SaysWhatDoesNotFitAndWhere(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Write(t, "a.csv", awkward))
	cases := map[string]string{
		"i + F":                      `at character 5: "F" is not a known column of data; did you mean "f"?`,
		"i + t":                      "at character 5: + works on numbers, and not on text",
		"d - d":                      "at character 3: dates are not calculated with by -; use date_diff",
		"t > 1":                      "at character 3: text cannot be compared with whole numbers",
		"d > 'soon'":                 `at character 5: must be a time such as`,
		"b > true":                   "use == or !=",
		"i and b":                    "at character 1: a condition is expected, which is true or false, and not whole numbers",
		"i == null":                  "use is_null",
		"null":                       "is always missing",
		"if(b, 1, 'a')":              "at character 10: is text where the values before it are whole numbers",
		"max(b, true)":               "works on numbers, text and dates",
		"round(f, i)":                "at character 10: the number of digits must be a whole number",
		"length(i)":                  "works on text, and not on whole numbers; see to_text",
		"hour(t)":                    "works on dates and times, and not on text; see to_date",
		"date_trunc('fortnight', d)": "at character 12: the unit must be one of 'year'",
		"date_diff('month', d, d)":   "the unit must be one of 'week'",
		"to_date(t, '%Q')":           "the format must be text such as '%d.%m.%Y %H:%M'",
		"i in ('a')":                 "at character 7: text cannot be among whole numbers",
		"substr(t, f)":               "by whole numbers",
		"upperr(t)":                  `at character 1: "upperr" is not a known function; did you mean "upper"?`,
		"getenv('HOME')":             `"getenv" is not a known function`,
		"i + ":                       "at character 5: ",
		strings.Repeat("floor(", 20) + strings.Repeat("f // 0.1 // 0.1 // 0.1 // 0.1 // 0.1 // 0.1", 1) + strings.Repeat(")", 20): "is too much to calculate",
	}
	for text, want := range cases {
		_, err := evaluate(t, s, text)
		f, ok := errors.AsType[*fault.Error](err)
		require.True(t, ok, "%s: %v", text, err)
		require.Contains(t, f.Fields[0].Message, want, text)
		require.Equal(t, "params.derive[0].expression", f.Fields[0].Path)
	}
}

func TestTranslations_AreThoseOfAllFunctions(t *testing.T) {
	t.Parallel()
	require.Len(t, translations, len(expression.Functions()))
	for _, name := range expression.Functions() {
		require.Contains(t, translations, name)
	}
}

// TestCalculate_NeverFailsInTheEngine calls every function with columns of every
// type: it is refused with a reason, or calculated for all rows.
func TestCalculate_NeverFailsInTheEngine(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Write(t, "a.csv", awkward))
	operands := []string{"i", "f", "t", "b", "d", "ts", "c", "null", "'day'", "-3", "2.5", "'2020-01-01'"}
	var list []string
	for _, name := range expression.Functions() {
		f, _ := expression.FindFunction(name)
		for _, x := range operands {
			for _, y := range operands {
				for n := f.Least; n <= max(f.Most, f.Least); n++ {
					arguments := []string{x, y, x}[:n]
					list = append(list, name+"("+strings.Join(arguments, ", ")+")")
				}
			}
		}
	}
	for _, operator := range []string{"+", "-", "*", "/", "//", "%", "**", "==", "<", "and", "in"} {
		for _, x := range operands {
			for _, y := range operands {
				if operator == "in" {
					y = "(" + y + ")"
				}
				list = append(list, x+" "+operator+" "+y)
			}
		}
	}
	slices.Sort(list)
	calculated := 0
	for _, text := range slices.Compact(list) {
		_, err := evaluate(t, s, text)
		if err == nil {
			calculated++
			continue
		}
		_, refused := errors.AsType[*fault.Error](err)
		require.True(t, refused, "%s: %v", text, err)
	}
	require.Greater(t, calculated, 400)
}

func FuzzCalculate(f *testing.F) {
	for _, seed := range []string{"i + f * 2", "if(b, t, 'x')", "date_trunc('month', d) == '2024-02-01'", "`text date` + t", "i ** i ** i", "\"'; DROP TABLE input0; --\" == t", "round(f, -15) // 0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return // what is long only takes time
		}
		s := steptest.Open(t, steptest.Write(t, "a.csv", awkward))
		_, err := evaluate(t, s, text)
		if _, refused := errors.AsType[*fault.Error](err); err != nil && !refused {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

func TestDerive_ReplacesColumnsAndUsesThoseBefore(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Write(t, "a.csv", "a,b\n1,2\n3,4\n"))
	derive := []operation.Derivation{{Name: "c", Expression: "a + b"}, {Name: "a", Expression: "c * 10"}, {Name: "d", Expression: "a"}}
	_, err := Run(t.Context(), s, &operation.FilterParams{Derive: derive})
	require.NoError(t, err)
	rows, err := s.DB.Rows(t.Context(), fmt.Sprintf("SELECT a, b, c, d FROM read_parquet('%s/output.parquet')", s.DB.WorkDir()))
	require.NoError(t, err)
	require.Equal(t, [][]any{{int64(30), int64(2), int64(3), int64(30)}, {int64(70), int64(4), int64(7), int64(70)}}, rows)

	for name, want := range map[string]string{"A": `"A" differs from the column "a" in letter case only`, "x": `did you mean "a"?`} {
		_, err = Run(t.Context(), steptest.Open(t, steptest.Write(t, "a.csv", "a,b\n1,2\n")), &operation.FilterParams{Derive: []operation.Derivation{{Name: name, Expression: "aa"}}})
		require.ErrorContains(t, err, want)
	}
}
