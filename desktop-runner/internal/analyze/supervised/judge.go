package supervised

import (
	"context"
	"math"

	"ddap/desktop-runner/internal/analyze/design"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/linear"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/fault"
	"ddap/shared/task"
)

func refused(format string, args ...any) error {
	return fault.New("supervised.Run", fault.Forbidden, string(task.PolicyRefused), format, args...)
}

// judgeTarget refuses a target of which too few rows tell, before anything is said
// about its values: that there are none, or that all are alike, is told of as few
// rows as that there are some.
func (r *run) judgeTarget() error {
	if r.step.SingleRowsMayShow {
		return nil
	}
	c := r.table.Column(r.params.Target)
	var there []float64
	for i := range r.table.Rows {
		switch {
		case c.Codes != nil && c.Codes[i] != design.Missing:
			there = append(there, float64(c.Codes[i]))
		case c.Codes == nil && !math.IsNaN(c.Numbers[i]):
			there = append(there, c.Numbers[i])
		}
	}
	n := int64(len(there))
	if err := r.step.Judge(finding.Fit{Rows: n, Parameters: 1, Support: n}); err != nil {
		return err
	}
	return r.step.Judge(finding.Fit{Rows: n, Parameters: 1, Support: varied.Count(there), SupportOf: c.Name})
}

// judgeRows refuses too few rows to learn from.
func (r *run) judgeRows() error {
	if r.step.SingleRowsMayShow {
		return nil
	}
	n := int64(len(r.rows))
	return r.step.Judge(finding.Fit{Rows: n, Parameters: 1, Support: n})
}

// checkClasses refuses classes of too few rows: that one is there at all is not
// told, and what a model learned of it would tell of its rows.
func (r *run) checkClasses() error {
	for _, n := range r.target.counts() {
		if int64(n) < r.step.MinGroupSize {
			return refused("a class of %s has fewer than %d rows, and the owner shares summaries of at least %d rows only. Filter such rows out, or derive a column with fewer, larger classes.",
				r.params.Target, r.step.MinGroupSize, r.step.MinGroupSize)
		}
	}
	return nil
}

// judge asks the policy whether a model may be told that rests on a sample, and
// keeps what it rests on. Where single rows may show there is nothing to ask.
func (r *run) judge(ctx context.Context, sample estimator.Sample, names []string) error {
	parameters := 1
	if r.learner.Linear {
		parameters = (len(sample.X) + 1) * max(1, sample.Classes-1)
	}
	r.fit = finding.Fit{Rows: int64(len(sample.Y)), Parameters: int64(parameters), Support: int64(len(sample.Y))}
	if r.step.SingleRowsMayShow {
		return nil
	}
	if err := r.step.Judge(r.fit); err != nil {
		return err
	}
	for j, column := range sample.X {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n := varied.Count(column); n < r.fit.Support {
			r.fit.Support, r.fit.SupportOf = n, names[j]
		}
	}
	if n := varied.Count(sample.Y); n < r.fit.Support {
		r.fit.Support, r.fit.SupportOf = n, r.params.Target
	}
	if r.learner.Linear {
		var err error
		if r.fit.Leverages, err = linear.Leverages(ctx, sample.X, r.hasIntercept()); err != nil {
			return err
		}
	}
	return r.step.Judge(r.fit)
}

// hasIntercept reports whether a linear model has one, as most do.
func (r *run) hasIntercept() bool {
	_, own, err := r.learner.New(r.params)
	if err != nil {
		return true
	}
	parameters, err := effective(own)
	asked, said := parameters["fit_intercept"].(bool)
	return err != nil || !said || asked
}
