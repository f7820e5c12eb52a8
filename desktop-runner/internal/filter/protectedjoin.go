package filter

import (
	"context"
	"fmt"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// checkProtected judges a join of rows that their owner shares as summaries only.
//
// A number describes as many rows of each dataset as it has joined rows, and no
// row has a weight of the asker's choice, as long as no protected row is there
// twice. So the left side must be protected, and the right side bring at most one
// row to each of its rows; where the right side is protected as well, each of its
// rows goes with at most one, too. Columns of a right side that is not protected
// hold what the asker may have written there: they serve conditions and keys, as
// calculated ones do.
func (q *query) checkProtected(ctx context.Context, m *joining) error {
	kind := m.Kind()
	switch {
	case !q.step.Relation.Protected:
		return refuseJoin("params.join: %s, whose owner shares summaries only, is on the right side of the join. Make it the source, and the other data the right side", m.right.Dataset)
	case m.right.Protected && kind != operation.Inner:
		return refuseJoin("params.join.how: a %s join would tell which rows of %s are missing from the other data. Both are shared as summaries only; allowed is inner", kind, m.right.Dataset)
	case kind == operation.Right || kind == operation.Outer || kind == operation.Cross:
		return refuseJoin("params.join.how: a %s join makes rows without, or several rows with, one row of %s, which is shared as summaries only. Allowed are inner, left, semi and anti", kind, m.left.Dataset)
	case kind == operation.Semi || kind == operation.Anti:
		return nil
	case m.right.Protected:
		return q.checkOneToOne(ctx, m)
	}
	for _, name := range m.fromRight {
		q.changed[name], q.chosen[name] = true, true
	}
	return q.checkUnique(ctx, m)
}

func refuseJoin(format string, args ...any) error {
	return fault.New("filter.join", fault.Forbidden, string(task.PolicyRefused), format+".", args...)
}

// keysOf lists the keys of one side (0 the left, 1 the right) as they are compared.
func (m *joining) keysOf(side int) string {
	out := make([]string, len(m.keys))
	for i, k := range m.keys {
		out[i] = engine.Identifier(k[side].Name)
		if k[0].Type != k[1].Type {
			out[i] = "CAST(" + out[i] + " AS DOUBLE)"
		}
	}
	return strings.Join(out, ", ")
}

// checkUnique asks a right side that anybody may see whether its keys are unique.
// It looks at nothing else, so that its answer tells nothing of the left one.
func (q *query) checkUnique(ctx context.Context, m *joining) error {
	keys := m.keysOf(1)
	rows, err := q.step.DB.Rows(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+m.right.From+" GROUP BY "+keys+" HAVING count(*) > 1)")
	if err != nil {
		return err
	}
	if n := whole(rows[0][0]); n > 0 {
		return refuseJoin("params.join: %d keys of %s are there several times, and rows of %s, which is shared as summaries only, must not be counted twice. "+
			"Keep one row for each key first (group_by or drop_duplicates, in a task before)", n, m.right.Dataset, m.left.Dataset)
	}
	return nil
}

// checkOneToOne refuses two protected sides of which many rows share their keys
// with others of their own side. Of fewer rows than may be told about, nothing
// is said: they are left out, see eachOnce.
func (q *query) checkOneToOne(ctx context.Context, m *joining) error {
	names, on := make([]string, len(m.keys)), make([]string, len(m.keys))
	for i := range m.keys {
		names[i] = fmt.Sprintf("k%d", i)
		on[i] = "l." + names[i] + " IS NOT DISTINCT FROM r." + names[i]
	}
	counts := func(side int, from string) string {
		keys := m.keysOf(side)
		return "(SELECT " + keys + ", count(*) FROM " + from + " GROUP BY " + keys + ") AS " + []string{"l", "r"}[side] + "(" + strings.Join(names, ", ") + ", n)"
	}
	text := "SELECT CAST(coalesce(sum(l.n - 1), 0) AS BIGINT), CAST(coalesce(sum(r.n - 1), 0) AS BIGINT) FROM " +
		counts(0, q.last) + " JOIN " + counts(1, m.right.From) + " ON " + strings.Join(on, " AND ")
	rows, err := q.step.DB.Rows(ctx, q.statement(text), q.list...)
	if err != nil {
		return err
	}
	if max(whole(rows[0][0]), whole(rows[0][1])) >= q.step.MinGroupSize {
		return refuseJoin("params.join: %s and %s are both shared as summaries only, so that each row of one may go with one row of the other; but %d rows or more share their keys with "+
			"other rows of their own dataset. Choose keys that tell the rows apart", m.left.Dataset, m.right.Dataset, q.step.MinGroupSize)
	}
	return nil
}

// eachOnce keeps each protected row in one joined row at most.
func (q *query) eachOnce(m *joining) string {
	if m.Kind() == operation.Semi || m.Kind() == operation.Anti {
		return ""
	}
	once := " QUALIFY row_number() OVER (PARTITION BY l." + q.place + " ORDER BY r." + q.place + ") = 1"
	if m.right.Protected {
		once += " AND row_number() OVER (PARTITION BY r." + q.place + " ORDER BY l." + q.place + ") = 1"
	}
	return once
}
