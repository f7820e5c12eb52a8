package filter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// maxPairs is how many rows a cross join may make. Other joins are bounded by
// what the task may use.
const maxPairs = 1_000_000_000

// joining is a join while it is compiled.
type joining struct {
	*operation.Join

	left, right *source.Relation
	keys        [][2]result.Column
	columns     []result.Column
	list        []string
	// fromRight are the names of the columns that only the right side has.
	fromRight []string
	// sorted are the keys by which the rows of an outer join are ordered.
	sorted []string
}

// join brings the rows of another relation to those of the chain, as
// pandas.merge does: missing keys agree with missing keys; the rows keep the
// order of the left relation, of the right one in a right join, and of the keys
// in an outer join.
func (q *query) join(ctx context.Context, j *operation.Join, right *source.Relation) error {
	if right == nil {
		return fault.New("filter.join", fault.Invalid, string(task.InputLost), "the other data of the join is not on this computer any more")
	}
	m := joining{Join: j, left: q.relation(), right: right}
	if err := m.findKeys(); err != nil {
		return err
	}
	if err := m.output(); err != nil {
		return err
	}
	once := ""
	if !q.step.SingleRowsMayShow {
		if err := q.checkProtected(ctx, &m); err != nil {
			return err
		}
		once = q.eachOnce(&m)
	}
	if j.Kind() == operation.Cross && q.step.Rows > 0 && q.rightRows > maxPairs/q.step.Rows {
		return invalid(operation.JoinPath, "a cross join of %d and %d rows would make more than %d; keep fewer rows of them first", q.step.Rows, q.rightRows, maxPairs)
	}
	order := "l." + q.place + ", r." + q.place
	switch j.Kind() {
	case operation.Semi, operation.Anti:
		order = "l." + q.place
	case operation.Right:
		order = "r." + q.place + ", l." + q.place
	case operation.Outer:
		order = strings.Join(append(m.sorted, order), " NULLS LAST, ") + " NULLS LAST"
	default: // the order of the left relation
	}
	other := "(SELECT *, " + source.InFileOrder + " AS " + q.place + " FROM " + right.From + ")"
	q.pairs(m.columns, m.list, m.tail(other)+once, order)
	q.dataset = "the joined data"
	return nil
}

// findKeys looks the keys up on both sides. Each pair must be of one type.
func (m *joining) findKeys() error {
	left, right, leftPath, rightPath := m.LeftOn, m.RightOn, "params.join.left_on", "params.join.right_on"
	if len(m.On) > 0 {
		left, right, leftPath, rightPath = m.On, m.On, "params.join.on", "params.join.on"
	}
	for i := range left {
		at := fmt.Sprintf("%s[%d]", leftPath, i)
		l, err := m.left.Column(at, left[i])
		if err != nil {
			return err
		}
		r, err := m.right.Column(fmt.Sprintf("%s[%d]", rightPath, i), right[i])
		if err != nil {
			return err
		}
		switch {
		case l.Type == result.Other || r.Type == result.Other:
			return invalid(at, "%s has nested values, which cannot be keys", l.Name)
		case l.Type != r.Type && (!l.Type.Numeric() || !r.Type.Numeric()):
			return invalid(at, "%s is a column of %s and %s one of %s; keys must be of one type: make it with derive in a task before (to_text, to_number, to_date)",
				l.Name, nameOf(l.Type), r.Name, nameOf(r.Type))
		}
		m.keys = append(m.keys, [2]result.Column{l, r})
	}
	return nil
}

// output decides on the columns: a key that both sides call the same is there
// once, other names that both have get a suffix.
func (m *joining) output() error {
	leftEnd, rightEnd := m.Ends()
	kind := m.Kind()
	only := kind == operation.Semi || kind == operation.Anti
	for _, c := range m.left.Columns {
		switch key, shared := m.sharedKey(c.Name); {
		case !only && shared:
			if key[0].Type != key[1].Type {
				c.Type = result.Float
			}
			m.put(c, m.merged(key))
		case !only && overlaps(m.right.Columns, c.Name):
			m.put(renamed(c, leftEnd), side("l", c))
		default:
			m.put(c, side("l", c))
		}
	}
	if only {
		return nil
	}
	for _, c := range m.right.Columns {
		switch _, shared := m.sharedKey(c.Name); {
		case shared:
		case overlaps(m.left.Columns, c.Name):
			m.put(renamed(c, rightEnd), side("r", c))
			m.fromRight = append(m.fromRight, c.Name+rightEnd)
		default:
			m.put(c, side("r", c))
			m.fromRight = append(m.fromRight, c.Name)
		}
	}
	for i, c := range m.columns {
		if overlaps(m.columns[:i], c.Name) {
			return invalid("params.join.suffixes", "would give two columns the name %q; choose other suffixes", c.Name)
		}
	}
	for _, k := range m.keys {
		m.sorted = append(m.sorted, m.merged(k))
	}
	return nil
}

// sharedKey finds the key that both sides call by this name.
func (m *joining) sharedKey(name string) (key [2]result.Column, ok bool) {
	for _, k := range m.keys {
		if k[0].Name == name && k[1].Name == name {
			return k, true
		}
	}
	return key, false
}

func (m *joining) put(c result.Column, sql string) {
	m.columns, m.list = append(m.columns, c), append(m.list, sql)
}

func renamed(c result.Column, end string) result.Column {
	c.Name += end
	return c
}

// overlaps ignores letter case, as the engine does.
func overlaps(columns []result.Column, name string) bool {
	return slices.ContainsFunc(columns, func(c result.Column) bool { return strings.EqualFold(c.Name, name) })
}

func side(alias string, c result.Column) string { return alias + "." + engine.Identifier(c.Name) }

// merged is a key's value from whichever side has the row.
func (m *joining) merged(k [2]result.Column) string {
	l, r := side("l", k[0]), side("r", k[1])
	if k[0].Type != k[1].Type {
		l, r = "CAST("+l+" AS DOUBLE)", "CAST("+r+" AS DOUBLE)"
	}
	switch m.Kind() {
	case operation.Inner, operation.Left:
		return l
	case operation.Right:
		return r
	default:
		return "coalesce(" + l + ", " + r + ")"
	}
}

func (m *joining) tail(other string) string {
	on := make([]string, len(m.keys))
	for i, k := range m.keys {
		on[i] = side("l", k[0]) + " IS NOT DISTINCT FROM " + side("r", k[1])
	}
	kind := map[operation.How]string{
		operation.Inner: "INNER JOIN", operation.Left: "LEFT JOIN", operation.Right: "RIGHT JOIN", operation.Outer: "FULL JOIN",
		operation.Cross: "CROSS JOIN", operation.Semi: "SEMI JOIN", operation.Anti: "ANTI JOIN",
	}[m.Kind()]
	if len(on) == 0 {
		return kind + " " + other + " AS r"
	}
	return kind + " " + other + " AS r ON " + strings.Join(on, " AND ")
}
