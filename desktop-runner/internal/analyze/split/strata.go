package split

import (
	"math"
	"slices"
)

// StratifiedKFold is KFold with the shares of the classes in every part, as far
// as whole rows allow. Every class needs as many rows as there are folds.
//
// Source: scikit-learn's StratifiedKFold, which only warns of such a class.
func StratifiedKFold(nSplits int, strata Strata, o Options) (*Plan, error) {
	n := len(strata.Y)
	if err := enough(n, nSplits, nSplits, o); err != nil {
		return nil, err
	}
	rows, err := strata.rows(o)
	if err != nil {
		return nil, err
	}
	for _, of := range rows {
		if len(of) < nSplits {
			return nil, bad(nSplitsField, "is more than the rows of the smallest class; take fewer folds, leave rare classes out with a filter, or set stratify to false")
		}
	}
	// Classes are dealt out one after the other, in the order in which they appear
	// in the data: the fold that one ends with, the next goes on from.
	slices.SortFunc(rows, func(a, b []int) int { return a[0] - b[0] })
	generator := random(o)
	p := newPlan(n, nSplits)
	dealt := 0
	for _, of := range rows {
		folds := make([]int32, len(of))
		for i := range folds {
			folds[i] = int32((dealt + i) % nSplits)
		}
		dealt += len(of)
		slices.Sort(folds)
		if o.Shuffle {
			generator.Shuffle(len(folds), func(i, j int) { folds[i], folds[j] = folds[j], folds[i] })
		}
		for i, row := range of {
			p.fold[row] = folds[i]
		}
	}
	return p.large(nSplitsField, o)
}

// holdOutOfEach lets tested rows judge, of each class as many as its share is.
//
// Source: scikit-learn's StratifiedShuffleSplit.
func (p *Plan) holdOutOfEach(trained, tested int, strata Strata, o Options) error {
	const field = "params.validation.stratify"
	if !o.Shuffle {
		return bad(field, "needs rows in random order; set it to false, or shuffle")
	}
	rows, err := strata.rows(o)
	if err != nil {
		return err
	}
	for _, of := range rows {
		if len(of) < 2 {
			return bad(field, "needs two rows of each class, and one class has fewer; leave rare classes out with a filter, or set it to false")
		}
	}
	if min(trained, tested) < len(rows) {
		return bad("params.validation.test_size", "leaves one of the two parts with fewer rows than there are classes; take more rows, another part, or set stratify to false")
	}
	generator := random(o)
	counts := make([]int, len(rows))
	for c, of := range rows {
		counts[c] = len(of)
	}
	teach := shares(counts, trained, generator.Perm(len(rows)))
	for c, of := range rows {
		for _, place := range generator.Perm(len(of))[teach[c]:] {
			p.fold[of[place]] = 0
		}
	}
	return nil
}

// shares deals draws out in proportion to counts: the whole part of each share,
// and what is left to those with the largest remainders; of equal ones to the
// first of order.
func shares(counts []int, draws int, order []int) []int {
	total := 0
	for _, n := range counts {
		total += n
	}
	out, remainders := make([]int, len(counts)), make([]float64, len(counts))
	left := draws
	for c, n := range counts {
		// Rounded as written: some processors would subtract before they round.
		share := float64(float64(n) / float64(total) * float64(draws))
		out[c] = int(math.Floor(share))
		remainders[c] = share - math.Floor(share)
		left -= out[c]
	}
	order = slices.Clone(order)
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case remainders[a] > remainders[b]:
			return -1
		case remainders[a] < remainders[b]:
			return 1
		}
		return 0
	})
	for _, c := range order[:left] {
		out[c]++
	}
	return out
}

// rows gives the rows of each class that has any, ascending. The error is a
// policy_refused fault where a class has fewer than are asked for: said of all
// such classes alike, whatever else is wrong, so that nobody can count one.
func (s Strata) rows(o Options) ([][]int, error) {
	out := make([][]int, s.Classes)
	for row, class := range s.Y {
		out[int(class)] = append(out[int(class)], row)
	}
	out = slices.DeleteFunc(out, func(of []int) bool { return len(of) == 0 })
	for _, of := range out {
		if len(of) < o.MinRows {
			return nil, refused("params.target", "has a class with fewer than %d rows, of which the owner of the data allows nothing to be told; leave rare classes out with a filter", o.MinRows)
		}
	}
	return out, nil
}
