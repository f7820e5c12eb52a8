package hypothesis

import (
	"context"
	"fmt"

	"ddap/desktop-runner/internal/analyze/inference"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// ANOVA is the model anova. It keeps no rows in memory. Errors are as those of
// TTest.
func ANOVA(ctx context.Context, s *step.Step, p *operation.AnalyzeParams) (finding.Finding, error) {
	asked, err := p.ANOVA()
	if err != nil {
		return finding.Finding{}, err
	}
	s.Tracker.Stage("loading", 0.4, 0.8)
	groups, err := read(ctx, s, p, asked.Group, nil, false)
	if err != nil {
		return finding.Finding{}, err
	}
	k := int64(len(groups.groups))
	switch {
	case k < 2:
		return finding.Finding{}, bad("params.params.group", "%s has fewer than two groups of rows with a number in %s and enough of them, and anova compares two or more", groups.by.Name, groups.target.Name)
	case groups.used() <= k:
		return finding.Finding{}, bad("params.params.group", "every group of %s has one row only, so nothing is known of their spread; use a column with fewer values", groups.by.Name)
	case !asked.EqualVar && groups.smallest() < 2:
		return finding.Finding{}, bad("params.params.equal_var", "Welch's test needs two rows of each group, and one has fewer")
	}
	s.Tracker.Counted("fitting", 0.8, 1)
	moments := groups.moments()
	test := inference.OneWay(moments, asked.ConfidenceLevel)
	pairs, err := inference.Tukey(ctx, moments, test, asked.ConfidenceLevel)
	if err != nil {
		return finding.Finding{}, err
	}
	f, err := groups.report(p.Model, asked.ConfidenceLevel)
	if err != nil {
		return finding.Finding{}, err
	}
	f.Parameters = map[string]any{
		"model": p.Model, "target": p.Target, "group": asked.Group, "equal_var": asked.EqualVar, "confidence_level": asked.ConfidenceLevel,
	}
	statistic, df, pvalue := test.F, test.DFWithin, test.PValue
	if !asked.EqualVar {
		statistic, df, pvalue = test.WelchF, test.WelchDF, test.WelchPValue
		f.Notes = append(f.Notes, "The test is Welch's, which does not suppose equal variances; the table, the effect sizes and the pairs do.")
	}
	f.Metrics = append(f.Metrics, finding.Metric{Name: "groups", Value: float64(k), Basis: finding.Known()})
	statistics(&f, groups.smallest(), "statistic", statistic, "df_between", test.DFBetween, "df_within", df, "pvalue", pvalue,
		"eta_squared", test.EtaSquared, "eta_squared_ci_lower", test.EtaInterval.Low, "eta_squared_ci_upper", test.EtaInterval.High, "omega_squared", test.OmegaSquared)
	f.Summary = fmt.Sprintf("{groups} groups of %s explain {eta_squared} of the variance of %s (%s interval {eta_squared_ci_lower} to {eta_squared_ci_upper}), %s.",
		groups.by.Name, groups.target.Name, percent(asked.ConfidenceLevel), chance(pvalue))
	model := finding.Fit{Rows: groups.used(), Parameters: k, Support: groups.smallest(), SupportOf: groups.by.Name}
	variance, err := varianceTable(test, model)
	if err != nil {
		return f, err
	}
	compared, err := groups.pairTable(pairs, model)
	f.Tables = append([]finding.Table{variance}, append(f.Tables, compared)...)
	return f, err
}

func varianceTable(a inference.ANOVA, model finding.Fit) (*finding.Estimates, error) {
	t := &finding.Estimates{Name: "anova", Title: "Analysis of variance", Model: model, Columns: []result.Column{
		{Name: "source", Type: result.Text}, {Name: "sum_sq", Type: result.Float}, {Name: "df", Type: result.Float}, {Name: "mean_sq", Type: result.Float},
		{Name: "f", Type: result.Float}, {Name: "p_value", Type: result.Float},
	}}
	var err error
	t.Frame, err = frame.New(t.Columns, [][]any{
		{"between groups", a.SSBetween, a.DFBetween, a.SSBetween / a.DFBetween, a.F, a.PValue},
		{"within groups", a.SSWithin, a.DFWithin, a.SSWithin / a.DFWithin, nil, nil},
		{"total", a.SSTotal, a.DFBetween + a.DFWithin, nil, nil, nil},
	})
	return t, err
}

// pairTable shows Tukey's comparisons.
func (s *sample) pairTable(pairs []inference.Pair, model finding.Fit) (*finding.Estimates, error) {
	t := &finding.Estimates{Name: "pairs", Title: "Pairs of groups (Tukey's HSD)", Model: model, Columns: []result.Column{
		{Name: "group", Type: result.Text}, {Name: "other", Type: result.Text}, {Name: "difference", Type: result.Float}, {Name: "std_error", Type: result.Float},
		{Name: "p_value", Type: result.Float}, {Name: "ci_lower", Type: result.Float}, {Name: "ci_upper", Type: result.Float},
	}}
	rows := make([][]any, len(pairs))
	for i, p := range pairs {
		rows[i] = []any{s.groups[p.A].name, s.groups[p.B].name, p.Difference, p.StdError, p.PValue, p.Interval.Low, p.Interval.High}
	}
	var err error
	t.Frame, err = frame.New(t.Columns, rows)
	return t, err
}
