// Package ridge is the model ridge: least squares with a penalty on the squares
// of the coefficients.
package ridge

import (
	"context"
	"encoding/json"
	"fmt"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/plane"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/operation"
)

type ridge struct{ params operation.RidgeParams }

// New gives ridge regression with these parameters, before it has seen data. It
// minimises, as scikit-learn's Ridge,
//
//	Σ w_i·(y_i - b0 - x_i·b)² + alpha·‖b‖²
//
// A fit holds a few blocks of rows beside the data, and 16 squares of the number
// of features; where there are more features than rows, a copy of the data and
// 16 squares of the number of rows.
//
// Source: Hoerl and Kennard, "Ridge Regression: Biased Estimation for
// Nonorthogonal Problems" (1970).
func New(params operation.RidgeParams) estimator.Estimator { return ridge{params} }

// Fit implements estimator.Estimator.
func (r ridge) Fit(ctx context.Context, s estimator.Sample, settings estimator.Settings) (estimator.Model, error) {
	if err := plane.CheckSample("ridge.Fit", s, settings); err != nil {
		return nil, err //nolint:wrapcheck // a fault of this operation
	}
	p := leastsquares.Problem{
		X: s.X, Y: s.Y, Weights: s.Weights, Intercept: r.params.FitIntercept, Penalty: r.params.Alpha, Threads: settings.Threads,
	}
	f, err := leastsquares.Solve(ctx, p)
	if err != nil {
		return nil, plane.Collinear("ridge.Fit", err, ", or let alpha be above 0") //nolint:wrapcheck // a fault of this operation
	}
	if settings.Progress != nil {
		settings.Progress(1)
	}
	m := &model{Plane: plane.Plane{Intercept: f.Intercept, Coefficients: f.Coefficients}, FitIntercept: r.params.FitIntercept, Alpha: r.params.Alpha}
	for _, spread := range f.Spread[:len(s.X)] {
		m.Effects = append(m.Effects, 0)
		if last := f.Spread[len(s.X)]; last > 0 {
			m.Effects[len(m.Effects)-1] = f.Coefficients[len(m.Effects)-1] * spread / last
		}
	}
	return m, nil
}

// model is a fit; its JSON is what Restore reads.
type model struct {
	plane.Plane
	FitIntercept bool    `json:"fit_intercept"`
	Alpha        float64 `json:"alpha"`
	// Effects are the coefficients in standard deviations of the target per
	// standard deviation of the feature.
	Effects []float64 `json:"standardized_coefficients"`
}

// Restore reads the JSON of a model, and refuses one that no fit gives.
func Restore(raw json.RawMessage) (estimator.Model, error) {
	m := &model{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("read a ridge regression: %w", err)
	}
	if err := m.Check(); err != nil {
		return nil, fmt.Errorf("read a ridge regression: it %w", err)
	}
	if len(m.Effects) != len(m.Coefficients) || !plane.Finite(m.Effects...) || !plane.Finite(m.Alpha) || m.Alpha < 0 {
		return nil, fmt.Errorf("read a ridge regression: it has %d effects of %d coefficients, with alpha %v", len(m.Effects), len(m.Coefficients), m.Alpha)
	}
	return m, nil
}

// Predict implements estimator.Model.
func (m *model) Predict(ctx context.Context, x estimator.Columns) ([][]float64, error) {
	y, err := m.Sum(ctx, x)
	return [][]float64{y}, err
}

// Explain implements estimator.Explainer.
func (m *model) Explain(about estimator.About) (estimator.Explained, error) {
	table, err := m.Table(about, m.FitIntercept, nil, func(int) []any { return nil })
	return estimator.Explained{
		Tables: []finding.Table{table},
		Charts: []finding.Chart{plane.Bars(about, "What explains "+about.Target, "Standard deviations of "+about.Target+" per standard deviation",
			plane.Values("Standardized coefficient", m.Effects))},
	}, err
}
