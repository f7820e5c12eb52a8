// Package linear is the model linear_regression: ordinary least squares with
// standard errors, t, p and confidence intervals.
package linear

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/matrix"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
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
	m, err := matrix.Load(ctx, s, columns)
	if err != nil {
		return finding.Finding{}, err
	}
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
	fit, err := Ordinary(ctx, m, options.FitIntercept, options.ConfidenceLevel)
	if err != nil {
		return finding.Finding{}, refuse(err, target.Name)
	}
	if !s.SingleRowsMayShow {
		model.Leverages = fit.Leverages(m)
	}
	return report(fit, m, model, s.SingleRowsMayShow, map[string]any{
		"model": p.Model, "target": target.Name, "features": source.NamesOf(features),
		"fit_intercept": options.FitIntercept, "confidence_level": options.ConfidenceLevel,
	})
}

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

func refuse(err error, target string) error {
	var c *CollinearError
	if !errors.As(err, &c) {
		return err
	}
	path := "params.features"
	if c.Feature == target {
		path = "params.target"
	}
	return fault.BadFields("linear.Run", string(task.InvalidParams), fault.Field{Path: path, Message: c.Error()})
}

func report(fit *Fit, m *matrix.Matrix, model finding.Fit, points bool, parameters map[string]any) (finding.Finding, error) {
	target := m.Columns[len(m.Columns)-1].Name
	metrics, split := m.Counts()
	over := finding.Over(model.Rows)
	metrics = append(metrics,
		finding.Metric{Name: "r2", Value: fit.R2, Basis: over},
		finding.Metric{Name: "adjusted_r2", Value: fit.AdjustedR2, Basis: over},
		finding.Metric{Name: "root_mean_squared_error", Value: math.Sqrt(fit.RSS / float64(fit.N)), Basis: over},
		finding.Metric{Name: "mean_absolute_error", Value: fit.MAE, Basis: over},
		finding.Metric{Name: "residual_std_error", Value: fit.ResidualStdError(), Basis: over},
		finding.Metric{Name: "degrees_of_freedom", Value: float64(fit.DF), Basis: over},
		finding.Metric{Name: "f_statistic", Value: fit.F, Basis: over},
		finding.Metric{Name: "f_pvalue", Value: fit.FPValue, Basis: over},
	)
	table, err := coefficients(fit, model)
	if err != nil {
		return finding.Finding{}, err
	}
	charts := []finding.Chart{effects(fit, target, model), residuals(fit, target, points)}
	if points {
		charts = append(charts, predictions(fit, m, target))
	}
	return finding.Finding{
		Kind: finding.Kind(operation.Analyze, operation.LinearRegression),
		Summary: fmt.Sprintf("%s is explained by %s, over {rows_used} rows: R² is {r2}, and a prediction is off by {mean_absolute_error} on average.",
			target, plural(len(m.Columns)-1)),
		Parameters: parameters, Metrics: metrics, Splits: []finding.Split{split},
		Tables: []finding.Table{table}, Charts: charts, Notes: m.Notes(),
	}, nil
}

func plural(columns int) string {
	if columns == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", columns)
}

func coefficients(fit *Fit, model finding.Fit) (*finding.Estimates, error) {
	t := &finding.Estimates{Name: "coefficients", Title: "Coefficients", Model: model, Columns: []result.Column{
		{Name: "term", Type: result.Text}, {Name: "coefficient", Type: result.Float}, {Name: "std_error", Type: result.Float},
		{Name: "t", Type: result.Float}, {Name: "p_value", Type: result.Float},
		{Name: "ci_lower", Type: result.Float}, {Name: "ci_upper", Type: result.Float},
	}}
	rows := make([][]any, len(fit.Terms))
	for i, c := range fit.Terms {
		rows[i] = []any{c.Name, c.Coefficient, c.StdError, c.T, c.PValue, c.ConfidenceLow, c.ConfidenceHigh}
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

func effects(fit *Fit, target string, model finding.Fit) *finding.Curves {
	s := result.Series{Name: "Standardized coefficient"}
	for _, c := range fit.Terms {
		if !math.IsNaN(c.Standardized) {
			s.X, s.Y = append(s.X, c.Name), append(s.Y, c.Standardized)
		}
	}
	return &finding.Curves{Model: model, Chart: result.Chart{
		Name: "effects", Type: result.Bar, Title: "Effect of each feature on " + target,
		X:      result.Axis{Title: "Feature", Type: result.Text},
		Y:      result.Axis{Title: "Standardized coefficient", Type: result.Float},
		Series: []result.Series{s},
	}}
}

// residuals counts the errors in steps of half their standard deviation, or
// between the smallest and the largest where single rows may show.
func residuals(fit *Fit, target string, singleRowsMayShow bool) *finding.Distribution {
	d := &finding.Distribution{Name: "residuals", Title: "Errors of the predictions", AxisTitle: "Actual minus predicted " + target, FromRange: singleRowsMayShow}
	s := fit.ResidualStdError()
	low, step, bins := -3*s, s/2, 12
	if singleRowsMayShow {
		least, most := slices.Min(fit.Residuals), slices.Max(fit.Residuals)
		bins = min(max(int(math.Ceil(math.Log2(float64(fit.N))))+1, 5), 30)
		low, step = least, (most-least)/float64(bins)
	}
	if step == 0 {
		low, step = -0.5, 1/float64(bins) // a perfect fit
	}
	for i := range bins + 1 {
		d.Edges = append(d.Edges, low+float64(i)*step)
	}
	d.Rows = make([]int64, bins)
	for _, e := range fit.Residuals {
		d.Rows[min(max(int(math.Floor((e-low)/step)), 0), bins-1)]++
	}
	return d
}

func predictions(fit *Fit, m *matrix.Matrix, target string) *finding.Points {
	s := result.Series{Name: "Rows"}
	p := len(m.Columns)
	every := (m.Rows + maxPoints - 1) / maxPoints
	for i := 0; i < m.Rows; i += every {
		actual := m.Row(i)[p-1]
		s.X, s.Y = append(s.X, actual-fit.Residuals[i]), append(s.Y, actual)
	}
	return &finding.Points{Chart: result.Chart{
		Name: "predicted_vs_actual", Type: result.Scatter, Title: "Predicted and actual " + target,
		X:      result.Axis{Title: "Predicted " + target, Type: result.Float},
		Y:      result.Axis{Title: "Actual " + target, Type: result.Float},
		Series: []result.Series{s},
	}}
}
