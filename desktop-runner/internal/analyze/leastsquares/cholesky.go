package leastsquares

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// ratio is what is left of a column's square after those before it are taken
// out, at which sums in float64 no longer give eleven digits, and the products
// are summed again with 32.
const ratio = 1e-4

// Factor is the lower triangle L of G = L·Lᵀ, row after row, for the columns
// 0 to Size-1 of products. A column that follows from those before it has a row
// and column of zeros.
type Factor struct {
	Size int
	L    []float64
	// Least is the smallest part of a column's square that those before it leave,
	// and At its number.
	Least float64
	At    int
	// Dependent are the columns that follow from those before them.
	Dependent []int
}

func (f *Factor) row(i int) []float64 { return f.L[i*f.Size : (i+1)*f.Size] }

// Factorize takes the first size columns apart; penalty is added to the square
// of each, and may be nil. What is left of a column counts as nothing at the
// fraction tolerance of its square, and below.
func (p *Products) Factorize(size int, penalty []float64, tolerance float64) *Factor {
	f := &Factor{Size: size, L: make([]float64, size*size), Least: math.Inf(1)}
	for i := range size {
		row := f.row(i)
		for j := range i {
			if pivot := f.L[j*size+j]; pivot > 0 {
				row[j] = (p.Sums[i*p.Size+j] - floats.Dot(row[:j], f.row(j)[:j])) / pivot
			}
		}
		square := p.Sums[i*p.Size+i]
		if penalty != nil {
			square += penalty[i]
		}
		left := square - floats.Dot(row[:i], row[:i])
		if f.note(i, left, square, tolerance) {
			row[i] = math.Sqrt(left)
		} else {
			clear(row)
		}
	}
	return f
}

// note keeps how much is left of a column, and reports whether it is enough.
func (f *Factor) note(i int, left, square, tolerance float64) bool {
	part := 0.0
	if square > 0 {
		part = max(0, left/square)
	}
	if part < f.Least {
		f.Least, f.At = part, i
	}
	if part > tolerance && left > 0 {
		return true
	}
	f.Dependent = append(f.Dependent, i)
	return false
}

// Solve gives G⁻¹·b; zero for dependent columns.
func (f *Factor) Solve(b []float64) []float64 {
	x := append([]float64(nil), b[:f.Size]...)
	for i := range x {
		if pivot := f.L[i*f.Size+i]; pivot > 0 {
			x[i] = (x[i] - floats.Dot(f.row(i)[:i], x[:i])) / pivot
		} else {
			x[i] = 0
		}
	}
	for i := f.Size - 1; i >= 0; i-- {
		if pivot := f.L[i*f.Size+i]; pivot > 0 {
			x[i] /= pivot
			floats.AddScaled(x[:i], -x[i], f.row(i)[:i])
		}
	}
	return x
}

// Inverse gives L⁻¹, a lower triangle too.
func (f *Factor) Inverse() []float64 {
	p, out := f.Size, make([]float64, f.Size*f.Size)
	for i := range p {
		pivot := f.L[i*p+i]
		if pivot == 0 {
			continue
		}
		row := out[i*p : (i+1)*p]
		for k, l := range f.row(i)[:i] {
			floats.AddScaled(row[:k+1], -l, out[k*p:k*p+k+1])
		}
		floats.Scale(1/pivot, row[:i])
		row[i] = 1 / pivot
	}
	return out
}

// exactFactor is a Factor with 32 digits.
type exactFactor struct {
	Factor
	l []double
}

func (p *exactProducts) factorize(size int, penalty []float64, tolerance []float64) *exactFactor {
	f := &exactFactor{Factor: Factor{Size: size, Least: math.Inf(1)}, l: make([]double, size*size)}
	for i := range size {
		row := f.l[i*size : (i+1)*size]
		square := p.sums[i*p.size+i]
		if penalty != nil {
			square = square.plus(double{hi: penalty[i]})
		}
		left := square
		for j := range i {
			pivot := f.l[j*size+j]
			if pivot.hi == 0 {
				continue
			}
			x := p.sums[i*p.size+j]
			for k, y := range f.l[j*size : j*size+j] {
				x = x.minus(y.times(row[k]))
			}
			row[j] = x.over(pivot)
			left = left.minus(row[j].times(row[j]))
		}
		if f.note(i, left.value(), square.value(), tolerance[i]) {
			row[i] = left.root()
		} else {
			clear(row)
		}
	}
	return f
}

func (f *exactFactor) solve(b []double) []double {
	x := append([]double(nil), b[:f.Size]...)
	for i := range x {
		pivot := f.l[i*f.Size+i]
		if pivot.hi == 0 {
			x[i] = double{}
			continue
		}
		for k := range i {
			x[i] = x[i].minus(f.l[i*f.Size+k].times(x[k]))
		}
		x[i] = x[i].over(pivot)
	}
	for i := f.Size - 1; i >= 0; i-- {
		pivot := f.l[i*f.Size+i]
		if pivot.hi == 0 {
			continue
		}
		x[i] = x[i].over(pivot)
		for k := range i {
			x[k] = x[k].minus(f.l[i*f.Size+k].times(x[i]))
		}
	}
	return x
}

// inverse gives L⁻¹, rounded at the end only.
func (f *exactFactor) inverse() []float64 {
	p, out := f.Size, make([]double, f.Size*f.Size)
	rounded := make([]float64, p*p)
	for i := range p {
		pivot := f.l[i*p+i]
		if pivot.hi == 0 {
			continue
		}
		row := out[i*p : (i+1)*p]
		row[i] = double{hi: 1}
		for k := range i {
			l := f.l[i*p+k]
			for j := range k + 1 {
				row[j] = row[j].minus(l.times(out[k*p+j]))
			}
		}
		for j := range i + 1 {
			row[j] = row[j].over(pivot)
			rounded[i*p+j] = row[j].value()
		}
	}
	return rounded
}
