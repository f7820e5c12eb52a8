package correlation

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"ddap/desktop-runner/internal/finding"
	"ddap/shared/operation"
)

// column is a column prepared for a method.
type column struct {
	// values has the numbers, centred, with NaN where there is none; for methods of
	// ranks the ranks of a column that misses none.
	values []float64
	// squares is the sum of their squares, of a column that misses none.
	squares float64
	ranks   ranks
	// count is how many numbers there are, and whole that none is missing.
	count int
	whole bool
	// constant says that all numbers are the same.
	constant bool
}

// prepare takes over the columns, all of the same length.
func prepare(ctx context.Context, numbers [][]float64, method operation.CorrelationMethod, advance func(done int)) ([]column, error) {
	out := make([]column, len(numbers))
	err := each(ctx, len(numbers), advance, func(ctx context.Context, j int, s *scratch) error {
		c := column{values: numbers[j]}
		least, most := math.Inf(1), math.Inf(-1)
		for _, x := range c.values {
			if !math.IsNaN(x) {
				c.count++
				least, most = min(least, x), max(most, x)
			}
		}
		c.whole, c.constant = c.count == len(c.values), least >= most
		var err error
		if method != operation.Pearson {
			c.ranks, err = ranked(ctx, c.values)
		}
		switch {
		case err != nil:
			return err
		case c.whole && method != operation.Pearson:
			s.tally(c.ranks, c.ranks)
			s.averageX = averages(s.averageX, s.countX, c.count)
			for i, at := range c.ranks.place {
				c.values[i] = s.averageX[at]
			}
		case method == operation.Pearson:
			centre(c.values)
		}
		if c.whole {
			c.squares = dot(c.values, c.values)
		}
		out[j] = c
		return nil
	})
	return out, err
}

// dot adds up blocks by themselves, so that the error of rounding stays small.
func dot(x, y []float64) (sum float64) {
	for from := 0; from < len(x); from += blockRows {
		to := min(from+blockRows, len(x))
		sum += floats.Dot(x[from:to], y[from:to])
	}
	return sum
}

// correlate gives each two of the columns that are not withheld; of the others
// only that they are a pair.
func correlate(ctx context.Context, columns []column, withheld []bool, o operation.CorrelationParams, advance func(done, of int)) ([]finding.Pair, error) {
	var pairs []finding.Pair
	for i := range columns {
		for j := i + 1; j < len(columns); j++ {
			pairs = append(pairs, unknown(i, j))
		}
	}
	err := each(ctx, len(pairs), func(done int) { advance(done, len(pairs)) }, func(ctx context.Context, k int, s *scratch) error {
		p := &pairs[k]
		if withheld != nil && (withheld[p.X] || withheld[p.Y]) {
			return nil
		}
		return s.pair(ctx, p, columns[p.X], columns[p.Y], o)
	})
	if err != nil {
		return nil, err
	}
	strongestFirst(pairs)
	return pairs, nil
}

func (s *scratch) pair(ctx context.Context, p *finding.Pair, x, y column, o operation.CorrelationParams) (err error) {
	var n int
	var r float64
	tail := math.NaN()
	switch whole := x.whole && y.whole; {
	case whole && o.Method != operation.Kendall:
		n, r = x.count, cosine(dot(x.values, y.values), x.squares, y.squares)
	case o.Method == operation.Pearson:
		s.sized(len(x.values), o.Method)
		n, r, err = s.moments(ctx, x.values, y.values)
	case o.Method == operation.Spearman:
		s.sized(len(x.values), o.Method)
		n, r, err = s.spearman(ctx, x.ranks, y.ranks)
	default:
		s.sized(len(x.values), o.Method)
		n, r, tail, err = s.kendall(ctx, x.ranks, y.ranks)
	}
	if err != nil {
		return err
	}
	p.N = n
	if n < o.MinPeriods || math.IsNaN(r) {
		return nil
	}
	p.Coefficient, p.PValue = r, tail
	if o.Method != operation.Kendall {
		p.PValue = student(r, n)
	}
	if o.Method == operation.Pearson {
		p.Low, p.High = fisher(r, n, o.ConfidenceLevel)
	}
	return nil
}

// strongestFirst orders pairs by the size of their coefficients, then those
// without one, then those without rows or withheld; and equal ones in the order
// of the columns.
func strongestFirst(pairs []finding.Pair) {
	slices.SortStableFunc(pairs, func(a, b finding.Pair) int {
		// NaN compares as less than any number.
		return cmp.Or(cmp.Compare(math.Abs(b.Coefficient), math.Abs(a.Coefficient)), min(b.N, 1)-min(a.N, 1))
	})
}
