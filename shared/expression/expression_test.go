package expression_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"ddap/shared/expression"
)

// show writes a tree with all its brackets.
func show(n expression.Node) string {
	switch n := n.(type) {
	case *expression.Number:
		return n.Literal
	case *expression.Text:
		return "'" + n.Value + "'"
	case *expression.Bool:
		return fmt.Sprint(n.Value)
	case *expression.Null:
		return "null"
	case *expression.Column:
		return "`" + n.Name + "`"
	case *expression.Unary:
		return "(" + n.Operator + " " + show(n.X) + ")"
	case *expression.Binary:
		return "(" + show(n.X) + " " + n.Operator + " " + show(n.Y) + ")"
	case *expression.Membership:
		return fmt.Sprintf("(%s in %s %t)", show(n.X), shown(n.Members), !n.Negated)
	case *expression.Call:
		return n.Function + shown(n.Arguments)
	default:
		return fmt.Sprintf("%T", n)
	}
}

func shown(list []expression.Node) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = show(n)
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func TestParse_BindsAsPythonDoes(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"a + b * c - d":                   "((`a` + (`b` * `c`)) - `d`)",
		"-2 ** 2":                         "(- (2 ** 2))",
		"2 ** -1":                         "(2 ** (- 1))",
		"2 ** 3 ** 2":                     "(2 ** (3 ** 2))",
		"a // b % c":                      "((`a` // `b`) % `c`)",
		"not a == 1 and b or c":           "(((not (`a` == 1)) and `b`) or `c`)",
		"~(a > 1) & b | c":                "(((not (`a` > 1)) and `b`) or `c`)",
		"a in (1, -2) and b not in ['x']": "((`a` in (1, (- 2)) true) and (`b` in ('x') false))",
		"`Body Mass (g)` / 1e3":           "(`Body Mass (g)` / 1e3)",
		"`a``b`":                          "`a`b`",
		"'it''s' + \"\"":                  "('it's' + '')",
		"if(is_null(x), 0, round(x, 1))":  "if(is_null(`x`), 0, round(`x`, 1))",
		"case(a, 1, b, 2, 3)":             "case(`a`, 1, `b`, 2, 3)",
		"99999999999999999999":            "1e+20",
		"True or None":                    "(true or null)",
		".5 + 1.":                         "(.5 + 1.)",
		"naïve":                           "`naïve`",
	}
	for source, want := range cases {
		n, err := expression.Parse(source)
		require.NoError(t, err, source)
		require.Equal(t, want, show(n), source)
	}
}

func TestParse_SaysWhereItStopsToUnderstand(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		position int
		message  string
	}{
		"":                       {1, "is expected, and not the end"},
		"a +":                    {4, "not the end"},
		"a b":                    {3, "an operator such as + or and is expected"},
		"a = 1":                  {3, "a comparison is written =="},
		"a && b":                 {3, `written "and"`},
		"a || b":                 {3, "use concat or +"},
		"a <> b":                 {3, "written !="},
		"a < b < c":              {7, `write "a < b and b < c"`},
		"é + 'x":                 {5, "the closing ' is missing"},
		"a + #":                  {5, "backquotes"},
		"1.2.3":                  {1, "is no number"},
		"2x":                     {1, "is no number"},
		"1e":                     {1, "is no number"},
		"``":                     {1, "name is missing"},
		"(a":                     {3, `")" is expected`},
		"sqr(a)":                 {1, `"sqr" is not a known function`},
		"1 + if(a, b)":           {5, "if is called with 2 values; it is used as if(condition, value, otherwise)"},
		"case(a, 1, b, 2)":       {1, "case is called with 4 values"},
		"a in b":                 {6, "a list such as"},
		"a in (b)":               {7, "only numbers, text, true and false"},
		"a not b":                {7, `"in" is expected`},
		"a; DROP TABLE x":        {2, "means nothing here"},
		"abs(a,)":                {7, "is expected"},
		strings.Repeat("9", 400): {1, "too large"},
	}
	for source, want := range cases {
		_, err := expression.Parse(source)
		var e *expression.Error
		require.ErrorAs(t, err, &e, source)
		require.Equal(t, want.position, e.Position, source)
		require.Contains(t, e.Message, want.message, source)
	}
}

func TestParse_BoundsLengthAndDepth(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"brackets":  strings.Repeat("(", 41) + "a" + strings.Repeat(")", 41),
		"signs":     strings.Repeat("-", 50) + "a",
		"not":       strings.Repeat("not ", 50) + "a",
		"powers":    strings.Repeat("a**", 50) + "a",
		"sums":      strings.Repeat("a+", 50) + "a",
		"functions": strings.Repeat("abs(", 41) + "a" + strings.Repeat(")", 41),
	} {
		_, err := expression.Parse(source)
		require.ErrorContains(t, err, "nested more than 40 levels", name)
	}
	_, err := expression.Parse(strings.Repeat(" ", expression.MaxLength) + "a")
	require.ErrorContains(t, err, "is 4001 characters long where 4000 are allowed")
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"a + b * 2", "if(`x y` > 1.5e3, 'late', \"on 'time'\")", "not a in (1, 2)", "a**-b // 2 % c", "round(x, 2", "'",
		"1e999", "\x00", "`a", "a\u202e", "((((", "--a", "case(a,1,2)", "a not in [true]", "٣ + 1", "\xff'\xff'",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		n, err := expression.Parse(source)
		if err != nil {
			e, ok := errors.AsType[*expression.Error](err)
			require.True(t, ok)
			require.NotEmpty(t, e.Message)
			require.GreaterOrEqual(t, e.Position, 1)
			require.LessOrEqual(t, e.Position, utf8.RuneCountInString(source)+1)
			return
		}
		require.GreaterOrEqual(t, n.Position(), 1)
		require.NotContains(t, show(n), "*expression.", "a node of no known type")
	})
}
