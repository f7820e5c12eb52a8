// Package linear is the model linear_regression: ordinary least squares with
// standard errors, t, p and confidence intervals.
package linear

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/matrix"
	"ddap/desktop-runner/internal/analyze/plane"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

// maxPoints is how many rows the picture of predictions shows.
const maxPoints = 500

// Run fits the target by the features. Errors are invalid_params faults (no
// numbers, too few rows, a constant target, features that follow from each
// other), or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	options, err := p.LinearRegression()
	if err != nil {
		return finding.Finding{}, err
	}
	target, err := matrix.Target(s.Relation, p.Target, string(p.Model))
	if err != nil {
		return finding.Finding{}, err
	}
	features, err := matrix.Features(s.Relation, p.Features, p.Target, string(p.Model))
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.7)
	columns := append(slices.Clone(features), target)
	data, err := matrix.Columnwise(ctx, s, columns, true, 2)
	if err != nil {
		return finding.Finding{}, err
	}
	m := &matrix.Matrix{Columns: columns, Rows: len(data[0]), Dropped: s.Rows - int64(len(data[0]))}
	sample := estimator.Sample{X: data[:len(features)], Y: data[len(features)]}
	s.Tracker.Stage("fitting", 0.7, 1)
	model := finding.Fit{Rows: int64(m.Rows), Parameters: int64(len(features)), Support: int64(m.Rows)}
	if options.FitIntercept {
		model.Parameters++
	}
	if err := matrix.Judge(ctx, s, columns, &model); err != nil {
		return finding.Finding{}, err
	}
	if err := enough(model); err != nil {
		return finding.Finding{}, err
	}
	fit, err := Ordinary(ctx, sample, options.FitIntercept, options.ConfidenceLevel, 0)
	if err != nil {
		return finding.Finding{}, refuseNamed(err, columns)
	}
	if !s.SingleRowsMayShow {
		if model.Leverages, err = Leverages(ctx, sample.X, options.FitIntercept); err != nil {
			return finding.Finding{}, err
		}
	}
	predicted, err := fit.Sum(ctx, sample.X)
	if err != nil {
		return finding.Finding{}, err //nolint:wrapcheck // the context's
	}
	return report(fit, m, model, fitted{predicted: predicted, actual: sample.Y}, s.SingleRowsMayShow, map[string]any{
		"model": p.Model, "target": target.Name, "features": source.NamesOf(features),
		"fit_intercept": options.FitIntercept, "confidence_level": options.ConfidenceLevel,
	})
}

// fitted is what is pictured: predictions and what they should have been.
type fitted struct{ predicted, actual []float64 }

// enough wants a row more than there are parameters: with as many, the line goes
// through every row and nothing is known of its error.
func enough(f finding.Fit) error {
	if f.Rows > f.Parameters {
		return nil
	}
	return fault.BadFields("linear.Run", string(task.InvalidParams), fault.Field{
		Path:    "params.features",
		Message: fmt.Sprintf("a model with %d parameters needs at least %d rows without missing values, and there are fewer; use fewer columns", f.Parameters, f.Parameters+1),
	})
}

// refuseNamed names the column that an error is about; the target is the last.
func refuseNamed(err error, columns []result.Column) error {
	c := collinear(err)
	if c == nil {
		return err
	}
	path, name := "params.features", columns[c.Column].Name
	if c.Column == len(columns)-1 {
		path = "params.target"
	}
	if c.Constant {
		return plane.Bad("linear.Run", path, "%s has the same value in every row, so nothing can be learned from it; leave it out", name)
	}
	return plane.Bad("linear.Run", path, "%s can be calculated exactly from the other features, so the coefficients are not determined; leave one of them out", name)
}

func collinear(err error) *leastsquares.CollinearError {
	c, _ := errors.AsType[*leastsquares.CollinearError](err)
	return c
}

func report(fit *Fit, m *matrix.Matrix, model finding.Fit, f fitted, points bool, parameters map[string]any) (finding.Finding, error) {
	target := m.Columns[len(m.Columns)-1].Name
	metrics, split := m.Counts()
	over := finding.Over(model.Rows)
	told, err := fit.Explain(estimator.About{Features: source.NamesOf(m.Columns[:len(m.Columns)-1]), Target: target, Fit: model})
	if err != nil {
		return finding.Finding{}, err
	}
	metrics = append(append(metrics, told.Metrics...),
		finding.Metric{Name: "root_mean_squared_error", Value: math.Sqrt(fit.RSS / fit.N), Basis: over},
		finding.Metric{Name: "mean_absolute_error", Value: fit.MAE, Basis: over},
	)
	charts := slices.Concat(told.Charts, []finding.Chart{residuals(fit, f, target, points)})
	if points {
		charts = append(charts, predictions(f, target))
	}
	return finding.Finding{
		Kind: finding.Kind(operation.Analyze, operation.LinearRegression),
		Summary: fmt.Sprintf("%s is explained by %s, over {rows_used} rows: R² is {r2}, and a prediction is off by {mean_absolute_error} on average.",
			target, plural(len(m.Columns)-1)),
		Parameters: parameters, Metrics: metrics, Splits: []finding.Split{split},
		Tables: told.Tables, Charts: charts, Notes: m.Notes(),
	}, nil
}

func plural(columns int) string {
	if columns == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", columns)
}

// residuals counts the errors in steps of half their standard deviation, or
// between the smallest and the largest where single rows may show.
func residuals(fit *Fit, f fitted, target string, singleRowsMayShow bool) *finding.Distribution {
	d := &finding.Distribution{Name: "residuals", Title: "Errors of the predictions", AxisTitle: "Actual minus predicted " + target, FromRange: singleRowsMayShow}
	off := make([]float64, len(f.actual))
	floats.SubTo(off, f.actual, f.predicted)
	s := fit.ResidualStdError()
	low, step, bins := -3*s, s/2, 12
	if singleRowsMayShow {
		least, most := slices.Min(off), slices.Max(off)
		bins = min(max(int(math.Ceil(math.Log2(fit.N)))+1, 5), 30)
		low, step = least, (most-least)/float64(bins)
	}
	if step == 0 {
		low, step = -0.5, 1/float64(bins) // a perfect fit
	}
	for i := range bins + 1 {
		d.Edges = append(d.Edges, low+float64(i)*step)
	}
	d.Rows = make([]int64, bins)
	for _, e := range off {
		d.Rows[min(max(int(math.Floor((e-low)/step)), 0), bins-1)]++
	}
	return d
}

func predictions(f fitted, target string) *finding.Points {
	s := result.Series{Name: "Rows"}
	every := (len(f.actual) + maxPoints - 1) / maxPoints
	for i := 0; i < len(f.actual); i += every {
		s.X, s.Y = append(s.X, f.predicted[i]), append(s.Y, f.actual[i])
	}
	return &finding.Points{Chart: result.Chart{
		Name: "predicted_vs_actual", Type: result.Scatter, Title: "Predicted and actual " + target,
		X:      result.Axis{Title: "Predicted " + target, Type: result.Float},
		Y:      result.Axis{Title: "Actual " + target, Type: result.Float},
		Series: []result.Series{s},
	}}
}
