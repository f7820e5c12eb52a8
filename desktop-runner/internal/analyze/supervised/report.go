package supervised

import (
	"context"
	"encoding/json"
	"fmt"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/operation"
)

func marshal(v any) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("writing the model: %w", err)
	}
	return raw, nil
}

// report puts together what is told.
func (r *run) report(ctx context.Context) (finding.Finding, error) {
	_, own, err := r.learner.New(r.params)
	if err != nil {
		return finding.Finding{}, err
	}
	parameters, err := effective(own)
	if err != nil {
		return finding.Finding{}, err
	}
	f := finding.Finding{Kind: finding.Kind(operation.Analyze, r.params.Model), Parameters: r.parameters(parameters)}
	f.Metrics, f.Splits = r.counts()
	metrics, shown, err := r.evaluate(ctx)
	if err != nil {
		return f, err
	}
	f.Metrics = append(f.Metrics, metrics...)
	if err := r.explain(&f); err != nil {
		return f, err
	}
	if r.validation.PermutationImportance {
		if err := r.importance(ctx, &f, shown.fit); err != nil {
			return f, err
		}
	}
	if err := r.show(&f, shown); err != nil {
		return f, err
	}
	steps, err := r.fitted.recipe.Steps(r.fit)
	if err != nil {
		return f, err
	}
	f.Tables = append(f.Tables, steps)
	f.Notes = append(f.Notes, r.notes()...)
	f.Summary = r.summary(f.Metrics)
	f.Model, err = r.model()
	return f, err
}

// counts tells how many rows there were, and what became of them.
func (r *run) counts() ([]finding.Metric, []finding.Split) {
	used := len(r.rows)
	metrics := []finding.Metric{
		{Name: "rows", Value: float64(r.table.Rows), Basis: finding.Count()},
		{Name: "rows_used", Value: float64(used), Basis: finding.Count()},
		{Name: "rows_dropped", Value: float64(r.table.Rows - used), Basis: finding.Remainder()},
	}
	splits := []finding.Split{{Total: "rows", Parts: []string{"rows_used", "rows_dropped"}, Keep: "rows_used"}}
	if len(r.test) > 0 {
		metrics = append(metrics,
			finding.Metric{Name: "rows_train", Value: float64(len(r.train)), Basis: finding.Count()},
			finding.Metric{Name: "rows_test", Value: float64(len(r.test)), Basis: finding.Count()})
		splits = append(splits, finding.Split{Total: "rows_used", Parts: []string{"rows_train", "rows_test"}, Keep: "rows_used"})
	}
	return metrics, splits
}

// explain adds what the model tells of itself.
func (r *run) explain(f *finding.Finding) error {
	e, ok := r.fitted.model.(estimator.Explainer)
	if !ok {
		return nil
	}
	told, err := e.Explain(estimator.About{
		Features: r.fitted.recipe.Names(), Target: r.target.column.Name, Classes: r.target.classes,
		Fit: r.fit, SingleRowsMayShow: r.step.SingleRowsMayShow,
	})
	if err != nil {
		return err
	}
	f.Metrics, f.Notes = append(f.Metrics, told.Metrics...), append(f.Notes, told.Notes...)
	f.Tables, f.Charts = append(f.Tables, told.Tables...), append(f.Charts, told.Charts...)
	return nil
}

// show adds the tables and pictures of predictions.
func (r *run) show(f *finding.Finding, shown judged) error {
	if r.target.classes == nil {
		f.Charts = append(f.Charts, r.errors(shown)...)
		return nil
	}
	table, picture, err := r.confusion(shown)
	if err != nil {
		return err
	}
	classes, err := r.byClass(shown)
	if err != nil {
		return err
	}
	f.Tables = append(f.Tables, table, classes)
	f.Charts = append(append(f.Charts, picture), r.curves(shown)...)
	return nil
}

func (r *run) notes() []string {
	var out []string
	if len(r.rows) < r.table.Rows {
		out = append(out, "{rows_dropped} rows were left out because something that the model needs is missing in them.")
	}
	if len(r.skipped) > 0 {
		out = append(out, "Columns of text with very many different values were not used: "+list(r.skipped)+". Name them as features to use them.")
	}
	if len(r.empty) > 0 {
		out = append(out, "Columns with too few values to learn from were not used: "+list(r.empty)+".")
	}
	if r.validation.Method == operation.NoValidation {
		out = append(out, "The predictions were judged by the rows that the model learned from; on new rows they will be worse.")
	}
	if !r.step.SingleRowsMayShow && r.target.classes != nil {
		out = append(out, fmt.Sprintf("Counts of right and wrong predictions are rounded to multiples of %d, and the scores follow from these.", r.step.MinGroupSize))
	}
	return out
}

func (r *run) summary(metrics []finding.Metric) string {
	has := func(name string) bool {
		for _, m := range metrics {
			if m.Name == name {
				return true
			}
		}
		return false
	}
	what := fmt.Sprintf("%s is predicted from %s by %s", r.target.column.Name, plural(len(r.features)), r.learner.Name)
	numbers := r.target.classes == nil
	switch {
	case numbers && has("test_r2"):
		return what + ": on {rows_test} rows that it had not seen, R² is {test_r2}, and a prediction is off by {test_mean_absolute_error} on average."
	case numbers && has("cv_r2_mean"):
		return what + ": on rows that it had not seen, R² is {cv_r2_mean} on average, and a prediction is off by {cv_mean_absolute_error_mean}."
	case numbers:
		return what + ": on the {rows_used} rows that it learned from, R² is {train_r2}, and a prediction is off by {train_mean_absolute_error} on average."
	case has("test_accuracy"):
		return what + ": on {rows_test} rows that it had not seen, its accuracy is {test_accuracy}; always saying the most frequent class would reach {baseline_accuracy}."
	case has("cv_accuracy_mean"):
		return what + ": on rows that it had not seen, its accuracy is {cv_accuracy_mean} on average."
	default:
		return what + ": on the {rows_used} rows that it learned from, its accuracy is {train_accuracy}."
	}
}

func plural(columns int) string {
	if columns == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", columns)
}
