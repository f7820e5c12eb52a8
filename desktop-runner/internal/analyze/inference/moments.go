// Package inference has the statistics of the tests that compare groups: t,
// Mann-Whitney, chi-square and analysis of variance, with effect sizes and their
// intervals. It calculates of numbers in memory and reads nothing.
package inference

import "math"

// double is an unevaluated sum of two float64, which together have about 106
// bits.
//
// Source: Dekker, "A Floating-Point Technique for Extending the Available
// Precision" (1971); Ogita, Rump and Oishi, "Accurate Sum and Dot Product" (2005).
type double struct{ high, low float64 }

func twoSum(a, b float64) double {
	s := a + b
	bb := s - a
	return double{s, (a - (s - bb)) + (b - bb)}
}

func twoProduct(a, b float64) double {
	p := float64(a * b)
	return double{p, math.FMA(a, b, -p)}
}

func (x double) plus(y double) double {
	s := twoSum(x.high, y.high)
	return twoSum(s.high, s.low+(x.low+y.low))
}

func (x double) times(y double) double {
	p := twoProduct(x.high, y.high)
	cross := math.FMA(x.high, y.low, float64(x.low*y.high))
	return twoSum(p.high, p.low+cross)
}

func (x double) over(n float64) double {
	q := x.high / n
	r := x.plus(twoProduct(-q, n))
	return twoSum(q, (r.high+r.low)/n)
}

func (x double) negative() double { return double{-x.high, -x.low} }

func (x double) value() float64 { return x.high + x.low }

// Moments is the number of values, their mean and the sum of squared deviations
// from it, added up one by one. The sums are of differences from the first value
// and have twice the digits of a float64, so that a large common part of all
// values costs nothing. The zero Moments are those of no values.
type Moments struct {
	// N is how many values there are.
	N       int
	shift   float64
	sum, sq double
}

// Add takes one more value, which is finite and whose square is.
func (m *Moments) Add(x float64) {
	if m.N == 0 {
		m.shift = x
	}
	m.N++
	d := twoSum(x, -m.shift)
	m.sum = m.sum.plus(d)
	m.sq = m.sq.plus(d.times(d))
}

// MomentsOf gives those of all values.
func MomentsOf(values []float64) (m Moments) {
	for _, x := range values {
		m.Add(x)
	}
	return m
}

func (m *Moments) mean() double {
	return m.sum.over(float64(m.N)).plus(double{high: m.shift})
}

func (m *Moments) squares() double {
	if m.N == 0 {
		return double{}
	}
	return m.sq.plus(m.sum.times(m.sum.over(float64(m.N))).negative())
}

// Mean is NaN for no values.
func (m *Moments) Mean() float64 {
	if m.N == 0 {
		return math.NaN()
	}
	return m.mean().value()
}

// SumSquares is the sum of squared deviations from the mean; exactly 0 where all
// values are equal.
func (m *Moments) SumSquares() float64 { return max(0, m.squares().value()) }

// Variance is that of a sample (ddof=1); NaN for fewer than two values.
func (m *Moments) Variance() float64 {
	if m.N < 2 {
		return math.NaN()
	}
	return m.SumSquares() / float64(m.N-1)
}

// Std is the root of Variance.
func (m *Moments) Std() float64 { return math.Sqrt(m.Variance()) }

// difference is the mean of m less that of other.
func (m *Moments) difference(other *Moments) float64 {
	return m.mean().plus(other.mean().negative()).value()
}
