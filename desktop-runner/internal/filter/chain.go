package filter

import (
	"fmt"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/result"
)

// values are what is bound to one statement.
type values struct{ list []any }

// bind gives the place that stands for a value in the statement's text.
func (v *values) bind(value any) string {
	v.list = append(v.list, value)
	return fmt.Sprintf("$%d", len(v.list))
}

// chain is one statement in the making: a list of named queries, each of which
// reads the one before.
//
// Beside the columns that people see, rows may carry hidden ones. They are all
// written by the three methods rows, groups and pairs, and nowhere else, so that
// a further hidden column, such as which source rows a row was made of, is added
// there: rows hands it on, groups merges it, pairs brings it together from two
// sides.
type chain struct {
	values

	parts   []string
	last    string // what the next query reads, quoted
	dataset string // how people know the rows
	columns []result.Column
	// ordered means that rows carry place, which orders them; sized that they
	// carry size, the number of rows that each was made of.
	ordered, sized bool
	place, size    string // quoted
}

// newChain begins with a relation. The names of hidden columns are longer than
// any other, which has at most so many bytes.
func newChain(rel *source.Relation, longest int) *chain {
	return &chain{
		last: rel.From, dataset: rel.Dataset, columns: rel.Columns,
		place: engine.Identifier(strings.Repeat("p", longest+1)), size: engine.Identifier(strings.Repeat("s", longest+1)),
	}
}

// number gives each row its place in the file; before any other query.
func (c *chain) number() {
	c.add(c.columns, "SELECT "+source.List(c.columns)+", "+source.InFileOrder+" AS "+c.place+" FROM "+c.last)
	c.ordered = true
}

func (c *chain) add(columns []result.Column, query string) {
	name := engine.Identifier(fmt.Sprintf("part%d", len(c.parts)))
	c.parts = append(c.parts, name+" AS ("+query+")")
	c.last, c.columns = name, columns
}

// rows adds a query that gives at most one row for each that it reads. The list
// has an expression for each column.
func (c *chain) rows(columns []result.Column, list []string, tail string) {
	c.add(columns, "SELECT "+named(columns, list)+c.hidden()+" FROM "+c.last+tail)
}

// groups adds a query that makes one row of several: of those that agree in the
// keys, of all where there are none. Rows are then ordered by their keys.
func (c *chain) groups(columns []result.Column, list, keys []string, tail string) {
	size := "count(*)"
	if c.sized {
		size = "CAST(sum(" + c.size + ") AS BIGINT)"
	}
	query := "SELECT " + named(columns, list) + ", row_number() OVER (" + orderBy(keys) + ") AS " + c.place + ", " + size + " AS " + c.size + " FROM " + c.last + tail
	if len(keys) > 0 {
		query += " GROUP BY " + strings.Join(keys, ", ")
	}
	c.add(columns, query)
	c.ordered, c.sized = true, true
}

// pairs adds a query that brings the rows of another relation to those of the
// chain, which the tail knows as l and r. Rows are then ordered as order says.
func (c *chain) pairs(columns []result.Column, list []string, tail, order string) {
	c.add(columns, "SELECT "+named(columns, list)+", row_number() OVER (ORDER BY "+order+") AS "+c.place+" FROM "+c.last+" AS l "+tail)
	c.ordered = true
}

// hidden lists the hidden columns that rows carry, to stand behind others.
func (c *chain) hidden() string {
	out := ""
	if c.ordered {
		out += ", " + c.place
	}
	if c.sized {
		out += ", " + c.size
	}
	return out
}

// relation is what the chain gives so far, for looking up columns.
func (c *chain) relation() *source.Relation {
	return &source.Relation{Dataset: c.dataset, Columns: c.columns, From: c.last}
}

// statement writes everything down, with a query at its end.
func (c *chain) statement(query string) string {
	if len(c.parts) == 0 {
		return query
	}
	return "WITH " + strings.Join(c.parts, ", ") + " " + query
}

// clone is a chain that goes on for itself.
func (c *chain) clone() *chain {
	out := *c
	out.list = append([]any(nil), c.list...)
	out.parts = append([]string(nil), c.parts...)
	return &out
}

func named(columns []result.Column, list []string) string {
	out := make([]string, len(columns))
	for i, col := range columns {
		out[i] = list[i] + " AS " + engine.Identifier(col.Name)
	}
	return strings.Join(out, ", ")
}

// plain lists columns as they are, as expressions.
func plain(columns []result.Column) []string {
	out := make([]string, len(columns))
	for i, col := range columns {
		out[i] = engine.Identifier(col.Name)
	}
	return out
}

func orderBy(keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return "ORDER BY " + strings.Join(keys, " NULLS LAST, ") + " NULLS LAST"
}
