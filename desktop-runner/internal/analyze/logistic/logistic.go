// Package logistic is the model logistic_regression, for two classes and more.
package logistic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/plane"
	"ddap/shared/operation"
)

type logistic struct {
	params operation.LogisticRegressionParams
}

// New gives logistic regression with these parameters, before it has seen data.
// It minimises, as scikit-learn's LogisticRegression,
//
//	½·‖b‖² - C·Σ w_i·log P(y_i | x_i)
//
// where P is the logistic function of b0 + x·b for two classes, and for more the
// softmax of such a sum for each class; their coefficients add up to 0 over the
// classes. The penalty is left out on request, and never on b0.
//
// Few coefficients are found by Newton's method, many by L-BFGS. A fit ends when
// no part of the gradient is above tol; by Newton's method it has then taken one
// more step, so that it is nearer than tol asks. It holds a few blocks of rows
// beside the data, a number for each row, and with Newton's method 16 squares of
// the number of coefficients.
//
// Where single rows must not show, each class has at least as many rows as
// settings.MinRows and coefficients of a class together, each feature differs
// within each class in at least MinRows rows, and the rows whose class is least
// certain, MinRows-1 of them, decide no more than half.
//
// Sources: McCullagh and Nelder, "Generalized Linear Models" (1989), chapters 4
// and 5; Nocedal and Wright, "Numerical Optimization" (2006), sections 3.3 and 7.2.
func New(params operation.LogisticRegressionParams) estimator.Estimator { return logistic{params} }

const op = "logistic_regression.Fit"

// Fit implements estimator.Estimator.
func (l logistic) Fit(ctx context.Context, s estimator.Sample, settings estimator.Settings) (estimator.Model, error) {
	if err := plane.CheckSample(op, s, settings); err != nil {
		return nil, err //nolint:wrapcheck // a fault of this operation
	}
	counts, err := classes(s)
	if err != nil {
		return nil, err
	}
	if settings.MinRows > 1 {
		if err := allowed(ctx, s, l.params.FitIntercept, settings.MinRows); err != nil {
			return nil, err
		}
	}
	columns, err := leastsquares.Centre(ctx, s.X, s.Weights, l.params.FitIntercept, settings.Threads)
	if err != nil {
		return nil, err //nolint:wrapcheck // the context's
	}
	p := l.problem(s, counts, columns)
	p.threads, p.progress = settings.Threads, settings.Progress
	found, err := p.minimise(ctx)
	if err != nil {
		return nil, err
	}
	m := l.model(p, found)
	if settings.MinRows > 1 {
		if err := m.decided(ctx, s, settings.MinRows); err != nil {
			return nil, err
		}
	}
	if settings.Progress != nil {
		settings.Progress(1)
	}
	return m, nil
}

// classes sums the weights of each class.
func classes(s estimator.Sample) ([]float64, error) {
	if s.Classes < 2 {
		return nil, plane.Bad(op, "params.target", "is a number; logistic_regression predicts classes: let target_type be class, or use linear_regression")
	}
	counts := make([]float64, s.Classes)
	for i, y := range s.Y {
		if s.Weights == nil {
			counts[int(y)]++
		} else {
			counts[int(y)] += s.Weights[i]
		}
	}
	if slices.Contains(counts, 0) {
		return nil, plane.Bad(op, "params.target", "has a class without rows to learn from")
	}
	return counts, nil
}

func (l logistic) problem(s estimator.Sample, counts []float64, columns *leastsquares.Columns) *problem {
	p := &problem{
		columns: columns, y: s.Y, weights: s.Weights, features: len(s.X), intercept: l.params.FitIntercept,
		sums: s.Classes, classWeights: make([]float64, s.Classes), total: columns.N,
		tol: l.params.Tol, iterations: l.params.MaxIter,
	}
	if s.Classes == 2 {
		p.sums = 1
	}
	p.penalty = make([]float64, p.features)
	strength := 1.0
	if l.params.Penalty != "none" {
		strength = l.params.C
		for j := range p.penalty {
			p.penalty[j] = columns.Scale[j] * columns.Scale[j]
		}
	}
	p.penalised = l.params.Penalty != "none"
	for k, n := range counts {
		p.classWeights[k] = strength
		if l.params.ClassWeight == "balanced" {
			p.classWeights[k] = strength * columns.N / (float64(s.Classes) * n)
		}
	}
	p.strength = strength
	return p
}

// Model is a fit; its JSON is what Restore reads.
type Model struct {
	Classes int `json:"classes"`
	// Planes has one for each class, or the second class's alone where there are two.
	Planes       []plane.Plane `json:"planes"`
	FitIntercept bool          `json:"fit_intercept"`
	// StdErrors are those of two classes without penalty, the intercept's first if
	// there is one; none else.
	StdErrors []float64 `json:"std_errors,omitempty"`
	// LogLikelihood is the weighted sum of the logarithms of the probabilities of
	// the rows' own classes.
	LogLikelihood float64 `json:"log_likelihood"`
	Iterations    int     `json:"n_iter"`
	Converged     bool    `json:"converged"`
}

// model turns a solution into the units of the data.
func (l logistic) model(p *problem, found *solution) *Model {
	m := &Model{
		Classes: len(p.classWeights), FitIntercept: p.intercept, Iterations: found.iterations, Converged: found.converged,
		LogLikelihood: -found.loss / p.strength,
	}
	size := p.size()
	for k := range p.sums {
		theta := found.theta[k*size : (k+1)*size]
		b := plane.Plane{Coefficients: make([]float64, p.features)}
		if p.intercept {
			b.Intercept = theta[p.features]
		}
		for j := range p.features {
			b.Coefficients[j] = theta[j] * p.columns.Scale[j]
			b.Intercept -= b.Coefficients[j] * p.columns.Centre[j] // 0 without intercept
		}
		m.Planes = append(m.Planes, b)
	}
	if l.params.ClassWeight != "balanced" {
		m.StdErrors = found.stdErrors
	}
	return m
}

// Restore reads the JSON of a model, and refuses one that no fit gives.
func Restore(raw json.RawMessage) (estimator.Model, error) {
	m := &Model{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("read a logistic regression: %w", err)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("read a logistic regression: it %w", err)
	}
	return m, nil
}

func (m *Model) check() error {
	sums := m.Classes
	if sums == 2 {
		sums = 1
	}
	if m.Classes < 2 || m.Classes > 1<<16 || len(m.Planes) != sums {
		return fmt.Errorf("has %d sums for %d classes", len(m.Planes), m.Classes)
	}
	for i := range m.Planes {
		if err := m.Planes[i].Check(); err != nil {
			return err //nolint:wrapcheck // the caller says what
		}
		if len(m.Planes[i].Coefficients) != len(m.Planes[0].Coefficients) {
			return errors.New("has other features for some classes")
		}
	}
	if !plane.Finite(m.LogLikelihood) || m.Iterations < 0 {
		return errors.New("has numbers that no fit gives")
	}
	return m.checkErrors(len(m.Planes[0].Coefficients))
}

func (m *Model) checkErrors(terms int) error {
	if m.FitIntercept {
		terms++
	}
	if m.StdErrors != nil && (m.Classes != 2 || len(m.StdErrors) != terms || !plane.Finite(m.StdErrors...)) {
		return errors.New("has standard errors that do not fit its coefficients")
	}
	return nil
}

// Predict implements estimator.Model: one column of probabilities for each class.
func (m *Model) Predict(ctx context.Context, x estimator.Columns) ([][]float64, error) {
	sums := make([][]float64, len(m.Planes))
	for k := range m.Planes {
		var err error
		if sums[k], err = m.Planes[k].Sum(ctx, x); err != nil {
			return nil, err //nolint:wrapcheck // says what is wrong
		}
	}
	if m.Classes == 2 {
		other := make([]float64, len(sums[0]))
		for i, e := range sums[0] {
			sums[0][i], other[i] = logisticOf(e), logisticOf(-e)
		}
		return [][]float64{other, sums[0]}, ctx.Err()
	}
	row := make([]float64, m.Classes)
	for i := range sums[0] {
		for k := range row {
			row[k] = sums[k][i]
		}
		softmax(row)
		for k, p := range row {
			sums[k][i] = p
		}
	}
	return sums, ctx.Err()
}

func logisticOf(e float64) float64 {
	if e < 0 {
		x := math.Exp(e)
		return x / (1 + x)
	}
	return 1 / (1 + math.Exp(-e))
}

// softmax turns sums into probabilities, and gives the logarithm of the sum of
// their exponentials.
func softmax(row []float64) float64 {
	largest, sum := row[0], 0.0
	for _, e := range row[1:] {
		largest = max(largest, e)
	}
	for k, e := range row {
		row[k] = math.Exp(e - largest)
		sum += row[k]
	}
	for k := range row {
		row[k] /= sum
	}
	return largest + math.Log(sum)
}
