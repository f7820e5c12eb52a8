package source

import (
	"context"
	"fmt"
	"slices"

	"ddap/desktop-runner/internal/database"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/operation"
)

// openGroups lets a database make groups. Nil without an error means that it
// cannot be trusted with these, and rows are needed.
func openGroups(ctx context.Context, db *engine.DB, t *database.Table, index int, dataset string, file plan.File, request Request) (*Relation, error) {
	if request.Group == nil || len(file.Reading.Types) > 0 {
		return nil, nil
	}
	grouping, ok := groupingOf(t, request)
	if !ok {
		return nil, nil
	}
	groups, ok := t.Grouped(grouping)
	if !ok {
		return nil, nil
	}
	keys := len(grouping.Keys)
	free := FreeName(groups.Columns)
	rel := &Relation{
		Dataset: dataset, From: engine.Identifier(fmt.Sprintf("input%d", index)), Columns: groups.Columns[:keys],
		Notes: notesOf(t), Groups: &Groups{Size: free + "size"},
	}
	var fields []field
	for i, c := range groups.Columns {
		switch {
		case i == keys:
			c.Name = rel.Groups.Size
		case i > keys:
			c.Name = fmt.Sprintf("%s%d", free, i)
			rel.Groups.Parts = append(rel.Groups.Parts, c)
		}
		fields = append(fields, field{c.Name, engineTypes[c.Type]})
	}
	read := func(take func([]any) error) error { return groups.Read(ctx, take) }
	if err := fill(ctx, db, fmt.Sprintf("input%d", index), fields, read, 0); err != nil {
		return nil, tableFault(dataset, err)
	}
	return rel, nil
}

// groupingOf finds the columns; ok is false where one is not there, or where
// something else is asked than can be made of groups.
func groupingOf(t *database.Table, request Request) (g database.Grouping, ok bool) {
	place := func(name string) int {
		return slices.IndexFunc(t.Columns, func(c database.Column) bool { return c.Name == name })
	}
	g.Where = request.Where
	for _, key := range request.Group.Keys {
		at := place(key)
		if at < 0 {
			return g, false
		}
		g.Keys = append(g.Keys, at)
	}
	for _, a := range request.Group.Aggregates {
		if a.Func == operation.Size {
			continue
		}
		at := place(a.Column)
		if at < 0 {
			return g, false
		}
		g.Parts = append(g.Parts, database.Part{Func: a.Func, Column: at})
	}
	return g, true
}

// notesOf leaves out what is said of columns that come in no answer of groups,
// and of an order that groups do not have.
func notesOf(t *database.Table) []string {
	if t.Ordered {
		return t.Notes()
	}
	all := t.Notes()
	return all[:len(all)-1]
}
