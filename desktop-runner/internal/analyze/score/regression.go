package score

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"ddap/desktop-runner/internal/analyze/varied"
)

// Numbers scores predictions of numbers: y are the true ones, and weights count
// each row so many times (nil is once). All are as long as y, and finite.
//
// What is not defined is left out: everything for no rows, r2 for one. Where few
// rows must not be told apart, so are max_error, the median, and the percentage
// of the true values, which may be decided by the one that is nearest to zero;
// everything where fewer than that many rows have another error than all the
// rest, since a mean would tell theirs; and r2 and explained_variance where that
// is so of the true values.
func Numbers(y, predicted, weights []float64, o Options) []Metric {
	n := len(y)
	used := weighty(n, weights)
	if used == 0 || o.coarse() && (used < o.MinRows || differing(n, weights, func(i int) float64 { return y[i] - predicted[i] }) < o.MinRows) {
		return nil
	}
	absolute := func(i int) float64 { return math.Abs(y[i] - predicted[i]) }
	squared := func(i int) float64 { e := y[i] - predicted[i]; return e * e }
	mse := mean(n, weights, squared)
	out := []Metric{
		{"mean_squared_error", mse},
		{"root_mean_squared_error", math.Sqrt(mse)},
		{"mean_absolute_error", mean(n, weights, absolute)},
	}
	if !o.coarse() || differing(n, weights, func(i int) float64 { return y[i] }) >= o.MinRows {
		total := variance(n, weights, func(i int) float64 { return y[i] })
		left := variance(n, weights, func(i int) float64 { return y[i] - predicted[i] })
		if used > 1 {
			out = append(out, Metric{"r2", explained(mse, total)})
		}
		out = append(out, Metric{"explained_variance", explained(left, total)})
	}
	if !o.coarse() {
		errors := make([]float64, n)
		for i := range errors {
			errors[i] = absolute(i)
		}
		out = append(out,
			Metric{"mean_absolute_percentage_error", mean(n, weights, func(i int) float64 { return errors[i] / max(math.Abs(y[i]), epsilon) })},
			Metric{"max_error", slices.Max(errors)},
			Metric{"median_absolute_error", median(errors, weights)},
		)
	}
	return finite(out)
}

// explained is 1 of a constant that was hit, and 0 of one that was not.
func explained(left, total float64) float64 {
	switch {
	case left == 0:
		return 1
	case total == 0:
		return 0
	}
	return 1 - left/total
}

func variance(n int, weights []float64, number func(i int) float64) float64 {
	m := mean(n, weights, number)
	return mean(n, weights, func(i int) float64 { d := number(i) - m; return d * d })
}

// median is the mean of the middle two numbers; of weighted ones the first at
// which half of the weight is reached, as scikit-learn has it. It puts numbers
// into another order.
func median(numbers, weights []float64) float64 {
	n := len(numbers)
	if weights == nil {
		upper := nth(numbers, n/2)
		if n%2 == 1 {
			return upper
		}
		return slices.Max(numbers[:n/2])/2 + upper/2
	}
	type weighed struct{ number, weight float64 }
	all := make([]weighed, n)
	for i := range all {
		all[i] = weighed{numbers[i], weights[i]}
	}
	slices.SortStableFunc(all, func(a, b weighed) int { return cmp.Compare(a.number, b.number) })
	var total sum
	for _, w := range weights {
		total.add(w)
	}
	var reached sum
	for _, w := range all {
		reached.add(w.weight)
		if reached.value() >= total.value()/2 {
			return w.number
		}
	}
	return all[n-1].number
}

// nth is the number that would be at a place if all were sorted. It moves those
// that are not larger before it, and those that are not smaller behind it.
//
// Source: Hoare, "Algorithm 65: Find" (1961), with the middle one of three as pivot.
func nth(numbers []float64, place int) float64 {
	low, high := 0, len(numbers)-1
	for round := 0; low < high; round++ {
		if round > 4*bits.Len(uint(len(numbers))) { // pivots that hardly divide, as somebody may have arranged
			slices.Sort(numbers[low : high+1])
			break
		}
		pivot := middle(numbers[low], numbers[low+(high-low)/2], numbers[high])
		i, j := low, high
		for i <= j {
			for numbers[i] < pivot {
				i++
			}
			for numbers[j] > pivot {
				j--
			}
			if i <= j {
				numbers[i], numbers[j] = numbers[j], numbers[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case place <= j:
			high = j
		case place >= i:
			low = i
		default:
			return numbers[place]
		}
	}
	return numbers[place]
}

func middle(a, b, c float64) float64 { return max(min(a, b), min(max(a, b), c)) }

// differing counts the rows whose number differs from the most frequent one.
func differing(n int, weights []float64, number func(i int) float64) int {
	numbers := make([]float64, 0, n)
	for i := range n {
		if weightOf(weights, i) != 0 {
			numbers = append(numbers, number(i))
		}
	}
	return int(varied.Count(numbers))
}

// Histogram counts errors by their size.
type Histogram struct {
	// Edges are the bounds of the bins, one more than there are; an error on a
	// bound belongs to the bin above it, but for the last.
	Edges []float64
	Rows  []int64
	// FromRange means that the outer edges are the smallest and largest error;
	// else they come from mean and standard deviation, and the outer bins hold
	// everything beyond.
	FromRange bool
}

// Residuals counts the errors of predictions, true minus predicted value, in
// Sturges' number of bins; where few rows must not be told apart, in 12 bins of
// half a standard deviation. Small bins are the caller's matter.
func Residuals(y, predicted []float64, o Options) Histogram {
	h := Histogram{FromRange: !o.coarse()}
	n := len(y)
	if n == 0 {
		return h
	}
	residual := func(i int) float64 { return y[i] - predicted[i] }
	deviation := math.Sqrt(variance(n, nil, residual))
	bins, low, step := 12, mean(n, nil, residual)-3*deviation, deviation/2
	if !o.coarse() {
		least, most := residual(0), residual(0)
		for i := range n {
			least, most = min(least, residual(i)), max(most, residual(i))
		}
		bins = min(max(int(math.Ceil(math.Log2(float64(n))))+1, 5), 30)
		low, step = least, most/float64(bins)-least/float64(bins)
	}
	if low+step <= low { // all errors are the same, or as good as that
		step = max(math.Abs(low), 1) / float64(bins)
		low -= step * float64(bins) / 2
	}
	for i := range bins + 1 {
		h.Edges = append(h.Edges, low+float64(i)*step)
	}
	h.Rows = make([]int64, bins)
	for i := range n {
		h.Rows[int(min(max(math.Floor((residual(i)-low)/step), 0), float64(bins-1)))]++
	}
	return h
}
