package logistic

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/analyze/leastsquares"
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
	// curvature is the second derivative, of the lower triangle, or nil.
	curvature *leastsquares.Products
}

// at evaluates a point in one pass over the rows.
func (p *problem) at(ctx context.Context, theta []float64, curved bool) (*state, error) {
	parts := make([]*state, p.columns.Parts())
	err := leastsquares.Parallel(ctx, len(parts), p.threads, func(part int) {
		w := newWork(p, theta, curved)
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
		}
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
	// eta has a column for each sum: first the sums, then the probabilities.
	eta [][]float64
	// weight, residual and weighted are of one block.
	weight, residual, ones []float64
	weighted               [][]float64
}

func newWork(p *problem, theta []float64, curved bool) *work {
	w := &work{p: p, theta: theta, eta: make([][]float64, p.sums), state: state{gradient: make([]float64, len(theta))}}
	if curved {
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
	w.weighted = make([][]float64, w.p.size())
	for j := range w.weighted {
		w.weighted[j] = make([]float64, rows)
	}
}

func (w *work) add(from int, columns [][]float64) {
	p, rows, size := w.p, len(columns[0]), w.p.size()
	w.resize(rows)
	y := p.y[from : from+rows]
	for i, class := range y {
		w.weight[i] = p.classWeights[int(class)]
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
	if w.curvature != nil {
		w.curve(columns)
	}
}

// two turns sums into probabilities of the second class:
//
//	-log P(y) = log(1 + exp(-e)) for the second class, with e the sum
func (w *work) two(y []float64) {
	for i, e := range w.eta[0] {
		x := math.Exp(-math.Abs(e))
		loss := math.Log1p(x)
		if (e < 0) == (y[i] == 1) {
			loss += math.Abs(e)
		}
		w.loss += w.weight[i] * loss
		if e < 0 {
			w.eta[0][i] = x / (1 + x)
		} else {
			w.eta[0][i] = 1 / (1 + x)
		}
	}
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

// curve adds Σ w·P_k·(δ_kl - P_l)·x·xᵀ for each two sums.
func (w *work) curve(columns [][]float64) {
	size, all := len(columns), w.curvature.Size
	for k, a := range w.eta {
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
					if k != l && m != j {
						w.curvature.Sums[(k*size+m)*all+l*size+j] += sum
					}
				}
			}
		}
	}
}
