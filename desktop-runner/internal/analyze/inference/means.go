package inference

import "math"

// Alternative is what a test asks for beside "no difference", with scipy's names.
type Alternative string

// The alternatives.
const (
	TwoSided Alternative = "two-sided"
	Less     Alternative = "less"
	Greater  Alternative = "greater"
)

// Interval bounds a number; an open end is infinite.
type Interval struct{ Low, High float64 }

// TTest is what a t test found.
type TTest struct {
	// Estimate is the mean, or the difference of two; Interval bounds it, on one
	// side for a one-sided alternative.
	Estimate float64
	StdError float64
	T, DF    float64
	PValue   float64
	Interval Interval
	// D is Cohen's d, the difference in standard deviations (those of the two
	// groups pooled, or that of the differences); G is Hedges' g, without the bias
	// that few rows bring.
	D, G                 float64
	DInterval, GInterval Interval
}

// OneSample tests whether the mean is popmean, as scipy.stats.ttest_1samp does.
// Estimate is the mean less popmean. For fewer than two values, or of equal ones,
// the test is NaN or infinite as there.
func OneSample(m *Moments, popmean float64, alternative Alternative, level float64) TTest {
	n := float64(m.N)
	out := TTest{Estimate: m.mean().plus(double{high: -popmean}).value(), StdError: m.Std() / math.Sqrt(n), DF: n - 1}
	out.finish(alternative, level)
	out.effect(out.Estimate/m.Std(), out.DF, 1/math.Sqrt(n), level)
	return out
}

// TwoSample tests whether two groups have the same mean, as
// scipy.stats.ttest_ind does: with equal variances, or else by Welch's test with
// the degrees of freedom of Satterthwaite. Estimate is the mean of a less that of
// b.
//
//	equal:  s² = (SSa + SSb) / (na+nb-2),  se² = s² (1/na + 1/nb)
//	Welch:  se² = va/na + vb/nb,  df = se⁴ / ((va/na)²/(na-1) + (vb/nb)²/(nb-1))
//
// Cohen's d is by the pooled standard deviation in both cases.
func TwoSample(a, b *Moments, equal bool, alternative Alternative, level float64) TTest {
	na, nb := float64(a.N), float64(b.N)
	pooled := (a.SumSquares() + b.SumSquares()) / (na + nb - 2)
	out := TTest{Estimate: a.difference(b)}
	if equal {
		out.DF, out.StdError = na+nb-2, math.Sqrt(pooled*(1/na+1/nb))
	} else {
		va, vb := a.Variance()/na, b.Variance()/nb
		out.StdError = math.Sqrt(va + vb)
		share := va / (va + vb)
		out.DF = 1 / (share*share/(na-1) + (1-share)*(1-share)/(nb-1))
	}
	out.finish(alternative, level)
	out.effect(out.Estimate/math.Sqrt(pooled), na+nb-2, math.Sqrt(1/na+1/nb), level)
	return out
}

func (t *TTest) finish(alternative Alternative, level float64) {
	t.T = t.Estimate / t.StdError
	if t.StdError == 0 && t.Estimate == 0 {
		t.T = math.NaN()
	}
	switch alternative {
	case Less:
		t.PValue = studentAbove(-t.T, t.DF)
		t.Interval = Interval{math.Inf(-1), t.Estimate + t.reach(1-level)}
	case Greater:
		t.PValue = studentAbove(t.T, t.DF)
		t.Interval = Interval{t.Estimate - t.reach(1-level), math.Inf(1)}
	default:
		t.PValue = min(1, 2*studentAbove(math.Abs(t.T), t.DF))
		if math.IsNaN(t.T) {
			t.PValue = math.NaN()
		}
		reach := t.reach((1 - level) / 2)
		t.Interval = Interval{t.Estimate - reach, t.Estimate + reach}
	}
}

func (t *TTest) reach(tail float64) float64 {
	if math.IsNaN(t.DF) || t.DF <= 0 || math.IsNaN(t.StdError) {
		return math.NaN()
	}
	return studentQuantile(tail, t.DF) * t.StdError
}

// effect gives d with the two-sided interval that follows from t having the
// non-centrality d/scale where the groups are normal with equal variances.
//
// Sources: Hedges, "Distribution Theory for Glass's Estimator of Effect Size"
// (1981), for g; Steiger and Fouladi, "Noncentrality Interval Estimation" (1997).
func (t *TTest) effect(d, df, scale, level float64) {
	t.D = d
	correction := math.Exp(logGamma(df/2)-logGamma((df-1)/2)) / math.Sqrt(df/2)
	if df <= 1 {
		correction = math.NaN()
	}
	t.G = d * correction
	nan := math.NaN()
	t.DInterval, t.GInterval = Interval{nan, nan}, Interval{nan, nan}
	if math.IsNaN(d) || math.IsInf(d, 0) || df < 1 {
		return
	}
	observed, tail := d/scale, (1-level)/2
	// How far off a non-centrality may be grows with t, and is more for few rows.
	reach := 10 + 10*math.Abs(observed)/math.Sqrt(df)
	if math.Abs(observed) > 1e4 {
		return // the numbers of the groups have next to no spread
	}
	from, to := observed-reach, observed+reach
	t.DInterval.Low = scale * bisectTo(from, to, func(delta float64) bool { return noncentralTBelow(observed, df, delta) > 1-tail })
	t.DInterval.High = scale * bisectTo(from, to, func(delta float64) bool { return noncentralTBelow(observed, df, delta) > tail })
	t.GInterval = Interval{correction * t.DInterval.Low, correction * t.DInterval.High}
}
