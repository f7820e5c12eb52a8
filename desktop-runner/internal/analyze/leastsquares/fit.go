// Package leastsquares solves least squares problems, weighted or penalised, to
// as many digits as float64 inputs determine: sums of products of the centred
// columns, in float64 where that gives eleven digits, and with 32 digits where
// columns nearly follow from each other or the problem is small anyway.
package leastsquares

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// smallWork is how many products cost a few milliseconds with 32 digits.
const smallWork = 4e6

// Problem is what is to be fitted: y by the columns of X, rows × columns numbers
// that stand column by column.
type Problem struct {
	X [][]float64
	Y []float64
	// Weights count each row so many times; nil is once.
	Weights []float64
	// Intercept adds a constant term, which is never penalised.
	Intercept bool
	// Penalty is what the squares of the coefficients are multiplied by before they
	// are added to the sum of squared residuals.
	Penalty float64
	// Threads is how many goroutines calculate; 0 is one for each processor.
	Threads int
}

// Fit is a solution.
type Fit struct {
	Intercept    float64
	Coefficients []float64
	// Unscaled and InterceptUnscaled are the variances of the coefficients divided
	// by that of the residuals: the diagonal of (XᵀX)⁻¹. Only of a fit without
	// penalty.
	Unscaled          []float64
	InterceptUnscaled float64
	// N is the sum of the weights; Rows counts rows with one.
	N float64
	// RSS is the residual sum of squares; TSS the total one, about the mean if
	// there is an intercept and about zero if not; MAE is the mean absolute
	// residual. They are the weighted ones, and only of a fit without penalty.
	RSS, TSS, MAE float64
	// Spread is the root of each column's sum of squares about its mean (about zero
	// without intercept), the target's last.
	Spread []float64
}

// CollinearError means that a column follows from those before it, or is
// constant while there is an intercept: the coefficients are not determined.
type CollinearError struct {
	// Column is its number, from 0; that of the target is the number of features.
	Column   int
	Constant bool
}

// Error gives the number of the column.
func (e *CollinearError) Error() string {
	if e.Constant {
		return fmt.Sprintf("column %d has the same value in every row", e.Column)
	}
	return fmt.Sprintf("column %d can be calculated from the other columns", e.Column)
}

// Solve fits. It holds a few blocks of rows beside the data and 16 squares of the
// number of columns; where a penalised problem has more columns than rows, a
// copy of the data and a square of the number of rows. The error is a *CollinearError (of features only where the penalty is
// zero; of a constant target never), or the context's.
func Solve(ctx context.Context, p Problem) (*Fit, error) {
	if p.Penalty > 0 && len(p.X) > len(p.Y) {
		return wide(ctx, p)
	}
	return solve(ctx, p, float64(len(p.Y))*math.Pow(float64(len(p.X)+1), 2) <= smallWork)
}

func solve(ctx context.Context, p Problem, exact bool) (*Fit, error) {
	features := len(p.X)
	columns, err := Centre(ctx, append(p.X[:features:features], p.Y), p.Weights, p.Intercept, p.Threads)
	if err != nil {
		return nil, err
	}
	if p.Penalty == 0 {
		for j := range features {
			if columns.Constant(j) {
				return nil, &CollinearError{Column: j, Constant: true}
			}
		}
	}
	var s *solution
	if !exact {
		if s, err = columns.roughly(ctx, p.Penalty); err != nil {
			return nil, err
		}
	}
	if s == nil {
		if s, err = columns.exactly(ctx, p.Penalty); err != nil {
			return nil, err
		}
	}
	return columns.fit(s, p), nil
}

// solution is a fit in units of the columns' Scale, about their Centre.
type solution struct {
	b, shift []double
	squares  []float64
	inverse  []float64
	rss, mae float64
}

// penalties are the penalty in units of the scaled columns. A column of zeros
// keeps one, so that its coefficient is zero.
func (c *Columns) penalties(penalty float64) []float64 {
	if penalty == 0 {
		return nil
	}
	out := make([]float64, len(c.data)-1)
	for j := range out {
		out[j] = penalty * c.Scale[j] * c.Scale[j]
		if c.Constant(j) {
			out[j] = max(out[j], math.SmallestNonzeroFloat64*1e40)
		}
	}
	return out
}

// roughly solves in float64, with one step of refinement; nil where that would
// not give enough digits.
func (c *Columns) roughly(ctx context.Context, penalty float64) (*solution, error) {
	p, err := c.Products(ctx)
	if err != nil {
		return nil, err
	}
	size := p.Size - 1
	f := p.Factorize(size, c.penalties(penalty), 0)
	if f.Least < ratio {
		return nil, nil
	}
	right := p.Sums[size*p.Size : size*p.Size+size]
	b := f.Solve(right)
	out := &solution{b: make([]double, size), shift: make([]double, p.Size), squares: p.squares()}
	for j, x := range p.Shift {
		out.shift[j] = double{hi: x}
	}
	step := make([]float64, size)
	if penalty == 0 {
		out.inverse = f.Inverse()
		rest, err := c.residuals(ctx, b, p.Shift)
		if err != nil {
			return nil, err
		}
		step = f.Solve(rest.gradient)
		out.rss = max(0, rest.rss-floats.Dot(step, rest.gradient))
		out.mae = rest.absolute / c.N
	}
	for j := range b {
		out.b[j] = quick(b[j], step[j])
	}
	return out, nil
}

func (p *Products) squares() []float64 {
	out := make([]float64, p.Size)
	for j := range out {
		out[j] = p.Sums[j*p.Size+j]
	}
	return out
}

// tolerances say how much of a column's square may be left by rounding alone: of
// its own numbers, or of those of a column before it.
func (c *Columns) tolerances(squares []float64) []float64 {
	out, worst := make([]float64, len(squares)), 1e-12
	for j, square := range squares {
		largest := max(math.Abs(c.Lowest[j]), math.Abs(c.Highest[j])) * c.Scale[j]
		if square > 0 {
			worst = max(worst, 8*0x1p-53*largest/math.Sqrt(square/c.N))
		}
		out[j] = worst * worst
	}
	return out
}

func (c *Columns) exactly(ctx context.Context, penalty float64) (*solution, error) {
	p, err := c.exactProducts(ctx)
	if err != nil {
		return nil, err
	}
	size := p.size - 1
	out := &solution{shift: p.shift, squares: make([]float64, p.size)}
	for j := range p.size {
		out.squares[j] = p.sums[j*p.size+j].value()
	}
	tolerances := c.tolerances(out.squares)
	if penalty != 0 {
		clear(tolerances)
	}
	f := p.factorize(size, c.penalties(penalty), tolerances)
	if penalty == 0 && len(f.Dependent) > 0 {
		return nil, &CollinearError{Column: f.Dependent[0]}
	}
	out.b = f.solve(p.sums[size*p.size : size*p.size+size])
	if penalty == 0 {
		out.inverse = f.inverse()
		out.rss, out.mae, err = c.exactResiduals(ctx, out.b, p.shift)
	}
	return out, err
}

// fit turns a solution into the units of the data.
func (c *Columns) fit(s *solution, p Problem) *Fit {
	features := len(p.X)
	target := 1 / c.Scale[features]
	f := &Fit{
		Coefficients: make([]float64, features), N: c.N, Spread: make([]float64, features+1),
		RSS: s.rss * target * target, TSS: max(0, s.squares[features]) * target * target, MAE: s.mae * target,
	}
	means := make([]double, features+1)
	for j := range means {
		f.Spread[j] = math.Sqrt(max(0, s.squares[j])) / c.Scale[j]
		means[j] = double{hi: c.Centre[j] * c.Scale[j]}.plus(s.shift[j])
	}
	intercept := means[features]
	for j, b := range s.b {
		f.Coefficients[j] = b.value() * c.Scale[j] * target
		intercept = intercept.minus(b.times(means[j]))
	}
	if p.Intercept {
		f.Intercept = intercept.value() * target
	}
	if s.inverse != nil {
		c.variances(f, s.inverse, means)
	}
	return f
}

// variances sums the squares of the columns of L⁻¹, which gives the diagonal of
// the inverse; that of the intercept is 1/N + ‖L⁻¹·mean‖².
func (c *Columns) variances(f *Fit, inverse []float64, means []double) {
	p := len(f.Coefficients)
	f.Unscaled, f.InterceptUnscaled = make([]float64, p), 1/c.N
	for i := range p {
		part := double{}
		for j := range i + 1 {
			x := inverse[i*p+j]
			f.Unscaled[j] += x * x
			part = part.plus(double{hi: x}.times(means[j]))
		}
		f.InterceptUnscaled += part.value() * part.value()
	}
	for j := range p {
		f.Unscaled[j] *= c.Scale[j] * c.Scale[j]
	}
}
