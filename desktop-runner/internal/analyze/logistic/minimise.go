package logistic

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/plane"
)

const (
	// newtonMost is up to how many coefficients Newton's method is the faster one.
	newtonMost = 128
	// collinear is what is left of a column's square, when those before it are
	// taken out, below which it counts as following from them.
	collinear = 1e-13
	// still is how far the last of Newton's steps may move a coefficient, in
	// standard deviations of its feature, at a minimum that exists: by then each
	// step squares the error. Where classes can be told apart completely,
	// coefficients grow by steps that do not become smaller.
	still = 0.02
)

// solution is where the minimum was found.
type solution struct {
	theta      []float64
	loss       float64
	iterations int
	converged  bool
	// stdErrors are in the units of the data; of two classes without penalty only.
	stdErrors []float64
}

func (p *problem) minimise(ctx context.Context) (*solution, error) {
	if p.sums*p.size() <= newtonMost {
		return p.newton(ctx)
	}
	return p.quasiNewton(ctx)
}

// steepest is the largest part of the gradient, in units of the data.
func (p *problem) steepest(gradient []float64) float64 {
	size, out := p.size(), 0.0
	for at, g := range gradient {
		if j := at % size; j < p.features {
			g /= p.columns.Scale[j]
			if p.intercept {
				g += p.columns.Centre[j] * gradient[at-j+p.features]
			}
		}
		out = max(out, math.Abs(g))
	}
	return out
}

func separated() error {
	return plane.Bad(op, "params.params.penalty",
		"is none, but the features tell some classes apart completely, so the best coefficients would be infinite; let it be l2, or leave out the features that give the class away")
}

func (p *problem) newton(ctx context.Context) (*solution, error) {
	out := &solution{theta: make([]float64, p.sums*p.size())}
	now, err := p.at(ctx, out.theta, true)
	if err != nil {
		return nil, err
	}
	tol := p.tol
	if !p.penalised {
		tol = min(tol, 1e-6*max(1, p.total*1e-6))
	}
	for {
		factor := now.curvature.Factorize(len(out.theta), nil, collinear)
		if len(factor.Dependent) > 0 && !p.penalised {
			if out.iterations > 0 {
				return nil, separated()
			}
			return nil, p.dependent(factor.Dependent[0])
		}
		step := factor.Solve(now.gradient)
		decrement := floats.Dot(step, now.gradient)
		if p.steepest(now.gradient) <= tol || decrement <= 1e-20*now.value {
			out.converged = true
			if !p.penalised && p.move(step) > still {
				return nil, separated()
			}
			floats.Sub(out.theta, step)
			out.loss = now.loss
			if !p.penalised && p.sums == 1 {
				out.stdErrors = p.stdErrors(factor.Inverse())
			}
			return out, nil
		}
		if out.iterations == p.iterations {
			out.loss = now.loss
			return out, nil
		}
		out.iterations++
		if now, err = p.search(ctx, out.theta, step, now, decrement); err != nil {
			return nil, err
		}
		if p.progress != nil {
			p.progress(min(0.95, float64(out.iterations)/20))
		}
	}
}

// search takes a step, or a part of it where all of it would go too far.
func (p *problem) search(ctx context.Context, theta, step []float64, now *state, decrement float64) (*state, error) {
	length := 1.0
	floats.Sub(theta, step)
	for {
		next, err := p.at(ctx, theta, true)
		if err != nil {
			return nil, err
		}
		// Rounding may leave the value of the minimum a little above another.
		if next.value <= now.value-1e-4*length*decrement+1e-14*math.Abs(now.value) || length < 1e-6 {
			return next, nil
		}
		length /= 2
		floats.AddScaled(theta, length, step)
	}
}

func (p *problem) dependent(at int) error {
	j := at % p.size()
	if j >= p.features {
		return plane.Bad(op, "params.features", "the features add up to the same number in every row, so an intercept is not determined beside them; leave one of them out, or let penalty be l2")
	}
	return plane.Bad(op, "params.features",
		"feature number %d can be calculated from the others, or is the same in every row, so the coefficients are not determined; leave it out, or let penalty be l2", j+1)
}

// move is the largest part of a step, in standard deviations of the features;
// their scale stands for these, which are smaller.
func (p *problem) move(step []float64) float64 {
	out := 0.0
	for _, x := range step {
		out = max(out, math.Abs(x))
	}
	return out
}

// stdErrors are the roots of the diagonal of the inverse second derivative,
// turned into the units of the data; see leastsquares for the intercept's.
func (p *problem) stdErrors(inverse []float64) []float64 {
	size, c := p.size(), p.columns
	out := make([]float64, size)
	constant := 0.0
	for i := range size {
		row, part := inverse[i*size:(i+1)*size], 0.0
		for j := range p.features {
			out[j] += row[j] * row[j] * c.Scale[j] * c.Scale[j]
			part -= row[j] * c.Scale[j] * c.Centre[j]
		}
		if p.intercept {
			part += row[p.features]
			constant += part * part
		}
	}
	if p.intercept {
		copy(out[1:], out[:p.features])
		out[0] = constant
	}
	for j, v := range out {
		out[j] = math.Sqrt(v)
	}
	return out
}

// quasiNewton uses gonum's L-BFGS, with each coefficient in a unit in which its
// curvature is near 1 to begin with.
func (p *problem) quasiNewton(ctx context.Context) (*solution, error) {
	units, err := p.units(ctx)
	if err != nil {
		return nil, err
	}
	out, theta := &solution{}, make([]float64, len(units))
	watch := &watch{p: p, units: units}
	last, lastAt := (*state)(nil), make([]float64, len(units))
	evaluate := func(x []float64) *state {
		if last != nil && floats.Equal(lastAt, x) {
			return last
		}
		floats.MulTo(theta, x, units)
		s, err := p.at(ctx, theta, false)
		if err != nil {
			return &state{value: math.NaN(), gradient: make([]float64, len(x))}
		}
		floats.Mul(s.gradient, units)
		last = s
		copy(lastAt, x)
		return s
	}
	result, err := optimize.Minimize(optimize.Problem{
		Func: func(x []float64) float64 { return evaluate(x).value },
		Grad: func(grad, x []float64) { copy(grad, evaluate(x).gradient) },
		Status: func() (optimize.Status, error) {
			if ctx.Err() != nil {
				return optimize.Failure, ctx.Err()
			}
			return optimize.NotTerminated, nil
		},
	}, make([]float64, len(units)), &optimize.Settings{
		MajorIterations: p.iterations, GradientThreshold: math.SmallestNonzeroFloat64, Converger: watch,
	}, &optimize.LBFGS{Store: 20})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if result == nil || result.X == nil {
		return nil, err //nolint:wrapcheck // says what failed
	}
	// An error here is a line search that finds nothing lower: as near as rounding lets it.
	out.theta = make([]float64, len(units))
	floats.MulTo(out.theta, result.X, units)
	out.iterations, out.converged = result.MajorIterations, watch.converged || err != nil
	end, err := p.at(ctx, out.theta, false)
	if err != nil {
		return nil, err
	}
	if out.loss = end.loss; !p.penalised && out.loss < 1e-5*p.total {
		return nil, separated()
	}
	return out, nil
}

// watch ends a minimisation where the gradient is small in units of the data, or
// nothing is left to gain.
type watch struct {
	p         *problem
	units     []float64
	last      float64
	idle      int
	converged bool
}

// Init implements optimize.Converger.
func (w *watch) Init(int) { w.last = math.Inf(1) }

// Converged implements optimize.Converger.
func (w *watch) Converged(l *optimize.Location) optimize.Status {
	if w.idle++; l.F < w.last-1e-15*math.Abs(w.last) || math.IsInf(w.last, 1) {
		w.idle, w.last = 0, l.F
	}
	if l.Gradient != nil {
		gradient := make([]float64, len(w.units))
		floats.DivTo(gradient, l.Gradient, w.units)
		if w.p.steepest(gradient) <= w.p.tol {
			w.converged = true
			return optimize.GradientThreshold
		}
	}
	if w.idle >= 5 {
		w.converged = true
		return optimize.FunctionConvergence
	}
	return optimize.NotTerminated
}

// units are 1 over the root of the curvature at zero, without what is off the diagonal.
func (p *problem) units(ctx context.Context) ([]float64, error) {
	parts := make([][]float64, p.columns.Parts())
	err := leastsquares.Parallel(ctx, len(parts), p.threads, func(part int) {
		squares := make([]float64, p.features)
		p.columns.EachBlock(ctx, part, func(_ int, columns [][]float64) {
			for j, column := range columns {
				squares[j] += floats.Dot(column, column)
			}
		})
		parts[part] = squares
	})
	if err != nil {
		return nil, err
	}
	for _, other := range parts[1:] {
		floats.Add(parts[0], other)
	}
	k := float64(len(p.classWeights))
	spread := p.strength * (1 - 1/k) / k
	size, out := p.size(), make([]float64, p.sums*p.size())
	for at := range out {
		curvature := spread * p.total
		if j := at % size; j < p.features {
			curvature = spread*parts[0][j] + p.penalty[j]
		}
		out[at] = 1 / math.Sqrt(max(curvature, 1e-12))
	}
	return out, nil
}
