package inference

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/integrate/quad"
)

// nodes is the order of the Gauss-Legendre rule of each piece of an integral.
const nodes = 32

type rule struct{ at, weight [nodes]float64 }

// legendre is the rule on -1 to 1.
var legendre = sync.OnceValue(func() (r rule) {
	quad.Legendre{}.FixedLocations(r.at[:], r.weight[:], -1, 1)
	return r
})

// integral is that of f from low to high, in so many pieces.
func integral(low, high float64, pieces int, f func(float64) float64) (sum float64) {
	r := legendre()
	half := (high - low) / float64(2*pieces)
	for k := range pieces {
		middle := low + half*float64(2*k+1)
		for i, at := range r.at {
			sum += r.weight[i] * f(middle+half*at)
		}
	}
	return sum * half
}

// spread is the density of the standard deviation of a sample of a standard
// normal distribution, with df degrees of freedom: the root of chi-square by df.
type spread struct {
	df, constant float64
	// low and high have all but about 1e-16 of it.
	low, high float64
}

func spreadOf(df float64) spread {
	s := spread{df: df, constant: math.Ln2 + df/2*math.Log(df/2) - logGamma(df/2)}
	reach := 8.6 / math.Sqrt(2*df)
	s.low, s.high = max(0, 1-reach), 1+reach*1.5
	for s.at(s.high) > 1e-18 {
		s.high *= 1.2
	}
	if df < 100 {
		s.low = 0
	}
	return s
}

func (s spread) at(x float64) float64 {
	if x <= 0 {
		if s.df == 1 {
			return math.Exp(s.constant)
		}
		return 0
	}
	return math.Exp(s.constant + (s.df-1)*math.Log(x) - s.df*x*x/2)
}

// noncentralTBelow is the probability that t with non-centrality delta is at most
// t: that a standard normal number is at most t·s - delta, over the spreads s of
// samples.
func noncentralTBelow(t, df, delta float64) float64 {
	s := spreadOf(df)
	f := func(x float64) float64 { return s.at(x) * normalBelow(t*x-delta) }
	// Where the normal number's probability rises it may rise steeply.
	if t != 0 {
		centre, reach := delta/t, 9/math.Abs(t)
		low, high := min(max(centre-reach, s.low), s.high), min(max(centre+reach, s.low), s.high)
		return integral(s.low, low, 6, f) + integral(low, high, 10, f) + integral(high, s.high, 6, f)
	}
	return integral(s.low, s.high, 12, f)
}

// StudentizedRangeAbove is the probability that the range of k means, by their
// standard error with df degrees of freedom, is above q. It agrees with
// scipy.stats.studentized_range.sf to 1e-9.
//
//	P(Q > q) = ∫ f(s) (1 - R(q·s)) ds
//	R(w)     = k ∫ φ(z) (Φ(z) - Φ(z-w))^(k-1) dz
//
// Source: Lund and Lund, "Algorithm AS 190" (1983), for the integrals.
func StudentizedRangeAbove(q float64, k int, df float64) float64 {
	switch {
	case math.IsNaN(q) || math.IsNaN(df):
		return math.NaN()
	case q <= 0:
		return 1
	case math.IsInf(q, 1):
		return 0
	case df > 1e5:
		// The spread is 1 but for 1/√(2df), and what that changes is of the order 1/df.
		s := spreadOf(df)
		return integral(s.low, s.high, 1, func(x float64) float64 { return s.at(x) * (1 - rangeBelow(q*x, k)) })
	}
	s := spreadOf(df)
	f := func(x float64) float64 { return s.at(x) * (1 - rangeBelow(q*x, k)) }
	// Beyond a range of about 12 nothing is left to add.
	end := min(s.high, (12+2*math.Log(float64(k)))/q)
	if end <= s.low {
		return 0
	}
	return min(1, integral(s.low, end, 4, f))
}

// rangeBelow is the probability that the range of k standard normal numbers is at
// most w.
func rangeBelow(w float64, k int) float64 {
	const reach = 8.5
	return min(1, float64(k)*integral(-reach, reach, 3, func(z float64) float64 {
		inside := normalBelow(z) - normalBelow(z-w)
		return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) * math.Pow(inside, float64(k-1))
	}))
}

// studentizedRangeQuantile is the q above which is the probability p.
func studentizedRangeQuantile(p float64, k int, df float64) float64 {
	low, high := 0.0, 8.0
	for StudentizedRangeAbove(high, k, df) > p {
		low, high = high, high*2
	}
	for high-low > 1e-10*high {
		middle := (low + high) / 2
		if StudentizedRangeAbove(middle, k, df) > p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}
