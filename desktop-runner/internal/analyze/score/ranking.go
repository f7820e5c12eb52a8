package score

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// Ranking is the rows of two classes in the order of a score: what is found, and
// what is taken for it, when all rows from some score on are.
type Ranking struct {
	steps []step
	// complete means that both classes have rows, and as many as are asked for.
	complete bool
	// coarse means that steps have rounded numbers of rows, and their scores are
	// not told.
	coarse bool
}

// step is what has been reached at a score, from the highest on; equal scores are
// one step.
type step struct {
	score float64
	// hits and misses are the weights of the rows of the class and of all others
	// that have this score or more; hitRows and missRows count them.
	hits, misses      float64
	hitRows, missRows int64
}

type scored struct{ score, weight float64 }

// Rank puts rows in the order of their scores, such as the probabilities of a
// class; y are the numbers of their true classes. Rows without weight do not
// count. Where few rows must not be told apart, what has been reached at each
// score is rounded to multiples of MinRows as in a confusion matrix, also in all
// that is calculated from it. It takes 16 bytes for each row, and 40 for each
// different score.
func Rank(y, scores []float64, class int, weights []float64, o Options) *Ranking {
	hits, misses := make([]scored, 0, len(y)), make([]scored, 0, len(y))
	for i, score := range scores {
		s := scored{score, weightOf(weights, i)}
		switch {
		case s.weight == 0:
		case int(y[i]) == class:
			hits = append(hits, s)
		default:
			misses = append(misses, s)
		}
	}
	var wait sync.WaitGroup
	wait.Go(func() { descend(hits) })
	descend(misses)
	wait.Wait()
	r := &Ranking{steps: merge(hits, misses), coarse: o.coarse(), complete: min(len(hits), len(misses)) >= max(o.MinRows, 1)}
	if r.coarse {
		r.round(int64(o.MinRows))
	}
	return r
}

// descend sorts rows from the highest score on, and equal ones by weight, so
// that sums do not depend on the order of rows.
func descend(rows []scored) {
	slices.SortFunc(rows, func(a, b scored) int {
		if a.score != b.score {
			return cmp.Compare(b.score, a.score)
		}
		return cmp.Compare(b.weight, a.weight)
	})
}

func merge(hits, misses []scored) []step {
	var out []step
	var hit, miss sum
	h, m := 0, 0
	for h < len(hits) || m < len(misses) {
		score := math.Inf(-1)
		if h < len(hits) {
			score = hits[h].score
		}
		if m < len(misses) {
			score = max(score, misses[m].score)
		}
		for ; h < len(hits) && hits[h].score == score; h++ {
			hit.add(hits[h].weight)
		}
		for ; m < len(misses) && misses[m].score == score; m++ {
			miss.add(misses[m].weight)
		}
		out = append(out, step{score, hit.value(), miss.value(), int64(h), int64(m)})
	}
	return out
}

func (r *Ranking) last() step {
	if len(r.steps) == 0 {
		return step{}
	}
	return r.steps[len(r.steps)-1]
}

// round rounds numbers of rows, and leaves out steps that are then like the one
// before them.
func (r *Ranking) round(least int64) {
	var kept []step
	var before step
	for _, s := range r.steps {
		s.hitRows, s.missRows = nearest(s.hitRows, least), nearest(s.missRows, least)
		s.hits, s.misses = float64(s.hitRows), float64(s.missRows)
		if s.hits != before.hits || s.misses != before.misses {
			kept = append(kept, s)
			before = s
		}
	}
	r.steps = kept
}

// AUC is the area under the ROC curve: how probable it is that a row of the class
// has a higher score than another, equal ones counted as half. It is NaN where one
// of the two is missing.
func (r *Ranking) AUC() float64 {
	var area sum
	var before step
	for _, s := range r.steps {
		area.add((s.misses - before.misses) * (s.hits + before.hits) / 2)
		before = s
	}
	return area.value() / (before.hits * before.misses)
}

// AveragePrecision is the mean of the precisions at each step, weighted by how
// many are found there. It is NaN where nothing is to be found.
func (r *Ranking) AveragePrecision() float64 {
	var out sum
	var before step
	for _, s := range r.steps {
		out.add((s.hits - before.hits) * s.hits / (s.hits + s.misses))
		before = s
	}
	return out.value() / before.hits
}
