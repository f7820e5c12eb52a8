// Package prepared is what models without a target learn from: columns of numbers
// that package design made of the data, in which nothing is missing.
package prepared

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"ddap/desktop-runner/internal/analyze/design"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/points"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// Data is the rows that can be used, as numbers.
type Data struct {
	// Numbers are finite, in the units of the data: what is to be scaled is so by
	// Scaling. Columns name them; those of a text stand for one value each.
	Numbers estimator.Columns
	Columns []result.Column
	Scaling points.Scaling
	// Rows is how many there are; Dropped counts those that were left out.
	Rows    int
	Dropped int64
	// Features are the columns of the data that were used.
	Features []result.Column

	recipe *design.Recipe
	// skipped have too many different texts, and empty too few values.
	skipped, empty []string
	// usable says of each row of the data whether it is one of these; nil is all.
	usable []bool
}

// Work is what a model will do with the numbers.
type Work struct {
	// Beside is how many columns' room it takes, where there are so many.
	Beside func(columns int) int
	// Squares says that it squares the numbers, and adds the squares up.
	Squares bool
}

// largest leaves room for the sum of the squares of as many numbers as fit in
// any memory.
const largest = 1e145

// Read reads the features and prepares them as the parameters say. Errors are
// invalid_params and policy_refused faults, an out_of_memory fault where that and
// the work are more than half of what the owner allows, an operation_failed fault
// where a number is too large to calculate with, or the engine's.
func Read(ctx context.Context, s *step.Step, p *operation.AnalyzeParams, work Work) (*Data, error) {
	o := design.Options{MinRows: int(s.MinGroupSize)}
	var err error
	if o.Preprocess, err = p.Preprocessing(); err != nil {
		return nil, err //nolint:wrapcheck // a fault
	}
	if err := o.Allowed(s); err != nil {
		return nil, err
	}
	d := &Data{}
	if d.Features, d.skipped, err = design.Choose(ctx, s, p.Features, nil); err != nil {
		return nil, err
	}
	table, err := design.Read(ctx, s, d.Features)
	if err != nil {
		return nil, err
	}
	if len(p.Features) == 0 {
		d.leaveOut(func(c *design.Column) bool { return !o.Tells(c) }, table)
	}
	rows, err := d.learn(s, table, o)
	if err != nil {
		return nil, err
	}
	if len(p.Features) == 0 && len(d.single()) > 0 {
		d.leaveOut(func(c *design.Column) bool { return slices.Contains(d.single(), c.Name) }, table)
		if rows, err = d.learn(s, table, o); err != nil {
			return nil, err
		}
	}
	if err := room(s, int64(len(rows)), len(d.recipe.Names()), work.Beside); err != nil {
		return nil, err
	}
	if err := d.apply(table, rows); err != nil || !work.Squares {
		return d, err
	}
	return d, d.judgeSizes()
}

func (d *Data) learn(s *step.Step, table *design.Table, o design.Options) ([]int, error) {
	rows, err := d.use(s, table, o)
	if err != nil {
		return nil, err
	}
	d.recipe, err = design.Learn(table, source.NamesOf(d.Features), rows, o)
	return rows, err
}

// single names the texts of which one category is left.
func (d *Data) single() (names []string) {
	for _, in := range d.recipe.Inputs {
		if len(in.Categories) == 1 {
			names = append(names, in.Name)
		}
	}
	return names
}

func (d *Data) leaveOut(tellsNothing func(*design.Column) bool, table *design.Table) {
	d.Features = slices.DeleteFunc(d.Features, func(c result.Column) bool {
		out := tellsNothing(table.Column(c.Name))
		if out {
			d.empty = append(d.empty, c.Name)
		}
		return out
	})
}

// use finds the rows that are complete enough. That there are none is not told of
// fewer than the owner asks for.
func (d *Data) use(s *step.Step, table *design.Table, o design.Options) ([]int, error) {
	d.usable = design.Usable(table, source.NamesOf(d.Features), o)
	rows := make([]int, 0, table.Rows)
	for i, ok := range d.usable {
		if ok {
			rows = append(rows, i)
		}
	}
	d.Rows, d.Dropped = len(rows), int64(table.Rows-len(rows))
	if n := int64(len(rows)); !s.SingleRowsMayShow {
		if err := s.Judge(finding.Fit{Rows: n, Parameters: 1, Support: n}); err != nil {
			return nil, err
		}
	}
	switch {
	case len(d.Features) == 0:
		return nil, bad("params.features", "%s has no column to learn from: all are empty, or too few rows differ in them", s.Relation.Dataset)
	case len(rows) == 0 && table.Rows == 0:
		return nil, bad("params.source", "%s has no rows", s.Relation.Dataset)
	case len(rows) == 0:
		return nil, bad("params.source", "no row has a value in every column; choose another numeric_imputation or categorical_imputation, or fewer columns")
	}
	return rows, nil
}

func (d *Data) apply(table *design.Table, rows []int) error {
	if d.Dropped == 0 {
		rows, d.usable = nil, nil
	}
	d.Numbers = d.recipe.Unscaled().Apply(table, rows)
	if len(d.Numbers) == 0 {
		return bad("params.features", "no column differs between the rows")
	}
	d.Scaling.Shift, d.Scaling.Factor = d.recipe.Scaling()
	names := d.recipe.Names()
	for _, in := range d.recipe.Inputs {
		unit := d.Features[slices.IndexFunc(d.Features, func(c result.Column) bool { return c.Name == in.Name })].Unit
		for range in.Width() {
			d.Columns = append(d.Columns, result.Column{Name: names[len(d.Columns)], Type: result.Float, Unit: unit})
		}
	}
	return nil
}

func (d *Data) judgeSizes() error {
	for _, column := range d.Numbers {
		for _, x := range column {
			if math.Abs(x) > largest {
				return fault.New("prepared.Read", fault.Invalid, string(task.OperationFailed),
					"a number in the data is too large to calculate with; filter such rows out, or leave the column out")
			}
		}
	}
	return nil
}

func room(s *step.Step, rows int64, columns int, beside func(int) int) error {
	const defaultBytes = 512 << 20
	most := s.MemoryBytes / 2
	if s.MemoryBytes <= 0 {
		most = defaultBytes
	}
	if rows <= most/8/int64(max(1, columns+beside(columns))) {
		return nil
	}
	return fault.New("prepared.room", fault.TooLarge, string(task.OutOfMemory),
		"%d columns of this many rows need more memory than the owner of this computer allows for a model; use fewer columns or categories, or filter the rows first", columns)
}

// Judge asks the policy about a model of these numbers, and completes its support.
// Call it before any error about the rows themselves: that there are few, or that
// they are all alike, is not to be told of a few rows.
func (d *Data) Judge(ctx context.Context, s *step.Step, model *finding.Fit) error {
	if s.SingleRowsMayShow {
		return nil
	}
	if err := s.Judge(*model); err != nil {
		return err
	}
	for j, column := range d.Numbers {
		if err := ctx.Err(); err != nil {
			return err //nolint:wrapcheck // the context's
		}
		if n := varied.Count(column); j == 0 || n < model.Support {
			model.Support, model.SupportOf = n, d.Columns[j].Name
		}
	}
	return s.Judge(*model)
}

// Counts gives the metrics that say how many rows were used, and that they are the
// parts of all rows.
func (d *Data) Counts() ([]finding.Metric, finding.Split) {
	return finding.UsedAndDropped(int64(d.Rows), d.Dropped)
}

// Steps shows what was done to each column, as a table.
func (d *Data) Steps(model finding.Fit) (finding.Table, error) { return d.recipe.Steps(model) }

// Write writes all rows with further columns of numbers, which the used ones have,
// as the task's output, and gives the name by which they can be read; see
// step.WriteWith.
func (d *Data) Write(ctx context.Context, s *step.Step, columns []result.Column, fill func(i int64, into []float64)) (*finding.Output, string, error) {
	next := int64(0)
	out, from, err := s.WriteWith(ctx, columns, nil, "", func(place int64, into []float64) {
		if d.usable != nil && !d.usable[place] {
			for j := range into {
				into[j] = math.NaN()
			}
			return
		}
		fill(next, into)
		next++
	})
	if err != nil {
		return nil, "", err //nolint:wrapcheck // the engine's
	}
	out.Apart = d.Dropped
	return out, from, nil
}

// Notes says which rows and columns were left out, if any were.
func (d *Data) Notes() []string {
	var out []string
	if d.Dropped > 0 {
		out = append(out, "{rows_dropped} rows were left out because something that the model needs is missing in them.")
	}
	if len(d.skipped) > 0 {
		out = append(out, "Columns of text with very many different values were not used: "+strings.Join(d.skipped, ", ")+". Name them as features to use them.")
	}
	if len(d.empty) > 0 {
		out = append(out, "Columns with too few values to learn from were not used: "+strings.Join(d.empty, ", ")+".")
	}
	return out
}

// Pair gives the places of the two columns that a picture of rows has as its axes:
// numbers before those that stand for a text.
func (d *Data) Pair() (x, y int, ok bool) {
	var numbers, others []int
	for _, in := range d.recipe.Inputs {
		for range in.Width() {
			at := len(numbers) + len(others)
			if design.Categorical(in.Type) {
				others = append(others, at)
			} else {
				numbers = append(numbers, at)
			}
		}
	}
	if all := slices.Concat(numbers, others); len(all) > 1 {
		return all[0], all[1], true
	}
	return 0, 0, false
}

func bad(path, format string, args ...any) error {
	return fault.BadFields("prepared.Read", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}
