package leastsquares

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/parallel"
)

// residual is what a solution in float64 leaves: its sum of squares, the sum of
// its absolute values, and its products with the features.
type residual struct {
	rss, absolute float64
	gradient      []float64
}

func (c *Columns) residuals(ctx context.Context, b, shift []float64) (*residual, error) {
	features, parts := len(b), c.parts()
	// Σ (y - shift) - b·(x - shift), with what does not depend on the row in front.
	constant := -shift[features] + floats.Dot(b, shift[:features])
	all := make([]residual, parts)
	err := parallel.Each(ctx, parallel.Threads(c.threads), parts, func(part int) {
		r, total := residual{gradient: make([]float64, features)}, 0.0
		c.eachBlock(ctx, part, false, func(block *block) {
			e := block.hi[features]
			floats.AddConst(constant, e)
			for j, x := range b {
				floats.AddScaled(e, -x, block.hi[j])
			}
			for i, x := range e {
				w := 1.0
				if c.weights != nil {
					w = c.weights[block.from+i]
				}
				r.absolute += w * math.Abs(x)
				r.rss += w * x * x
				total += w * x
				e[i] = w * x
			}
			for j := range features {
				r.gradient[j] += floats.Dot(block.hi[j], e)
			}
		})
		floats.AddScaled(r.gradient, -total, shift[:features])
		all[part] = r
	})
	if err != nil {
		return nil, err
	}
	for _, other := range all[1:] {
		all[0].rss += other.rss
		all[0].absolute += other.absolute
		floats.Add(all[0].gradient, other.gradient)
	}
	return &all[0], nil
}

// exactResiduals gives the sum of squares and the mean absolute value, both
// weighted, of residuals that were calculated with 32 digits.
func (c *Columns) exactResiduals(ctx context.Context, b, shift []double) (rss, mae float64, err error) {
	features, parts := len(b), c.parts()
	constant := double{}.minus(shift[features])
	for j, x := range b {
		constant = constant.plus(x.times(shift[j]))
	}
	squares, absolutes := make([]double, parts), make([]double, parts)
	err = parallel.Each(ctx, parallel.Threads(c.threads), parts, func(part int) {
		c.eachBlock(ctx, part, true, func(block *block) {
			for i := range block.rows {
				e := constant.plus(double{block.hi[features][i], block.lo[features][i]})
				for j, x := range b {
					e = e.minus(x.times(double{block.hi[j][i], block.lo[j][i]}))
				}
				w := double{hi: 1}
				if c.weights != nil {
					w.hi = c.weights[block.from+i]
				}
				squares[part] = squares[part].plus(e.times(e).times(w))
				if e.hi < 0 {
					e = double{}.minus(e)
				}
				absolutes[part] = absolutes[part].plus(e.times(w))
			}
		})
	})
	for part := 1; part < parts; part++ {
		squares[0] = squares[0].plus(squares[part])
		absolutes[0] = absolutes[0].plus(absolutes[part])
	}
	return squares[0].value(), absolutes[0].value() / c.N, err
}

// Leverages gives, for each row, the part of its prediction in a linear model of
// x that its own target decides: the diagonal of the hat matrix,
//
//	h = 1/n + ‖L⁻¹·z‖²,  L·Lᵀ = ZᵀZ
//
// where z is the row of centred features; without 1/n, and not centred, where
// there is no intercept. They sum up to the rank of the design. Columns that
// follow from others, or are constant, add nothing.
//
// The error is the context's.
func Leverages(ctx context.Context, x [][]float64, intercept bool, threads int) ([]float64, error) {
	if len(x) == 0 {
		return nil, ctx.Err()
	}
	c, err := Centre(ctx, x, nil, intercept, threads)
	if err != nil {
		return nil, err
	}
	inverse, shift, err := c.whitening(ctx)
	if err != nil {
		return nil, err
	}
	p, out := len(x), make([]float64, c.Rows)
	err = parallel.Each(ctx, parallel.Threads(threads), c.parts(), func(part int) {
		sum := make([]float64, max(16, blockNumbers/p))
		c.eachBlock(ctx, part, false, func(b *block) {
			h, v := out[b.from:b.from+b.rows], sum[:b.rows]
			for j := range p {
				floats.AddConst(-shift[j], b.hi[j])
			}
			for i := range p {
				clear(v)
				for j, l := range inverse[i*p : i*p+i+1] {
					floats.AddScaled(v, l, b.hi[j])
				}
				for k, y := range v {
					h[k] += y * y
				}
			}
			if intercept {
				floats.AddConst(1/c.N, h)
			}
		})
	})
	return out, err
}

// whitening gives L⁻¹, and the means beside the Centre.
func (c *Columns) whitening(ctx context.Context) (inverse, shift []float64, err error) {
	p, err := c.Products(ctx)
	if err != nil {
		return nil, nil, err
	}
	if f := p.Factorize(p.Size, nil, 0); f.Least >= ratio {
		return f.Inverse(), p.Shift, nil
	}
	e, err := c.exactProducts(ctx)
	if err != nil {
		return nil, nil, err
	}
	squares, shift := make([]float64, e.size), make([]float64, e.size)
	for j := range squares {
		squares[j], shift[j] = e.sums[j*e.size+j].value(), e.shift[j].value()
		if c.Constant(j) {
			e.sums[j*e.size+j] = double{}
		}
	}
	return e.factorize(e.size, nil, c.tolerances(squares)).inverse(), shift, nil
}
