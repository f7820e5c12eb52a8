package boosting

import (
	"context"
	"math"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
)

// lossRows is how many rows' losses are added up by themselves.
const lossRows = 1 << 14

// loss is half the squared error of numbers, and of classes the negative
// logarithm of the probability of the right one, with a tree for each class, or
// one for two.
type loss struct {
	classes, trees int
	y, weights     []float64
}

func newLoss(s estimator.Sample) loss {
	l := loss{classes: s.Classes, trees: 1, y: s.Y, weights: s.Weights}
	if s.Classes > 2 {
		l.trees = s.Classes
	}
	return l
}

func (l loss) weight(row int32) float64 {
	if l.weights == nil {
		return 1
	}
	return l.weights[row]
}

// baseline is what is predicted before the first tree, for each tree: the mean,
// or log-odds of the classes.
func (l loss) baseline(rows []int32) []float64 {
	total, of := 0.0, make([]float64, max(2, l.classes))
	mean := 0.0
	for _, row := range rows {
		w := l.weight(row)
		if total += w; l.classes > 0 {
			of[int(l.y[row])] += w
		} else {
			mean += w * l.y[row]
		}
	}
	switch l.classes {
	case 0:
		return []float64{mean / total}
	case 2:
		p := clip(of[1] / total)
		return []float64{math.Log(p / (1 - p))}
	}
	logs, middle := make([]float64, l.classes), 0.0
	for k, w := range of {
		logs[k] = math.Log(clip(w / total))
		middle += logs[k] / float64(l.classes)
	}
	for k := range logs {
		logs[k] -= middle
	}
	return logs
}

// clip keeps a class without weight from an endless logarithm, as in scikit-learn.
func clip(p float64) float64 {
	const eps = 0x1p-52
	return min(max(p, eps), 1-eps)
}

// constant reports whether all hessians are 1.
func (l loss) constant() bool { return l.classes == 0 && l.weights == nil }

// newGradients makes room for n rows of each tree.
func (l loss) newGradients(n int) []gradients {
	out := make([]gradients, l.trees)
	for k := range out {
		out[k].gradient = make([]float32, n)
		if !l.constant() {
			out[k].hessian = make([]float32, n)
		}
	}
	return out
}

// update calculates the mean loss of rows whose predictions are raw, and their
// gradients into the places of the rows; nil gradients are not wanted.
func (l loss) update(ctx context.Context, threads int, rows []int32, raw [][]float64, into []gradients) (float64, error) {
	chunks := parallel.Chunks(len(rows), lossRows)
	sums, weights := make([]float64, chunks), make([]float64, chunks)
	err := parallel.Each(ctx, threads, chunks, func(chunk int) {
		from, to := parallel.Chunk(len(rows), lossRows, chunk)
		switch {
		case l.classes == 0:
			sums[chunk] = l.numbers(rows[from:to], raw[0], into)
		case l.trees == 1:
			sums[chunk] = l.binary(rows[from:to], raw[0], into)
		default:
			sums[chunk] = l.multinomial(rows[from:to], raw, into)
		}
		for _, row := range rows[from:to] {
			weights[chunk] += l.weight(row)
		}
	})
	sum, weight := 0.0, 0.0
	for chunk := range sums {
		sum += sums[chunk]
		weight += weights[chunk]
	}
	return sum / weight, err
}

func (l loss) numbers(rows []int32, raw []float64, into []gradients) float64 {
	sum := 0.0
	for _, row := range rows {
		w, off := l.weight(row), raw[row]-l.y[row]
		sum += w * off * off
		if into == nil {
			continue
		}
		if into[0].gradient[row] = float32(w * off); into[0].hessian != nil {
			into[0].hessian[row] = float32(w)
		}
	}
	return sum / 2
}

func (l loss) binary(rows []int32, raw []float64, into []gradients) float64 {
	var logs logarithms
	for _, row := range rows {
		w, y, r := l.weight(row), l.y[row], raw[row]
		e := math.Exp(-r)
		if y == 1 {
			logs.add(w, 1+e)
		} else {
			logs.add(w, 1+math.Exp(r))
		}
		if into != nil {
			into[0].gradient[row] = float32(w * ((1 - y) - y*e) / (1 + e))
			into[0].hessian[row] = float32(w * e / ((1 + e) * (1 + e)))
		}
	}
	return logs.sum()
}

func (l loss) multinomial(rows []int32, raw [][]float64, into []gradients) float64 {
	var logs logarithms
	p := make([]float64, l.trees)
	for _, row := range rows {
		w, right := l.weight(row), int(l.y[row])
		for k := range p {
			p[k] = raw[k][row]
		}
		softmax(p)
		logs.add(w, 1/max(p[right], math.SmallestNonzeroFloat64))
		if into == nil {
			continue
		}
		for k, v := range p {
			off := v
			if k == right {
				off--
			}
			into[k].gradient[row], into[k].hessian[row] = float32(w*off), float32(w*v*(1-v))
		}
	}
	return logs.sum()
}

// softmax makes probabilities of logarithms of odds.
func softmax(p []float64) {
	largest, total := math.Inf(-1), 0.0
	for _, v := range p {
		largest = max(largest, v)
	}
	for k, v := range p {
		p[k] = math.Exp(v - largest)
		total += p[k]
	}
	for k := range p {
		p[k] /= total
	}
}

// logarithms adds up logarithms of factors of at least 1, of their product where
// that is small enough: a product takes a tenth of the time.
type logarithms struct {
	done, product float64
}

func (l *logarithms) add(weight, factor float64) {
	const largest = 1e100
	if weight != 1 || factor > largest {
		l.done += weight * math.Log(min(factor, math.MaxFloat64))
		return
	}
	if l.product = max(l.product, 1) * factor; l.product > largest {
		l.done += math.Log(l.product)
		l.product = 1
	}
}

func (l *logarithms) sum() float64 { return l.done + math.Log(max(l.product, 1)) }
