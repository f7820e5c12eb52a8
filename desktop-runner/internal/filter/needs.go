package filter

import (
	"slices"

	"ddap/desktop-runner/internal/source"
	"ddap/shared/expression"
	"ddap/shared/operation"
)

// Needs says what Run reads of its source. Of a join it reads everything, and so
// it does where missing values are treated: a mean that fills them is one of all
// rows, and so is the number of those that were dropped.
func Needs(p *operation.FilterParams) source.Request {
	out := source.Request{Repeatable: dependsOnPlaces(p)}
	if p.Join != nil || len(p.Missing) > 0 {
		return out
	}
	out.Group = grouping(p)
	derived := map[string]bool{}
	for _, d := range p.Derive {
		derived[d.Name] = true
		out.Also = append(out.Also, d.Name)
	}
	if p.Where != nil {
		w := without(*p.Where, derived)
		out.Where = &w
	}
	if columns, known := columnsOf(p); known {
		out.Columns = slices.DeleteFunc(columns, func(name string) bool { return derived[name] })
	}
	return out
}

// without makes comparisons of derived columns, which the source has not, such
// as nobody understands.
func without(w operation.Where, derived map[string]bool) operation.Where {
	list := func(members []operation.Where) []operation.Where {
		if members == nil {
			return nil
		}
		out := make([]operation.Where, len(members))
		for i, m := range members {
			out[i] = without(m, derived)
		}
		return out
	}
	if derived[w.Column] {
		w.Column, w.Op = "", ""
	}
	w.All, w.Any, w.Not = list(w.All), list(w.Any), list(w.Not)
	return w
}

// columnsOf lists the columns that the parts of a filter name; known is false
// where it gives rows with all of their columns.
func columnsOf(p *operation.FilterParams) (columns []string, known bool) {
	columns = []string{}
	var aggregates []operation.Aggregate
	switch {
	case p.Grouped():
		columns, aggregates = append(columns, p.GroupBy...), p.Aggregates
	case p.Pivot != nil:
		columns = append(append(columns, p.Pivot.Index...), p.Pivot.Columns, p.Pivot.Values)
	case p.Resample != nil:
		columns, aggregates = append(append(columns, p.Resample.On), p.Resample.By...), p.Resample.Aggregates
	case len(p.Select) == 0:
		return nil, false
	default:
		columns = append(columns, p.Select...)
		if r := p.Rolling; r != nil {
			columns = append(append(columns, r.By...), r.Columns...)
			if r.On != "" {
				columns = append(columns, r.On)
			}
		}
	}
	for _, a := range aggregates {
		if a.Column != "" {
			columns = append(columns, a.Column)
		}
	}
	if p.Where != nil {
		columns = append(columns, compared(*p.Where)...)
	}
	for _, d := range p.Derive {
		tree, err := expression.Parse(d.Expression)
		if err != nil {
			return nil, false
		}
		columns = append(columns, used(tree)...)
	}
	return columns, true
}

// compared lists the columns of a condition.
func compared(w operation.Where) []string {
	_, members, group := w.Group()
	if !group {
		return []string{w.Column}
	}
	var out []string
	for _, m := range members {
		out = append(out, compared(m)...)
	}
	return out
}

// used lists the columns of an expression.
func used(n expression.Node) []string {
	var out []string
	of := func(parts ...expression.Node) {
		for _, part := range parts {
			out = append(out, used(part)...)
		}
	}
	switch n := n.(type) {
	case *expression.Column:
		return []string{n.Name}
	case *expression.Unary:
		of(n.X)
	case *expression.Binary:
		of(n.X, n.Y)
	case *expression.Membership:
		of(n.X)
		of(n.Members...)
	case *expression.Call:
		of(n.Arguments...)
	default: // literals
	}
	return out
}

// dependsOnPlaces reports whether the answer depends on the order of the rows.
func dependsOnPlaces(p *operation.FilterParams) bool {
	return needsOrder(p.Aggregates) || p.Rolling != nil || p.Limit != nil || p.DropDuplicates ||
		p.Resample != nil && needsOrder(p.Resample.Aggregates) || p.Pivot != nil && (p.Pivot.AggFunc == operation.First || p.Pivot.AggFunc == operation.Last)
}
