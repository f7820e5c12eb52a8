package inference

import (
	"context"
	"math"
)

// ANOVA is a one-way analysis of variance.
type ANOVA struct {
	SSBetween, SSWithin, SSTotal float64
	DFBetween, DFWithin          float64
	F, PValue                    float64
	// Welch's test does not suppose equal variances.
	WelchF, WelchDF, WelchPValue float64
	// EtaSquared is the part of the variance that lies between the groups, and
	// OmegaSquared the same without the bias that few rows bring.
	EtaSquared, OmegaSquared float64
	EtaInterval              Interval
}

// OneWay compares the means of groups, each of at least one value and together
// more than there are groups, as scipy.stats.f_oneway does. F is infinite where
// all groups are constant and differ, and NaN where all values are equal. Welch's
// test is NaN where a group is constant or has one value.
//
// The interval of eta squared is that of λ/(λ+n), of the non-central F with which
// what was found is to be expected: Steiger, "Beyond the F Test" (2004).
func OneWay(groups []Moments, level float64) ANOVA {
	k, n := float64(len(groups)), 0.0
	within, sum, shift := double{}, double{}, groups[0].shift
	for i := range groups {
		g := &groups[i]
		n += float64(g.N)
		within = within.plus(g.squares())
		sum = sum.plus(g.mean().plus(double{high: -shift}).times(double{high: float64(g.N)}))
	}
	grand, between := sum.over(n), double{}
	for i := range groups {
		d := groups[i].mean().plus(double{high: -shift}).plus(grand.negative())
		between = between.plus(d.times(d).times(double{high: float64(groups[i].N)}))
	}
	out := ANOVA{
		SSBetween: max(0, between.value()), SSWithin: max(0, within.value()), SSTotal: max(0, between.plus(within).value()),
		DFBetween: k - 1, DFWithin: n - k,
	}
	out.F = (out.SSBetween / out.DFBetween) / (out.SSWithin / out.DFWithin)
	out.PValue = fAbove(out.F, out.DFBetween, out.DFWithin)
	out.EtaSquared = out.SSBetween / out.SSTotal
	residual := out.SSWithin / out.DFWithin
	out.OmegaSquared = (out.SSBetween - out.DFBetween*residual) / (out.SSTotal + residual)
	out.EtaInterval = out.etaInterval(n, level)
	out.welch(groups)
	return out
}

func (a *ANOVA) etaInterval(n, level float64) Interval {
	if math.IsNaN(a.F) || math.IsInf(a.F, 0) || a.F*a.DFBetween > 1e8 {
		return Interval{math.NaN(), math.NaN()}
	}
	if a.F == 0 {
		return Interval{}
	}
	low, high := noncentrality(level, a.F*a.DFBetween, func(lambda float64) float64 {
		return noncentralFBelow(a.F, a.DFBetween, a.DFWithin, lambda)
	})
	return Interval{low / (low + n), high / (high + n)}
}

// welch is the test of statsmodels' anova_oneway(use_var="unequal").
//
// Source: Welch, "On the Comparison of Several Mean Values" (1951).
func (a *ANOVA) welch(groups []Moments) {
	k, all := float64(len(groups)), 0.0
	weights := make([]float64, len(groups))
	for i := range groups {
		weights[i] = float64(groups[i].N) / groups[i].Variance()
		all += weights[i]
	}
	mean, shift := 0.0, groups[0].Mean()
	for i := range groups {
		mean += weights[i] / all * (groups[i].difference(&groups[0]))
	}
	between, correction := 0.0, 0.0
	for i := range groups {
		d := groups[i].Mean() - shift - mean
		between += weights[i] * d * d
		rest := 1 - weights[i]/all
		correction += rest * rest / float64(groups[i].N-1)
	}
	a.WelchF = between / (k - 1) / (1 + 2*(k-2)/(k*k-1)*correction)
	a.WelchDF = (k*k - 1) / (3 * correction)
	if math.IsInf(all, 0) || math.IsNaN(all) {
		a.WelchF, a.WelchDF = math.NaN(), math.NaN()
	}
	a.WelchPValue = fAbove(a.WelchF, k-1, a.WelchDF)
}

// Pair is the comparison of two groups by their places.
type Pair struct {
	A, B int
	// Difference is the mean of A less that of B.
	Difference, StdError float64
	// PValue and Interval hold for all pairs together.
	PValue   float64
	Interval Interval
}

// Tukey compares each two groups by Tukey and Kramer's honestly significant
// difference, as scipy.stats.tukey_hsd does. The error is the context's.
func Tukey(ctx context.Context, groups []Moments, a ANOVA, level float64) ([]Pair, error) {
	k := len(groups)
	critical := studentizedRangeQuantile(1-level, k, a.DFWithin)
	var out []Pair
	for i := range groups {
		for j := i + 1; j < k; j++ {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			p := Pair{A: i, B: j, Difference: groups[i].difference(&groups[j])}
			p.StdError = math.Sqrt(a.SSWithin / a.DFWithin / 2 * (1/float64(groups[i].N) + 1/float64(groups[j].N)))
			q := math.Abs(p.Difference) / p.StdError
			p.PValue = StudentizedRangeAbove(q, k, a.DFWithin)
			p.Interval = Interval{p.Difference - critical*p.StdError, p.Difference + critical*p.StdError}
			out = append(out, p)
		}
	}
	return out, nil
}
