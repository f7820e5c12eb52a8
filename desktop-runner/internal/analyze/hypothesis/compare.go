package hypothesis

import (
	"context"
	"fmt"
	"math"

	"ddap/desktop-runner/internal/analyze/inference"
	"ddap/desktop-runner/internal/analyze/matrix"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// TTest is the model t_test. It keeps no rows in memory. Errors are invalid_params
// and policy_refused faults, or the engine's.
func TTest(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.TTest()
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 1)
	parameters := map[string]any{"model": p.Model, "target": p.Target, "alternative": asked.Alternative, "confidence_level": asked.ConfidenceLevel}
	if asked.Group == "" {
		return oneColumn(ctx, s, p, asked, parameters)
	}
	groups, err := read(ctx, s, p, asked.Group, asked.Groups, false)
	if err != nil {
		return finding.Finding{}, err
	}
	if err := groups.two(p.Model); err != nil {
		return finding.Finding{}, err
	}
	a, b := groups.groups[0], groups.groups[1]
	if least := groups.smallest(); least < 2 && (!asked.EqualVar || groups.used() < 3) {
		return finding.Finding{}, bad("params.params.groups", "a group has one row only, and nothing is known of its spread; a t test needs two rows of each group")
	}
	test := inference.TwoSample(&a.moments, &b.moments, asked.EqualVar, inference.Alternative(asked.Alternative), asked.ConfidenceLevel)
	f, err := groups.report(p.Model, asked.ConfidenceLevel)
	parameters["group"], parameters["groups"], parameters["equal_var"] = asked.Group, []string{a.name, b.name}, asked.EqualVar
	f.Parameters = parameters
	describeT(&f, test, groups.smallest())
	kind := "Welch's t test, which does not suppose equal variances"
	if asked.EqualVar {
		kind = "Student's t test, which supposes equal variances"
	}
	f.Notes = append(f.Notes, "This is "+kind+". Cohen's d and Hedges' g are in pooled standard deviations; their intervals suppose equal variances.")
	f.Summary = told(fmt.Sprintf("The mean of %s of %s", groups.target.Name, a.name), "that of "+b.name, test, asked.ConfidenceLevel)
	return f, err
}

// oneColumn compares the mean of the target with a number, or that of its
// differences from another column with zero.
func oneColumn(ctx context.Context, s *step.Step, p *operation.AnalyzeParams, asked operation.TTestParams, parameters map[string]any) (finding.Finding, error) {
	target, err := matrix.Target(s.Relation, p.Target, string(p.Model))
	if err != nil {
		return finding.Finding{}, err
	}
	columns, popmean := []result.Column{target}, 0.0
	if asked.PopMean != nil {
		popmean = *asked.PopMean
		parameters["popmean"] = popmean
	} else {
		other, err := s.Relation.Column("params.params.paired_with", asked.PairedWith)
		if err == nil && !other.Type.Numeric() {
			err = bad("params.params.paired_with", "%s is not a column of numbers", other.Name)
		}
		if err != nil {
			return finding.Finding{}, err
		}
		columns = append(columns, other)
		parameters["paired_with"] = other.Name
	}
	samples, n, err := pairs(ctx, s, columns)
	if err != nil {
		return finding.Finding{}, err
	}
	tested := samples[len(samples)-1]
	if n < 2 {
		return finding.Finding{}, bad("params.target", "fewer than two rows have the numbers, and a t test needs two")
	}
	test := inference.OneSample(&tested, popmean, inference.Alternative(asked.Alternative), asked.ConfidenceLevel)
	f := counted(p.Model, s.Rows, n)
	f.Parameters = parameters
	describeT(&f, test, n)
	with := fmt.Sprintf("%.6g", popmean)
	if asked.PopMean == nil {
		with = "that of " + asked.PairedWith + " in the same rows"
	}
	f.Summary = told("The mean of "+target.Name, with, test, asked.ConfidenceLevel)
	table, err := columnsTable(columns, samples, asked.ConfidenceLevel)
	f.Tables = []finding.Table{table}
	f.Charts = []finding.Chart{&finding.GroupChart{
		Name: "means", Title: "Means", Groups: "groups", X: "group", Type: result.Bar, Y: []string{"ci_lower", "mean", "ci_upper"},
	}}
	return f, err
}

// pairs adds up the columns over the rows that have all of them, and then the
// differences of the first and the second where there are two.
func pairs(ctx context.Context, s *step.Step, columns []result.Column) ([]inference.Moments, int64, error) {
	numbers, err := matrix.Columnwise(ctx, s, columns, true, 1)
	if err != nil {
		return nil, 0, err
	}
	n := int64(len(numbers[0]))
	if len(columns) == 2 {
		difference := make([]float64, n)
		for i := range difference {
			difference[i] = numbers[0][i] - numbers[1][i]
		}
		numbers = append(numbers, difference)
	}
	if !s.SingleRowsMayShow {
		for j, column := range numbers {
			what := columns[min(j, len(columns)-1)].Name
			if j == len(columns) {
				what = "the difference of the columns"
			}
			if err := s.Judge(finding.Fit{Rows: n, Parameters: 1, Support: varied.Count(column), SupportOf: what}); err != nil {
				return nil, 0, err
			}
		}
	}
	out := make([]inference.Moments, len(numbers))
	for j, column := range numbers {
		for _, x := range column {
			if math.Abs(x) > largest {
				return nil, 0, bad("params.target", "a number in the data is too large to calculate with; filter such rows out")
			}
			out[j].Add(x)
		}
	}
	return out, n, ctx.Err()
}

func columnsTable(columns []result.Column, samples []inference.Moments, level float64) (*finding.Groups, error) {
	t := &finding.Groups{Name: "groups", Title: "Columns", Size: "n", Columns: []result.Column{
		{Name: "group", Type: result.Text}, {Name: "n", Type: result.Integer}, {Name: "mean", Type: result.Float}, {Name: "std", Type: result.Float},
		{Name: "std_error", Type: result.Float}, {Name: "ci_lower", Type: result.Float}, {Name: "ci_upper", Type: result.Float},
	}}
	rows := make([][]any, len(samples))
	for i := range samples {
		label := "difference"
		if i < len(columns) {
			label = columns[i].Name
		}
		one := inference.OneSample(&samples[i], 0, inference.TwoSided, level)
		rows[i] = []any{label, samples[i].N, samples[i].Mean(), samples[i].Std(), one.StdError, one.Interval.Low, one.Interval.High}
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}

func describeT(f *finding.Finding, t inference.TTest, rows int64) {
	statistics(f, rows, "statistic", t.T, "df", t.DF, "pvalue", t.PValue, "difference", t.Estimate, "std_error", t.StdError,
		"ci_lower", t.Interval.Low, "ci_upper", t.Interval.High,
		"cohens_d", t.D, "cohens_d_ci_lower", t.DInterval.Low, "cohens_d_ci_upper", t.DInterval.High,
		"hedges_g", t.G, "hedges_g_ci_lower", t.GInterval.Low, "hedges_g_ci_upper", t.GInterval.High)
}

func told(what, with string, t inference.TTest, level float64) string {
	interval := "{ci_lower} to {ci_upper}"
	switch {
	case math.IsInf(t.Interval.Low, 0):
		interval = "at most {ci_upper}"
	case math.IsInf(t.Interval.High, 0):
		interval = "at least {ci_lower}"
	}
	direction := "higher"
	if t.Estimate < 0 {
		direction = "lower"
	}
	if t.Estimate == 0 {
		return fmt.Sprintf("%s is the same as %s, %s.", what, with, chance(t.PValue))
	}
	return fmt.Sprintf("%s is %s than %s: the difference is {difference} (%s interval %s), %s.", what, direction, with, percent(level), interval, chance(t.PValue))
}

// MannWhitney is the model mann_whitney. It keeps the numbers of both groups in
// memory. Errors are as those of TTest.
func MannWhitney(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.MannWhitney()
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.8)
	groups, err := read(ctx, s, p, asked.Group, asked.Groups, true)
	if err != nil {
		return finding.Finding{}, err
	}
	if err := groups.two(p.Model); err != nil {
		return finding.Finding{}, err
	}
	a, b := groups.groups[0], groups.groups[1]
	if asked.Method == string(inference.Exact) && !inference.CanBeExact(len(a.values), len(b.values)) {
		return finding.Finding{}, bad("params.params.method", "exact takes too long for groups of this size; use auto or asymptotic")
	}
	s.Tracker.Counted("fitting", 0.8, 1)
	test, err := inference.MannWhitney(ctx, a.values, b.values, inference.RankMethod(asked.Method), inference.Alternative(asked.Alternative), asked.ConfidenceLevel)
	if err != nil {
		return finding.Finding{}, err
	}
	f, err := groups.report(p.Model, asked.ConfidenceLevel)
	f.Parameters = map[string]any{
		"model": p.Model, "target": p.Target, "group": asked.Group, "groups": []string{a.name, b.name}, "alternative": asked.Alternative,
		"method": test.Method, "confidence_level": asked.ConfidenceLevel,
	}
	statistics(&f, groups.smallest(), "statistic", test.U, "pvalue", test.PValue,
		"common_language", test.CommonLanguage, "common_language_ci_lower", test.CommonLanguageInterval.Low, "common_language_ci_upper", test.CommonLanguageInterval.High,
		"rank_biserial", test.RankBiserial, "rank_biserial_ci_lower", test.RankBiserialInterval.Low, "rank_biserial_ci_upper", test.RankBiserialInterval.High)
	if s.SingleRowsMayShow {
		// These are differences of two rows.
		statistics(&f, groups.smallest(), "shift", test.Shift, "shift_ci_lower", test.ShiftInterval.Low, "shift_ci_upper", test.ShiftInterval.High)
	}
	if test.Method == inference.Exact && test.Ties {
		f.Notes = append(f.Notes, "Some numbers are equal, for which the exact method is not made; scipy calculates it all the same.")
	}
	f.Summary = fmt.Sprintf("%s of a row of %s is higher than that of a row of %s with probability {common_language} (%s interval {common_language_ci_lower} to {common_language_ci_upper}), %s.",
		groups.target.Name, a.name, b.name, percent(asked.ConfidenceLevel), chance(test.PValue))
	return f, err
}
