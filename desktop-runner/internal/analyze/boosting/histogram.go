package boosting

import (
	"context"

	"ddap/desktop-runner/internal/analyze/binning"
	"ddap/desktop-runner/internal/analyze/parallel"
)

// cell is what a bin of a node's histogram has: the sums of the gradients and of
// the hessians of its rows, and their number. Where all hessians are 1, h stays 0.
type cell struct {
	g, h float64
	n    int64
}

// histogram has the cells of all features one after another; where those of a
// feature begin says layout.
type histogram []cell

// layout has the place of each feature's first cell, and at its end their number.
type layout []int

func newLayout(edges binning.Edges) layout {
	out := make(layout, len(edges)+1)
	for j, e := range edges {
		out[j+1] = out[j] + len(e) + 1
	}
	return out
}

func (l layout) of(h histogram, feature int) histogram {
	return h[l[feature]:l[feature+1]:l[feature+1]]
}

// gradients of one tree: what the loss would change by, and how fast that
// changes, for each row. They are of single precision, as scikit-learn's: sums of
// them are then exact for any number of rows, in any order. hessian is nil where
// all are 1.
type gradients struct{ gradient, hessian []float32 }

// gathered copies the gradients of some rows, so that every feature reads them in
// a line.
func (g gradients) gathered(ctx context.Context, threads int, rows []int32, into gradients) gradients {
	const size = 1 << 15
	into.gradient = into.gradient[:len(rows)]
	if g.hessian != nil {
		into.hessian = into.hessian[:len(rows)]
	}
	copying := func(chunk int) {
		from, to := parallel.Chunk(len(rows), size, chunk)
		for i, row := range rows[from:to] {
			into.gradient[from+i] = g.gradient[row]
		}
		if g.hessian == nil {
			return
		}
		for i, row := range rows[from:to] {
			into.hessian[from+i] = g.hessian[row]
		}
	}
	_ = parallel.Each(ctx, threads, parallel.Chunks(len(rows), size), copying) // who asked looks at ctx
	return into
}

// fill adds up one feature's cells over rows, whose gradients stand in the same
// order; nil rows are all.
func fill(cells histogram, codes []uint8, rows []int32, g gradients) {
	clear(cells)
	switch {
	case rows == nil && g.hessian == nil:
		for i, v := range g.gradient {
			c := &cells[codes[i]]
			c.g += float64(v)
			c.n++
		}
	case rows == nil:
		hessian := g.hessian[:len(g.gradient)]
		for i, v := range g.gradient {
			c := &cells[codes[i]]
			c.g += float64(v)
			c.h += float64(hessian[i])
			c.n++
		}
	case g.hessian == nil:
		gradient := g.gradient[:len(rows)]
		for i, row := range rows {
			c := &cells[codes[row]]
			c.g += float64(gradient[i])
			c.n++
		}
	default:
		gradient, hessian := g.gradient[:len(rows)], g.hessian[:len(rows)]
		for i, row := range rows {
			c := &cells[codes[row]]
			c.g += float64(gradient[i])
			c.h += float64(hessian[i])
			c.n++
		}
	}
}

// subtract leaves in whole what is not in part.
func subtract(whole, part histogram) {
	part = part[:len(whole)]
	for i := range whole {
		w, p := &whole[i], &part[i]
		w.g -= p.g
		w.h -= p.h
		w.n -= p.n
	}
}
