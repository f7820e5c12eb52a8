package correlation

import (
	"context"
	"math"
	"slices"

	"ddap/shared/operation"
)

// missing is the place of a value that is not there.
const missing = -1

// ranks are the values of a column as places among its different values in
// ascending order, from 0, row by row; and how many different ones there are.
type ranks struct {
	place    []int32
	distinct int
}

// ranked takes the column of NaN where there is no value.
func ranked(ctx context.Context, column []float64) (ranks, error) {
	keys, rows := make([]uint64, 0, len(column)), make([]int32, 0, len(column))
	out := ranks{place: make([]int32, len(column))}
	for i, x := range column {
		out.place[i] = missing
		if !math.IsNaN(x) {
			keys, rows = append(keys, ascending(x)), append(rows, int32(i))
		}
	}
	if err := sortByKey(ctx, keys, rows); err != nil {
		return ranks{}, err
	}
	for k, row := range rows {
		if k == 0 || keys[k] != keys[k-1] {
			out.distinct++
		}
		out.place[row] = int32(out.distinct - 1)
	}
	return out, nil
}

// ascending turns a number into a key that is larger where the number is.
func ascending(x float64) uint64 {
	bits := math.Float64bits(x + 0) // minus zero is zero
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

const (
	digitBits = 11
	digits    = 1 << digitBits
)

// sortByKey orders rows by their keys, digit by digit, which takes a time in
// proportion to their number. The error is the context's.
func sortByKey(ctx context.Context, keys []uint64, rows []int32) error {
	from, to := keys, make([]uint64, len(keys))
	rowsFrom, rowsTo := rows, make([]int32, len(rows))
	for shift := 0; shift < 64; shift += digitBits {
		if err := ctx.Err(); err != nil {
			return err
		}
		var next [digits]int
		for _, key := range from {
			next[key>>shift%digits]++
		}
		at := 0
		for d, n := range next {
			next[d] = at
			at += n
		}
		for k, key := range from {
			d := key >> shift % digits
			to[next[d]], rowsTo[next[d]] = key, rowsFrom[k]
			next[d]++
		}
		from, to, rowsFrom, rowsTo = to, from, rowsTo, rowsFrom
	}
	return nil // after six digits they are back where they were
}

// scratch is what one pair after another is worked out in.
type scratch struct {
	x, y               []float64
	first, second      []int32
	countX, countY     []int64
	averageX, averageY []float64
}

// sized makes room for as many rows, of what the method needs.
func (s *scratch) sized(rows int, method operation.CorrelationMethod) {
	switch {
	case method == operation.Kendall && s.first == nil:
		s.first, s.second = make([]int32, rows), make([]int32, rows)
	case method != operation.Kendall && s.x == nil:
		s.x, s.y = make([]float64, rows), make([]float64, rows)
	}
}

// tally counts the values of the rows that have both.
func (s *scratch) tally(x, y ranks) (n int) {
	s.countX, s.countY = zeros(s.countX, x.distinct), zeros(s.countY, y.distinct)
	for i, at := range x.place {
		if other := y.place[i]; at != missing && other != missing {
			s.countX[at]++
			s.countY[other]++
			n++
		}
	}
	return n
}

func zeros(a []int64, n int) []int64 {
	a = slices.Grow(a[:0], n)[:n]
	clear(a)
	return a
}

// averages gives for each place the rank of its values less the mean of all
// ranks; equal values share the mean of theirs.
func averages(into []float64, count []int64, n int) []float64 {
	into = slices.Grow(into[:0], len(count))[:len(count)]
	before := int64(0)
	for i, c := range count {
		into[i] = float64(2*before+c-int64(n)) / 2
		before += c
	}
	return into
}

// tied gives how many pairs of rows have the same value, and the sums that the
// variance of Kendall's S takes: Σt(t-1)(t-2) and Σt(t-1)(2t+5).
func tied(count []int64) (pairs int64, third, fifth float64) {
	for _, c := range count {
		t := float64(c)
		pairs += c * (c - 1) / 2
		third += t * (t - 1) * (t - 2)
		fifth += t * (t - 1) * (2*t + 5)
	}
	return pairs, third, fifth
}
