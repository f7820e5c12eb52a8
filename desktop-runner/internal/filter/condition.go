package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// pattern is a regular expression and where it stands in the parameters.
type pattern struct{ path, expression string }

// condition turns a condition tree into SQL. Columns are looked up in the relation
// and quoted; values are bound, never written into the text.
//
// Every comparison is either true or false: with a missing value it is false,
// also for ne and not_in. A group not turns that round, so that not(x > 5) keeps
// the rows without x, as ~(x > 5) does in pandas.
//
// The error is an invalid_params fault that names every place that is wrong.
func condition(w operation.Where, rel *source.Relation, v *values) (sql string, patterns []pattern, err error) {
	c := compiler{relation: rel, values: v}
	sql = c.tree("params.where", w)
	if len(c.wrong) > 0 {
		return "", nil, fault.BadFields("filter.condition", string(task.InvalidParams), c.wrong...)
	}
	return sql, c.patterns, nil
}

type compiler struct {
	*values

	relation *source.Relation
	patterns []pattern
	wrong    []fault.Field
}

func (c *compiler) fail(path, format string, args ...any) string {
	c.wrong = append(c.wrong, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	return "false"
}

func (c *compiler) tree(path string, w operation.Where) string {
	kind, members, ok := w.Group()
	if !ok {
		return c.comparison(path, w)
	}
	parts := make([]string, len(members))
	for i, m := range members {
		parts[i] = c.tree(fmt.Sprintf("%s.%s[%d]", path, kind, i), m)
	}
	switch {
	case kind == "all" && len(parts) == 0:
		return "true"
	case kind == "all":
		return "(" + strings.Join(parts, " AND ") + ")"
	case len(parts) == 0: // any of nothing is false, none of nothing is true
		return fmt.Sprint(kind == "not")
	case kind == "any":
		return "(" + strings.Join(parts, " OR ") + ")"
	default:
		return "(NOT (" + strings.Join(parts, " OR ") + "))"
	}
}

func (c *compiler) comparison(path string, w operation.Where) string {
	column, err := c.relation.Column(path+".column", w.Column)
	if err != nil {
		if unknown, ok := errors.AsType[*fault.Error](err); ok {
			c.wrong = append(c.wrong, unknown.Fields...)
		}
		return "false"
	}
	name := engine.Identifier(column.Name)
	switch w.Op {
	case operation.IsNull:
		return "(" + name + " IS NULL)"
	case operation.NotNull:
		return "(" + name + " IS NOT NULL)"
	case operation.Contains, operation.StartsWith, operation.EndsWith, operation.Matches:
		return c.textual(path, w, column)
	default: // the others compare with values of the column's type
	}
	if !fits(column.Type, w.Op) {
		return c.fail(path+".op", "%s does not fit %s, a column of %s; %s", w.Op, column.Name, nameOf(column.Type), whatFits(column.Type))
	}
	return "coalesce(" + c.typed(path+".value", w, column) + ", false)"
}

func fits(t result.Type, op operation.Op) bool {
	switch t {
	case result.Other:
		return false
	case result.Boolean:
		return op == operation.Eq || op == operation.Ne || op == operation.In || op == operation.NotIn
	default:
		return true
	}
}

// textual compiles the operators that look into text.
func (c *compiler) textual(path string, w operation.Where, column result.Column) string {
	value, isText := w.Value.(string)
	switch {
	case column.Type != result.Text:
		return c.fail(path+".op", "%s works on text, but %s is a column of %s; %s", w.Op, column.Name, nameOf(column.Type), whatFits(column.Type))
	case !isText:
		return c.fail(path+".value", "must be text for %s", w.Op)
	}
	function := map[operation.Op]string{
		operation.Contains: "contains", operation.StartsWith: "starts_with", operation.EndsWith: "ends_with", operation.Matches: "regexp_matches",
	}[w.Op]
	if w.Op == operation.Matches {
		if _, err := regexp.Compile(value); err != nil {
			return c.fail(path+".value", "is not a regular expression (RE2): %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		c.patterns = append(c.patterns, pattern{path: path + ".value", expression: value})
	}
	return "coalesce(" + function + "(" + engine.Identifier(column.Name) + ", " + c.bind(value) + "), false)"
}

// typed compiles the operators that compare with values of the column's type.
func (c *compiler) typed(path string, w operation.Where, column result.Column) string {
	name := engine.Identifier(column.Name)
	list, isList := w.Value.([]any)
	switch w.Op {
	case operation.In, operation.NotIn:
		if !isList {
			return c.fail(path, "must be a list for %s", w.Op)
		}
		return c.membership(path, w.Op, name, column, list)
	case operation.Between:
		if len(list) != 2 {
			return c.fail(path, "must be a list of two values, the lower and the upper bound")
		}
		low := c.compare(path+"[0]", name, operation.Ge, column, list[0])
		return "(" + low + " AND " + c.compare(path+"[1]", name, operation.Le, column, list[1]) + ")"
	default:
		return c.compare(path, name, w.Op, column, w.Value)
	}
}

func (c *compiler) membership(path string, op operation.Op, name string, column result.Column, list []any) string {
	var candidates []string
	for i, v := range list {
		operand, ok := c.operand(fmt.Sprintf("%s[%d]", path, i), operation.Eq, column, v)
		if ok {
			candidates = append(candidates, operand)
		}
	}
	switch {
	case len(candidates) == 0 && op == operation.In:
		return "false"
	case len(candidates) == 0:
		return "(" + name + " IS NOT NULL)"
	case op == operation.In:
		return name + " IN (" + strings.Join(candidates, ", ") + ")"
	default:
		return name + " NOT IN (" + strings.Join(candidates, ", ") + ")"
	}
}

var symbols = map[operation.Op]string{
	operation.Eq: " = ", operation.Ne: " <> ", operation.Lt: " < ", operation.Le: " <= ", operation.Gt: " > ", operation.Ge: " >= ",
}

func (c *compiler) compare(path, name string, op operation.Op, column result.Column, value any) string {
	symbol, known := symbols[op]
	if !known {
		return c.fail(strings.TrimSuffix(path, ".value")+".op", "%q is not an operator that this runner knows; a newer version of it may", op)
	}
	operand, possible := c.operand(path, op, column, value)
	switch {
	case possible:
		return name + symbol + operand
	case op == operation.Ne:
		return name + " IS NOT NULL"
	default:
		return "false"
	}
}

// operand binds one value in the column's type. It is not possible when no value
// of the column can equal it, as with 2.5 and a column of integers, or when the
// value is wrong, which it notes.
func (c *compiler) operand(path string, op operation.Op, column result.Column, value any) (operand string, possible bool) {
	switch v := value.(type) {
	case json.Number:
		if column.Type.Numeric() {
			return c.number(path, op, column.Type, v)
		}
	case bool:
		if column.Type == result.Boolean {
			return c.bind(v), true
		}
	case string:
		switch column.Type {
		case result.Text:
			return c.bind(v), true
		case result.Date, result.Timestamp, result.Time:
			return c.moment(path, column.Type, v)
		default: // text fits no other column
		}
	}
	c.fail(path, "must be %s, because %s is a column of %s; it is %s", example(column.Type), column.Name, nameOf(column.Type), kindOf(value))
	return "", false
}

func (c *compiler) number(path string, op operation.Op, t result.Type, v json.Number) (operand string, possible bool) {
	if t == result.Float {
		f, err := v.Float64()
		if err != nil {
			c.fail(path, "is too large for a number")
			return "", false
		}
		return c.bind(f), true
	}
	bound, possible := integerBound(v, op)
	if !possible {
		return "", false
	}
	if large, isLarge := bound.(*big.Int); isLarge {
		// The driver would bind a type that DuckDB casts down to the column's.
		return "CAST(" + c.bind(large.String()) + " AS HUGEINT)", true
	}
	return c.bind(bound), true
}

func (c *compiler) moment(path string, t result.Type, v string) (operand string, possible bool) {
	canonical, err := result.Moment(t, v)
	if err != nil {
		c.fail(path, "%s", err.Error())
		return "", false
	}
	return "CAST(" + c.bind(canonical) + " AS " + strings.ToUpper(string(t)) + ")", true
}
