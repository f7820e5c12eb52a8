package leastsquares

import "math"

// double is an unevaluated sum of two float64, hi and the rounding error lo: 32
// digits instead of 16. Products are converted explicitly, or the compiler may
// fuse them with a sum and lose what the error is computed from.
//
// Sources: Dekker, "A Floating-Point Technique for Extending the Available
// Precision" (1971); Ogita, Rump and Oishi, "Accurate Sum and Dot Product" (2005).
type double struct{ hi, lo float64 }

// twoSum gives a + b and what its rounding lost.
func twoSum(a, b float64) (sum, lost float64) {
	sum = a + b
	t := sum - a
	return sum, (a - (sum - t)) + (b - t)
}

// quick normalises a sum of two parts of which the first is the larger.
func quick(hi, lo float64) double {
	sum := hi + lo
	return double{sum, lo - (sum - hi)}
}

func (a double) plus(b double) double {
	sum, lost := twoSum(a.hi, b.hi)
	return quick(sum, lost+(a.lo+b.lo))
}

func (a double) minus(b double) double { return a.plus(double{-b.hi, -b.lo}) }

func (a double) times(b double) double {
	product := float64(a.hi * b.hi)
	lost := math.FMA(a.hi, b.hi, -product)
	return quick(product, lost+(float64(a.hi*b.lo)+float64(a.lo*b.hi)))
}

func (a double) over(b double) double {
	first := a.hi / b.hi
	rest := a.minus(b.times(double{hi: first}))
	second := rest.hi / b.hi
	rest = rest.minus(b.times(double{hi: second}))
	return quick(first, second).plus(double{hi: rest.hi / b.hi})
}

func (a double) root() double {
	if a.hi <= 0 {
		return double{}
	}
	first := math.Sqrt(a.hi)
	rest := a.minus(double{hi: first}.times(double{hi: first}))
	return quick(first, rest.hi/(2*first))
}

func (a double) value() float64 { return a.hi + a.lo }

// dots gives the sum of products of two columns of doubles.
func dots(aHi, aLo, bHi, bLo []float64) double {
	var sum, lost float64
	aLo, bHi, bLo = aLo[:len(aHi)], bHi[:len(aHi)], bLo[:len(aHi)]
	for i, a := range aHi {
		b := bHi[i]
		product := float64(a * b)
		small := math.FMA(a, b, -product) + (float64(a*bLo[i]) + float64(aLo[i]*b))
		next := sum + product
		t := next - sum
		lost += (sum - (next - t)) + (product - t) + small
		sum = next
	}
	return quick(sum, lost)
}
