package logistic

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/plane"
)

const (
	// newtonMost is up to how many coefficients Newton's method is the faster one.
	newtonMost = 128
	// small is a step, as the part of the loss of each row that it lowers, after
	// which second derivatives are not calculated again as long as that works.
	small = 1e-3
	// sampled is which part of the rows gives the second derivative to begin with,
	// where there are rowsEach of them for each coefficient: steps need not be exact.
	sampled  = 4
	rowsEach = 1000
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

// newton solves again for each step with the second derivative where it stands,
// until steps are small: from there on with the last one, which hardly changes.
func (p *problem) newton(ctx context.Context) (*solution, error) {
	out, every := &solution{theta: make([]float64, p.sums*p.size())}, 1
	if len(p.y) > rowsEach*len(out.theta) {
		every = sampled
	}
	now, err := p.at(ctx, out.theta, every)
	if err != nil {
		return nil, err
	}
	var factor *leastsquares.Factor
	for before := math.Inf(1); ; {
		steepest := p.steepest(now.gradient)
		done := steepest <= p.enough()
		if now.seen < len(p.y) && (steepest > before/4 || done && !p.penalised) {
			every = 1
			if now, err = p.at(ctx, out.theta, every); err != nil {
				return nil, err
			}
		}
		before = steepest
		if factor, err = p.factor(now, factor, out.iterations); err != nil {
			return nil, err
		}
		step := factor.Solve(now.gradient)
		decrement := floats.Dot(step, now.gradient)
		if done || decrement <= 1e-20*now.value {
			return p.finish(out, now, step, factor)
		}
		if out.iterations == p.iterations {
			out.loss = now.loss
			return out, nil
		}
		out.iterations++
		if now, err = p.search(ctx, out.theta, step, now, decrement, every); err != nil {
			return nil, err
		}
		if p.progress != nil {
			p.progress(min(0.95, float64(out.iterations)/20))
		}
	}
}

// enough is the gradient at which a fit ends. Without a penalty it must be small
// enough to tell a minimum from coefficients that grow without end.
func (p *problem) enough() float64 {
	if p.penalised {
		return p.tol
	}
	return min(p.tol, 1e-6*max(1, p.total*1e-6))
}

// factor takes the second derivative apart where there is a new one. Without a
// penalty it must determine all coefficients.
func (p *problem) factor(now *state, last *leastsquares.Factor, iterations int) (*leastsquares.Factor, error) {
	if now.curvature == nil {
		return last, nil
	}
	f := now.curvature.Factorize(len(now.gradient), nil, collinear)
	switch {
	case len(f.Dependent) == 0 || p.penalised:
		return f, nil
	case iterations > 0:
		return nil, separated()
	default:
		return nil, p.dependent(f.Dependent[0])
	}
}

// finish takes the last step, where there is a minimum.
func (p *problem) finish(out *solution, now *state, step []float64, factor *leastsquares.Factor) (*solution, error) {
	out.converged, out.loss = true, now.loss
	if !p.penalised && p.move(step) > still {
		return nil, separated()
	}
	floats.Sub(out.theta, step)
	if !p.penalised && p.sums == 1 {
		out.stdErrors = p.stdErrors(factor.Inverse())
	}
	return out, nil
}

// search takes a step, or a part of it where all of it would go too far.
func (p *problem) search(ctx context.Context, theta, step []float64, now *state, decrement float64, every int) (*state, error) {
	length := 1.0
	floats.Sub(theta, step)
	if decrement <= small*p.strength*p.total {
		every = 0
	}
	for {
		next, err := p.at(ctx, theta, every)
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
		s, err := p.at(ctx, theta, 0)
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
	end, err := p.at(ctx, out.theta, 0)
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
	err := parallel.Each(ctx, parallel.Threads(p.threads), len(parts), func(part int) {
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
