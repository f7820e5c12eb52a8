package boosting

import (
	"ddap/desktop-runner/internal/analyze/estimator"
	importance "ddap/desktop-runner/internal/analyze/tree"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/result"
)

// Explain implements estimator.Explainer.
func (m *model) Explain(about estimator.About) (estimator.Explained, error) {
	fit := about.Fit
	fit.Leverages, fit.Parameters = nil, 0
	if m.Smallest < fit.Support {
		fit.Support, fit.SupportOf = m.Smallest, "a leaf"
	}
	for _, iteration := range m.Trees {
		for _, t := range iteration {
			fit.Parameters += int64(t.leaves())
		}
	}
	out, err := importance.Importance(m.Importances, about, fit)
	last := len(m.TrainScore) - 1
	out.Metrics = append(out.Metrics,
		finding.Metric{Name: "n_iter", Value: float64(last), Basis: finding.Known()},
		finding.Metric{Name: "n_leaves", Value: float64(fit.Parameters), Basis: finding.Over(m.Rows)},
		finding.Metric{Name: "train_loss", Value: -m.TrainScore[last], Basis: finding.Over(m.Rows)})
	if m.ValidationRows > 0 {
		out.Metrics = append(out.Metrics, finding.Metric{Name: "validation_loss", Value: -m.ValidationScore[last], Basis: finding.Over(m.ValidationRows)})
	}
	out.Charts = append(out.Charts, m.curve(fit))
	out.Notes = append(out.Notes, m.notes()...)
	return out, err
}

func (m *model) curve(fit finding.Fit) *finding.Curves {
	title := "Half the mean squared error"
	if m.Classes > 0 {
		title = "Log loss"
	}
	chart := result.Chart{
		Name: "train_score", Type: result.Line, Title: "Loss after each iteration",
		X: result.Axis{Title: "Iteration", Type: result.Integer}, Y: result.Axis{Title: title, Type: result.Float},
		Series: []result.Series{losses("Training", m.TrainScore)},
	}
	if len(m.ValidationScore) > 0 {
		chart.Series = append(chart.Series, losses("Validation", m.ValidationScore))
	}
	return &finding.Curves{Chart: chart, Model: fit}
}

func losses(name string, scores []float64) result.Series {
	out := result.Series{Name: name}
	for i, score := range scores {
		out.X, out.Y = append(out.X, int64(i)), append(out.Y, -score)
	}
	return out
}

func (m *model) notes() []string {
	var out []string
	if m.ValidationRows > 0 {
		out = append(out, "A part of the rows was kept back to stop by: early_stopping is on, which auto means for more than 10,000 rows.")
	}
	switch m.Stopped {
	case stoppedEarly:
		out = append(out, "It stopped after {n_iter} iterations, since the rows that were kept back were predicted no better.")
	case stoppedByPolicy:
		out = append(out, "It stopped after {n_iter} iterations: all trees together may have no more leaves than the owner's smallest groups fit into the rows.")
	case stoppedDone:
		out = append(out, "It stopped after {n_iter} iterations, since no leaf could be split any more; min_samples_leaf may be too large for so few rows.")
	}
	return out
}
