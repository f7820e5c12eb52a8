package filter

import (
	"context"
	"fmt"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// group makes one row of all rows that agree in the keys, in the order of these.
func (q *query) group(ctx context.Context, p *operation.FilterParams) error {
	if q.step.Relation.Groups != nil {
		return q.groupAgain(p)
	}
	if p.KeepsMissingKeys() || len(p.GroupBy) == 0 {
		return q.groupBy(ctx, "params.group_by", p.GroupBy, "params.aggregates", p.Aggregates, "")
	}
	keys, err := q.keys("params.group_by", p.GroupBy)
	if err != nil {
		return err
	}
	return q.groupBy(ctx, "params.group_by", p.GroupBy, "params.aggregates", p.Aggregates, " WHERE "+present(keys))
}

func (q *query) groupBy(ctx context.Context, path string, names []string, listPath string, list []operation.Aggregate, where string) error {
	keys, err := q.keys(path, names)
	if err != nil {
		return err
	}
	columns, sql, err := aggregates(listPath, q.relation(), list, q.place)
	if err != nil {
		return err
	}
	if err := distinctNames(listPath, keys, columns); err != nil {
		return err
	}
	q.ungrouped = q.clone()
	q.ungrouped.rows(q.columns, plain(q.columns), where)
	q.keyed = names
	all, expressions := append(append([]result.Column(nil), keys...), columns...), append(plain(keys), sql...)
	if q.pieces == 0 {
		if q.pieces, err = q.piecesFor(ctx, plain(keys), where); err != nil {
			return err
		}
	}
	if q.pieces > 1 {
		return q.groupsByPieces(ctx, all, expressions, plain(keys), where)
	}
	q.groups(all, expressions, plain(keys), where)
	return nil
}

// keys finds the columns of a key.
func (q *query) keys(path string, names []string) ([]result.Column, error) {
	if len(names) == 0 {
		return nil, nil
	}
	keys, err := q.relation().Pick(path, names)
	if err != nil {
		return nil, err
	}
	for i, k := range keys {
		if k.Type == result.Other {
			return nil, invalid(fmt.Sprintf("%s[%d]", path, i), "%s has nested values, by which rows cannot be grouped", k.Name)
		}
	}
	return keys, nil
}

// distinctNames refuses columns that the engine would take for one.
func distinctNames(path string, keys, columns []result.Column) error {
	for i, c := range columns {
		if overlaps(keys, c.Name) {
			return invalid(fmt.Sprintf("%s[%d].name", path, i), "%q is the name of a key already; give another one", c.Name)
		}
	}
	return nil
}

// spreadOut counts, for each group by its place, how many rows differ from the
// most frequent value of a column, and how many have none.
type spreadOut struct{ differ, absent map[int64]int64 }

// spreadOut is asked where single rows may not show; see finding.Groups.
func (q *query) spreadOut(ctx context.Context, column string) (spreadOut, error) {
	out := spreadOut{differ: map[int64]int64{}, absent: map[int64]int64{}}
	keys, err := q.ungrouped.relation().Pick("params.group_by", q.keyed)
	if err != nil {
		return out, err
	}
	list, group := "", ""
	if len(q.keyed) > 0 {
		list = strings.Join(plain(keys), ", ")
		group = " GROUP BY " + list
		list += ", "
	} else {
		keys = nil
	}
	x := engine.Identifier(column)
	inner := "SELECT " + list + "count(" + x + ") AS n, count(*) AS m FROM " + q.ungrouped.last + " GROUP BY " + list + x
	text := "SELECT row_number() OVER (" + orderBy(plain(keys)) + "), max(n), sum(n)::BIGINT, sum(m)::BIGINT FROM (" + inner + ")" + group
	err = q.step.DB.Each(ctx, func(row []any) error {
		place, most, count, size := whole(row[0]), whole(row[1]), whole(row[2]), whole(row[3])
		// Where rows were filled, a value that stands once may be that of none.
		if out.differ[place] = count; most > 1 || q.isFilled(column) {
			out.differ[place] = count - most
		}
		out.absent[place] = size - count
		return nil
	}, q.ungrouped.statement(text), q.ungrouped.list...)
	return out, err
}

func whole(cell any) int64 {
	n, _ := cell.(int64)
	return n
}
