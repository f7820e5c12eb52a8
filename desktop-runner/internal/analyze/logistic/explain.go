package logistic

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/plane"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/result"
)

// Explain implements estimator.Explainer.
func (m *Model) Explain(about estimator.About) (estimator.Explained, error) {
	over := finding.Over(about.Fit.Rows)
	out := estimator.Explained{Metrics: []finding.Metric{
		{Name: "log_likelihood", Value: m.LogLikelihood, Basis: over},
		{Name: "n_iter", Value: float64(m.Iterations), Basis: finding.Known()},
	}}
	if !m.Converged {
		out.Notes = append(out.Notes, "The coefficients had not settled after {n_iter} iterations; raise max_iter, or scale the features.")
	}
	t := &finding.Estimates{Name: "coefficients", Title: "Coefficients", Model: about.Fit, Columns: []result.Column{
		{Name: "class", Type: result.Text}, {Name: "term", Type: result.Text},
		{Name: "coefficient", Type: result.Float}, {Name: "odds_ratio", Type: result.Float},
	}}
	if m.StdErrors != nil {
		t.Columns = append(t.Columns, result.Column{Name: "std_error", Type: result.Float}, result.Column{Name: "z", Type: result.Float},
			result.Column{Name: "p_value", Type: result.Float}, result.Column{Name: "ci_lower", Type: result.Float}, result.Column{Name: "ci_upper", Type: result.Float})
	}
	var rows [][]any
	var series []result.Series
	for k, p := range m.Planes {
		class := m.class(about, k)
		if m.FitIntercept {
			rows = append(rows, m.row(class, "intercept", p.Intercept, 0))
		}
		for j, b := range p.Coefficients {
			rows = append(rows, m.row(class, plane.Name(about.Features, j, "feature"), b, j+len(m.StdErrors)-len(p.Coefficients)))
		}
		series = append(series, plane.Values(class, p.Coefficients))
	}
	const mostSeries = 8 // more cannot be told apart
	bars := plane.Bars(about, "What speaks for each class of "+about.Target, "Coefficient", series[:min(mostSeries, len(series))]...)
	out.Charts = []finding.Chart{bars}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	out.Tables = []finding.Table{t}
	return out, err
}

func (m *Model) class(about estimator.About, k int) string {
	if m.Classes == 2 {
		k = 1
	}
	return plane.Name(about.Classes, k, "class")
}

// row tells one coefficient; at is the place of its standard error.
func (m *Model) row(class, term string, b float64, at int) []any {
	var odds any
	if ratio := math.Exp(b); !math.IsInf(ratio, 1) {
		odds = ratio
	}
	out := []any{class, term, b, odds}
	if m.StdErrors == nil {
		return out
	}
	se := m.StdErrors[at]
	reach := distuv.UnitNormal.Quantile(0.975) * se
	return append(out, se, b/se, math.Erfc(math.Abs(b/se)/math.Sqrt2), b-reach, b+reach)
}
