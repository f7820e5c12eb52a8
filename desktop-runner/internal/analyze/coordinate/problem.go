package coordinate

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/parallel"
)

// total is the sum of squares about its mean, and the mean, of each column, the
// target's last.
type total struct{ squares, means []float64 }

// byProducts knows the products of all two columns, so that a visit costs
// nothing that grows with the rows.
type byProducts struct {
	p int
	// sums is p×p, symmetric; slopes are the products with the residual now, and
	// right those with the target.
	sums, slopes, right []float64
	coefficients        []float64
	target              float64
}

func products(ctx context.Context, c *leastsquares.Columns) (*byProducts, total, error) {
	g, err := c.Products(ctx)
	if err != nil {
		return nil, total{}, err //nolint:wrapcheck // the context's
	}
	p := g.Size - 1
	q := &byProducts{p: p, sums: make([]float64, p*p), slopes: make([]float64, p), right: make([]float64, p), coefficients: make([]float64, p)}
	all := total{squares: make([]float64, p+1), means: make([]float64, p+1)}
	for j := range p + 1 {
		all.means[j] = c.Centre[j] + g.Shift[j]/c.Scale[j]
		if c.Constant(j) {
			continue
		}
		all.squares[j] = max(0, g.Sums[j*g.Size+j]/c.Scale[j]/c.Scale[j])
		for k := range j + 1 {
			x := g.Sums[j*g.Size+k] / c.Scale[j] / c.Scale[k]
			switch {
			case c.Constant(k):
			case j < p:
				q.sums[j*p+k], q.sums[k*p+j] = x, x
			case k < p:
				q.slopes[k], q.right[k] = x, x
			default:
				q.target = x
			}
		}
	}
	return q, all, nil
}

func (q *byProducts) square(j int) float64 { return q.sums[j*q.p+j] }
func (q *byProducts) slope(j int) float64  { return q.slopes[j] }

func (q *byProducts) move(j int, step float64) {
	q.coefficients[j] += step
	floats.AddScaled(q.slopes, -step, q.sums[j*q.p:(j+1)*q.p])
}

func (q *byProducts) gradient() (slopes []float64, rss float64) {
	// Calculated again, without what rounding has left of all the steps.
	copy(q.slopes, q.right)
	for j, b := range q.coefficients {
		if b != 0 {
			floats.AddScaled(q.slopes, -b, q.sums[j*q.p:(j+1)*q.p])
		}
	}
	return q.slopes, max(0, q.target-floats.Dot(q.coefficients, q.right)-floats.Dot(q.coefficients, q.slopes))
}

// byColumns has the columns themselves, centred and each row times the root of
// its weight.
type byColumns struct {
	columns  [][]float64
	squares  []float64
	residual []float64
	slopes   []float64
}

func wholeColumns(ctx context.Context, c *leastsquares.Columns, s estimator.Sample) (*byColumns, total, error) {
	p := len(s.X)
	q := &byColumns{columns: make([][]float64, p+1), slopes: make([]float64, p)}
	all := total{squares: make([]float64, p+1), means: make([]float64, p+1)}
	err := parallel.Each(ctx, parallel.Threads(0), p+1, func(j int) {
		column := s.Y
		if j < p {
			column = s.X[j]
		}
		all.means[j] = c.Mean(j)
		z := make([]float64, len(column))
		for i, x := range column {
			z[i] = x - all.means[j]
			if s.Weights != nil {
				z[i] *= math.Sqrt(s.Weights[i])
			}
		}
		if !c.Constant(j) {
			all.squares[j] = floats.Dot(z, z)
		}
		q.columns[j] = z
	})
	q.squares, q.residual = all.squares, q.columns[p]
	return q, all, err //nolint:wrapcheck // the context's
}

func (q *byColumns) square(j int) float64 { return q.squares[j] }
func (q *byColumns) slope(j int) float64  { return floats.Dot(q.columns[j], q.residual) }

func (q *byColumns) move(j int, step float64) { floats.AddScaled(q.residual, -step, q.columns[j]) }

func (q *byColumns) gradient() (slopes []float64, rss float64) {
	for j := range q.slopes {
		q.slopes[j] = q.slope(j)
	}
	return q.slopes, floats.Dot(q.residual, q.residual)
}
