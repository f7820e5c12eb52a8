// Package filter is operation 200: a new dataset out of others. It joins, treats
// missing values, derives columns, keeps rows that meet a condition tree, groups
// and reshapes, in the order that operation.FilterParams has, as one statement
// of queries that read each other.
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

// Run writes the rows that the parameters ask for as the task's output, and
// says what became of the data. Errors are invalid_params faults, policy_refused
// for an order of groups that would tell of single rows, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.FilterParams) (finding.Finding, error) {
	return runInPieces(ctx, s, p)
}

// ReadsOnce reports whether a filter reads its source in one statement, and in an
// order that does not matter. Where single rows may not show, what groups are
// made of is looked at again to judge them.
func ReadsOnce(p *operation.FilterParams, singleRowsMayShow bool) bool {
	q := query{params: p, grouped: p.Grouped()}
	return !q.needsPlaces() && len(p.Missing) == 0 && p.Pivot == nil && (singleRowsMayShow || !q.grouped)
}

// query is one filter while it is compiled and run.
type query struct {
	*chain
	origins

	step   *step.Step
	params *operation.FilterParams
	// right is the other relation of a join, if any.
	right     *source.Relation
	rightRows int64
	// grouped means that rows were made into groups; keyed are the columns that
	// tell these apart, and ungrouped is what they were made of.
	grouped   bool
	keyed     []string
	ungrouped *chain
	treated   []treated
	// pivoted is the pivot table, where one was made.
	pivoted *pivoting
	// pieces is in how many parts rows are grouped, one after another.
	pieces int
}

func newQuery(ctx context.Context, s *step.Step, p *operation.FilterParams) (*query, error) {
	q := &query{origins: newOrigins(), step: s, params: p, grouped: p.Grouped() || p.Pivot != nil || p.Resample != nil}
	if p.Join != nil {
		if q.right = s.Others[operation.JoinPath]; q.right != nil {
			rows, err := s.DB.Rows(ctx, "SELECT count(*) FROM "+q.right.From)
			if err != nil {
				return nil, err
			}
			q.rightRows = whole(rows[0][0])
		}
	}
	q.chain = newChain(s.Relation, q.longestName())
	return q, nil
}

// longestName is at least the length of any column's name.
func (q *query) longestName() int {
	longest := 0
	for _, rel := range []*source.Relation{q.step.Relation, q.right} {
		if rel != nil {
			for _, c := range rel.Columns {
				longest = max(longest, len(c.Name))
			}
		}
	}
	for _, d := range q.params.Derive {
		longest = max(longest, len(d.Name))
	}
	if j := q.params.Join; j != nil {
		left, right := j.Ends()
		longest += max(len(left), len(right))
	}
	list := q.params.Aggregates
	if r := q.params.Resample; r != nil {
		list = append(slices.Clip(list), r.Aggregates...)
	}
	for _, a := range list {
		longest = max(longest, len(a.Title()))
	}
	return longest + maxAddedName
}

// compile adds one part after another.
func (q *query) compile(ctx context.Context) error {
	p := q.params
	if q.needsPlaces() {
		q.number()
	}
	if p.Join != nil {
		if err := q.join(ctx, p.Join, q.right); err != nil {
			return err
		}
	}
	if err := q.fillMissing(ctx, p.Missing); err != nil {
		return err
	}
	if err := q.derive(p.Derive); err != nil {
		return err
	}
	if p.Where != nil && q.step.Relation.Groups == nil {
		sql, patterns, err := condition(*p.Where, q.relation(), &q.values)
		if err != nil {
			return err
		}
		if err := checkPatterns(ctx, q.step.DB, patterns); err != nil {
			return err
		}
		q.rows(q.columns, plain(q.columns), " WHERE "+sql)
	}
	if err := q.shape(ctx); err != nil {
		return err
	}
	if err := q.arrange(); err != nil {
		return err
	}
	return q.checkTold()
}

// needsPlaces reports whether the order of the rows in the file matters.
// Numbering them costs time and memory, so it is not done in vain.
func (q *query) needsPlaces() bool {
	p := q.params
	for _, r := range p.Missing {
		if r.Method == operation.ForwardFill || r.Method == operation.BackwardFill || r.Method == operation.Interpolate {
			return true
		}
	}
	switch {
	case p.Pivot != nil:
		return p.Join != nil || p.Pivot.AggFunc == operation.First || p.Pivot.AggFunc == operation.Last
	case p.Resample != nil:
		return true
	case q.grouped:
		return p.Join != nil || needsOrder(p.Aggregates)
	default:
		return p.Join != nil || p.Rolling != nil || len(p.Sort) > 0 || p.DropDuplicates
	}
}

// shape groups, pivots, rolls or resamples.
func (q *query) shape(ctx context.Context) error {
	switch p := q.params; {
	case p.Grouped():
		return q.group(ctx, p)
	case p.Pivot != nil:
		return q.pivot(ctx, p.Pivot)
	case p.Rolling != nil:
		return q.rolling(p.Rolling)
	case p.Resample != nil:
		return q.resample(ctx, p.Resample)
	default:
		return nil
	}
}

// arrange selects columns, leaves out what is there twice, sorts and cuts.
func (q *query) arrange() error {
	p := q.params
	before := q.relation()
	columns, err := before.Pick("params.select", p.Select)
	if err != nil {
		return err
	}
	if err := q.checkSort(before, columns); err != nil {
		return err
	}
	if len(p.Select) > 0 {
		q.rows(columns, plain(columns), "")
	}
	if p.DropDuplicates {
		q.once()
	}
	return nil
}

// once keeps the first of equal rows, in its place.
func (q *query) once() {
	list := source.List(q.columns)
	query := "SELECT " + list + ", min(" + q.place + ") AS " + q.place
	if q.sized {
		query += ", CAST(sum(" + q.size + ") AS BIGINT) AS " + q.size
	}
	q.add(q.columns, query+" FROM "+q.last+" GROUP BY "+list)
}

func (q *query) checkSort(all *source.Relation, kept []result.Column) error {
	selected := source.Relation{Dataset: "the selected columns", Columns: kept}
	for i, k := range q.params.Sort {
		path := fmt.Sprintf("params.sort[%d].column", i)
		if _, err := all.Column(path, k.Column); err != nil {
			return err
		}
		if _, err := selected.Column(path, k.Column); err != nil {
			return invalid(path, "%q is not among the selected columns; add it to select, or leave select empty", k.Column)
		}
	}
	return nil
}

// ending sorts and cuts.
func (q *query) ending() string {
	order := make([]string, 0, len(q.params.Sort)+1)
	for _, k := range q.params.Sort {
		direction := " ASC NULLS LAST"
		if k.Ascending != nil && !*k.Ascending {
			direction = " DESC NULLS LAST"
		}
		order = append(order, engine.Identifier(k.Column)+direction)
	}
	text := ""
	if q.ordered {
		text = " ORDER BY " + strings.Join(append(order, q.place), ", ")
	}
	if q.params.Limit != nil {
		text += " LIMIT " + q.bind(*q.params.Limit)
	}
	return text
}

// checkPatterns lets the engine judge regular expressions before it meets data,
// since its RE2 differs a little from Go's.
func checkPatterns(ctx context.Context, db *engine.DB, patterns []pattern) error {
	for _, p := range patterns {
		_, err := db.Rows(ctx, "SELECT regexp_matches('', ?)", p.expression)
		switch {
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			return err
		case err != nil:
			return invalid(p.path, "is not a regular expression that the data engine takes (RE2)")
		}
	}
	return nil
}

func invalid(path, format string, args ...any) error {
	return fault.BadFields("filter.Run", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

// at moves an error from one place in the parameters to another.
func at(err error, from, to string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) != 1 || f.Fields[0].Path != from {
		return err
	}
	field := f.Fields[0]
	field.Path = to
	return fault.BadFields(f.Op, f.Code, field)
}
