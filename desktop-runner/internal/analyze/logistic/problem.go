package logistic

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/parallel"
)

// problem is what is minimised, in units of the centred and scaled columns: for
// each sum the coefficients of the features, then the intercept if there is one.
type problem struct {
	columns  *leastsquares.Columns
	y        []float64
	weights  []float64
	features int
	// sums is 1 for two classes, else one for each class.
	sums      int
	intercept bool
	// classWeights are C times the weight of each class; strength is C, or 1.
	classWeights []float64
	strength     float64
	// penalty is what half the square of each coefficient costs in these units.
	penalty   []float64
	penalised bool
	total     float64

	tol        float64
	iterations int
	threads    int
	progress   func(float64)
}

// size is how many coefficients a sum has.
func (p *problem) size() int {
	if p.intercept {
		return p.features + 1
	}
	return p.features
}

// state is what one pass over the rows finds.
type state struct {
	// loss is without the penalty, value with it; both are C times what they are.
	loss, value float64
	gradient    []float64
	// curvature is the second derivative, of the lower triangle, or nil; it was
	// calculated of so many rows.
	curvature *leastsquares.Products
	seen      int
}

// at evaluates a point in one pass over the rows, with the second derivative from
// one of every so many blocks of rows, or without it for 0.
func (p *problem) at(ctx context.Context, theta []float64, every int) (*state, error) {
	curved := every > 0
	parts := make([]*state, p.columns.Parts())
	err := parallel.Each(ctx, parallel.Threads(p.threads), len(parts), func(part int) {
		w := newWork(p, theta, every)
		p.columns.EachBlock(ctx, part, w.add)
		parts[part] = &w.state
	})
	if err != nil {
		return nil, err //nolint:wrapcheck // the context's
	}
	out := parts[0]
	for _, other := range parts[1:] {
		out.loss += other.loss
		floats.Add(out.gradient, other.gradient)
		if curved {
			floats.Add(out.curvature.Sums, other.curvature.Sums)
			out.seen += other.seen
		}
	}
	if curved {
		floats.Scale(float64(len(p.y))/float64(out.seen), out.curvature.Sums)
		p.complete(out.curvature)
	}
	out.value = out.loss
	size := p.size()
	for at, x := range theta {
		if j := at % size; j < p.features && p.penalty[j] > 0 {
			out.value += 0.5 * p.penalty[j] * x * x
			out.gradient[at] += p.penalty[j] * x
			if curved {
				out.curvature.Sums[at*len(theta)+at] += p.penalty[j]
			}
		}
	}
	if curved {
		p.fix(out.curvature)
	}
	return out, nil
}

// complete calculates what belongs to the last class: probabilities add up to 1,
// so the second derivatives by it and any other add up to zero over all.
func (p *problem) complete(c *leastsquares.Products) {
	if p.sums == 1 {
		return
	}
	size, last := p.size(), p.sums-1
	block := func(k, l int) (at, down int) { // where (j, m) of block (k, l) is: at + j*down + m
		return k*size*c.Size + l*size, c.Size
	}
	for l := range p.sums {
		at, down := block(last, l)
		for k := range last {
			// Only blocks with k >= l are there; of another the transpose, which is the same.
			from, _ := block(max(k, l), min(k, l))
			if l == last {
				from, _ = block(last, k)
			}
			for j := range size {
				for m := range size {
					c.Sums[at+j*down+m] -= c.Sums[from+j*down+m]
				}
			}
		}
	}
}

// fix adds what makes coefficients determined that can be raised in all sums
// together without a change: a curvature along that direction, in which the
// gradient is zero.
func (p *problem) fix(c *leastsquares.Products) {
	if p.sums == 1 {
		return
	}
	size := p.size()
	for j := range size {
		if j < p.features && p.penalty[j] > 0 {
			continue
		}
		mean := 0.0
		for k := range p.sums {
			mean += c.Sums[(k*size+j)*c.Size+k*size+j] / float64(p.sums)
		}
		for k := range p.sums {
			for l := range k + 1 {
				c.Sums[(k*size+j)*c.Size+l*size+j] += mean
			}
		}
	}
}

// work is one part's share of a pass.
type work struct {
	state
	p     *problem
	theta []float64
	every int
	block int
	// eta has a column for each sum: first the sums, then the probabilities.
	eta [][]float64
	// weight, residual and weighted are of one block.
	weight, residual, ones []float64
	weighted               [][]float64
}

func newWork(p *problem, theta []float64, every int) *work {
	w := &work{p: p, theta: theta, every: every, eta: make([][]float64, p.sums), state: state{gradient: make([]float64, len(theta))}}
	if every > 0 {
		w.curvature = &leastsquares.Products{Size: len(theta), Sums: make([]float64, len(theta)*len(theta))}
	}
	return w
}

func (w *work) resize(rows int) {
	if rows <= cap(w.weight) {
		w.weight, w.residual, w.ones = w.weight[:rows], w.residual[:rows], w.ones[:rows]
		for k := range w.eta {
			w.eta[k] = w.eta[k][:rows]
		}
		for j := range w.weighted {
			w.weighted[j] = w.weighted[j][:rows]
		}
		return
	}
	w.weight, w.residual, w.ones = make([]float64, rows), make([]float64, rows), make([]float64, rows)
	floats.AddConst(1, w.ones)
	for k := range w.eta {
		w.eta[k] = make([]float64, rows)
	}
	if w.curvature == nil {
		return
	}
	w.weighted = make([][]float64, w.p.size())
	for j := range w.weighted {
		w.weighted[j] = make([]float64, rows)
	}
}

func (w *work) add(from int, columns [][]float64) {
	p, rows, size := w.p, len(columns[0]), w.p.size()
	w.resize(rows)
	y := p.y[from : from+rows]
	w.sum(from, columns)
	if p.sums == 1 {
		w.two(y)
	} else {
		w.many(y)
	}
	if p.intercept {
		columns = append(columns[:p.features:p.features], w.ones)
	}
	for k := range w.eta {
		for i, class := range y {
			hit := 0.0
			if p.sums == 1 && class == 1 || p.sums > 1 && int(class) == k {
				hit = 1
			}
			w.residual[i] = w.weight[i] * (w.eta[k][i] - hit)
		}
		for j, column := range columns {
			w.gradient[k*size+j] += floats.Dot(column, w.residual)
		}
	}
	if w.curvature != nil && w.block%w.every == 0 {
		w.curve(columns)
		w.seen += rows
	}
	w.block++
}

// sum finds the weight and the sums of each row of a block.
func (w *work) sum(from int, columns [][]float64) {
	p, size := w.p, w.p.size()
	for i := range w.weight {
		w.weight[i] = p.classWeights[int(p.y[from+i])]
		if p.weights != nil {
			w.weight[i] *= p.weights[from+i]
		}
	}
	for k, eta := range w.eta {
		theta := w.theta[k*size : (k+1)*size]
		clear(eta)
		if p.intercept {
			floats.AddConst(theta[p.features], eta)
		}
		for j := range p.features {
			if theta[j] != 0 {
				floats.AddScaled(eta, theta[j], columns[j])
			}
		}
	}
}

// two turns sums into probabilities of the second class:
//
//	-log P(y) = log(1 + exp(-e)) for the second class, with e the sum
//
// The logarithms of rows of the same weight are those of a product.
func (w *work) two(y []float64) {
	product, weight := 1.0, 0.0
	for i, e := range w.eta[0] {
		if v := w.weight[i]; v != weight || product > 1e290 {
			w.loss += weight * math.Log(product)
			product, weight = 1, v
		}
		x := math.Exp(-math.Abs(e))
		product *= 1 + x
		if (e < 0) == (y[i] == 1) {
			w.loss += weight * math.Abs(e)
		}
		if e < 0 {
			w.eta[0][i] = x / (1 + x)
		} else {
			w.eta[0][i] = 1 / (1 + x)
		}
	}
	w.loss += weight * math.Log(product)
}

func (w *work) many(y []float64) {
	row := make([]float64, w.p.sums)
	for i, class := range y {
		for k := range row {
			row[k] = w.eta[k][i]
		}
		own := row[int(class)]
		w.loss += w.weight[i] * (softmax(row) - own)
		for k, probability := range row {
			w.eta[k][i] = probability
		}
	}
}

// curve adds Σ w·P_k·(δ_kl - P_l)·x·xᵀ for each two sums but the last of several;
// see complete.
func (w *work) curve(columns [][]float64) {
	size, all := len(columns), w.curvature.Size
	for k, a := range w.eta[:max(1, len(w.eta)-1)] {
		for l, b := range w.eta[:k+1] {
			for i, v := range w.weight {
				if k == l {
					w.residual[i] = v * a[i] * (1 - a[i])
				} else {
					w.residual[i] = -v * a[i] * b[i]
				}
			}
			for j, column := range columns {
				floats.MulTo(w.weighted[j], column, w.residual)
			}
			for j := range size {
				row := w.curvature.Sums[(k*size+j)*all+l*size:]
				for m := range j + 1 {
					sum := floats.Dot(w.weighted[j], columns[m])
					row[m] += sum
					if m != j {
						w.curvature.Sums[(k*size+m)*all+l*size+j] += sum
					}
				}
			}
		}
	}
}
