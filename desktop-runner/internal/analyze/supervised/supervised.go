package supervised

import (
	"context"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/design"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/split"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/source"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// Run learns the target from the features, and judges the predictions. Errors
// are invalid_params and policy_refused faults, or the engine's.
func Run(ctx context.Context, s *step.Step, p *operation.AnalyzeParams, l Learner) (finding.Finding, error) {
	r, err := prepare(ctx, s, p, l)
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Counted("fitting", 0.6, 1)
	if err := r.divide(); err != nil {
		return finding.Finding{}, err
	}
	if err := r.fitAndJudge(ctx); err != nil {
		return finding.Finding{}, err
	}
	return r.report(ctx)
}

// run is one supervised model while it is made.
type run struct {
	step       *step.Step
	params     *operation.AnalyzeParams
	learner    Learner
	options    design.Options
	validation operation.Validation

	table    *design.Table
	features []result.Column
	// skipped have too many different texts, and empty too few values.
	skipped, empty []string
	// rows are the rows of the table that are used, in the order in which they are
	// divided; target is theirs.
	rows   []int
	target target
	plan   *split.Plan

	// fitted is the model that is told and kept; train and test are the places in
	// rows that it learned from and that judge it, test is empty where folds do.
	fitted      *fitted
	train, test []int
	// folded are the predictions of the rows that judged in some fold, by those
	// that had not seen them.
	folds []fold
	fit   finding.Fit
}

// fold is one of several fits whose rows judge in turn.
type fold struct {
	test      []int
	predicted [][]float64
}

// fitted is a model with what it needs to be given rows of the table.
type fitted struct {
	recipe  *design.Recipe
	model   estimator.Model
	classes []string
}

func prepare(ctx context.Context, s *step.Step, p *operation.AnalyzeParams, l Learner) (*run, error) {
	r := &run{step: s, params: p, learner: l, options: design.Options{MinRows: int(s.MinGroupSize)}}
	var err error
	if r.options.Preprocess, err = p.Preprocessing(); err != nil {
		return nil, err
	}
	if err := r.options.Allowed(s); err != nil {
		return nil, err
	}
	if r.validation, err = p.Validating(); err != nil {
		return nil, err
	}
	s.Tracker.Stage("loading", 0.4, 0.6)
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	return r, r.use()
}

// read reads the columns that are learned from, and those that say how.
func (r *run) read(ctx context.Context) error {
	rel := r.step.Relation
	of, err := rel.Column("params.target", r.params.Target)
	if err != nil {
		return err
	}
	if !design.Suitable(of.Type) {
		return bad("params.target", "%s is a column of type %s, which no model predicts", of.Name, of.Type)
	}
	beside, err := r.beside(of)
	if err != nil {
		return err
	}
	columns := append([]result.Column{of}, beside...)
	if r.features, r.skipped, err = design.Choose(ctx, r.step, r.params.Features, source.NamesOf(columns)); err != nil {
		return err
	}
	for _, c := range r.features {
		if !slices.ContainsFunc(columns, func(o result.Column) bool { return o.Name == c.Name }) {
			columns = append(columns, c)
		}
	}
	if r.table, err = design.Read(ctx, r.step, columns); err != nil || len(r.params.Features) > 0 {
		return err
	}
	return r.leaveOutEmpty()
}

// beside finds the columns of the validation, which are not learned from unless
// they are named.
func (r *run) beside(target result.Column) (columns []result.Column, err error) {
	for _, asked := range []struct {
		path, name string
		times      bool
	}{{"params.validation.column", r.validation.Column, false}, {"params.validation.order_by", r.validation.OrderBy, true}} {
		if asked.name == "" || asked.name == target.Name {
			continue
		}
		c, err := r.step.Relation.Column(asked.path, asked.name)
		if err != nil {
			return nil, err
		}
		if timely := c.Type == result.Date || c.Type == result.Timestamp; !design.Suitable(c.Type) && (!timely || !asked.times) {
			return nil, bad(asked.path, "%s is of type %s; mark rows by true and false, and order them by a date, a time stamp or a number", c.Name, c.Type)
		}
		columns = append(columns, c)
	}
	return columns, nil
}

// leaveOutEmpty leaves out features that tell nothing: an empty column that
// nobody has named is no reason to learn nothing from the others.
func (r *run) leaveOutEmpty() error {
	r.features = slices.DeleteFunc(r.features, func(c result.Column) bool {
		tells := r.options.Tells(r.table.Column(c.Name))
		if !tells {
			r.empty = append(r.empty, c.Name)
		}
		return !tells
	})
	if len(r.features) == 0 {
		return bad("params.features", "%s has no column to learn from beside the target", r.step.Relation.Dataset)
	}
	return nil
}

// use finds the rows with a target and, where the recipe asks for it, with all features.
func (r *run) use() error {
	if err := r.judgeTarget(); err != nil {
		return err
	}
	all, err := targetOf(r.table.Column(r.params.Target), r.params.TargetType, r.learner)
	if err != nil {
		return err
	}
	usable := design.Usable(r.table, source.NamesOf(r.features), r.options)
	for i, y := range all.y {
		if usable[i] && !math.IsNaN(y) {
			r.rows = append(r.rows, i)
		}
	}
	if r.validation.Method == operation.TimeSeriesValidation {
		if err := r.order(); err != nil {
			return err
		}
	}
	if err := r.judgeRows(); err != nil {
		return err
	}
	if len(r.rows) == 0 {
		return bad("params.features", "no row has a number or text in every column; choose another numeric_imputation or categorical_imputation, or fewer columns")
	}
	r.target = all.only(r.rows)
	if !r.step.SingleRowsMayShow {
		n := int64(len(r.rows))
		if err := r.step.Judge(finding.Fit{Rows: n, Parameters: 1, Support: varied.Count(r.target.y), SupportOf: r.params.Target}); err != nil {
			return err
		}
	}
	if len(r.target.classes) == 1 {
		return bad("params.target", "%s is the same in every row that can be used, so there is nothing to predict", r.params.Target)
	}
	return r.checkClasses()
}

// order puts the rows into the order of time; those without a time come nowhere.
func (r *run) order() error {
	c := r.table.Column(r.validation.OrderBy)
	if c.Codes != nil {
		return bad("params.validation.order_by", "%s is text; order by a date, a time or a number", c.Name)
	}
	r.rows = slices.DeleteFunc(r.rows, func(i int) bool { return math.IsNaN(c.Numbers[i]) })
	slices.SortStableFunc(r.rows, func(a, b int) int {
		switch x, y := c.Numbers[a], c.Numbers[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return 0
		}
	})
	return nil
}

// divide decides which rows teach and which judge.
func (r *run) divide() (err error) {
	n, v := len(r.rows), r.validation
	o := split.Options{Shuffle: true, RandomState: r.params.RandomState, MinRows: int(r.step.MinGroupSize)}
	strata := split.Strata{}
	if v.Stratify && r.target.classes != nil {
		strata = split.Strata{Y: r.target.y, Classes: len(r.target.classes)}
	}
	switch v.Method {
	case operation.NoValidation:
	case operation.ColumnValidation:
		var marks []bool
		if marks, err = r.marks(); err != nil {
			return err
		}
		r.plan, err = split.ByColumn(marks, o)
	case operation.KFoldValidation:
		if strata.Classes > 0 {
			r.plan, err = split.StratifiedKFold(v.NSplits, strata, o)
		} else {
			r.plan, err = split.KFold(n, v.NSplits, o)
		}
	case operation.TimeSeriesValidation:
		r.plan, err = split.TimeSeries(n, v.NSplits, o)
	default:
		r.plan, err = split.Holdout(n, v.TestSize, strata, o)
	}
	if err != nil {
		return err
	}
	if r.plan != nil && r.plan.Folds() == 1 {
		r.train, r.test = r.plan.Fold(0)
		return nil
	}
	r.train = make([]int, n)
	for i := range r.train {
		r.train[i] = i
	}
	return nil
}

// marks reads the column that says which rows judge.
func (r *run) marks() ([]bool, error) {
	c := r.table.Column(r.validation.Column)
	if c.Codes != nil {
		return nil, bad("params.validation.column", "%s is text; mark the rows to test by with true and false, or with 1 and 0", c.Name)
	}
	out := make([]bool, len(r.rows))
	for k, i := range r.rows {
		switch x := c.Numbers[i]; {
		case x == 1:
			out[k] = true
		case x == 0:
		case !r.step.SingleRowsMayShow:
			return nil, bad("params.validation.column", "%s is not only true and false, or 1 and 0", c.Name)
		default:
			return nil, bad("params.validation.column", "%s has a row that is neither true nor false (1 or 0)", c.Name)
		}
	}
	return out, nil
}

// inTable gives the rows of the table at places in r.rows.
func (r *run) inTable(places []int) []int {
	out := make([]int, len(places))
	for k, place := range places {
		out[k] = r.rows[place]
	}
	return out
}
