package holtwinters

import (
	"fmt"
	"math"

	"ddap/desktop-runner/internal/analyze/smoothing"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// maxPoints is how many points the picture has at most.
const maxPoints = 500

type report struct {
	data   *series
	asked  operation.HoltWintersParams
	chosen []candidate
	fit    *smoothing.Fit
	ahead  []smoothing.Forecast
	errors offs
}

func (r report) finding(parameters map[string]any, total int64) (finding.Finding, error) {
	n := int64(len(r.data.y))
	metrics, split := finding.UsedAndDropped(n, total-n)
	f := finding.Finding{
		Kind: finding.Kind(operation.Analyze, operation.HoltWinters), Parameters: parameters, Metrics: metrics, Splits: []finding.Split{split},
		Charts: []finding.Chart{r.chart()},
	}
	add := func(name string, value float64, rows int64) {
		if !math.IsNaN(value) && !math.IsInf(value, 0) {
			f.Metrics = append(f.Metrics, finding.Metric{Name: name, Value: value, Basis: finding.Over(rows)})
		}
	}
	add("sse", r.fit.SSE, n)
	add("aic", r.fit.AIC, n)
	add("aicc", r.fit.AICC, n)
	add("bic", r.fit.BIC, n)
	last := r.ahead[len(r.ahead)-1]
	add("forecast_last", last.Mean, n)
	add("forecast_last_ci_lower", last.Low, n)
	add("forecast_last_ci_upper", last.High, n)
	f.Summary = fmt.Sprintf("%s is expected to be {forecast_last} at %s (%.4g %% interval {forecast_last_ci_lower} to {forecast_last_ci_upper}).",
		r.data.target.Name, r.data.label(r.when(len(r.ahead))), 100*r.asked.ConfidenceLevel)
	if e := r.errors; e.steps > 0 {
		held := int64(e.steps)
		add("test_mae", e.mae, held)
		add("test_rmse", e.rmse, held)
		add("test_mape", e.mape, held)
		add("test_mase", e.mase, held)
		f.Notes = append(f.Notes, fmt.Sprintf("The errors are those of a forecast of the last %d rows from the rows before them. A test_mase below 1 is better than repeating the last season, or the last row where there is no season.", e.steps))
	} else {
		f.Notes = append(f.Notes, "The series is too short to keep rows back, so there are no errors of forecasts; ask for fewer steps.")
	}
	if r.fit.Positive() {
		f.Notes = append(f.Notes, "The intervals come from 2,000 futures drawn with random_state.")
	}
	tables := []func() (*finding.Estimates, error){r.forecast, r.parameters}
	if r.asked.Trend == "auto" || r.asked.Seasonal == "auto" {
		tables = append(tables, r.candidates)
	}
	for _, table := range tables {
		t, err := table()
		if err != nil {
			return f, err
		}
		f.Tables = append(f.Tables, t)
	}
	return f, nil
}

// when is the time so many steps after the last.
func (r report) when(steps int) float64 {
	d := r.data
	return d.after(d.at[0], len(d.at)-1+steps)
}

func (r report) table(name, title string, columns []result.Column, rows [][]any) (*finding.Estimates, error) {
	t := &finding.Estimates{Name: name, Title: title, Columns: columns, Model: r.data.fit(r.fit.Parameters())}
	var err error
	t.Frame, err = frame.New(columns, rows)
	return t, err
}

func (r report) forecast() (*finding.Estimates, error) {
	unit := r.data.target.Unit
	columns := []result.Column{
		{Name: "time", Type: r.data.time.Type}, {Name: "forecast", Type: result.Float, Unit: unit},
		{Name: "ci_lower", Type: result.Float, Unit: unit}, {Name: "ci_upper", Type: result.Float, Unit: unit},
	}
	rows := make([][]any, len(r.ahead))
	for h, a := range r.ahead {
		rows[h] = []any{r.data.cell(r.when(h + 1)), a.Mean, a.Low, a.High}
	}
	return r.table("forecast", "Forecast of "+r.data.target.Name, columns, rows)
}

// parameters has the smoothing parameters, and the states before the first row and
// after the last.
func (r report) parameters() (*finding.Estimates, error) {
	columns := []result.Column{{Name: "parameter", Type: result.Text}, {Name: "value", Type: result.Float}}
	level, trend, seasons := r.fit.State()
	p := r.fit.Params
	rows := [][]any{{"smoothing_level", p.Level}}
	add := func(there bool, name string, value float64) {
		if there {
			rows = append(rows, []any{name, value})
		}
	}
	hasTrend, hasSeason := r.fit.Form.Trend != smoothing.None, r.fit.Form.Seasonal != smoothing.None
	add(hasTrend, "smoothing_trend", p.Trend)
	add(hasSeason, "smoothing_seasonal", p.Seasonal)
	add(r.fit.Damped, "damping_trend", p.Damping)
	add(true, "initial_level", p.InitialLevel)
	add(hasTrend, "initial_trend", p.InitialTrend)
	for i, v := range p.Seasons {
		add(true, fmt.Sprintf("initial_seasons.%d", i), v)
	}
	add(true, "level", level)
	add(hasTrend, "trend", trend)
	for i, v := range seasons {
		add(true, fmt.Sprintf("season.%d", i), v)
	}
	return r.table("parameters", "Smoothing parameters and states", columns, rows)
}

// candidates has what auto chose from.
func (r report) candidates() (*finding.Estimates, error) {
	columns := []result.Column{{Name: "trend", Type: result.Text}, {Name: "seasonal", Type: result.Text}, {Name: "aicc", Type: result.Float}}
	rows := make([][]any, len(r.chosen))
	for i, c := range r.chosen {
		rows[i] = []any{string(c.form.Trend), string(c.form.Seasonal), c.aicc}
	}
	return r.table("candidates", "Trends and seasons that were tried", columns, rows)
}

// chart shows every so many rows, and always the last, then the forecast.
func (r report) chart() *finding.Points {
	d := r.data
	var seen, ahead, low, high result.Series
	seen.Name, ahead.Name, low.Name, high.Name = d.target.Name, "forecast", "ci_lower", "ci_upper"
	point := func(s *result.Series, at, y float64) {
		if !math.IsNaN(y) && !math.IsInf(y, 0) {
			s.X, s.Y = append(s.X, d.cell(at)), append(s.Y, y)
		}
	}
	every := (len(d.y) + maxPoints - 1) / maxPoints
	for i := (len(d.y) - 1) % every; i < len(d.y); i += every {
		point(&seen, d.at[i], d.y[i])
	}
	every = (len(r.ahead) + maxPoints - 1) / maxPoints
	for h := 0; h < len(r.ahead); h += every {
		at := r.when(h + 1)
		point(&ahead, at, r.ahead[h].Mean)
		point(&low, at, r.ahead[h].Low)
		point(&high, at, r.ahead[h].High)
	}
	out := result.Chart{
		Name: "series", Type: result.Line, Title: d.target.Name + " and its forecast",
		X: result.Axis{Title: d.time.Name, Type: d.time.Type}, Y: result.Axis{Title: d.target.Name, Unit: d.target.Unit, Type: result.Float},
	}
	for _, s := range []result.Series{seen, ahead, low, high} {
		if len(s.X) > 0 {
			out.Series = append(out.Series, s)
		}
	}
	return &finding.Points{Chart: out}
}
