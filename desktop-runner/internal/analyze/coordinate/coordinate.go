// Package coordinate is the models lasso and elastic_net: least squares with a
// penalty on the absolute values of the coefficients, which makes some of them
// zero, by coordinate descent.
package coordinate

import (
	"context"
	"encoding/json"
	"fmt"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/plane"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/operation"
	"ddap/shared/result"
)

type net struct {
	op     string
	params operation.ElasticNetParams
}

// NewElasticNet gives elastic net regression with these parameters, before it
// has seen data. It minimises, as scikit-learn's ElasticNet,
//
//	1/(2W)·Σ w_i·(y_i - b0 - x_i·b)² + alpha·l1_ratio·‖b‖₁ + alpha·(1-l1_ratio)/2·‖b‖²
//
// where W is the sum of the weights. It stops as scikit-learn does: when no
// coefficient moves by more than tol of the largest, and the duality gap is
// below tol times the target's sum of squares.
//
// A fit holds a few blocks of rows beside the data and 16 squares of the number
// of features, or, where there are more than 2000 features or more features than
// rows, a copy of the data.
//
// Source: Friedman, Hastie and Tibshirani, "Regularization Paths for Generalized
// Linear Models via Coordinate Descent" (2010).
func NewElasticNet(params operation.ElasticNetParams) estimator.Estimator {
	return net{"elastic_net.Fit", params}
}

// NewLasso gives the lasso with these parameters: an elastic net whose l1_ratio is 1.
func NewLasso(params operation.LassoParams) estimator.Estimator {
	return net{"lasso.Fit", operation.ElasticNetParams{
		Alpha: params.Alpha, L1Ratio: 1, FitIntercept: params.FitIntercept, MaxIter: params.MaxIter, Tol: params.Tol,
	}}
}

// Fit implements estimator.Estimator.
func (n net) Fit(ctx context.Context, s estimator.Sample, settings estimator.Settings) (estimator.Model, error) {
	if err := plane.CheckSample(n.op, s, settings); err != nil {
		return nil, err //nolint:wrapcheck // a fault of this operation
	}
	d, err := descend(ctx, n.op, s, n.params, settings)
	if err != nil {
		return nil, err
	}
	m := &Model{
		Plane: plane.Plane{Intercept: d.intercept, Coefficients: d.coefficients}, FitIntercept: n.params.FitIntercept,
		Alpha: n.params.Alpha, L1Ratio: n.params.L1Ratio, Iterations: d.iterations, Gap: d.gap, Converged: d.converged, Effects: d.effects,
	}
	if settings.Progress != nil {
		settings.Progress(1)
	}
	return m, nil
}

// Model is a fit; its JSON is what Restore reads.
type Model struct {
	plane.Plane
	FitIntercept bool    `json:"fit_intercept"`
	Alpha        float64 `json:"alpha"`
	L1Ratio      float64 `json:"l1_ratio"`
	// Iterations is how often all coefficients were visited, Gap how much the
	// objective is above its minimum at most, and Converged says that this is below
	// what was asked for.
	Iterations int     `json:"n_iter"`
	Gap        float64 `json:"dual_gap"`
	Converged  bool    `json:"converged"`
	// Effects are the coefficients in standard deviations of the target per
	// standard deviation of the feature.
	Effects []float64 `json:"standardized_coefficients"`
}

// Restore reads the JSON of a model, and refuses one that no fit gives.
func Restore(raw json.RawMessage) (estimator.Model, error) {
	m := &Model{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("read an elastic net: %w", err)
	}
	if err := m.Check(); err != nil {
		return nil, fmt.Errorf("read an elastic net: it %w", err)
	}
	if len(m.Effects) != len(m.Coefficients) || !plane.Finite(m.Effects...) || m.Iterations < 0 || !plane.Finite(m.Gap, m.Alpha, m.L1Ratio) {
		return nil, fmt.Errorf("read an elastic net: it has %d effects of %d coefficients after %d iterations", len(m.Effects), len(m.Coefficients), m.Iterations)
	}
	return m, nil
}

// Predict implements estimator.Model.
func (m *Model) Predict(ctx context.Context, x estimator.Columns) ([][]float64, error) {
	y, err := m.Sum(ctx, x)
	return [][]float64{y}, err
}

// Explain implements estimator.Explainer.
func (m *Model) Explain(about estimator.About) (estimator.Explained, error) {
	left := 0
	for _, b := range m.Coefficients {
		if b != 0 {
			left++
		}
	}
	over := finding.Over(about.Fit.Rows)
	out := estimator.Explained{
		Metrics: []finding.Metric{
			{Name: "nonzero_coefficients", Value: float64(left), Basis: over},
			{Name: "n_iter", Value: float64(m.Iterations), Basis: finding.Known()},
			{Name: "dual_gap", Value: m.Gap, Basis: over},
		},
		Charts: []finding.Chart{plane.Bars(about, "What explains "+about.Target, "Standard deviations of "+about.Target+" per standard deviation",
			plane.Values("Standardized coefficient", m.Effects))},
	}
	switch {
	case left == 0:
		out.Notes = append(out.Notes, "The penalty is so high that every coefficient is zero, and every prediction the mean; lower alpha.")
	case left < len(m.Coefficients):
		out.Notes = append(out.Notes, "{nonzero_coefficients} features are used; the penalty made the coefficients of the others zero.")
	}
	if !m.Converged {
		out.Notes = append(out.Notes, "The coefficients had not settled after {n_iter} iterations; raise max_iter, tol or alpha, or scale the features.")
	}
	table, err := m.Table(about, m.FitIntercept, []result.Column{{Name: "zero", Type: result.Boolean}}, func(j int) []any {
		if j < 0 {
			return []any{nil}
		}
		return []any{m.Coefficients[j] == 0}
	})
	out.Tables = []finding.Table{table}
	return out, err
}
