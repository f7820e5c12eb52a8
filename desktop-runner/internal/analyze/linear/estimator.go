// Package linear is the model linear_regression: ordinary least squares with
// standard errors, t, p and confidence intervals.
package linear

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/plane"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/operation"
	"ddap/shared/result"
)

type ordinary struct {
	params operation.LinearRegressionParams
}

// New gives ordinary least squares with these parameters, before it has seen
// data. A fit holds a few blocks of rows beside the data, and 16 squares of
// the number of features.
func New(params operation.LinearRegressionParams) estimator.Estimator { return ordinary{params} }

// Fit implements estimator.Estimator.
func (o ordinary) Fit(ctx context.Context, s estimator.Sample, settings estimator.Settings) (estimator.Model, error) {
	if err := plane.CheckSample("linear.Fit", s, settings); err != nil {
		return nil, err
	}
	parameters, rows := len(s.X), float64(len(s.Y))
	if o.params.FitIntercept {
		parameters++
	}
	if s.Weights != nil {
		rows = 0
		for _, w := range s.Weights {
			rows += w
		}
	}
	if rows <= float64(parameters) {
		return nil, plane.Bad("linear.Fit", "params.features",
			"a model with %d parameters needs at least %d rows to learn from, and there are fewer; use fewer columns", parameters, parameters+1)
	}
	f, err := Ordinary(ctx, s, o.params.FitIntercept, o.params.ConfidenceLevel, settings.Threads)
	if err != nil {
		return nil, refuse(err, len(s.X))
	}
	if settings.Progress != nil {
		settings.Progress(1)
	}
	return f, nil
}

func refuse(err error, features int) error {
	if c := collinear(err); c != nil && c.Column == features {
		return plane.Bad("linear.Fit", "params.target", "has the same value in every row, so there is nothing to explain; choose another column")
	}
	return plane.Collinear("linear.Fit", err, ", or use ridge")
}

func collinear(err error) *leastsquares.CollinearError {
	c, _ := errors.AsType[*leastsquares.CollinearError](err)
	return c
}

// Restore reads the JSON of a fit, and refuses one that no data give.
func Restore(raw json.RawMessage) (estimator.Model, error) {
	f := &Fit{}
	if err := json.Unmarshal(raw, f); err != nil {
		return nil, fmt.Errorf("read a linear regression: %w", err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("read a linear regression: it %w", err)
	}
	return f, nil
}

func (f *Fit) check() error {
	if err := f.Check(); err != nil {
		return err //nolint:wrapcheck // the caller says what
	}
	terms := len(f.Coefficients)
	if f.FitIntercept {
		terms++
	}
	if len(f.StdErrors) != terms || len(f.Standardized) != len(f.Coefficients) {
		return errors.New("has other numbers of standard errors than of coefficients")
	}
	if !plane.Finite(f.StdErrors...) || !plane.Finite(f.Standardized...) || !plane.Finite(f.N, f.RSS, f.TSS, f.MAE) {
		return errors.New("has a number that is not finite")
	}
	if f.DF() <= 0 || f.RSS < 0 || f.TSS <= 0 || !(f.ConfidenceLevel > 0 && f.ConfidenceLevel < 1) {
		return errors.New("has sums or a level that no data give")
	}
	return nil
}

// Predict implements estimator.Model.
func (f *Fit) Predict(ctx context.Context, x estimator.Columns) ([][]float64, error) {
	y, err := f.Sum(ctx, x)
	return [][]float64{y}, err
}

// Explain implements estimator.Explainer.
func (f *Fit) Explain(about estimator.About) (estimator.Explained, error) {
	table, err := f.table(about)
	over := finding.Over(about.Fit.Rows)
	statistic, pValue := f.F()
	return estimator.Explained{
		Metrics: []finding.Metric{
			{Name: "r2", Value: f.R2(), Basis: over},
			{Name: "adjusted_r2", Value: f.AdjustedR2(), Basis: over},
			{Name: "residual_std_error", Value: f.ResidualStdError(), Basis: over},
			{Name: "degrees_of_freedom", Value: f.DF(), Basis: over},
			{Name: "f_statistic", Value: statistic, Basis: over},
			{Name: "f_pvalue", Value: pValue, Basis: over},
		},
		Tables: []finding.Table{table},
		Charts: []finding.Chart{plane.Bars(about, "What explains "+about.Target, "Standard deviations of "+about.Target+" per standard deviation",
			plane.Values("Standardized coefficient", f.Standardized))},
	}, err
}

func (f *Fit) table(about estimator.About) (*finding.Estimates, error) {
	terms, first := f.Terms(), 0
	if f.FitIntercept {
		first = 1
	}
	return f.Table(about, f.FitIntercept, []result.Column{ //nolint:wrapcheck // says what is wrong
		{Name: "std_error", Type: result.Float}, {Name: "t", Type: result.Float}, {Name: "p_value", Type: result.Float},
		{Name: "ci_lower", Type: result.Float}, {Name: "ci_upper", Type: result.Float},
	}, func(j int) []any {
		t := terms[j+first]
		return []any{t.StdError, t.T, t.PValue, t.ConfidenceLow, t.ConfidenceHigh}
	})
}
