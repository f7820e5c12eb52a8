package filter

import (
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// grouping is what a database may be asked for instead of rows: groups that are
// made of the rows as they are, and numbers of which those of several groups can
// be made without a rounding.
func grouping(p *operation.FilterParams) *source.Grouping {
	if !p.Grouped() || p.Join != nil || p.DropDuplicates || len(p.Missing)+len(p.Derive) > 0 {
		return nil
	}
	for _, a := range p.Aggregates {
		switch a.Func {
		case operation.Size, operation.Count, operation.Sum, operation.Min, operation.Max:
		default:
			return nil
		}
	}
	return &source.Grouping{Keys: p.GroupBy, Aggregates: p.Aggregates}
}

// groupAgain brings the groups together that a database made; those of one key
// may be several. The condition was met by all rows in them.
func (q *query) groupAgain(p *operation.FilterParams) error {
	groups := q.step.Relation.Groups
	q.sized, q.size = true, engine.Identifier(groups.Size)
	keys, err := q.keys("params.group_by", p.GroupBy)
	if err != nil {
		return err
	}
	where := ""
	if len(keys) > 0 && !p.KeepsMissingKeys() {
		where = " WHERE " + present(keys)
	}
	list := p.Aggregates
	if len(list) == 0 {
		list = []operation.Aggregate{{Func: operation.Size}}
	}
	columns, sql, parts := make([]result.Column, len(list)), make([]string, len(list)), groups.Parts
	for i, a := range list {
		columns[i] = result.Column{Name: a.Title(), Type: result.Integer}
		if a.Func == operation.Size {
			sql[i] = "CAST(coalesce(sum(" + q.size + "), 0) AS BIGINT)"
			continue
		}
		part := parts[0]
		parts = parts[1:]
		x := engine.Identifier(part.Name)
		switch a.Func {
		case operation.Count:
			sql[i] = "CAST(coalesce(sum(" + x + "), 0) AS BIGINT)"
		case operation.Sum:
			sum := "sum(CAST(" + x + " AS HUGEINT))"
			sql[i] = "CASE WHEN " + sum + " IS NULL THEN 0 ELSE TRY_CAST(" + sum + " AS BIGINT) END"
		default:
			columns[i].Type, sql[i] = part.Type, string(a.Func)+"("+x+")"
		}
	}
	if err := distinctNames("params.aggregates", keys, columns); err != nil {
		return err
	}
	q.groups(append(append([]result.Column(nil), keys...), columns...), append(plain(keys), sql...), plain(keys), where)
	q.keyed = p.GroupBy
	return nil
}
