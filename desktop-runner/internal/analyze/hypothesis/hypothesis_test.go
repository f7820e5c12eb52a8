package hypothesis_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/hypothesis"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

var models = map[string]func(context.Context, *step.Step, *operation.AnalyzeParams) (finding.Finding, error){
	"t_test": hypothesis.TTest, "mann_whitney": hypothesis.MannWhitney, "anova": hypothesis.ANOVA, "chi_square": hypothesis.ChiSquare,
}

// run tests the column y of rows "g,y,z"; least above 1 stands for a policy.
func run(t *testing.T, model, params string, least int64, rows ...string) (finding.Finding, error) {
	t.Helper()
	p, err := operation.Decode(operation.Analyze, json.RawMessage(fmt.Sprintf(`{"source":{"dataset":"x"},"model":%q,"target":"y","params":%s}`, model, params)))
	require.NoError(t, err)
	s := steptest.Open(t, steptest.Write(t, "a.csv", "g,y,z\n"+strings.Join(rows, "\n")+"\n"))
	s.MinGroupSize = least
	if least > 1 {
		s.SingleRowsMayShow = false
		s.Judge = func(f finding.Fit) error {
			if f.Support < least {
				return fault.New("test", fault.Forbidden, "policy_refused", "too few")
			}
			return nil
		}
	}
	return models[model](t.Context(), s, p.(*operation.AnalyzeParams))
}

func metric(f finding.Finding, name string) float64 {
	for _, m := range f.Metrics {
		if m.Name == name {
			return m.Value
		}
	}
	return math.NaN()
}

const byGroup = `{"group":"g"}`

var rows = []string{"a,1,2", "a,2,2", "a,4,3", "a,3,5", "b,5,6", "b,7,6", "b,6,8", "b,9,9"}

func TestTests_DoNotMindTheOrderOfRows(t *testing.T) {
	t.Parallel()
	turned := slices.Clone(rows)
	slices.Reverse(turned)
	for model := range models {
		a, err := run(t, model, byGroup, 1, rows...)
		require.NoError(t, err)
		b, err := run(t, model, byGroup, 1, turned...)
		require.NoError(t, err)
		require.InDelta(t, metric(a, "statistic"), metric(b, "statistic"), 1e-12, model)
		require.InDelta(t, metric(a, "pvalue"), metric(b, "pvalue"), 1e-12, model)
	}
}

func TestTTest_TurnsRoundWithItsGroups(t *testing.T) {
	t.Parallel()
	a, err := run(t, "t_test", `{"group":"g","groups":["a","b"]}`, 1, rows...)
	require.NoError(t, err)
	b, err := run(t, "t_test", `{"group":"g","groups":["b","a"]}`, 1, rows...)
	require.NoError(t, err)
	require.InDelta(t, -4.25, metric(a, "difference"), 1e-12, "by hand: 10/4 - 27/4")
	require.InDelta(t, -metric(a, "statistic"), metric(b, "statistic"), 1e-12)
	require.InDelta(t, metric(a, "pvalue"), metric(b, "pvalue"), 1e-12)
}

func TestTTest_OfPairsIsThatOfTheirDifferences(t *testing.T) {
	t.Parallel()
	paired, err := run(t, "t_test", `{"paired_with":"z"}`, 1, append(rows, "a,,4", "b,3,")...)
	require.NoError(t, err)
	require.InDelta(t, -0.5, metric(paired, "difference"), 1e-12, "by hand: (-1+0+1-2-1+1-2+0)/8")
	var differences []string
	for _, d := range []int{-1, 0, 1, -2, -1, 1, -2, 0} {
		differences = append(differences, fmt.Sprintf("a,%d,0", d))
	}
	one, err := run(t, "t_test", `{"popmean":0}`, 1, differences...)
	require.NoError(t, err)
	for _, name := range []string{"statistic", "pvalue", "df", "cohens_d", "ci_lower", "ci_upper"} {
		require.InDelta(t, metric(one, name), metric(paired, name), 1e-12, name)
	}
}

func TestTests_RefuseWhatCannotBeCompared(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		model, params string
		rows          []string
		message       string
	}{
		"one group":      {"t_test", byGroup, []string{"a,1,1", "a,2,1"}, "fewer than two groups"},
		"one of anova":   {"anova", byGroup, []string{"a,1,1", "a,2,1"}, "fewer than two groups"},
		"one of ranks":   {"mann_whitney", byGroup, []string{"a,1,1", "a,2,1"}, "fewer than two groups"},
		"one value":      {"chi_square", byGroup, []string{"a,1,1", "b,1,1"}, "fewer than two different values"},
		"two rows":       {"t_test", byGroup, []string{"a,1,1", "b,2,1"}, "one row only"},
		"rows of anova":  {"anova", byGroup, []string{"a,1,1", "b,2,1"}, "one row only"},
		"Welch's anova":  {"anova", `{"group":"g","equal_var":false}`, []string{"a,1,1", "a,3,1", "b,2,1"}, "two rows of each group"},
		"one pair":       {"t_test", `{"paired_with":"z"}`, []string{"a,1,1", "a,2,"}, "fewer than two rows"},
		"pairs of text":  {"t_test", `{"paired_with":"g"}`, rows, "not a column of numbers"},
		"three groups":   {"t_test", byGroup, append(slices.Clone(rows), "c,1,1", "c,2,2"), "must name two of the 3 groups"},
		"unknown groups": {"t_test", `{"group":"g","groups":["a","x"]}`, rows, "those are: a, b"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := run(t, tc.model, tc.params, 1, tc.rows...)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, "invalid_params", f.Code)
			require.Contains(t, f.Fields[0].Message, tc.message)
		})
	}
}

func TestTests_OfConstantGroupsSayThatTheyCannotTell(t *testing.T) {
	t.Parallel()
	for _, model := range []string{"t_test", "anova"} {
		f, err := run(t, model, byGroup, 1, "a,3,1", "a,3,1", "b,3,1", "b,3,1")
		require.NoError(t, err, model)
		require.Contains(t, f.Summary, "cannot be tested", model)
	}
}

// many gives n rows of a group with numbers that all differ, beginning at from.
func many(group string, from, n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("%s,%d,%d", group, from+i, i%2))
	}
	return out
}

func same(group string, y, n int) (out []string) {
	for range n {
		out = append(out, fmt.Sprintf("%s,%d,1", group, y))
	}
	return out
}

// A small group, a row that differs from all the others, and a cell that follows
// by subtraction would each tell of fewer rows than the policy allows.
func TestTests_TellNothingOfFewRows(t *testing.T) {
	t.Parallel()
	odd := slices.Concat(same("a", 3, 9), []string{"a,400,1"}, many("b", 0, 10))
	for _, model := range []string{"t_test", "mann_whitney", "anova"} {
		f, err := run(t, model, byGroup, 5, odd...)
		require.True(t, fault.HasCode(err, "policy_refused"), "%s told %v of one row: %v", model, f.Summary, err)
		_, err = run(t, model, byGroup, 5, slices.Concat(many("a", 0, 10), many("b", 5, 4))...)
		require.Error(t, err, "%s compares with a group of 4", model)
	}
	// The third group is small, and counts as if it were not there.
	base := slices.Concat(many("a", 0, 10), many("b", 5, 10))
	without, err := run(t, "anova", byGroup, 5, base...)
	require.NoError(t, err)
	with, err := run(t, "anova", byGroup, 5, append(base, "c,1000,1", "c,2000,1")...)
	require.NoError(t, err)
	require.InDelta(t, metric(without, "statistic"), metric(with, "statistic"), 1e-12)
	_, err = run(t, "t_test", `{"group":"g","groups":["a","c"]}`, 5, append(base, "c,1000,1", "c,2000,1")...)
	require.ErrorContains(t, err, "is no value of g")
	// The cell of b and 2 follows from the totals.
	cells := slices.Concat(same("a", 1, 9), same("a", 2, 9), same("b", 1, 9), same("b", 2, 2))
	_, err = run(t, "chi_square", byGroup, 5, cells...)
	require.True(t, fault.HasCode(err, "policy_refused"), "got %v", err)
	_, err = run(t, "t_test", `{"popmean":3}`, 5, odd[:10]...)
	require.True(t, fault.HasCode(err, "policy_refused"), "got %v", err)
	// y and z of each pair differ by 1 but in one row.
	var pairs []string
	for i := range 12 {
		pairs = append(pairs, fmt.Sprintf("a,%d,%d", i, i+1))
	}
	_, err = run(t, "t_test", `{"paired_with":"z"}`, 5, append(pairs, "a,4,70")...)
	require.True(t, fault.HasCode(err, "policy_refused"), "got %v", err)
}
