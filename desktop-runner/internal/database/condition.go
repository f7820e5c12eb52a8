package database

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"ddap/shared/operation"
	"ddap/shared/result"
)

// comparison says how the values of a column are compared in the database. What
// a database calls equal or less is often not what the engine does: it may ignore
// letter case, pad with blanks, or know numbers that are none. So there are two
// ways: one that may take too many rows and for which an index can be used, and
// one that takes exactly the engine's. Empty is a way that there is not.
type comparison struct {
	// equal and order are expressions that select too much at worst: for eq and in,
	// and for lt, le, gt, ge and between.
	equal, order string
	// exact is missing where the engine's value is, and compares as that does.
	exact string
	// text is exact, where it is text that can be searched.
	text string
	// there is an expression that is missing only where the engine's value is.
	there string
	// cast is written around a bound value, which stands at the %; castEqual is for
	// equal, where that is another.
	cast, castEqual string
	// rounded means that the database compares decimals and the engine the nearest
	// binary numbers: bounds are moved outward by one of these.
	rounded bool
}

func (c comparison) castFor(expression string) string {
	if c.castEqual != "" && expression == c.equal {
		return c.castEqual
	}
	return c.cast
}

// maxPushed bounds the values of one statement; longer lists stay here.
const maxPushed = 1000

// condition writes a condition that every row which meets w meets as well; ok is
// false where there is none worth sending.
func (t *Table) condition(w operation.Where) (text string, args []any, ok bool) {
	c := &pushing{table: t}
	text, ok = c.tree(w, false)
	if !ok || len(c.args) > maxPushed {
		return "", nil, false
	}
	return text, c.args, true
}

// pushing is a condition while it is written.
type pushing struct {
	table *Table
	args  []any
}

// tree writes one condition. A strict one is true of exactly the rows that meet
// it, and false, never NULL, of all others; one that is not strict may be true of
// more.
func (c *pushing) tree(w operation.Where, strict bool) (string, bool) {
	kind, members, group := w.Group()
	if !group {
		return c.comparison(w, strict)
	}
	var parts []string
	for _, m := range members {
		kept := len(c.args)
		part, ok := c.tree(m, strict || kind == "not")
		if ok {
			parts = append(parts, part)
			continue
		}
		c.args = c.args[:kept]
		if strict || kind != "all" {
			return "", false
		}
	}
	switch {
	case len(parts) == 0:
		// Of an empty group the engine knows what is true; and a group of which
		// nothing can be sent leaves nothing out.
		return "", false
	case kind == "all":
		return "(" + strings.Join(parts, " AND ") + ")", true
	case kind == "any":
		return "(" + strings.Join(parts, " OR ") + ")", true
	default:
		return "(NOT (" + strings.Join(parts, " OR ") + "))", true
	}
}

func (c *pushing) comparison(w operation.Where, strict bool) (string, bool) {
	i := slices.IndexFunc(c.table.Columns, func(col Column) bool { return col.Name == w.Column })
	if i < 0 {
		return "", false
	}
	column := c.table.Columns[i]
	by := column.compare
	switch w.Op {
	case operation.IsNull:
		return "(" + by.exact + " IS NULL)", by.exact != ""
	case operation.NotNull:
		if strict || by.there == "" {
			return "(" + by.exact + " IS NOT NULL)", by.exact != ""
		}
		return "(" + by.there + " IS NOT NULL)", true
	default:
	}
	text, ok := c.compared(column, w, strict)
	if ok && strict {
		text = "coalesce(" + text + ", " + "1 = 0)"
	}
	return text, ok
}

// compared writes a comparison that is NULL or false where a value is missing.
func (c *pushing) compared(column Column, w operation.Where, strict bool) (string, bool) {
	by := column.compare
	equal := by.equal
	if strict || equal == "" {
		equal = by.exact
	}
	list, _ := w.Value.([]any)
	switch w.Op {
	case operation.Eq:
		if by.rounded {
			return c.between(column, equal, w.Value, w.Value)
		}
		return c.binary(column, equal, " = ", w.Value, 0)
	case operation.In, operation.NotIn:
		if w.Op == operation.NotIn {
			return c.among(column, by.exact, " NOT IN (", list)
		}
		return c.among(column, equal, " IN (", list)
	case operation.Ne:
		return c.binary(column, by.exact, " <> ", w.Value, 0)
	case operation.Contains, operation.StartsWith, operation.EndsWith:
		value, isText := w.Value.(string)
		if by.text == "" || !isText || strings.ContainsAny(value, unsent) {
			return "", false
		}
		return c.table.dialect.textual(w.Op, by.text, c.bind(value, by.cast)), true
	case operation.Matches: // regular expressions differ everywhere
		return "", false
	default:
		return c.ordered(column, w, list, strict)
	}
}

// ordered writes what compares by order. That of true and false the engine refuses.
func (c *pushing) ordered(column Column, w operation.Where, list []any, strict bool) (string, bool) {
	by := column.compare
	order := by.order
	if strict || order == "" {
		order = by.exact
	}
	if column.Type == result.Boolean {
		return "", false
	}
	switch w.Op {
	case operation.Lt:
		return c.binary(column, order, loose(by, strict, " < ", " <= "), w.Value, 1)
	case operation.Le:
		return c.binary(column, order, " <= ", w.Value, 1)
	case operation.Gt:
		return c.binary(column, order, loose(by, strict, " > ", " >= "), w.Value, -1)
	case operation.Ge:
		return c.binary(column, order, " >= ", w.Value, -1)
	case operation.Between:
		if len(list) != 2 {
			return "", false
		}
		return c.between(column, order, list[0], list[1])
	default:
		return "", false
	}
}

func loose(by comparison, strict bool, plain, wide string) string {
	if by.rounded && !strict {
		return wide
	}
	return plain
}

func (c *pushing) between(column Column, expression string, low, high any) (string, bool) {
	from, ok := c.binary(column, expression, " >= ", low, -1)
	if !ok {
		return "", false
	}
	to, ok := c.binary(column, expression, " <= ", high, 1)
	return "(" + from + " AND " + to + ")", ok
}

// among writes a membership; decimals, which are compared with bounds, have none.
func (c *pushing) among(column Column, expression, operator string, list []any) (string, bool) {
	if expression == "" || len(list) == 0 || column.compare.rounded {
		return "", false
	}
	places := make([]string, len(list))
	for i, v := range list {
		bound, ok := operand(column, v, 0)
		if !ok {
			return "", false
		}
		places[i] = c.bind(bound, column.compare.castFor(expression))
	}
	return expression + operator + strings.Join(places, ", ") + ")", true
}

// binary compares with one value, which is moved outward where the column's are
// rounded: up for outward 1, down for -1.
func (c *pushing) binary(column Column, expression, operator string, value any, outward int) (string, bool) {
	if expression == "" || (column.compare.rounded && outward == 0) {
		return "", false
	}
	bound, ok := operand(column, value, outward)
	if !ok {
		return "", false
	}
	return expression + operator + c.bind(bound, column.compare.castFor(expression)), true
}

func (c *pushing) bind(value any, cast string) string {
	c.args = append(c.args, value)
	place := c.table.dialect.place(len(c.args))
	if cast == "" {
		return place
	}
	return strings.Replace(cast, "%", place, 1)
}

// unsent are the characters that no comparison is sent with: NUL ends text in some
// databases, and the other stands here for what is no text there.
const unsent = "\x00\uFFFD"

// yearZero is a year that PostgreSQL has not.
const yearZero = "0000"

// operand gives a value of the parameters as it is bound; ok is false where it is
// of another type, which the engine has an answer or an error for.
func operand(column Column, value any, outward int) (bound any, ok bool) {
	switch v := value.(type) {
	case json.Number:
		return number(column, v, outward)
	case bool:
		return v, column.Type == result.Boolean
	case string:
		switch column.Type {
		case result.Text:
			return v, !strings.ContainsAny(v, unsent)
		case result.Date, result.Timestamp, result.Time:
			canonical, err := result.Moment(column.Type, v)
			return canonical, err == nil && !strings.HasPrefix(canonical, yearZero)
		default:
			return nil, false
		}
	default:
		return nil, false
	}
}

func number(column Column, v json.Number, outward int) (bound any, ok bool) {
	switch column.Type {
	case result.Integer:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		return n, err == nil
	case result.Float:
		f, err := v.Float64()
		if err != nil {
			return nil, false
		}
		if !column.compare.rounded {
			return f, true
		}
		f = math.Nextafter(f, math.Inf(outward))
		return strconv.FormatFloat(f, 'f', -1, 64), !math.IsInf(f, 0)
	default:
		return nil, false
	}
}
