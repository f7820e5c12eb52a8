// Package boosting is the model gradient_boosting: trees that each learn what
// those before them got wrong, from histograms of the features.
package boosting

import (
	"context"
	"fmt"
	"math"

	"ddap/desktop-runner/internal/analyze/binning"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

type boosting struct {
	params operation.GradientBoostingParams
}

// New gives boosted trees with these parameters, before they have seen data. They
// are scikit-learn's HistGradientBoostingRegressor and -Classifier, with
// squared_error and log_loss: of up to 200,000 rows and without early stopping the
// trees are the same, but for equally good splits that rounding tells apart.
// Weights change sums, and never how many rows a leaf has. Features are numbers;
// early stopping takes the bins from all rows, and keeps other rows back than
// scikit-learn for the same random_state.
//
// Fitting takes a byte for each number of the sample, 16 bytes for each row and
// 16 more for each row and class, and up to 256 MiB for histograms.
//
// Where single rows must not show:
//
//   - Thresholds come from binning.Grid, which tells of no single row.
//   - Each leaf has at least settings.MinRows rows, as many of which differ from
//     its most frequent answer; of classes, as many that are of the tree's class
//     and as many that are not.
//   - All leaves of all trees together are at most as many as there are rows for
//     them at settings.MinRows each, so that no equations of theirs can be solved
//     for the answers of rows. Trees are smaller for it, or fewer.
//   - The sum that a leaf's value comes from is rounded to multiples of what the
//     smallest group changes it by, so that two leaves which differ by one row do
//     not tell of it; values are rounded to a hundredth of a row's part, scores to
//     four digits and importances to three, numbers of rows to multiples of
//     settings.MinRows.
//   - There is no early stopping, which rests on a part of the rows.
//
// Sources: Friedman, "Greedy Function Approximation: A Gradient Boosting Machine"
// (2001); Ke and others, "LightGBM" (2017).
func New(params operation.GradientBoostingParams) estimator.Estimator { return boosting{params} }

// The choices of early_stopping.
const (
	auto = "auto"
	on   = "on"
)

// manyRows is how many rows there must be more than for auto to stop early, as in
// scikit-learn.
const manyRows = 10_000

// Fit implements estimator.Estimator.
func (b boosting) Fit(ctx context.Context, s estimator.Sample, settings estimator.Settings) (estimator.Model, error) {
	if err := check(b.params, s); err != nil {
		return nil, err
	}
	p, err := newPolicy(s, settings, b.params.EarlyStopping)
	if err != nil {
		return nil, err
	}
	f := &fitting{
		params: b.params, s: s, loss: newLoss(s), progress: settings.Progress, policy: p,
		threads: parallel.Threads(settings.Threads), most: b.params.MaxLeafNodes,
	}
	if f.progress == nil {
		f.progress = func(float64) {}
	}
	var edges binning.Edges
	if p != nil {
		edges, err = binning.Grid(ctx, s.X, b.params.MaxBins, p.minRows, f.threads)
	} else {
		edges, err = binning.Quantiles(ctx, s.X, b.params.MaxBins, settings.RandomState, f.threads)
	}
	if err != nil {
		return nil, err //nolint:wrapcheck // the context's
	}
	if f.matrix, err = edges.Code(ctx, s.X, f.threads); err != nil {
		return nil, err //nolint:wrapcheck // the context's
	}
	stop := p == nil && (b.params.EarlyStopping == on || b.params.EarlyStopping == auto && len(s.Y) > manyRows)
	if err := f.keepBack(stop, settings.RandomState); err != nil {
		return nil, err
	}
	return f.fit(ctx)
}

func check(p operation.GradientBoostingParams, s estimator.Sample) error {
	total, largest := 0.0, 0.0
	for i, y := range s.Y {
		w := 1.0
		if s.Weights != nil {
			w = s.Weights[i]
		}
		total += w
		largest = max(largest, math.Abs(y), w)
	}
	switch {
	case len(s.X) == 0 || len(s.Y) == 0:
		return bad("params.features", "boosting needs at least one feature and one row")
	case len(s.Y) > math.MaxInt32:
		return bad("params.source", "boosting takes at most %d rows; filter them first", math.MaxInt32)
	case !(total > 0) || math.IsInf(total, 0):
		return bad("params.target", "the weights of the rows must have a finite sum above 0")
	// Gradients are of single precision.
	case largest > math.MaxFloat32/4:
		return bad("params.target", "has numbers beyond ±8e37, which boosting does not take; scale them down")
	case p.MaxIter < 1:
		return bad("params.params.max_iter", "must be at least 1")
	case p.MaxLeafNodes < 2:
		return bad("params.params.max_leaf_nodes", "must be at least 2")
	case p.MinSamplesLeaf < 1:
		return bad("params.params.min_samples_leaf", "must be at least 1")
	case p.MaxBins < 2 || p.MaxBins > binning.MostBins:
		return bad("params.params.max_bins", "must be from 2 to %d", binning.MostBins)
	case !(p.LearningRate > 0):
		return bad("params.params.learning_rate", "must be above 0")
	}
	return nil
}

func bad(path, format string, args ...any) error {
	return fault.BadFields("boosting.Fit", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}
