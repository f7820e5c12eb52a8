package supervised

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"ddap/desktop-runner/internal/analyze/split"
	"ddap/desktop-runner/internal/analyze/spread"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
	"ddap/shared/task"
)

const (
	// compareFolds is how many folds models are compared by.
	compareFolds = 5
	// compareRows bounds the rows that they are compared on; the one that is taken
	// learns from all.
	compareRows = 20_000
)

// candidate is a model that was tried.
type candidate struct {
	run *run
	// scores are those of the folds; none where it could not be fitted.
	scores []float64
	why    string
}

func (c *candidate) name() string { return string(c.run.learner.Name) }

// RunAuto compares the learners that are tried and take the target, in the order from the
// simplest to the most involved, on the rows that Run would learn from, and does
// what Run does with the one that it takes: the simplest of those whose mean
// score is within one standard error of the best.
//
// Source: the rule of one standard error is that of Breiman, Friedman, Olshen and
// Stone, "Classification and Regression Trees" (1984), section 3.4.3.
func RunAuto(ctx context.Context, s *step.Step, p *operation.AnalyzeParams, learners []Learner) (finding.Finding, error) {
	r, err := prepare(ctx, s, p, Learner{Name: operation.Auto, Numbers: true, Classes: true})
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("comparing", 0.6, 0.8)
	if err := r.divide(); err != nil {
		return finding.Finding{}, err
	}
	tried, err := r.compare(ctx, learners)
	if err != nil {
		return finding.Finding{}, err
	}
	taken, best := choose(tried)
	if taken == nil {
		return finding.Finding{}, tried[0].failure()
	}
	s.Tracker.Counted("fitting", 0.8, 1)
	if err := taken.run.fitAndJudge(ctx); err != nil {
		return finding.Finding{}, err
	}
	f, err := taken.run.report(ctx)
	if err != nil {
		return f, err
	}
	f.Kind = finding.Kind(operation.Analyze, operation.Auto)
	f.Parameters["model"], f.Parameters["taken"] = operation.Auto, taken.run.learner.Name
	return f, r.tell(&f, tried, taken, best)
}

// failure is why no model could be fitted.
func (c *candidate) failure() error {
	return bad("params.target", "none of the models could learn it; %s: %s", c.name(), c.why)
}

// compare fits each learner that takes the target on the same folds.
func (r *run) compare(ctx context.Context, learners []Learner) ([]candidate, error) {
	places := r.compared()
	strata := split.Strata{}
	if r.target.classes != nil {
		strata = split.Strata{Y: r.truth(places), Classes: len(r.target.classes)}
	}
	o := split.Options{Shuffle: true, RandomState: r.params.RandomState, MinRows: int(r.step.MinGroupSize)}
	var plan *split.Plan
	var err error
	switch {
	case r.validation.Method == operation.TimeSeriesValidation: // none is chosen by what came later
		plan, err = split.TimeSeries(len(places), compareFolds, o)
	case strata.Classes > 0:
		plan, err = split.StratifiedKFold(compareFolds, strata, o)
	default:
		plan, err = split.KFold(len(places), compareFolds, o)
	}
	if err != nil {
		return nil, err
	}
	var out []candidate
	fitting := slices.DeleteFunc(slices.Clone(learners), func(l Learner) bool {
		return !l.Tried || r.target.classes == nil && !l.Numbers || r.target.classes != nil && !l.Classes
	})
	for i, l := range fitting {
		c, err := r.candidate(l)
		if err != nil {
			return nil, err
		}
		part := 1 / float64(len(fitting))
		if err := c.try(ctx, plan, places, float64(i)*part, part); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// compared are the places of the rows that teach, an even choice of them where
// they are very many.
func (r *run) compared() []int {
	if len(r.train) <= compareRows {
		return r.train
	}
	random := rand.New(rand.NewPCG(uint64(r.params.RandomState), 2)) //nolint:gosec // reproducible, not secret
	chosen := random.Perm(len(r.train))[:compareRows]
	slices.Sort(chosen)
	out := make([]int, len(chosen))
	for k, i := range chosen {
		out[k] = r.train[i]
	}
	return out
}

// candidate is the run of one learner on the same rows: columns are prepared as
// it wants them, and missing values as for all.
func (r *run) candidate(l Learner) (candidate, error) {
	params := *r.params
	params.Model, params.ModelParams = l.Name, nil
	own, err := params.Preprocessing()
	if err != nil {
		return candidate{}, err
	}
	own.NumericImputation, own.CategoricalImputation = r.options.NumericImputation, r.options.CategoricalImputation
	c := *r
	c.learner, c.params, c.options.Preprocess = l, &params, own
	return candidate{run: &c}, nil
}

// try scores a candidate by each fold. A model that refuses these rows is out of
// the comparison, with its reason.
func (c *candidate) try(ctx context.Context, plan *split.Plan, places []int, from, part float64) error {
	for k := range plan.Folds() {
		train, test := plan.Fold(k)
		fitted, err := c.run.fitOn(ctx, taken(places, train), from+part*float64(k)/float64(plan.Folds()), part/float64(plan.Folds()), nil)
		if fault.HasCode(err, string(task.InvalidParams)) || fault.HasCode(err, string(task.PolicyRefused)) {
			c.scores, c.why = nil, sentence(err)
			return nil
		}
		if err != nil {
			return err
		}
		predicted, err := c.run.predict(ctx, fitted, taken(places, test))
		if err != nil {
			return err
		}
		score := c.run.comparable(c.run.truth(taken(places, test)), predicted)
		if math.IsNaN(score) {
			c.scores, c.why = nil, "its "+c.run.comparedBy()+" is not defined on these rows"
			return nil
		}
		c.scores = append(c.scores, score)
	}
	return nil
}

// sentence is what a fault says to people.
func sentence(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	if len(f.Fields) > 0 {
		return f.Fields[0].Message
	}
	return f.Message
}

func taken(places, at []int) []int {
	out := make([]int, len(at))
	for k, i := range at {
		out[k] = places[i]
	}
	return out
}

// comparedBy names the score that models are compared by.
func (r *run) comparedBy() string {
	if r.target.classes == nil {
		return "r2"
	}
	return "balanced_accuracy"
}

// comparable is that score; NaN where it is not defined, or not told.
func (r *run) comparable(y []float64, predicted [][]float64) float64 {
	for _, m := range r.score(y, predicted) {
		if m.Name == r.comparedBy() {
			return m.Value
		}
	}
	return math.NaN()
}

// choose gives the candidate to take and the one with the best mean score; nil
// where there is none.
func choose(tried []candidate) (taken, best *candidate) {
	for i := range tried {
		c := &tried[i]
		if len(c.scores) > 0 && (best == nil || mean(c.scores) > mean(best.scores)) {
			best = c
		}
	}
	if best == nil {
		return nil, nil
	}
	_, deviation := spread.MeanAndDeviation(best.scores)
	enough := mean(best.scores) - deviation/math.Sqrt(float64(len(best.scores)))
	for i := range tried {
		if c := &tried[i]; len(c.scores) > 0 && mean(c.scores) >= enough {
			return c, best
		}
	}
	return best, best
}

func mean(values []float64) float64 {
	m, _ := spread.MeanAndDeviation(values)
	return m
}

// tell adds the comparison to what the model that was taken tells.
func (r *run) tell(f *finding.Finding, tried []candidate, taken, best *candidate) error {
	compared := len(r.compared())
	fit := taken.run.fit
	fit.Rows = min(fit.Rows, int64(compared))
	t := &finding.Estimates{Name: "comparison", Title: "Models that were tried", Model: fit, Columns: []result.Column{
		{Name: "model", Type: result.Text}, {Name: r.comparedBy() + "_mean", Type: result.Float}, {Name: r.comparedBy() + "_std", Type: result.Float}, {Name: "outcome", Type: result.Text},
	}}
	bars := result.Series{Name: r.comparedBy()}
	var rows [][]any
	for i := range tried {
		c := &tried[i]
		outcome := map[bool]string{true: "taken", false: ""}[c == taken]
		if len(c.scores) == 0 {
			rows = append(rows, []any{c.name(), math.NaN(), math.NaN(), "could not learn this: " + c.why})
			continue
		}
		m, deviation := spread.MeanAndDeviation(c.scores)
		rows = append(rows, []any{c.name(), m, deviation, outcome})
		bars.X, bars.Y = append(bars.X, c.name()), append(bars.Y, m)
	}
	var err error
	if t.Frame, err = frame.New(t.Columns, rows); err != nil {
		return err
	}
	f.Tables = slices.Insert(f.Tables, 0, finding.Table(t))
	f.Charts = slices.Insert(f.Charts, 0, finding.Chart(&finding.Curves{Model: fit, Chart: result.Chart{
		Name: "comparison", Type: result.Bar, Title: "Models that were tried, by " + r.comparedBy(),
		X: result.Axis{Title: "Model", Type: result.Text}, Y: result.Axis{Title: r.comparedBy(), Type: result.Float}, Series: []result.Series{bars},
	}}))
	over := finding.Over(int64(compared / compareFolds))
	f.Metrics = append(f.Metrics,
		finding.Metric{Name: "cv_taken", Value: mean(taken.scores), Basis: over},
		finding.Metric{Name: "cv_best", Value: mean(best.scores), Basis: over})
	why := fmt.Sprintf("Of %d models, %s had the best %s: {cv_taken} on average over %d folds.", len(tried), taken.name(), r.comparedBy(), compareFolds)
	if taken != best {
		why = fmt.Sprintf("Of %d models, %s was taken: its %s is {cv_taken} on average over %d folds, and the {cv_best} of %s is no more than one standard error better, for a model that is more involved.",
			len(tried), taken.name(), r.comparedBy(), compareFolds, best.name())
	}
	f.Notes = slices.Insert(f.Notes, 0, why)
	if compared < len(r.train) {
		f.Notes = append(f.Notes, fmt.Sprintf("The models were compared on %d rows; the one that was taken learned from all.", compared))
	}
	return nil
}
