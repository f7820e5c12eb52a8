// Package correlation is the model correlation: how each two columns of numbers
// go together, with the methods, names and defaults of pandas' DataFrame.corr.
package correlation

import (
	"context"
	"fmt"
	"math"
	"strings"

	"ddap/desktop-runner/internal/analyze/matrix"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// maxColumns bounds the number of pairs, which are all shown: 300 columns have
// 44,850.
const maxColumns = 300

// Run correlates each two of the features, or of all columns of numbers and of
// truth values. A coefficient rests on the rows that have both numbers; where
// single rows must not show, all of them rest on the rows that have all. Errors
// are invalid_params and policy_refused faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.Correlation()
	if err != nil {
		return finding.Finding{}, err
	}
	features, err := choose(s.Relation, p.Features)
	if err != nil {
		return finding.Finding{}, err
	}
	// The counts of its pairs of rows do not add up as sums of squares do, so
	// nothing says what three columns tell together.
	if !s.SingleRowsMayShow && asked.Method == operation.Kendall && len(features) > 2 {
		return finding.Finding{}, bad("params.features", "kendall takes two columns at a time of data that is shared as summaries only; name two, or use the method spearman")
	}
	s.Tracker.Stage("loading", 0.4, 0.6)
	numbers, err := matrix.Columnwise(ctx, s, features, !s.SingleRowsMayShow, beside(len(features), asked.Method, s.SingleRowsMayShow))
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("fitting", 0.6, 1)
	r := report{asked: asked, features: source.NamesOf(features), total: s.Rows}
	r.countRows(numbers)
	if s.SingleRowsMayShow && len(numbers[0]) < 2 {
		return finding.Finding{}, bad("params.source", "%s has fewer than two rows, of which nothing can be correlated", s.Relation.Dataset)
	}
	half := func(from float64) func(done, of int) {
		return func(done, of int) { s.Tracker.Advance(from + 0.5*float64(done)/float64(of)) }
	}
	r.columns, err = prepare(ctx, numbers, asked.Method, func(done int) { half(0)(done, len(numbers)) })
	if err != nil {
		return finding.Finding{}, err
	}
	if !s.SingleRowsMayShow {
		if err := r.withhold(ctx, s, features); err != nil {
			return finding.Finding{}, err
		}
	}
	if r.pairs, err = correlate(ctx, r.columns, r.withheld, asked, half(0.5)); err != nil {
		return finding.Finding{}, err
	}
	return r.finding(), nil
}

// choose finds the columns: those that are named, or all of numbers and of truth
// values, which count as 0 and 1, as pandas' numeric_only has it.
func choose(rel *source.Relation, names []string) ([]result.Column, error) {
	if len(names) == 0 {
		for _, c := range rel.Columns {
			if c.Type.Numeric() || c.Type == result.Boolean {
				names = append(names, c.Name)
			}
		}
		if len(names) < 2 {
			return nil, bad("params.features", "%s has fewer than two columns of numbers, and a correlation needs two", rel.Dataset)
		}
	}
	columns, err := matrix.Features(rel, names, "", string(operation.Correlation))
	switch {
	case err != nil:
		return nil, err
	case len(columns) < 2:
		return nil, bad("params.features", "names one column, and a correlation needs two")
	case len(columns) > maxColumns:
		return nil, bad("params.features", "at most %d columns are correlated with each other, and these are %d; name fewer", maxColumns, len(columns))
	}
	return columns, nil
}

// beside is how many columns' room the work takes beside the columns: ranks, what
// each worker puts a pair into, and what withhold needs.
func beside(columns int, method operation.CorrelationMethod, singleRowsMayShow bool) int {
	out := 2 * workers()
	if method != operation.Pearson {
		out = 6*workers() + (columns+1)/2
	}
	if !singleRowsMayShow {
		out += columns + 3
	}
	return out
}

func bad(path, format string, args ...any) error {
	return fault.BadFields("correlation.Run", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

type report struct {
	asked    operation.CorrelationParams
	features []string
	columns  []column
	pairs    []finding.Pair
	// total and used count rows: all, and those that any pair rests on.
	total, used int64
	withheld    []bool
	model       finding.Fit
}

// countRows counts those with two numbers or more.
func (r *report) countRows(numbers [][]float64) {
	for i := range numbers[0] {
		there := 0
		for j := 0; j < len(numbers) && there < 2; j++ {
			if !math.IsNaN(numbers[j][i]) {
				there++
			}
		}
		if there == 2 {
			r.used++
		}
	}
}

func (r *report) withhold(ctx context.Context, s *step.Step, features []result.Column) (err error) {
	varied := make([]int64, len(features))
	for j, c := range features {
		if varied[j], err = matrix.Varied(ctx, s, c, features); err != nil {
			return err
		}
	}
	r.withheld, r.model, err = withhold(ctx, s, r.columns, r.features, varied)
	return err
}

func (r *report) finding() finding.Finding {
	strongest := r.pairs[0]
	metrics, split := finding.UsedAndDropped(r.used, r.total-r.used)
	metrics = append(metrics,
		finding.Metric{Name: "columns", Value: float64(len(r.features)), Basis: finding.Known()},
		finding.Metric{Name: "pairs", Value: float64(len(r.pairs)), Basis: finding.Known()},
		finding.Metric{Name: "strongest_coefficient", Value: strongest.Coefficient, Basis: finding.Over(int64(strongest.N))},
		finding.Metric{Name: "strongest_rows", Value: float64(strongest.N), Basis: finding.Count()},
	)
	alone := make([]float64, len(r.columns))
	for j, c := range r.columns {
		if alone[j] = 1; c.constant || c.count < r.asked.MinPeriods {
			alone[j] = math.NaN()
		}
	}
	parameters := map[string]any{
		"model": operation.Correlation, "features": r.features, "method": r.asked.Method, "min_periods": r.asked.MinPeriods,
		"confidence_level": r.asked.ConfidenceLevel,
	}
	return finding.Finding{
		Kind:    finding.Kind(operation.Analyze, operation.Correlation),
		Summary: r.summary(), Parameters: parameters, Metrics: metrics, Splits: []finding.Split{split},
		Tables: []finding.Table{&finding.Correlations{
			Columns: r.features, Alone: alone, Pairs: r.pairs, Intervals: r.asked.Method == operation.Pearson, Withheld: r.withheld, Model: r.model,
		}},
		Notes: r.notes(),
	}
}

// telling is the largest p-value with which a direction is told.
const telling = 0.05

func (r *report) summary() string {
	strongest := r.pairs[0]
	if math.IsNaN(strongest.Coefficient) {
		return "No two of {columns} columns could be correlated."
	}
	of := "of {pairs} pairs of columns"
	if len(r.pairs) == 1 {
		of = "the only pair"
	}
	direction := "the more of one, the more of the other"
	if strongest.Coefficient < 0 {
		direction = "the more of one, the less of the other"
	}
	if p := strongest.PValue; math.IsNaN(p) || p > telling {
		direction = "which may be chance"
	}
	return fmt.Sprintf("%s and %s go together most, %s: %s is {strongest_coefficient} over {strongest_rows} rows (%s).",
		r.features[strongest.X], r.features[strongest.Y], of, r.asked.Method, direction)
}

func (r *report) notes() []string {
	if r.withheld != nil {
		return []string{"Only rows with a number in every column are counted, for this data is shared as summaries only."}
	}
	var constant []string
	for j, c := range r.columns {
		if c.constant {
			constant = append(constant, r.features[j])
		}
	}
	if len(constant) == 0 {
		return nil
	}
	return []string{"There is no coefficient for a column without two different numbers: " + strings.Join(constant, ", ") + "."}
}
