package supervised

import (
	"context"
	"errors"
	"slices"

	"ddap/desktop-runner/internal/analyze/design"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/source"
	"ddap/shared/operation"
)

// fitAndJudge fits the model that is told, and one for each fold where there are
// several.
func (r *run) fitAndJudge(ctx context.Context) error {
	folds := 0
	if r.plan != nil && r.plan.Folds() > 1 {
		folds = r.plan.Folds()
	}
	part := 0.8 / float64(folds+1)
	var err error
	if r.fitted, err = r.fitOn(ctx, r.train, 0, part, r.judge); err != nil {
		return err
	}
	for k := range folds {
		train, test := r.plan.Fold(k)
		f, err := r.fitOn(ctx, train, part*float64(k+1), part, nil)
		if err != nil {
			return err
		}
		predicted, err := r.predict(ctx, f, test)
		if err != nil {
			return err
		}
		r.folds = append(r.folds, fold{test: test, predicted: predicted})
	}
	return nil
}

// fitOn fits a model on the rows at places, of which the policy judges before.
func (r *run) fitOn(ctx context.Context, places []int, from, part float64, judge func(context.Context, estimator.Sample, []string) error) (*fitted, error) {
	t := r.target.only(places)
	if !r.step.SingleRowsMayShow && varied.Count(t.y) < r.step.MinGroupSize {
		return nil, refused("fewer than %d rows that the model would learn from differ in %s from all the others, and the owner shares summaries of at least %d rows only. Keep fewer rows back, or choose kfold.",
			r.step.MinGroupSize, t.column.Name, r.step.MinGroupSize)
	}
	if judge != nil && len(t.classes) < len(r.target.classes) {
		return nil, bad("params.validation", "no row that the model would learn from has one of the classes of %s; stratify, or choose kfold", t.column.Name)
	}
	if len(t.classes) == 1 {
		return nil, bad("params.validation", "all rows that the model would learn from have the same %s; keep fewer rows back, or choose kfold", t.column.Name)
	}
	rows := r.inTable(places)
	recipe, err := design.Learn(r.table, source.NamesOf(r.features), rows, r.options)
	if err != nil {
		return nil, err
	}
	if len(rows) == r.table.Rows && r.validation.Method != operation.TimeSeriesValidation {
		rows = nil // all of them, as they are
	}
	sample := estimator.Sample{X: recipe.Apply(r.table, rows), Y: t.y, Classes: len(t.classes)}
	if len(sample.X) == 0 {
		return nil, bad("params.features", "no column differs between the rows that the model learns from")
	}
	if judge != nil {
		if err := judge(ctx, sample, recipe.Names()); err != nil {
			return nil, err
		}
	}
	e, _, err := r.learner.New(r.params)
	if err != nil {
		return nil, err
	}
	model, err := e.Fit(ctx, sample, estimator.Settings{
		RandomState: r.params.RandomState, MinRows: int(r.step.MinGroupSize),
		Progress: func(fraction float64) { r.step.Tracker.Advance(from + part*fraction) },
	})
	return &fitted{recipe: recipe, model: model, classes: t.classes}, r.named(err, recipe.Names())
}

// named names the column that an estimator knows by its number only.
func (r *run) named(err error, columns []string) error {
	c, ok := errors.AsType[*leastsquares.CollinearError](err)
	if !ok {
		return err
	}
	path, name := "params.target", r.target.column.Name
	if c.Column < len(columns) {
		path, name = "params.features", columns[c.Column]
	}
	if c.Constant {
		return bad(path, "%s has the same value in every row, so nothing can be learned from it; leave it out", name)
	}
	return bad(path, "%s can be calculated exactly from the other features, so the coefficients are not determined; leave one of them out, or use ridge", name)
}

// batch is how many rows are predicted at once, so that their numbers take
// little memory beside the table.
const batch = 1 << 16

// predict gives what a model says of the rows at places: one column of numbers,
// or one of probabilities for each class of the target.
func (r *run) predict(ctx context.Context, f *fitted, places []int) ([][]float64, error) {
	out := make([][]float64, max(1, len(r.target.classes)))
	for j := range out {
		out[j] = make([]float64, 0, len(places))
	}
	for from := 0; from < len(places); from += batch {
		rows := r.inTable(places[from:min(from+batch, len(places))])
		got, err := f.model.Predict(ctx, f.recipe.Apply(r.table, rows))
		if err != nil {
			return nil, err
		}
		for j := range out {
			if r.target.classes == nil {
				out[j] = append(out[j], got[j]...)
				continue
			}
			// A fold may not have seen every class.
			if k := slices.Index(f.classes, r.target.classes[j]); k >= 0 {
				out[j] = append(out[j], got[k]...)
			} else {
				out[j] = append(out[j], make([]float64, len(rows))...)
			}
		}
	}
	return out, nil
}
