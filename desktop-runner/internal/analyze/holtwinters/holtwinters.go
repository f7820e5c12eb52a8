// Package holtwinters is the model holt_winters: it forecasts a column of numbers
// by its level, trend and season, with statsmodels' names.
package holtwinters

import (
	"context"
	"fmt"
	"math"

	"ddap/desktop-runner/internal/analyze/matrix"
	"ddap/desktop-runner/internal/analyze/smoothing"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

func bad(path, format string, args ...any) error {
	return fault.BadFields("holtwinters.Run", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

// maxCells bounds the numbers that a search keeps, one for each row and parameter.
const maxCells = 1 << 24

// Run forecasts the target. Where single rows must not show it is refused: the
// states follow from the last rows, one by one. It holds the series, and a number
// for each row and parameter, in memory: 128 MB at most. Errors are invalid_params
// and policy_refused faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.HoltWinters()
	if err != nil {
		return finding.Finding{}, err
	}
	if !s.SingleRowsMayShow {
		return finding.Finding{}, fault.New("holtwinters.Run", fault.Forbidden, string(task.PolicyRefused),
			"a forecast tells the values of the last rows, and the owner shares summaries of at least %d rows only; "+
				"what may be asked is describe, or a filter that groups or resamples by time, each group of at least %d rows", s.MinGroupSize, s.MinGroupSize)
	}
	target, err := matrix.Target(s.Relation, p.Target, string(p.Model))
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.6)
	data, err := read(ctx, s, target, asked.Time)
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("fitting", 0.6, 1)
	r := report{data: data, asked: asked}
	if r.chosen, r.fit, err = choose(ctx, data, asked, s.Tracker.Advance); err != nil {
		return finding.Finding{}, err
	}
	if r.ahead, err = r.fit.Ahead(ctx, asked.Steps, asked.ConfidenceLevel, p.RandomState); err != nil {
		return finding.Finding{}, err
	}
	if r.errors, err = judge(ctx, data.y, r.fit.Form, asked.Steps); err != nil {
		return finding.Finding{}, err
	}
	return r.finding(map[string]any{
		"model": p.Model, "target": p.Target, "time": asked.Time, "trend": r.fit.Form.Trend, "seasonal": r.fit.Form.Seasonal,
		"damped_trend": r.fit.Damped, "seasonal_periods": asked.SeasonalPeriods, "initialization_method": "estimated",
		"steps": asked.Steps, "confidence_level": asked.ConfidenceLevel, "random_state": p.RandomState,
	}, s.Rows)
}

// candidate is a form that was tried, and its criterion.
type candidate struct {
	form smoothing.Form
	aicc float64
}

// choose fits each form that was asked for, and keeps the one with the smallest
// AICc.
func choose(ctx context.Context, data *series, asked operation.HoltWintersParams, advance func(float64)) ([]candidate, *smoothing.Fit, error) {
	var forms []smoothing.Form
	for _, trend := range options(asked.Trend) {
		for _, seasonal := range options(asked.Seasonal) {
			forms = append(forms, smoothing.Form{Trend: trend, Seasonal: seasonal, Damped: asked.DampedTrend && trend != smoothing.None, Periods: asked.SeasonalPeriods})
		}
	}
	var tried []candidate
	var best *smoothing.Fit
	var refusal error
	for i, form := range forms {
		advance(float64(i) / float64(len(forms)+1))
		if err := data.suits(form); err != nil {
			refusal = err
			continue
		}
		fit, err := smoothing.FitSeries(ctx, data.y, form)
		if err != nil {
			return nil, nil, err
		}
		if math.IsInf(fit.SSE, 0) {
			refusal = bad("params.target", "%s changes too much for this trend; use trend add or none", data.target.Name)
			continue
		}
		tried = append(tried, candidate{form, fit.AICC})
		if best == nil || fit.AICC < best.AICC {
			best = fit
		}
	}
	if best == nil {
		return nil, nil, refusal
	}
	return tried, best, nil
}

func options(asked string) []smoothing.Component {
	if asked == "auto" {
		return []smoothing.Component{smoothing.None, smoothing.Additive, smoothing.Multiplicative}
	}
	return []smoothing.Component{smoothing.Component(asked)}
}

// suits says why a form cannot be fitted.
func (s *series) suits(form smoothing.Form) error {
	switch {
	case len(s.y) < form.Least():
		return bad("params.source", "has %d rows, and this trend and season need %d; use fewer seasonal_periods or a longer series", len(s.y), form.Least())
	case form.Positive() && s.least <= 0:
		return bad("params.target", "%s is not above zero everywhere, which mul needs; use add", s.target.Name)
	case len(s.y)*(form.Parameters()+1) > maxCells:
		return bad("params.source", "has too many rows for a season this long; resample it to longer steps in a filter")
	}
	return nil
}

// offs are how far the forecast of the last steps was off; nil steps where the
// series is too short to be without them.
type offs struct {
	steps                 int
	mae, rmse, mape, mase float64
}

// judge forecasts the last steps from the rows before them. MASE is in mean
// absolute errors of always saying the number of one season ago (or of the last
// row): Hyndman and Koehler, "Another look at measures of forecast accuracy" (2006).
func judge(ctx context.Context, y []float64, form smoothing.Form, steps int) (offs, error) {
	n := len(y) - steps
	if n < form.Least() {
		return offs{}, nil
	}
	fit, err := smoothing.FitSeries(ctx, y[:n], form)
	if err != nil {
		return offs{}, err
	}
	ahead, out := fit.Means(steps), offs{steps: steps}
	for h, f := range ahead {
		off := math.Abs(y[n+h] - f)
		out.mae += off / float64(steps)
		out.rmse += off * off / float64(steps)
		out.mape += off / math.Abs(y[n+h]) / float64(steps)
	}
	out.rmse = math.Sqrt(out.rmse)
	lag := 1
	if form.Seasonal != smoothing.None {
		lag = form.Periods
	}
	naive := 0.0
	for i := lag; i < n; i++ {
		naive += math.Abs(y[i]-y[i-lag]) / float64(n-lag)
	}
	out.mase = out.mae / naive
	return out, ctx.Err()
}
