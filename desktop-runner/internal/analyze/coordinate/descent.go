package coordinate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/plane"
	"ddap/shared/operation"
)

// mostProducts is for how many features the products of all two are summed
// beforehand.
const mostProducts = 2000

// descent is a solution in the units of the data.
type descent struct {
	intercept             float64
	coefficients, effects []float64
	iterations            int
	gap                   float64
	converged             bool
}

// problem is what coordinate descent asks of the centred data: squares are those
// of the columns, right their products with the target, all as sums over rows.
type problem interface {
	square(j int) float64
	// slope gives column j times the residual.
	slope(j int) float64
	// move changes coefficient j by a step.
	move(j int, step float64)
	// gradient gives all slopes, and the residual's sum of squares.
	gradient() (slopes []float64, rss float64)
}

func descend(ctx context.Context, op string, s estimator.Sample, params operation.ElasticNetParams, settings estimator.Settings) (*descent, error) {
	p := len(s.X)
	columns, err := leastsquares.Centre(ctx, append(s.X[:p:p], s.Y), s.Weights, params.FitIntercept, settings.Threads)
	if err != nil {
		return nil, err //nolint:wrapcheck // the context's
	}
	if params.Alpha == 0 || params.L1Ratio == 0 {
		return smooth(ctx, op, s, params, settings)
	}
	var q problem
	var all total
	if p > mostProducts || p > len(s.Y) {
		q, all, err = wholeColumns(ctx, columns, s)
	} else {
		q, all, err = products(ctx, columns)
	}
	if err != nil {
		return nil, err
	}
	for _, square := range all.squares {
		if math.IsInf(square, 1) || math.IsNaN(square) {
			return nil, plane.Bad(op, "params.features", "a column has numbers too large to be squared and added up; let preprocess.scaler be standard")
		}
	}
	o := &objective{
		l1: params.Alpha * params.L1Ratio * columns.N, l2: params.Alpha * (1 - params.L1Ratio) * columns.N,
		tol: params.Tol, iterations: params.MaxIter, target: all.squares[p], progress: settings.Progress,
	}
	d, err := o.minimise(ctx, q, p)
	if err != nil {
		return nil, err
	}
	d.gap /= columns.N
	d.effects = make([]float64, p)
	d.intercept = all.means[p]
	for j, b := range d.coefficients {
		if all.squares[p] > 0 {
			d.effects[j] = b * math.Sqrt(all.squares[j]/all.squares[p])
		}
		d.intercept -= b * all.means[j]
	}
	if !params.FitIntercept {
		d.intercept = 0
	}
	return d, nil
}

// smooth solves the problem without a penalty on absolute values, which has no
// corners, directly.
func smooth(ctx context.Context, op string, s estimator.Sample, params operation.ElasticNetParams, settings estimator.Settings) (*descent, error) {
	n := float64(len(s.Y))
	if s.Weights != nil {
		n = floats.SumCompensated(s.Weights)
	}
	f, err := leastsquares.Solve(ctx, leastsquares.Problem{
		X: s.X, Y: s.Y, Weights: s.Weights, Intercept: params.FitIntercept, Threads: settings.Threads,
		Penalty: params.Alpha * n,
	})
	if err != nil {
		return nil, plane.Collinear(op, err, ", or let alpha be above 0") //nolint:wrapcheck // a fault of this operation
	}
	d := &descent{intercept: f.Intercept, coefficients: f.Coefficients, converged: true, effects: make([]float64, len(s.X))}
	for j, b := range f.Coefficients {
		if last := f.Spread[len(s.X)]; last > 0 {
			d.effects[j] = b * f.Spread[j] / last
		}
	}
	return d, nil
}

// objective is half the residual sum of squares, l1 times the sum of absolute
// coefficients, and half of l2 times that of their squares.
type objective struct {
	l1, l2, tol float64
	iterations  int
	// target is the target's sum of squares.
	target   float64
	progress func(float64)
}

func (o *objective) minimise(ctx context.Context, q problem, p int) (*descent, error) {
	d := &descent{coefficients: make([]float64, p), gap: math.Inf(1)}
	b := d.coefficients
	for d.iterations < o.iterations {
		d.iterations++
		largest, step := o.visit(ctx, q, b)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if largest == 0 || step <= o.tol*largest || d.iterations == o.iterations {
			// Coefficients that no longer move are as good as rounding lets them be.
			if d.gap = max(0, o.gap(q, b)); d.gap <= o.tol*o.target || step <= 1e-14*largest {
				d.converged = true
				break
			}
		}
		if o.progress != nil && d.iterations%16 == 0 {
			o.progress(float64(d.iterations) / float64(o.iterations))
		}
	}
	return d, nil
}

// visit moves each coefficient to where the objective is lowest along it, and
// gives the largest of them and the largest move. It ends early with ctx.
func (o *objective) visit(ctx context.Context, q problem, b []float64) (largest, step float64) {
	for j := range b {
		square := q.square(j)
		if square == 0 {
			continue
		}
		if j&63 == 63 && ctx.Err() != nil {
			return math.Inf(1), math.Inf(1)
		}
		pull := q.slope(j) + square*b[j]
		next := 0.0
		if beyond := math.Abs(pull) - o.l1; beyond > 0 {
			next = math.Copysign(beyond, pull) / (square + o.l2)
		}
		if next != b[j] {
			q.move(j, next-b[j])
			step = max(step, math.Abs(next-b[j]))
			b[j] = next
		}
		largest = max(largest, math.Abs(next))
	}
	return largest, step
}

// gap bounds how far the objective is above its minimum, by the dual problem at
// the residual, shrunk until it is feasible.
func (o *objective) gap(q problem, b []float64) float64 {
	slopes, rss := q.gradient()
	absolute, squares, along, steepest := 0.0, 0.0, 0.0, 0.0
	for j, x := range b {
		absolute += math.Abs(x)
		squares += x * x
		along += x * slopes[j]
		steepest = max(steepest, math.Abs(slopes[j]-o.l2*x))
	}
	// along + rss is the residual times the target.
	shrink := 1.0
	if steepest > o.l1 {
		shrink = o.l1 / steepest
	}
	return 0.5*rss*(1+shrink*shrink) + o.l1*absolute - shrink*(rss+along) + 0.5*o.l2*(1+shrink*shrink)*squares
}
