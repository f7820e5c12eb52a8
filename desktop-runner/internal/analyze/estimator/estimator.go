// Package estimator is what all models that predict have in common, whoever
// prepares their rows and whoever judges their predictions: they learn from
// columns of numbers, and predict from others with the same meaning. The words
// are scikit-learn's.
package estimator

import (
	"context"

	"ddap/desktop-runner/internal/finding"
)

// Columns are n rows of p features, column by column: x[j][i] is the number of
// row i in feature j. All numbers are finite. Whoever gets them reads only.
type Columns [][]float64

// Rows is how many rows there are; none of no columns.
func (x Columns) Rows() int {
	if len(x) == 0 {
		return 0
	}
	return len(x[0])
}

// Sample is rows whose answer is known.
type Sample struct {
	X Columns
	// Y has the number to predict of each row, or the number of its class, from 0
	// to Classes-1; every class is there.
	Y []float64
	// Classes is how many classes there are, at least 2; 0 where Y is numbers.
	Classes int
	// Weights count each row so many times, none negative; nil is once.
	Weights []float64
}

// Settings are what is asked of a fit beside the model's own parameters.
type Settings struct {
	// RandomState seeds everything random: the same one gives the same model, bit
	// for bit, on any number of processors.
	RandomState int64
	// Threads is how many goroutines may calculate at once; 0 is one for each
	// processor.
	Threads int
	// MinRows is how many different rows everything that is told of a model must
	// rest on: each leaf, threshold, bin or centre. It is 1 where single rows may
	// show; above that nothing may tell a value of the data by itself, as a
	// threshold between two neighboring values does.
	MinRows int
	// Progress is called with the fraction that is done, never falling, from one
	// goroutine at a time; nil is nobody.
	Progress func(fraction float64)
}

// Estimator is a model with its parameters, before it has seen data.
type Estimator interface {
	// Fit learns from a sample. It ends within a fraction of a second of ctx, with
	// its error. Other errors are faults that name the parameter or the column.
	Fit(ctx context.Context, s Sample, settings Settings) (Model, error)
}

// Model is what was learned. It is safe for concurrent use, and its JSON is what
// the package that made it restores it from.
type Model interface {
	// Predict gives one column with a number for each row; of a classifier a column
	// for each class, with probabilities that add up to 1.
	Predict(ctx context.Context, x Columns) ([][]float64, error)
}

// Explained is what a model tells of itself.
type Explained struct {
	Metrics []finding.Metric
	Tables  []finding.Table
	Charts  []finding.Chart
	// Notes may use {name} for a metric.
	Notes []string
}

// Explainer is a model that has more to tell than predictions: coefficients,
// importances, how it went.
type Explainer interface {
	Explain(about About) (Explained, error)
}

// About names what a model knows by numbers only.
type About struct {
	// Features are the names of the columns, after encoding.
	Features []string
	// Target is the column to predict, and Classes the names of its classes in
	// their order; none where it is a number.
	Target  string
	Classes []string
	// Fit is what the model rests on, for finding.Estimates and finding.Curves.
	// What a model knows better, such as the rows of its smallest leaf, it
	// replaces.
	Fit finding.Fit
	// SingleRowsMayShow is false where the policy forbids it.
	SingleRowsMayShow bool
}
