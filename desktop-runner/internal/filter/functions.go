package filter

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"ddap/shared/expression"
	"ddap/shared/result"
)

// translation turns a call of a function into SQL.
type translation func(c *calculator, call *expression.Call, x []value) value

// translations has every function of package expression.
var translations map[string]translation

// The table is filled here, because its functions call what reads it.
func init() { //nolint:gochecknoinits // a table that refers to itself cannot be written otherwise
	translations = map[string]translation{
		"if": choose, "case": choose, "coalesce": firstOf("coalesce"), "min": firstOf("least"), "max": firstOf("greatest"),
		"is_null": presence(" IS NULL"), "not_null": presence(" IS NOT NULL"),
		"abs": numeric("abs"), "floor": numeric("floor"), "ceil": numeric("ceil"), "round": rounded,
		"sqrt": onDouble("sqrt"), "exp": onDouble("exp"), "log": logarithm("ln"), "log10": logarithm("log10"), "pow": power,
		"lower": onText("lower(%s)", result.Text, false), "upper": onText("upper(%s)", result.Text, false), "trim": trimmed,
		"length": onText("CAST(length(%s) AS BIGINT)", result.Integer, false), "replace": onText("replace(%s, %s, %s)", result.Text, false),
		"starts_with": onText("coalesce(starts_with(%s, %s), false)", result.Boolean, true),
		"ends_with":   onText("coalesce(ends_with(%s, %s), false)", result.Boolean, true),
		"contains":    onText("coalesce(contains(%s, %s), false)", result.Boolean, true),
		"concat":      concatenated, "substr": part,
		"year": field("year"), "quarter": field("quarter"), "month": field("month"), "day": field("day"), "weekday": field("isodow"),
		"hour": field("hour"), "minute": field("minute"), "second": field("second"), "date_trunc": truncated, "date_diff": difference,
		"to_date": readMoment(result.Date), "to_datetime": readMoment(result.Timestamp), "to_number": toNumber, "to_text": toText,
	}
}

// literalArgument is the place of an argument that must be written out, and that
// is read by the translation itself.
var literalArgument = map[string]int{"round": 1, "date_trunc": 0, "date_diff": 0, "to_date": 1, "to_datetime": 1}

func (c *calculator) call(n *expression.Call) value {
	translate, ok := translations[n.Function]
	if !ok {
		return c.fail(n, "%q is a function that this runner does not know; a newer version of it may", n.Function)
	}
	x := make([]value, len(n.Arguments))
	for i, a := range n.Arguments {
		switch at, ok := literalArgument[n.Function]; {
		case ok && at == i:
			x[i] = value{node: a}
		case n.Function == "date_diff":
			x[i] = c.beside(a, result.Timestamp)
		default:
			x[i] = c.node(a)
		}
	}
	if len(c.wrong) > 0 {
		return value{sql: "NULL"}
	}
	return translate(c, n, x)
}

// choose is if and case: conditions and values by turns, and the rest.
func choose(c *calculator, _ *expression.Call, x []value) value {
	var conditions []string
	var results []value
	for i := 0; i+1 < len(x); i += 2 {
		conditions, results = append(conditions, c.truth(x[i])), append(results, x[i+1])
	}
	results = append(results, x[len(x)-1])
	t, sql := c.unify(results)
	var b strings.Builder
	b.WriteString("(CASE")
	for i, condition := range conditions {
		b.WriteString(" WHEN " + condition + " THEN " + sql[i])
	}
	b.WriteString(" ELSE " + sql[len(sql)-1] + " END)")
	return value{sql: b.String(), t: t}
}

// firstOf is for functions of values of one type, of which missing ones are left out.
func firstOf(function string) translation {
	return func(c *calculator, call *expression.Call, x []value) value {
		t, sql := c.unify(x)
		if function != "coalesce" && (t == result.Boolean || t == result.Other) {
			return c.fail(call, "%s works on numbers, text and dates, and not on %s", call.Function, nameOf(t))
		}
		return value{sql: function + "(" + strings.Join(sql, ", ") + ")", t: t}
	}
}

func presence(test string) translation {
	return func(_ *calculator, _ *expression.Call, x []value) value {
		return value{sql: "(" + x[0].sql + test + ")", t: result.Boolean, total: true}
	}
}

// numeric is for functions that give numbers of the type that they take.
func numeric(function string) translation {
	return func(c *calculator, call *expression.Call, x []value) value {
		switch {
		case !c.isNumber(x[0], call.Function):
			return x[0]
		case x[0].t == result.Integer && function != "abs":
			return x[0]
		default:
			return value{sql: function + "(" + x[0].sql + ")", t: x[0].t}
		}
	}
}

func onDouble(function string) translation {
	return func(c *calculator, call *expression.Call, x []value) value {
		if !c.isNumber(x[0], call.Function) {
			return x[0]
		}
		// TRY: the engine takes a root of what is below zero for an error.
		return value{sql: notNaN("TRY(" + function + "(" + double(x[0]) + "))"), t: result.Float}
	}
}

// logarithm of zero is minus infinity, as in numpy.
func logarithm(function string) translation {
	return func(c *calculator, call *expression.Call, x []value) value {
		if !c.isNumber(x[0], call.Function) {
			return x[0]
		}
		a := double(x[0])
		return value{sql: notNaN("(CASE WHEN " + a + " = 0 THEN CAST('-inf' AS DOUBLE) ELSE TRY(" + function + "(" + a + ")) END)"), t: result.Float}
	}
}

func power(c *calculator, call *expression.Call, x []value) value {
	return c.arithmetic(&expression.Binary{At: call.At, Operator: "**", X: x[0].node, Y: x[1].node}, x[0], x[1])
}

// maxDigits is what a 64-bit float has.
const maxDigits = 15

// rounded rounds halves to even, as numpy does.
func rounded(c *calculator, call *expression.Call, x []value) value {
	if !c.isNumber(x[0], call.Function) {
		return x[0]
	}
	digits := 0
	if len(x) == 2 {
		n, ok := wholeNumber(call.Arguments[1])
		if !ok || n < -maxDigits || n > maxDigits {
			return c.fail(call.Arguments[1], "the number of digits must be a whole number from -%d to %d", maxDigits, maxDigits)
		}
		digits = n
	}
	if x[0].t == result.Integer && digits >= 0 {
		return x[0]
	}
	a, factor := double(x[0]), ""
	if digits != 0 {
		factor = c.double(math.Pow10(max(digits, -digits)))
	}
	switch {
	case digits > 0:
		a = nearest("("+a+" * "+factor+")") + " / " + factor
	case digits < 0:
		a = nearest("("+a+" / "+factor+")") + " * " + factor
	default:
		a = nearest(a)
	}
	if x[0].t == result.Integer {
		return value{sql: "CAST(" + a + " AS BIGINT)", t: result.Integer}
	}
	return value{sql: notNaN("(" + a + ")"), t: result.Float}
}

func nearest(a string) string {
	return "(CASE WHEN abs(" + a + ") % 2 = 0.5 THEN trunc(" + a + ") ELSE round(" + a + ") END)"
}

func wholeNumber(n expression.Node) (int, bool) {
	sign := 1
	if u, ok := n.(*expression.Unary); ok && u.Operator == "-" {
		n, sign = u.X, -1
	}
	literal, ok := n.(*expression.Number)
	if !ok || !literal.Whole {
		return 0, false
	}
	i := 0
	_, err := fmt.Sscan(literal.Literal, &i)
	return sign * i, err == nil
}

func (c *calculator) areText(call *expression.Call, x []value) bool {
	for _, v := range x {
		if v.t != result.Text {
			c.fail(v.node, "%s works on text, and not on %s; see to_text", call.Function, nameOf(v.t))
			return false
		}
	}
	return true
}

func onText(format string, t result.Type, total bool) translation {
	return func(c *calculator, call *expression.Call, x []value) value {
		if !c.areText(call, x) {
			return x[0]
		}
		sql := make([]any, len(x))
		for i, v := range x {
			sql[i] = v.sql
		}
		return value{sql: fmt.Sprintf(format, sql...), t: t, total: total}
	}
}

// whitespace is what Python's strip takes away, of ASCII.
const whitespace = " \t\n\r\v\f"

func trimmed(c *calculator, call *expression.Call, x []value) value {
	if !c.areText(call, x) {
		return x[0]
	}
	return value{sql: "trim(" + x[0].sql + ", CAST(" + c.bind(whitespace) + " AS VARCHAR))", t: result.Text}
}

func concatenated(c *calculator, call *expression.Call, x []value) value {
	if !c.areText(call, x) {
		return x[0]
	}
	sql := make([]string, len(x))
	for i, v := range x {
		sql[i] = v.sql
	}
	return value{sql: "(" + strings.Join(sql, " || ") + ")", t: result.Text}
}

func part(c *calculator, call *expression.Call, x []value) value {
	if !c.areText(call, x[:1]) {
		return x[0]
	}
	for _, v := range x[1:] {
		if v.t != result.Integer {
			return c.fail(v.node, "substr counts characters from 1, by whole numbers, and not by %s", nameOf(v.t))
		}
	}
	sql := "substring(" + x[0].sql + ", " + x[1].sql
	if len(x) == 3 {
		sql += ", greatest(" + x[2].sql + ", 0)"
	}
	return value{sql: sql + ")", t: result.Text}
}

var clockParts = []string{"hour", "minute", "second"}

// field gives a part of a date or time. The engine's ISO weekday begins with 1.
func field(function string) translation {
	return func(c *calculator, call *expression.Call, x []value) value {
		clock := slices.Contains(clockParts, function)
		switch {
		case x[0].t == result.Time && clock, isMoment(x[0].t) && !clock:
		case isMoment(x[0].t):
			x[0].sql = "CAST(" + x[0].sql + " AS TIMESTAMP)"
		default:
			return c.fail(x[0].node, "%s works on dates and times, and not on %s; see to_date", call.Function, nameOf(x[0].t))
		}
		sql := "CAST(" + function + "(" + x[0].sql + ") AS BIGINT)"
		if function == "isodow" {
			sql = "(" + sql + " - 1)"
		}
		return value{sql: sql, t: result.Integer}
	}
}

// unit reads the first argument as one of some names.
func (c *calculator) unit(call *expression.Call, units []string) (string, bool) {
	literal, ok := call.Arguments[0].(*expression.Text)
	if !ok || !slices.Contains(units, literal.Value) {
		c.fail(call.Arguments[0], "the unit must be one of '%s'", strings.Join(units, "', '"))
		return "", false
	}
	return literal.Value, true
}

var calendarUnits = []string{"year", "quarter", "month", "week", "day"}

func truncated(c *calculator, call *expression.Call, x []value) value {
	unit, ok := c.unit(call, append(slices.Clone(calendarUnits), clockParts...))
	switch {
	case !ok:
		return x[0]
	case !isMoment(x[1].t):
		return c.fail(x[1].node, "date_trunc works on dates and times, and not on %s; see to_date", nameOf(x[1].t))
	}
	t := x[1].t
	if !slices.Contains(calendarUnits, unit) {
		t = result.Timestamp
	}
	return value{sql: "CAST(date_trunc('" + unit + "', CAST(" + x[1].sql + " AS TIMESTAMP)) AS " + strings.ToUpper(string(t)) + ")", t: t}
}

// microseconds of the units that have one length.
var microseconds = map[string]int64{"second": 1e6, "minute": 60e6, "hour": 3600e6, "day": 24 * 3600e6, "week": 7 * 24 * 3600e6}

// difference counts whole units between two times, rounded down.
func difference(c *calculator, call *expression.Call, x []value) value {
	unit, ok := c.unit(call, []string{"week", "day", "hour", "minute", "second"})
	if !ok {
		return x[0]
	}
	for i := 1; i < 3; i++ {
		if !isMoment(x[i].t) {
			return c.fail(x[i].node, "date_diff works on dates and times, and not on %s; see to_date", nameOf(x[i].t))
		}
	}
	us := func(v value) string { return "epoch_us(CAST(" + v.sql + " AS TIMESTAMP))" }
	return value{sql: fmt.Sprintf("CAST(floor(CAST(%s - %s AS DOUBLE) / %d) AS BIGINT)", us(x[2]), us(x[1]), microseconds[unit]), t: result.Integer}
}

// timeFormat is a format of Python's strptime in what both it and the engine know.
var timeFormat = regexp.MustCompile(`^([^%]|%[YymdHIMSfpbBjaAz%])+$`)

// readMoment reads text, which is missing where it is no date.
func readMoment(t result.Type) translation {
	return func(c *calculator, call *expression.Call, x []value) value {
		sqlType := strings.ToUpper(string(t))
		switch {
		case len(x) == 1 && (isMoment(x[0].t) || x[0].t == result.Text):
			return value{sql: "TRY_CAST(" + x[0].sql + " AS " + sqlType + ")", t: t}
		case x[0].t != result.Text:
			return c.fail(x[0].node, "%s reads text, and not %s", call.Function, nameOf(x[0].t))
		}
		format, ok := call.Arguments[1].(*expression.Text)
		if !ok || !timeFormat.MatchString(format.Value) {
			return c.fail(call.Arguments[1], "the format must be text such as '%%d.%%m.%%Y %%H:%%M'")
		}
		return value{sql: "TRY_CAST(try_strptime(" + x[0].sql + ", CAST(" + c.bind(format.Value) + " AS VARCHAR)) AS " + sqlType + ")", t: t}
	}
}

func toNumber(c *calculator, _ *expression.Call, x []value) value {
	switch x[0].t {
	case result.Integer, result.Float:
		return x[0]
	case result.Boolean:
		return value{sql: "CAST(" + x[0].sql + " AS BIGINT)", t: result.Integer}
	case result.Text:
		return value{sql: notNaN("TRY_CAST(" + x[0].sql + " AS DOUBLE)"), t: result.Float}
	default:
		return c.fail(x[0].node, "to_number reads text, true and false, and not %s", nameOf(x[0].t))
	}
}

func toText(c *calculator, _ *expression.Call, x []value) value {
	switch x[0].t {
	case result.Text:
		return x[0]
	case null, result.Other:
		return c.fail(x[0].node, "to_text writes numbers, dates, true and false, and not %s", nameOf(x[0].t))
	case result.Timestamp:
		return value{sql: "replace(CAST(" + x[0].sql + " AS VARCHAR), ' ', 'T')", t: result.Text}
	default:
		return value{sql: "CAST(" + x[0].sql + " AS VARCHAR)", t: result.Text}
	}
}
