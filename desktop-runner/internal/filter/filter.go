// Package filter is operation 200: a new dataset out of the rows and columns of
// another that meet a condition tree.
package filter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Run writes the rows that meet the parameters as the task's output, and says
// how many there are. Errors are invalid_params faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.FilterParams) (finding.Finding, error) {
	columns, err := s.Relation.Pick("params.select", p.Select)
	if err != nil {
		return finding.Finding{}, err
	}
	q := query{relation: s.Relation, columns: columns, params: p}
	if err := q.compile(ctx, s.DB); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("filtering", 0.4, 0.95)
	text, args := q.statement()
	output, from, err := s.Write(ctx, columns, text, args...)
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("previewing", 0.95, 1)
	sample, err := s.Sample(ctx, from, output, operation.DefaultPreviewRows)
	if err != nil {
		return finding.Finding{}, err
	}
	return finding.Finding{
		Kind:       finding.Kind(operation.Filter, ""),
		Summary:    "{rows_after} of {rows_before} rows remain, with {columns} columns.",
		Parameters: parameters(p, columns),
		Metrics: []finding.Metric{
			{Name: "rows_before", Value: float64(s.Rows), Basis: finding.Count()},
			{Name: "rows_after", Value: float64(output.Rows), Basis: finding.Count()},
			{Name: "rows_dropped", Value: float64(s.Rows - output.Rows), Basis: finding.Remainder()},
			{Name: "columns", Value: float64(len(columns)), Basis: finding.Known()},
		},
		Splits: []finding.Split{{Total: "rows_before", Parts: []string{"rows_after", "rows_dropped"}, Keep: "rows_before"}},
		Tables: []finding.Table{&finding.Schema{Columns: columns}, sample},
		Output: output,
	}, nil
}

func parameters(p *operation.FilterParams, columns []result.Column) map[string]any {
	out := map[string]any{"select": source.NamesOf(columns), "drop_duplicates": p.DropDuplicates}
	if p.Where != nil {
		out["where"] = p.Where
	}
	if len(p.Sort) > 0 {
		out["sort"] = p.Sort
	}
	if p.Limit != nil {
		out["limit"] = *p.Limit
	}
	return out
}

// query builds the one statement that a filter is.
type query struct {
	relation *source.Relation
	columns  []result.Column
	params   *operation.FilterParams

	where string
	order []string
	args  []any
}

func (q *query) compile(ctx context.Context, db *engine.DB) error {
	q.where = "true"
	if q.params.Where != nil {
		c, err := Compile(*q.params.Where, q.relation)
		if err != nil {
			return err
		}
		if err := checkPatterns(ctx, db, c.Patterns); err != nil {
			return err
		}
		q.where, q.args = c.SQL, c.Args
	}
	kept := source.Relation{Dataset: "the selected columns", Columns: q.columns}
	for i, k := range q.params.Sort {
		path := fmt.Sprintf("params.sort[%d].column", i)
		if _, err := q.relation.Column(path, k.Column); err != nil {
			return err
		}
		if _, err := kept.Column(path, k.Column); err != nil {
			return fault.BadFields("filter.Run", string(task.InvalidParams), fault.Field{
				Path: path, Message: fmt.Sprintf("%q is not among the selected columns; add it to select, or leave select empty", k.Column),
			})
		}
		direction := " ASC NULLS LAST"
		if k.Ascending != nil && !*k.Ascending {
			direction = " DESC NULLS LAST"
		}
		q.order = append(q.order, engine.Identifier(k.Column)+direction)
	}
	return nil
}

// checkPatterns lets the engine judge regular expressions before it meets data,
// since its RE2 differs a little from Go's.
func checkPatterns(ctx context.Context, db *engine.DB, patterns []Pattern) error {
	for _, p := range patterns {
		_, err := db.Rows(ctx, "SELECT regexp_matches('', ?)", p.Expression)
		switch {
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			return err
		case err != nil:
			return fault.BadFields("filter.Run", string(task.InvalidParams),
				fault.Field{Path: p.Path, Message: "is not a regular expression that the data engine takes (RE2)"})
		}
	}
	return nil
}

// statement gives the text and its values: rows in the order of the file, equal
// ones once (the first), then sorted, then cut.
func (q *query) statement() (string, []any) {
	list := source.List(q.columns)
	if len(q.order) == 0 && !q.params.DropDuplicates {
		return q.limited("SELECT " + list + " FROM " + q.relation.From + " WHERE " + q.where)
	}
	place := engine.Identifier(source.FreeName(q.columns))
	rows := "SELECT " + list + ", " + source.InFileOrder + " AS " + place + " FROM " + q.relation.From + " WHERE " + q.where
	if q.params.DropDuplicates {
		rows = "SELECT " + list + ", min(" + place + ") AS " + place + " FROM (" + rows + ") GROUP BY " + list
	}
	order := strings.Join(append(slices.Clone(q.order), place), ", ")
	return q.limited("SELECT " + list + " FROM (" + rows + ") ORDER BY " + order)
}

func (q *query) limited(text string) (string, []any) {
	if q.params.Limit == nil {
		return text, q.args
	}
	args := append(slices.Clone(q.args), *q.params.Limit)
	return fmt.Sprintf("%s LIMIT $%d", text, len(args)), args
}
