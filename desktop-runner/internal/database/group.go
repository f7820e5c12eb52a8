package database

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ddap/shared/operation"
	"ddap/shared/result"
)

// Grouping asks for groups of rows. Whoever asks may get several groups with the
// same keys, and brings those together.
type Grouping struct {
	// Keys are positions in Table.Columns.
	Keys []int
	// Parts are the numbers of each group.
	Parts []Part
	// Where keeps exactly the rows that meet it.
	Where *operation.Where
}

// Part is a number of which the same number of several groups can be made.
type Part struct {
	// Func is count, sum, min or max.
	Func operation.AggFunc
	// Column is a position in Table.Columns.
	Column int
}

// Groups is a grouping that a database can be trusted with.
type Groups struct {
	// Columns are the keys, the size of the group, and the parts, of which a sum is
	// text, since it may be larger than any number of ours.
	Columns []result.Column

	table *Table
	text  string
	args  []any
	takes []func(any) (any, error)
}

// Grouped prepares a grouping; ok is false where the database may not answer
// exactly as the engine does.
func (t *Table) Grouped(g Grouping) (_ *Groups, ok bool) {
	out := &Groups{table: t}
	var list []string
	add := func(expression string, c Column, is result.Type) {
		list = append(list, expression)
		out.Columns, out.takes = append(out.Columns, result.Column{Name: c.Name, Type: is}), append(out.takes, c.take)
	}
	for _, at := range g.Keys {
		c := t.Columns[at]
		expression := c.key()
		if expression == "" {
			return nil, false
		}
		add(expression, c, c.Type)
	}
	add("count(*)", Column{take: toInteger}, result.Integer)
	for _, p := range g.Parts {
		c := t.Columns[p.Column]
		expression, is := t.part(c, p.Func)
		if expression == "" {
			return nil, false
		}
		if is != c.Type {
			c.take = map[result.Type]func(any) (any, error){result.Integer: toInteger, result.Text: toText}[is]
		}
		add(expression, c, is)
	}
	out.text = "SELECT " + strings.Join(list, ", ") + " FROM " + t.from
	if g.Where != nil {
		c := &pushing{table: t}
		condition, sent := c.tree(*g.Where, true)
		if !sent || len(c.args) > maxPushed {
			return nil, false
		}
		out.text, out.args = out.text+" WHERE "+condition, c.args
	}
	if len(g.Keys) > 0 {
		places := make([]string, len(g.Keys))
		for i := range places {
			places[i] = strconv.Itoa(i + 1)
		}
		out.text += " GROUP BY " + strings.Join(places, ", ")
	}
	return out, true
}

// key is an expression by which a database makes groups that are no larger than
// the engine's; empty where it cannot be trusted to.
func (c Column) key() string {
	switch {
	case c.compare.exact == "":
		return ""
	case c.Type == result.Text:
		return c.compare.exact
	case c.Type == result.Integer, c.Type == result.Boolean, c.Type == result.Date:
		return c.read
	default:
		return ""
	}
}

// part writes a number of a group, and gives its type. Of numbers with fractions
// the order of adding matters, and of text the collation.
func (t *Table) part(c Column, f operation.AggFunc) (expression string, is result.Type) {
	ordered := slices.Contains([]result.Type{result.Integer, result.Date, result.Timestamp}, c.Type)
	switch {
	case c.compare.exact == "":
		return "", ""
	case f == operation.Count:
		return "count(" + c.compare.exact + ")", result.Integer
	case (f == operation.Min || f == operation.Max) && ordered:
		return string(f) + "(" + c.read + ")", c.Type
	case f == operation.Sum && c.Type == result.Integer:
		return t.dialect.sum(c.read), result.Text
	default:
		return "", ""
	}
}

// Read hands over the groups, in any order. The slice is reused.
func (g *Groups) Read(ctx context.Context, take func(row []any) error) error {
	out := make([]any, len(g.takes))
	return g.table.each(ctx, len(out), func(row []any) error {
		for i, v := range row {
			out[i] = nil
			if v == nil {
				continue
			}
			var err error
			if out[i], err = g.takes[i](v); err != nil {
				return &Error{Sentence: "a number of a group is of another type than expected; the type of a column may have changed meanwhile, so try again"}
			}
		}
		return take(out)
	}, g.text, g.args...)
}
