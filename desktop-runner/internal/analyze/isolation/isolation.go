package isolation

import (
	"context"
	"fmt"
	"strings"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/prepared"
	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

const (
	// shownRows is how many of the most unusual rows are shown.
	shownRows = 50
	// scoreBins is how many bars the picture of the scores has.
	scoreBins = 30
	// beside is how many columns' room the work takes beside the columns: the
	// scores, the same sorted, and what is written.
	beside = 3
)

// Run gives each row that can be used a score, and leaves all rows
// with it as the task's output. Errors are invalid_params and policy_refused
// faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	if !s.SingleRowsMayShow {
		return finding.Finding{}, refused()
	}
	asked, err := p.IsolationForest()
	if err != nil {
		return finding.Finding{}, err //nolint:wrapcheck // a fault
	}
	s.Tracker.Stage("loading", 0.4, 0.6)
	d, err := prepared.Read(ctx, s, p, prepared.Work{Beside: func(int) int { return beside }})
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("fitting", 0.6, 0.9)
	r := report{asked: asked, d: d}
	if r.forest, err = Fit(ctx, d.Numbers, asked, estimator.Settings{RandomState: p.RandomState}); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Advance(0.5)
	if r.scores, err = r.forest.Scores(ctx, d.Numbers); err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("writing", 0.9, 1)
	out, from, err := d.Write(ctx, s, added(), r.fill)
	if err != nil {
		return finding.Finding{}, err
	}
	return r.finding(ctx, s, p, out, from)
}

func added() []result.Column {
	return []result.Column{{Name: "anomaly_score", Type: result.Float}, {Name: "is_anomaly", Type: result.Boolean}}
}

type report struct {
	asked  operation.IsolationForestParams
	d      *prepared.Data
	forest *Forest
	scores []float64
}

// fill gives a row's score as its authors have it, where more is more unusual:
// that is score_samples without its sign.
func (r *report) fill(i int64, into []float64) {
	into[0], into[1] = -r.scores[i], 0
	if r.scores[i] < r.forest.Offset {
		into[1] = 1
	}
}

func (r *report) finding(ctx context.Context, s *step.Step, p *operation.AnalyzeParams, out *finding.Output, from string) (finding.Finding, error) {
	unusual, err := r.unusual(ctx, s, out, from)
	if err != nil {
		return finding.Finding{}, err
	}
	anomalies := 0
	for _, score := range r.scores {
		if score < r.forest.Offset {
			anomalies++
		}
	}
	metrics, split := r.d.Counts()
	metrics = append(metrics,
		finding.Metric{Name: "n_anomalies", Value: float64(anomalies), Basis: finding.Count()},
		finding.Metric{Name: "offset", Value: r.forest.Offset, Basis: finding.Over(int64(r.d.Rows))},
		finding.Metric{Name: "n_estimators", Value: float64(len(r.forest.Trees)), Basis: finding.Known()},
		finding.Metric{Name: "max_samples", Value: float64(r.forest.MaxSamples), Basis: finding.Over(int64(r.d.Rows))})
	f := finding.Finding{
		Kind:    finding.Kind(operation.Analyze, operation.IsolationForest),
		Summary: "{n_anomalies} of {rows_used} rows are unlike the others.",
		Parameters: map[string]any{
			"model": operation.IsolationForest, "features": source.NamesOf(r.d.Features), "random_state": p.RandomState, "n_estimators": r.asked.NEstimators,
			"max_samples": r.asked.MaxSamples, "contamination": r.asked.Contamination, "max_features": r.asked.MaxFeatures,
		},
		Metrics: metrics, Splits: []finding.Split{split}, Tables: []finding.Table{unusual}, Charts: []finding.Chart{r.histogram()}, Output: out,
		Notes: []string{"anomaly_score is from 0 to 1; the more, the fewer random splits set a row apart from the others. Rows above {offset}, without its sign, are anomalies."},
	}
	steps, err := r.d.Steps(finding.Fit{Rows: int64(r.d.Rows), Support: int64(r.d.Rows)})
	f.Tables = append(f.Tables, steps)
	f.Notes = append(f.Notes, r.d.Notes()...)
	return f, err
}

// unusual shows the rows with the highest scores.
func (r *report) unusual(ctx context.Context, s *step.Step, out *finding.Output, from string) (*finding.Sample, error) {
	score := out.Columns[len(out.Columns)-len(added())].Name
	order := []string{engine.Identifier(score) + " DESC"}
	for _, c := range r.d.Features { // equal scores in an order that is always the same
		order = append(order, engine.Identifier(c.Name))
	}
	rows, err := s.DB.Rows(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s IS NOT NULL ORDER BY %s LIMIT %d",
		source.Cells(out.Columns), from, engine.Identifier(score), strings.Join(order, ", "), shownRows))
	if err != nil {
		return nil, err //nolint:wrapcheck // the engine's
	}
	sample := &finding.Sample{Name: "anomalies", Title: "Most unusual rows", Columns: out.Columns, TotalRows: int64(r.d.Rows)}
	sample.Frame, err = frame.New(out.Columns, rows)
	return sample, err
}

func (r *report) histogram() *finding.Distribution {
	low, high := 1.0, 0.0
	for _, score := range r.scores {
		low, high = min(low, -score), max(high, -score)
	}
	d := &finding.Distribution{
		Name: "anomaly_scores", Title: "Scores of the rows", AxisTitle: "anomaly_score", FromRange: true, Rows: make([]int64, scoreBins),
	}
	if high-low < 1e-9 {
		low, high = low-0.01, high+0.01
	}
	width := (high - low) / scoreBins
	for i := range scoreBins + 1 {
		d.Edges = append(d.Edges, low+float64(i)*width)
	}
	for _, score := range r.scores {
		d.Rows[min(scoreBins-1, max(0, int((-score-low)/width)))]++
	}
	return d
}
