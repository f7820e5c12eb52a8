package score

import "math"

// chartPoints is how many points a curve has at most: more than a screen shows
// apart.
const chartPoints = 200

// Curve is points of a curve, in their order.
type Curve struct {
	X, Y []float64
	// Thresholds are the scores from which on rows are taken for the class at each
	// point; nil where few rows must not be told apart, since each is that of a row.
	Thresholds []float64
}

// ROC is the true positive rate over the false positive rate, from (0, 0) to
// (1, 1), with an infinite first threshold. Points on a straight line between
// others are left out, and of very many some. It is nil where a class is missing,
// or has fewer rows than are asked for.
//
// Source: scikit-learn's roc_curve with drop_intermediate.
func (r *Ranking) ROC() *Curve {
	if !r.complete {
		return nil
	}
	steps := append([]step{{score: math.Inf(1)}}, r.corners()...)
	return r.draw(r.thin(steps), func(s, end step) (x, y float64) { return s.misses / end.misses, s.hits / end.hits })
}

// PrecisionRecall is the precision over the recall, from the point (0, 1), which
// has an infinite threshold, to the recall 1. Points between which recall stays
// the same are left out, and of very many some. It is nil where ROC is.
//
// Source: scikit-learn's precision_recall_curve, the other way round, with the
// drop_intermediate of its later releases.
func (r *Ranking) PrecisionRecall() *Curve {
	if !r.complete {
		return nil
	}
	steps := append([]step{{score: math.Inf(1)}}, r.rises()...)
	return r.draw(r.thin(steps), func(s, end step) (x, y float64) {
		if s.hits+s.misses == 0 {
			return 0, 1
		}
		return s.hits / end.hits, s.hits / (s.hits + s.misses)
	})
}

// corners leaves out steps that are like the one before them, between which a
// line is straight; the first and last stay.
func (r *Ranking) corners() []step {
	return r.keep(func(a, b, c step) bool {
		return c.misses-b.misses != b.misses-a.misses || c.hits-b.hits != b.hits-a.hits
	})
}

// rises leaves out steps before and after which nothing is found.
func (r *Ranking) rises() []step {
	return r.keep(func(a, b, c step) bool { return a.hits != b.hits || b.hits != c.hits })
}

func (r *Ranking) keep(matters func(a, b, c step) bool) []step {
	var out []step
	for i, s := range r.steps {
		if i == 0 || i == len(r.steps)-1 || matters(r.steps[i-1], s, r.steps[i+1]) {
			out = append(out, s)
		}
	}
	return out
}

// thin leaves out points that are nearer to the one before them than a curve
// with chartPoints at even distances has them.
func (r *Ranking) thin(steps []step) []step {
	if len(steps) <= chartPoints {
		return steps
	}
	end := r.last()
	const gap = 2.0 / (chartPoints - 2)
	out := steps[:1:1]
	for _, s := range steps[1 : len(steps)-1] {
		before := out[len(out)-1]
		if (s.hits-before.hits)/end.hits+(s.misses-before.misses)/end.misses >= gap {
			out = append(out, s)
		}
	}
	return append(out, steps[len(steps)-1])
}

func (r *Ranking) draw(steps []step, at func(s, end step) (x, y float64)) *Curve {
	c := &Curve{}
	for _, s := range steps {
		x, y := at(s, r.last())
		c.X, c.Y = append(c.X, x), append(c.Y, y)
		if !r.coarse {
			c.Thresholds = append(c.Thresholds, s.score)
		}
	}
	return c
}
