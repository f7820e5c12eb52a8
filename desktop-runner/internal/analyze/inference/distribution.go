package inference

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// normalBelow is the probability that a standard normal number is below x.
func normalBelow(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// normalQuantile is the number below which a standard normal one is with
// probability p.
func normalQuantile(p float64) float64 { return mathext.NormalQuantile(p) }

// studentAbove is the probability that Student's t with df degrees of freedom is
// above t.
func studentAbove(t, df float64) float64 {
	if math.IsNaN(t) || math.IsNaN(df) {
		return math.NaN()
	}
	if math.IsInf(t, 0) {
		return map[bool]float64{true: 0, false: 1}[t > 0]
	}
	tail := mathext.RegIncBeta(df/2, 0.5, df/(df+t*t)) / 2
	if t*t < 1 {
		// Near the middle the other end of the beta distribution has the digits.
		tail = (1 - mathext.RegIncBeta(0.5, df/2, t*t/(df+t*t))) / 2
	}
	if t < 0 {
		return 1 - tail
	}
	return tail
}

// studentQuantile is the t above which is the probability p, at most one half.
func studentQuantile(p, df float64) float64 {
	high := 1.0
	for studentAbove(high, df) > p {
		high *= 2
	}
	return bisect(0, high, func(t float64) bool { return studentAbove(t, df) > p })
}

// fAbove is the probability that F with these degrees of freedom is above f.
func fAbove(f, df1, df2 float64) float64 {
	switch {
	case math.IsNaN(f) || math.IsNaN(df2):
		return math.NaN()
	case math.IsInf(f, 1):
		return 0
	case f <= 0:
		return 1
	}
	return mathext.RegIncBeta(df2/2, df1/2, df2/(df2+df1*f))
}

// chiSquareAbove is the probability that chi-square is above x.
func chiSquareAbove(x, df float64) float64 {
	if math.IsNaN(x) {
		return math.NaN()
	}
	return mathext.GammaIncRegComp(df/2, x/2)
}

// bisect finds where a condition ends that holds from low up to some point.
func bisect(low, high float64, holds func(float64) bool) float64 {
	for range 200 {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			break
		}
		if holds(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2
}

// noncentralChiBelow is the probability that a chi-square with non-centrality
// lambda is at most x: the mean of central ones with df + 2j degrees of freedom,
// over j of a Poisson distribution. They are taken from the largest j down, where
// each is the one before and a term that is positive.
//
// Source: Benton and Krishnamoorthy, "Computing discrete mixtures of continuous
// distributions" (2003).
func noncentralChiBelow(x, df, lambda float64) float64 {
	low, high := poissonRange(lambda / 2)
	a, logX := df/2+float64(high), math.Log(x/2)
	below, total := 1-mathext.GammaIncRegComp(a, x/2), 0.0
	if below < 0.5 {
		below = mathext.GammaIncReg(a, x/2)
	}
	for j := high; j >= low; j-- {
		total += poisson(float64(j), lambda/2) * below
		a--
		if j > low {
			below = min(1, below+math.Exp(a*logX-x/2-logGamma(a+1)))
		}
	}
	return total
}

// noncentralFBelow is the same for F, of which f = x·df1/(x·df1+df2) has central
// beta distributions.
func noncentralFBelow(x, df1, df2, lambda float64) float64 {
	low, high := poissonRange(lambda / 2)
	y := x * df1 / (x*df1 + df2)
	b, a := df2/2, df1/2+float64(high)
	logY, logRest := math.Log(y), math.Log(df2/(x*df1+df2))
	below, total := mathext.RegIncBeta(a, b, y), 0.0
	for j := high; j >= low; j-- {
		total += poisson(float64(j), lambda/2) * below
		a--
		if j > low {
			below = min(1, below+math.Exp(a*logY+b*logRest+logGamma(a+b)-logGamma(a+1)-logGamma(b)))
		}
	}
	return total
}

func poisson(j, mean float64) float64 {
	if mean == 0 {
		return map[bool]float64{true: 1, false: 0}[j == 0]
	}
	return math.Exp(j*math.Log(mean) - mean - logGamma(j+1))
}

// poissonRange has all but 1e-17 of a Poisson distribution.
func poissonRange(mean float64) (low, high int) {
	reach := 9*math.Sqrt(mean) + 30
	return int(max(0, mean-reach)), int(mean + reach)
}

func logGamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// noncentrality gives the interval of a non-centrality: those with which what was
// found is neither among the smallest nor among the largest (1-level)/2 of what
// is to be expected. Below is falling in it.
func noncentrality(level, start float64, below func(lambda float64) float64) (low, high float64) {
	tail := (1 - level) / 2
	end := max(1, 2*start)
	for below(end) > tail {
		end *= 2
	}
	if below(0) > 1-tail {
		low = bisectTo(0, end, func(l float64) bool { return below(l) > 1-tail })
	}
	if below(0) > tail {
		high = bisectTo(low, end, func(l float64) bool { return below(l) > tail })
	}
	return low, high
}

// bisectTo is bisect to twelve digits, for conditions that take their time.
func bisectTo(low, high float64, holds func(float64) bool) float64 {
	for high-low > 1e-12*max(math.Abs(low), math.Abs(high), 1e-3) {
		middle := low + (high-low)/2
		if holds(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2
}
