// Package score says how near predictions came to what was so, with the names
// and definitions of scikit-learn's metrics. It knows true and predicted values
// and their weights, and nothing of the model or of where the rows came from.
//
// Where few rows must not be told apart (Options.MinRows above 1), what is told
// rests on at least so many: the cells of a confusion matrix and the points of
// curves are rounded to multiples of it, and with them all that follows from
// these; what may be the value of single rows is left out.
package score

import (
	"math"
	"slices"
)

// Options are what all scores have in common.
type Options struct {
	// MinRows is how many rows whatever is told must rest on; 1 or less is any.
	MinRows int
}

func (o Options) coarse() bool { return o.MinRows > 1 }

// Metric is a score with scikit-learn's name. Its value is always finite.
type Metric struct {
	Name  string
	Value float64
}

// epsilon is the distance from 1 to the next larger number, by which
// scikit-learn keeps logarithms and quotients finite.
const epsilon = 0x1p-52

// finite leaves out what is not defined for these rows, such as an area under a
// curve of one class.
func finite(metrics []Metric) []Metric {
	return slices.DeleteFunc(metrics, func(m Metric) bool { return math.IsNaN(m.Value) || math.IsInf(m.Value, 0) })
}

// sum adds numbers up without losing what is small beside their sum.
//
// Source: Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation
// endlicher Summen" (1974).
type sum struct{ total, lost float64 }

func (s *sum) add(x float64) {
	t := s.total + x
	if math.Abs(s.total) >= math.Abs(x) {
		s.lost += s.total - t + x
	} else {
		s.lost += x - t + s.total
	}
	s.total = t
}

func (s *sum) value() float64 {
	if math.IsInf(s.total, 0) {
		return s.total
	}
	return s.total + s.lost
}

// block is how many numbers are added up plainly, as numpy does, before their
// sum is added with care: that costs little time, and few digits.
const block = 128

// mean is that of n numbers, each counted weights[i] times; NaN of nothing.
func mean(n int, weights []float64, number func(i int) float64) float64 {
	var total, weight sum
	for from := 0; from < n; from += block {
		var part, w float64
		for i := from; i < min(from+block, n); i++ {
			switch {
			case weights == nil:
				part += number(i)
				w++
			case weights[i] != 0:
				part += weights[i] * number(i)
				w += weights[i]
			}
		}
		total.add(part)
		weight.add(w)
	}
	return total.value() / weight.value()
}

func weightOf(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

// weighty counts the rows that count at all.
func weighty(n int, weights []float64) int {
	for _, w := range weights {
		if w == 0 {
			n--
		}
	}
	return n
}

// nearest is the multiple of least that is nearest to rows.
func nearest(rows, least int64) int64 { return (rows + least/2) / least * least }
