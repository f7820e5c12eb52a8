package supervised

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"ddap/desktop-runner/internal/analyze/score"
	"ddap/desktop-runner/internal/analyze/spread"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// judged are predictions of rows, and what they should have been.
type judged struct {
	y         []float64
	predicted [][]float64
	// unseen says that the model had not learned from these rows.
	unseen bool
	fit    finding.Fit
}

func (r *run) scoring() score.Options { return score.Options{MinRows: int(r.step.MinGroupSize)} }

func (r *run) score(y []float64, predicted [][]float64) []score.Metric {
	if r.target.classes == nil {
		return score.Numbers(y, predicted[0], nil, r.scoring())
	}
	return score.Classes(y, predicted, nil, r.scoring())
}

// truth gives the target at places.
func (r *run) truth(places []int) []float64 {
	out := make([]float64, len(places))
	for k, place := range places {
		out[k] = r.target.y[place]
	}
	return out
}

// evaluate scores the predictions, and gives those that tables and charts show:
// of rows that were not seen, where there are any.
func (r *run) evaluate(ctx context.Context) (metrics []finding.Metric, shown judged, err error) {
	predicted, err := r.predict(ctx, r.fitted, r.train)
	if err != nil {
		return nil, shown, err
	}
	shown = judged{y: r.truth(r.train), predicted: predicted}
	metrics = named("train_", r.score(shown.y, predicted), len(r.train))
	switch {
	case len(r.folds) > 0:
		metrics = append(metrics, r.crossValidated()...)
		shown = r.pooled()
	case len(r.test) > 0:
		if predicted, err = r.predict(ctx, r.fitted, r.test); err != nil {
			return nil, shown, err
		}
		shown = judged{y: r.truth(r.test), predicted: predicted, unseen: true}
		metrics = append(named("test_", r.score(shown.y, predicted), len(r.test)), metrics...)
		metrics = append(metrics, r.baseline(shown.y)...)
	}
	n := int64(len(shown.y))
	shown.fit = finding.Fit{Rows: n, Support: n}
	return metrics, shown, nil
}

func named(prefix string, scores []score.Metric, rows int) []finding.Metric {
	out := make([]finding.Metric, len(scores))
	for i, m := range scores {
		out[i] = finding.Metric{Name: prefix + m.Name, Value: m.Value, Basis: finding.Over(int64(rows))}
	}
	return out
}

// baseline is how well somebody does who knows the training rows' most frequent
// class, or their mean, and nothing else: scikit-learn's dummy estimators.
func (r *run) baseline(y []float64) []finding.Metric {
	train := r.truth(r.train)
	constant := make([][]float64, max(1, len(r.target.classes)))
	for j := range constant {
		constant[j] = make([]float64, len(y))
	}
	name := "accuracy"
	if r.target.classes == nil {
		name = "root_mean_squared_error"
		mean := 0.0
		for i, v := range train {
			mean += (v - mean) / float64(i+1)
		}
		for i := range y {
			constant[0][i] = mean
		}
	} else {
		counts := make([]int, len(r.target.classes))
		for _, v := range train {
			counts[int(v)]++
		}
		most := slices.Index(counts, slices.Max(counts))
		for i := range y {
			constant[most][i] = 1
		}
	}
	for _, m := range r.score(y, constant) {
		if m.Name == name {
			return []finding.Metric{{Name: "baseline_" + name, Value: m.Value, Basis: finding.Over(int64(len(y)))}}
		}
	}
	return nil
}

// crossValidated gives mean and standard deviation (of the population) of each
// score over the folds, as scikit-learn's cross_val_score is summed up.
func (r *run) crossValidated() []finding.Metric {
	values := map[string][]float64{}
	var order []string
	smallest := len(r.rows)
	for _, f := range r.folds {
		smallest = min(smallest, len(f.test))
		for _, m := range r.score(r.truth(f.test), f.predicted) {
			if values[m.Name] == nil {
				order = append(order, m.Name)
			}
			values[m.Name] = append(values[m.Name], m.Value)
		}
	}
	var out []finding.Metric
	for _, name := range order {
		if len(values[name]) < len(r.folds) {
			continue // not defined in every fold
		}
		mean, deviation := spread.MeanAndDeviation(values[name])
		out = append(out,
			finding.Metric{Name: "cv_" + name + "_mean", Value: mean, Basis: finding.Over(int64(smallest))},
			finding.Metric{Name: "cv_" + name + "_std", Value: deviation, Basis: finding.Over(int64(smallest))})
	}
	return out
}

// pooled puts the predictions of all folds together.
func (r *run) pooled() judged {
	out := judged{predicted: make([][]float64, max(1, len(r.target.classes))), unseen: true}
	for _, f := range r.folds {
		out.y = append(out.y, r.truth(f.test)...)
		for j := range out.predicted {
			out.predicted[j] = append(out.predicted[j], f.predicted[j]...)
		}
	}
	return out
}

func (j judged) where() string {
	if j.unseen {
		return "rows that the model had not seen"
	}
	return "rows that the model learned from"
}

// confusion is the matrix of true and predicted classes, as a table and a picture.
func (r *run) confusion(j judged) (finding.Table, finding.Chart, error) {
	classes := r.target.classes
	c := score.Confuse(j.y, score.Predicted(j.predicted), len(classes), nil, r.scoring())
	t := &finding.Estimates{Name: "confusion_matrix", Title: "True and predicted classes of " + j.where(), Model: j.fit, Columns: []result.Column{{Name: "true class", Type: result.Text}}}
	chart := result.Chart{
		Name: "confusion_matrix", Type: result.Heatmap, Title: t.Title,
		X: result.Axis{Title: "Predicted class", Type: result.Text}, Y: result.Axis{Title: "Rows", Type: result.Integer},
	}
	names := make([]any, len(classes))
	for p, name := range classes {
		t.Columns, names[p] = append(t.Columns, result.Column{Name: "predicted " + name, Type: result.Integer}), name
	}
	rows := make([][]any, len(classes))
	for i, name := range classes {
		cells := make([]any, len(classes))
		for p, n := range c.Rows[i] {
			cells[p] = n
		}
		rows[i] = append([]any{name}, cells...)
		chart.Series = append(chart.Series, result.Series{Name: name, X: names, Y: cells})
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, &finding.Curves{Chart: chart, Model: j.fit}, err
}

// byClass scores each class by itself.
func (r *run) byClass(j judged) (finding.Table, error) {
	c := score.Confuse(j.y, score.Predicted(j.predicted), len(r.target.classes), nil, r.scoring())
	t := &finding.Estimates{Name: "classes", Title: "How well each class was found", Model: j.fit, Columns: []result.Column{
		{Name: "class", Type: result.Text}, {Name: "precision", Type: result.Float}, {Name: "recall", Type: result.Float},
		{Name: "f1", Type: result.Float}, {Name: "support", Type: result.Float},
	}}
	var rows [][]any
	for i, s := range c.ByClass() {
		rows = append(rows, []any{r.target.classes[i], s.Precision, s.Recall, s.F1, s.Support})
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

// curves are ROC, precision and recall, and calibration: of two classes that of
// the second, of more ROC only, for each class against the others.
func (r *run) curves(j judged) []finding.Chart {
	classes := r.target.classes
	roc := result.Chart{
		Name: "roc_curve", Type: result.Line, Title: "ROC curve, " + j.where(),
		X: result.Axis{Title: "False positive rate", Type: result.Float}, Y: result.Axis{Title: "True positive rate", Type: result.Float},
	}
	first := 0
	if len(classes) == 2 {
		first = 1
	}
	const most = 12 // curves that can be told apart
	for k := first; k < len(classes) && k < first+most; k++ {
		if c := score.Rank(j.y, j.predicted[k], k, nil, r.scoring()).ROC(); c != nil {
			roc.Series = append(roc.Series, series(classes[k], c.X, c.Y))
		}
	}
	var out []finding.Chart
	add := func(chart result.Chart) {
		if len(chart.Series) > 0 {
			out = append(out, &finding.Curves{Chart: chart, Model: j.fit})
		}
	}
	add(roc)
	if len(classes) != 2 {
		return out
	}
	found := score.Rank(j.y, j.predicted[1], 1, nil, r.scoring())
	pr := result.Chart{
		Name: "precision_recall_curve", Type: result.Line, Title: "Precision and recall of " + classes[1] + ", " + j.where(),
		X: result.Axis{Title: "Recall", Type: result.Float}, Y: result.Axis{Title: "Precision", Type: result.Float},
	}
	if c := found.PrecisionRecall(); c != nil {
		pr.Series = append(pr.Series, series(classes[1], c.X, c.Y))
	}
	add(pr)
	calibration := result.Chart{
		Name: "calibration", Type: result.Line, Title: "How often " + classes[1] + " was right, by its probability",
		X: result.Axis{Title: "Predicted probability", Type: result.Float}, Y: result.Axis{Title: "Part that was so", Type: result.Float},
	}
	if c := score.Calibrate(j.y, j.predicted[1], 1, 10, score.Quantile, r.scoring()); c != nil {
		calibration.Series = append(calibration.Series, series(classes[1], c.Predicted, c.True))
	}
	add(calibration)
	return out
}

func series(name string, x, y []float64) result.Series {
	s := result.Series{Name: name, X: make([]any, len(x)), Y: make([]any, len(y))}
	for i := range x {
		s.X[i], s.Y[i] = x[i], y[i]
	}
	return s
}

// maxPoints is how many rows the picture of predictions shows.
const maxPoints = 500

// errors shows how far predictions of numbers are off.
func (r *run) errors(j judged) []finding.Chart {
	name := r.target.column.Name
	h := score.Residuals(j.y, j.predicted[0], r.scoring())
	charts := []finding.Chart{&finding.Distribution{
		Name: "residuals", Title: "Errors on " + j.where(), AxisTitle: "Actual minus predicted " + name,
		Edges: h.Edges, Rows: h.Rows, FromRange: h.FromRange,
	}}
	if !r.step.SingleRowsMayShow {
		return charts
	}
	points := result.Series{Name: "Rows"}
	every := (len(j.y) + maxPoints - 1) / maxPoints
	for i := 0; i < len(j.y); i += every {
		points.X, points.Y = append(points.X, j.predicted[0][i]), append(points.Y, j.y[i])
	}
	return append(charts, &finding.Points{Chart: result.Chart{
		Name: "predicted_vs_actual", Type: result.Scatter, Title: "Predicted and actual " + name + ", " + j.where(),
		X: result.Axis{Title: "Predicted " + name, Type: result.Float}, Y: result.Axis{Title: "Actual " + name, Type: result.Float},
		Series: []result.Series{points},
	}})
}

// model gives the trained model as it is kept.
func (r *run) model() (*finding.Model, error) {
	fitted, err := marshal(r.fitted.model)
	if err != nil {
		return nil, err
	}
	preprocess, err := marshal(r.fitted.recipe)
	if err != nil {
		return nil, err
	}
	if r.target.classes != nil && !slices.Equal(r.fitted.classes, r.target.classes) {
		return nil, fmt.Errorf("the model learned %d of %d classes", len(r.fitted.classes), len(r.target.classes))
	}
	return &finding.Model{
		Name: r.learner.Name, Target: r.target.column, Classes: r.target.classes, Features: r.features,
		Preprocess: preprocess, Fitted: fitted, Fit: r.fit,
	}, nil
}

// parameters are the effective ones, with the model's own.
func (r *run) parameters(own map[string]any) map[string]any {
	features := make([]string, len(r.features))
	for i, c := range r.features {
		features[i] = c.Name
	}
	out := map[string]any{
		"model": r.learner.Name, "target": r.target.column.Name, "features": features, "random_state": r.params.RandomState,
		"preprocess": r.options.Preprocess, "validation": r.validation,
	}
	if r.target.classes != nil {
		out["target_type"] = operation.TargetClass
	} else {
		out["target_type"] = operation.TargetNumber
	}
	maps.Copy(out, own)
	return out
}
