// Package components finds the principal components of columns of numbers. It
// knows numbers only.
package components

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/spread"
)

// Components are the directions in which rows of p columns differ most, the
// largest variance first.
type Components struct {
	// Means and Factors are what columns were centred on, and divided by.
	Means, Factors []float64
	// Spreads are the standard deviations of the columns (ddof=1).
	Spreads []float64
	// Directions has K() of length p, each of length 1.
	Directions [][]float64
	// Variance is that of the rows along each direction (ddof=1); of all min(n,p),
	// also of those that Keep has dropped.
	Variance []float64
	// Total is the sum of the variances of the columns.
	Total float64
	rows  int
}

const (
	// blockRows is how many rows are centred and multiplied at a time: they stay
	// in the processor's cache. pieces is into how many parts rows are divided,
	// the same on any number of processors.
	blockRows = 1024
	pieces    = 32
	// nothing is the part of the largest variance below which one is an error of
	// rounding.
	nothing = 1e-14
)

// Find decomposes the covariance matrix of the columns, each divided by its factor
// (nil divides none), which is added up in a fixed order. Its
// eigenvalues are exact to about 1e-15 of the largest one. It needs two rows; the
// memory that it takes grows with p² only. The error is the context's, or that
// the decomposition failed.
func Find(ctx context.Context, columns [][]float64, factors []float64) (*Components, error) {
	n, p := len(columns[0]), len(columns)
	c := &Components{Means: make([]float64, p), Factors: make([]float64, p), Spreads: make([]float64, p), rows: n}
	err := parallel.Each(ctx, parallel.Threads(0), p, func(j int) {
		mean, variance := spread.MeanAndVariance(columns[j])
		c.Means[j], c.Factors[j], c.Spreads[j] = mean, 1, math.Sqrt(variance*float64(n)/float64(n-1))
		if factors != nil {
			c.Factors[j] = factors[j]
		}
	})
	if err != nil {
		return nil, err
	}
	covariance, err := c.covariance(ctx, columns)
	if err != nil {
		return nil, err
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return nil, errors.New("components: the covariance matrix could not be decomposed")
	}
	values, vectors := eigen.Values(nil), mat.NewDense(p, p, nil)
	eigen.VectorsTo(vectors)
	for k := range min(n, p) {
		at := p - 1 - k // they are ascending
		c.Variance = append(c.Variance, max(0, values[at]))
		c.Directions = append(c.Directions, mat.Col(nil, at, vectors))
	}
	c.Total = mat.Trace(covariance)
	c.byLoadings()
	return c, nil
}

// covariance multiplies each two columns, centred, block by block.
func (c *Components) covariance(ctx context.Context, columns [][]float64) (*mat.SymDense, error) {
	n, p := len(columns[0]), len(columns)
	sums := make([]*mat.SymDense, pieces)
	err := parallel.Each(ctx, parallel.Threads(0), pieces, func(piece int) {
		sum := mat.NewSymDense(p, nil)
		raw := sum.RawSymmetric().Data
		block := make([]float64, p*blockRows)
		for from, to := piece*n/pieces, (piece+1)*n/pieces; from < to && ctx.Err() == nil; from += blockRows {
			rows := min(blockRows, to-from)
			c.centred(columns, from, rows, block)
			for i := range p {
				left := block[i*blockRows : i*blockRows+rows]
				for j := i; j < p; j++ {
					raw[i*p+j] += floats.Dot(left, block[j*blockRows:j*blockRows+rows])
				}
			}
		}
		sums[piece] = sum
	})
	if err != nil {
		return nil, err
	}
	for _, s := range sums[1:] {
		sums[0].AddSym(sums[0], s)
	}
	sums[0].ScaleSym(1/float64(n-1), sums[0])
	return sums[0], nil
}

// centred puts some rows into a block, column by column.
func (c *Components) centred(columns [][]float64, from, rows int, block []float64) {
	for j, column := range columns {
		mean, factor := c.Means[j], c.Factors[j]
		into := block[j*blockRows : j*blockRows+rows]
		for i, v := range column[from : from+rows] {
			into[i] = (v - mean) / factor
		}
	}
}

// K is how many components are kept.
func (c *Components) K() int { return len(c.Directions) }

// Keep drops all but the first k components.
func (c *Components) Keep(k int) { c.Directions = c.Directions[:k] }

// Explaining gives how many components explain more than a part of the variance,
// as scikit-learn counts them.
func (c *Components) Explaining(part float64) int {
	sum := 0.0
	for k, v := range c.Variance {
		if sum += v / c.Total; sum > part {
			return k + 1
		}
	}
	return len(c.Variance)
}

// Singular gives the singular value of the centred rows along component k.
func (c *Components) Singular(k int) float64 { return math.Sqrt(c.Variance[k] * float64(c.rows-1)) }

// Empty reports whether rows do not differ along component k, but for rounding.
func (c *Components) Empty(k int) bool { return c.Variance[k] <= nothing*c.Variance[0] }

// Scores puts how far row i goes along each component into a slice as long as
// components are many, divided by the standard deviation where it is to be
// whitened; NaN where that is zero.
func (c *Components) Scores(columns [][]float64, i int, whiten bool, into []float64) {
	clear(into)
	for j, column := range columns {
		v := (column[i] - c.Means[j]) / c.Factors[j]
		for k, d := range c.Directions {
			into[k] += v * d[j]
		}
	}
	if !whiten {
		return
	}
	for k := range into {
		if into[k] /= math.Sqrt(c.Variance[k]); c.Empty(k) {
			into[k] = math.NaN()
		}
	}
}

// byLoadings gives each direction the sign that makes its largest loading
// positive, the first of equals.
func (c *Components) byLoadings() {
	for _, d := range c.Directions {
		if d[largest(d)] < 0 {
			floats.Scale(-1, d)
		}
	}
}

func largest(x []float64) (at int) {
	for i, v := range x {
		if math.Abs(v) > math.Abs(x[at]) {
			at = i
		}
	}
	return at
}

// ByScores gives each direction the sign that makes its largest score positive,
// the first of equals, as scikit-learn's svd_flip does. So the sign tells of one
// row. The error is the context's.
func (c *Components) ByScores(ctx context.Context, columns [][]float64) error {
	n, p := len(columns[0]), len(columns)
	farthest := make([][]float64, pieces)
	err := parallel.Each(ctx, parallel.Threads(0), pieces, func(piece int) {
		most := make([]float64, c.K())
		block, scores := make([]float64, p*blockRows), make([]float64, blockRows)
		for from, to := piece*n/pieces, (piece+1)*n/pieces; from < to && ctx.Err() == nil; from += blockRows {
			rows := min(blockRows, to-from)
			c.centred(columns, from, rows, block)
			for k, d := range c.Directions {
				clear(scores)
				for j, loading := range d {
					floats.AddScaled(scores[:rows], loading, block[j*blockRows:j*blockRows+rows])
				}
				if s := scores[largest(scores[:rows])]; math.Abs(s) > math.Abs(most[k]) {
					most[k] = s
				}
			}
		}
		farthest[piece] = most
	})
	if err != nil {
		return err
	}
	for k, d := range c.Directions {
		score := 0.0
		for _, most := range farthest {
			if math.Abs(most[k]) > math.Abs(score) {
				score = most[k]
			}
		}
		if score < 0 {
			floats.Scale(-1, d)
		}
	}
	return nil
}
