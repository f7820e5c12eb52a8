package leastsquares

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/parallel"
)

// wide solves a penalised problem with more features than rows by the products
// of rows instead of those of columns:
//
//	b = Zᵀ(Z·Zᵀ + penalty·I)⁻¹·y
//
// with Z and y centred, and each row times the root of its weight.
func wide(ctx context.Context, p Problem) (*Fit, error) {
	features, n := len(p.X), len(p.Y)
	c, err := Centre(ctx, append(p.X[:features:features], p.Y), p.Weights, p.Intercept, p.Threads)
	if err != nil {
		return nil, err
	}
	f := &Fit{Coefficients: make([]float64, features), N: c.N, Spread: make([]float64, features+1)}
	// One column for each row of the problem; the target is by itself.
	rows, target, means := make([][]float64, n), make([]float64, n), make([]float64, features+1)
	all := make([]float64, n*features)
	for i := range rows {
		rows[i] = all[i*features : (i+1)*features]
	}
	err = parallel.Each(ctx, parallel.Threads(p.Threads), features+1, func(j int) {
		column := p.Y
		if j < features {
			column = p.X[j]
		}
		mean, root := c.Mean(j), 1.0
		means[j] = mean
		for i, x := range column {
			if p.Weights != nil {
				root = math.Sqrt(p.Weights[i])
			}
			z := (x - mean) * root
			f.Spread[j] += z * z
			if j < features {
				rows[i][j] = z
			} else {
				target[i] = z
			}
		}
		f.Spread[j] = math.Sqrt(f.Spread[j])
	})
	if err != nil {
		return nil, err
	}
	products := &Products{Size: n, Sums: make([]float64, n*n)}
	err = parallel.Each(ctx, parallel.Threads(p.Threads), n, func(i int) {
		for k := range i + 1 {
			products.Sums[i*n+k] = floats.Dot(rows[i], rows[k])
		}
		products.Sums[i*n+i] += p.Penalty
	})
	if err != nil {
		return nil, err
	}
	dual := products.Factorize(n, nil, 0).Solve(target)
	for i, d := range dual {
		floats.AddScaled(f.Coefficients, d, rows[i])
	}
	if p.Intercept {
		f.Intercept = means[features] - floats.Dot(f.Coefficients, means[:features])
	}
	return f, ctx.Err()
}

// Mean is that of a column; zero where columns are not centred.
func (c *Columns) Mean(j int) float64 {
	if !c.centred {
		return 0
	}
	beside := 0.0
	for i, x := range c.data[j] {
		w := 1.0
		if c.weights != nil {
			w = c.weights[i]
		}
		beside += w * (x - c.Centre[j])
	}
	return c.Centre[j] + beside/c.N
}
