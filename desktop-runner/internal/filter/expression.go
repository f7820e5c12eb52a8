package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/expression"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// derive adds the columns that are calculated from others. Each is a query of
// its own where it uses one before it; those that do not share one.
func (q *query) derive(list []operation.Derivation) error {
	var wrong []fault.Field
	for i, d := range list {
		at := fmt.Sprintf("params.derive[%d]", i)
		if other := nearlyNamed(q.columns, d.Name); other != "" {
			wrong = append(wrong, fault.Field{Path: at + ".name", Message: fmt.Sprintf("%q differs from the column %q in letter case only; use that name, or another one", d.Name, other)})
			continue
		}
		c := calculator{values: &q.values, relation: q.relation(), path: at + ".expression"}
		// Of what may be told, no row must be missing because of its value: two
		// factors that leave out different rows would tell of these.
		c.everyRow = !q.step.SingleRowsMayShow && q.uniform(d)
		sql, t, fields := c.calculate(d.Expression)
		if len(fields) > 0 {
			wrong = append(wrong, fields...)
			// What comes after may use the column; it should not be called unknown.
			t, sql = result.Other, "NULL"
		}
		q.setColumn(result.Column{Name: d.Name, Type: t}, sql)
		q.derived(d)
	}
	if len(wrong) > 0 {
		return fault.BadFields("filter.derive", string(task.InvalidParams), wrong...)
	}
	return nil
}

// setColumn adds a column, or puts it in the place of one with its name.
func (c *chain) setColumn(column result.Column, sql string) {
	columns, list := slices.Clone(c.columns), plain(c.columns)
	if i := slices.IndexFunc(columns, func(other result.Column) bool { return other.Name == column.Name }); i >= 0 {
		columns[i], list[i] = column, sql
	} else {
		columns, list = append(columns, column), append(list, sql)
	}
	c.rows(columns, list, "")
}

// nearlyNamed gives the column that the engine would take for one of this name
// although it is called otherwise.
func nearlyNamed(columns []result.Column, name string) string {
	for _, c := range columns {
		if c.Name != name && strings.EqualFold(c.Name, name) {
			return c.Name
		}
	}
	return ""
}

// calculate turns an expression into SQL, with the type of its values. Columns
// are looked up and quoted, literals bound. What cannot be calculated for a row
// (a sum beyond 64 bits, text that is no number) is missing there: an error
// would tell that such a row exists.
func (c *calculator) calculate(text string) (sql string, t result.Type, wrong []fault.Field) {
	node, err := expression.Parse(text)
	if err != nil {
		return "", "", []fault.Field{operation.ExpressionField(c.path, err)}
	}
	out := c.node(node)
	switch {
	case len(c.wrong) > 0:
		return "", "", c.wrong
	case out.t == null:
		return "", "", []fault.Field{{Path: c.path, Message: "is always missing, so that its type cannot be told"}}
	case out.t == result.Other:
		return out.sql, out.t, nil
	default:
		return "TRY(" + out.sql + ")", out.t, nil
	}
}

// null is the type of the literal null, which fits all others.
const null result.Type = ""

// maxStatement bounds what an expression becomes; some functions need their
// operand more than once, and stand within each other.
const maxStatement = 64 << 10

// value is a part of an expression in SQL. Integers are BIGINT, numbers DOUBLE
// and never NaN.
type value struct {
	sql string
	t   result.Type
	// total means that it is never missing.
	total bool
	node  expression.Node
}

type calculator struct {
	*values

	relation *source.Relation
	path     string
	// everyRow calculates with numbers where whole ones could be beyond 64 bits.
	everyRow bool
	wrong    []fault.Field
}

// fail notes what is wrong, if it is the first.
func (c *calculator) fail(n expression.Node, format string, args ...any) value {
	return c.failWith(n, fault.Field{Message: fmt.Sprintf(format, args...)})
}

func (c *calculator) failWith(n expression.Node, f fault.Field) value {
	if len(c.wrong) == 0 {
		f.Path, f.Message = c.path, fmt.Sprintf("at character %d: %s", n.Position(), f.Message)
		c.wrong = append(c.wrong, f)
	}
	return value{sql: "NULL", t: null, node: n}
}

func (c *calculator) node(n expression.Node) value {
	out := c.translate(n)
	out.node = n
	if len(out.sql) > maxStatement {
		return c.fail(n, "is too much to calculate in one column; split it into several")
	}
	return out
}

func (c *calculator) translate(n expression.Node) value {
	switch n := n.(type) {
	case *expression.Number:
		return c.number(n)
	case *expression.Text:
		return value{sql: "CAST(" + c.bind(n.Value) + " AS VARCHAR)", t: result.Text, total: true}
	case *expression.Bool:
		return value{sql: strconv.FormatBool(n.Value), t: result.Boolean, total: true}
	case *expression.Null:
		return value{sql: "NULL", t: null}
	case *expression.Column:
		return c.column(n)
	case *expression.Unary:
		return c.unary(n)
	case *expression.Binary:
		return c.binary(n)
	case *expression.Membership:
		return c.membership(n)
	case *expression.Call:
		return c.call(n)
	default:
		return c.fail(n, "is a part of an expression that this runner does not know")
	}
}

func (c *calculator) number(n *expression.Number) value {
	if n.Whole {
		if i, err := strconv.ParseInt(n.Literal, 10, 64); err == nil {
			return value{sql: "CAST(" + c.bind(i) + " AS BIGINT)", t: result.Integer, total: true}
		}
	}
	f, err := strconv.ParseFloat(n.Literal, 64)
	if err != nil {
		return c.fail(n, "is a number that is too large")
	}
	return value{sql: c.double(f), t: result.Float, total: true}
}

func (c *calculator) double(f float64) string { return "CAST(" + c.bind(f) + " AS DOUBLE)" }

func (c *calculator) column(n *expression.Column) value {
	i := slices.IndexFunc(c.relation.Columns, func(col result.Column) bool { return col.Name == n.Name })
	if i < 0 {
		return c.failWith(n, operation.UnknownName(c.path, "column of "+c.relation.Dataset, n.Name, c.relation.Names()))
	}
	return value{sql: typed(c.relation.Columns[i]), t: c.relation.Columns[i].Type}
}

// typed writes a column in the one type that the engine has for ours.
func typed(col result.Column) string {
	name := engine.Identifier(col.Name)
	switch col.Type {
	case result.Integer:
		return "CAST(" + name + " AS BIGINT)"
	case result.Float:
		return "CAST(" + name + " AS DOUBLE)"
	default:
		return name
	}
}

func (c *calculator) unary(n *expression.Unary) value {
	x := c.node(n.X)
	if n.Operator == "not" {
		return value{sql: "(NOT " + c.truth(x) + ")", t: result.Boolean, total: true}
	}
	if !c.isNumber(x, "-") {
		return x
	}
	if c.everyRow {
		return value{sql: "(-" + double(x) + ")", t: result.Float}
	}
	return value{sql: "(-" + x.sql + ")", t: x.t}
}

// truth writes a condition; a missing one is false.
func (c *calculator) truth(x value) string {
	if x.t != result.Boolean {
		c.fail(x.node, "a condition is expected, which is true or false, and not %s", nameOf(x.t))
	}
	if x.total {
		return x.sql
	}
	return "coalesce(" + x.sql + ", false)"
}

func (c *calculator) isNumber(x value, what string) bool {
	if !x.t.Numeric() {
		c.fail(x.node, "%s works on numbers, and not on %s", what, nameOf(x.t))
		return false
	}
	return true
}

func (c *calculator) binary(n *expression.Binary) value {
	x, y := c.sides(n.X, n.Y)
	switch n.Operator {
	case "and", "or":
		return value{sql: "(" + c.truth(x) + " " + strings.ToUpper(n.Operator) + " " + c.truth(y) + ")", t: result.Boolean, total: true}
	case "+", "-", "*", "/", "//", "%", "**":
		return c.arithmetic(n, x, y)
	default:
		return c.comparison(n, x, y)
	}
}

func (c *calculator) arithmetic(n *expression.Binary, x, y value) value {
	if n.Operator == "+" && x.t == result.Text && y.t == result.Text {
		return value{sql: "(" + x.sql + " || " + y.sql + ")", t: result.Text}
	}
	for _, side := range []value{x, y} {
		switch {
		case side.t == result.Date || side.t == result.Timestamp:
			return c.fail(n, "dates are not calculated with by %s; use date_diff('day', from, to)", n.Operator)
		case !c.isNumber(side, n.Operator):
			return side
		}
	}
	if x.t == result.Integer && y.t == result.Integer && n.Operator != "/" && n.Operator != "**" && !c.everyRow {
		return value{sql: onIntegers(n.Operator, x.sql, y.sql), t: result.Integer}
	}
	return value{sql: notNaN(onDoubles(n.Operator, double(x), double(y))), t: result.Float}
}

// onIntegers divides towards minus infinity, as Python does. The engine makes
// what is divided by zero missing.
func onIntegers(operator, x, y string) string {
	switch operator {
	case "%":
		return modulo(x, y)
	case "//":
		rest := "(" + x + " % " + y + ")"
		return "(" + x + " // " + y + " - CASE WHEN " + rest + " <> 0 AND (" + rest + " < 0) <> (" + y + " < 0) THEN 1 ELSE 0 END)"
	default:
		return "(" + x + " " + operator + " " + y + ")"
	}
}

// onDoubles divides as numpy does: 1.0 // 0.1 is 9, 1 / 0 infinite.
func onDoubles(operator, a, b string) string {
	switch operator {
	case "//":
		return "CASE WHEN " + b + " = 0 THEN " + a + " / " + b + " ELSE round((" + a + " - " + modulo(a, b) + ") / " + b + ") END"
	case "%":
		return modulo(a, b)
	case "**":
		return "pow(" + a + ", " + b + ")"
	default:
		return "(" + a + " " + operator + " " + b + ")"
	}
}

// modulo has the sign of the divisor, as in Python; the engine's that of the dividend.
func modulo(x, y string) string {
	rest := "(" + x + " % " + y + ")"
	return "(CASE WHEN " + rest + " <> 0 AND (" + rest + " < 0) <> (" + y + " < 0) THEN " + rest + " + " + y + " ELSE " + rest + " END)"
}

func double(x value) string {
	if x.t == result.Integer {
		return "CAST(" + x.sql + " AS DOUBLE)"
	}
	return x.sql
}

// notNaN makes what is no number missing, as pandas has it.
func notNaN(sql string) string { return "nullif(" + sql + ", CAST('NaN' AS DOUBLE))" }

func (c *calculator) comparison(n *expression.Binary, x, y value) value {
	switch {
	case len(c.wrong) > 0:
		return x
	case x.t == null || y.t == null:
		return c.fail(n, "a comparison with null is never true; use is_null(…) or not_null(…)")
	case !alike(x.t, y.t) || x.t == result.Other:
		return c.fail(n, "%s cannot be compared with %s", nameOf(x.t), nameOf(y.t))
	case x.t == result.Boolean && n.Operator != "==" && n.Operator != "!=":
		return c.fail(n, "true and false are only equal or not; use == or !=")
	}
	operator := map[string]string{"==": "=", "!=": "<>"}[n.Operator]
	if operator == "" {
		operator = n.Operator
	}
	return value{sql: "coalesce(" + x.sql + " " + operator + " " + y.sql + ", false)", t: result.Boolean, total: true}
}

// alike reports whether values of two types can be compared.
func alike(a, b result.Type) bool {
	return a == b || a.Numeric() && b.Numeric() || isMoment(a) && isMoment(b)
}

func isMoment(t result.Type) bool { return t == result.Date || t == result.Timestamp }

// sides translates two parts, of which one may be text that the other says is a date.
func (c *calculator) sides(x, y expression.Node) (left, right value) {
	if _, ok := x.(*expression.Text); ok {
		right = c.node(y)
		return c.beside(x, right.t), right
	}
	left = c.node(x)
	return left, c.beside(y, left.t)
}

// beside translates a part beside one of type t. Text in quotes is read as a
// date or time there; it is bound as such and not as text, because every bound
// value must be used.
func (c *calculator) beside(n expression.Node, t result.Type) value {
	literal, ok := n.(*expression.Text)
	if !ok || !isMoment(t) && t != result.Time {
		return c.node(n)
	}
	canonical, err := result.Moment(t, literal.Value)
	if err != nil && t == result.Date {
		t = result.Timestamp
		canonical, err = result.Moment(t, literal.Value)
	}
	if err != nil {
		return c.fail(n, "%s", err.Error())
	}
	return value{sql: "CAST(" + c.bind(canonical) + " AS " + strings.ToUpper(string(t)) + ")", t: t, total: true, node: n}
}

func (c *calculator) membership(n *expression.Membership) value {
	x := c.node(n.X)
	members := make([]string, len(n.Members))
	for i, m := range n.Members {
		v := c.beside(m, x.t)
		if !alike(v.t, x.t) {
			return c.fail(m, "%s cannot be among %s", nameOf(v.t), nameOf(x.t))
		}
		members[i] = v.sql
	}
	operator := " IN ("
	if n.Negated {
		operator = " NOT IN ("
	}
	return value{sql: "coalesce(" + x.sql + operator + strings.Join(members, ", ") + "), false)", t: result.Boolean, total: true}
}

// unify gives the one type that all values have, and writes them in it.
func (c *calculator) unify(list []value) (t result.Type, sql []string) {
	for _, v := range list {
		var ok bool
		if t, ok = common(t, v.t); !ok {
			c.fail(v.node, "is %s where the values before it are %s; all must be of one type (see to_text, to_number)", nameOf(v.t), nameOf(t))
		}
	}
	for _, v := range list {
		switch t {
		case result.Float:
			sql = append(sql, "CAST("+v.sql+" AS DOUBLE)")
		case result.Timestamp:
			sql = append(sql, "CAST("+v.sql+" AS TIMESTAMP)")
		default:
			sql = append(sql, v.sql)
		}
	}
	return t, sql
}

// common gives the type that has all values of two others.
func common(a, b result.Type) (result.Type, bool) {
	switch {
	case a == b || b == null:
		return a, true
	case a == null:
		return b, true
	case a.Numeric() && b.Numeric():
		return result.Float, true
	case isMoment(a) && isMoment(b):
		return result.Timestamp, true
	default:
		return a, false
	}
}
