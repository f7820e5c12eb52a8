package score

import (
	"math"
	"slices"
)

// Strategy says how probabilities are divided into bins, with scikit-learn's names.
type Strategy string

// The strategies: bins of equal width, or with as many rows each.
const (
	Uniform  Strategy = "uniform"
	Quantile Strategy = "quantile"
)

// Calibration is how often a class was there, by how probable it was said to be.
// Each bin is a point; those without rows are left out.
type Calibration struct {
	// Predicted is the mean probability of a bin, True the part of its rows that
	// are of the class.
	Predicted, True []float64
	Rows            []int64
}

// Calibrate divides rows into bins by the probability of a class; y are the
// numbers of their true classes. Where few rows must not be told apart, bins are
// joined until each has enough rows of the class and of all others; the result is
// nil where there are not as many.
//
// Source: scikit-learn's calibration_curve.
func Calibrate(y, probability []float64, class, bins int, strategy Strategy, o Options) *Calibration {
	if len(y) == 0 {
		return nil
	}
	inner := edges(probability, bins, strategy)
	counted := make([]bin, bins)
	for i, p := range probability {
		// The first edge that is not below it bounds its bin.
		place, _ := slices.BinarySearch(inner, p)
		counted[place].count(p, int(y[i]) == class)
	}
	if counted = joined(counted, o); len(counted) == 0 {
		return nil
	}
	out := &Calibration{}
	for _, b := range counted {
		rows := b.hits + b.others
		out.Predicted = append(out.Predicted, b.total.value()/float64(rows))
		out.True = append(out.True, float64(b.hits)/float64(rows))
		out.Rows = append(out.Rows, rows)
	}
	return out
}

type bin struct {
	total        sum
	hits, others int64
}

func (b *bin) count(p float64, hit bool) {
	b.total.add(p)
	if hit {
		b.hits++
	} else {
		b.others++
	}
}

// edges are those between bins.
func edges(probability []float64, bins int, strategy Strategy) []float64 {
	out := make([]float64, bins-1)
	var sorted []float64
	if strategy == Quantile {
		sorted = slices.Clone(probability)
		slices.Sort(sorted)
	}
	for i := range out {
		at := float64(i+1) * (1 / float64(bins))
		if sorted == nil {
			out[i] = at
			continue
		}
		// Between the two nearest, as numpy's percentile.
		place := at * 100 / 100 * float64(len(sorted)-1)
		below := int(math.Floor(place))
		low, high := sorted[below], sorted[min(below+1, len(sorted)-1)]
		if t := place - float64(below); t >= 0.5 {
			out[i] = high - (high-low)*(1-t)
		} else {
			out[i] = low + (high-low)*t
		}
	}
	return out
}

// joined leaves out empty bins, and joins each that is too small with the next
// ones; what is left over at the end goes to the last.
func joined(bins []bin, o Options) []bin {
	least := int64(0)
	if o.coarse() {
		least = int64(o.MinRows)
	}
	large := func(b bin) bool { return min(b.hits, b.others) >= least && b.hits+b.others > 0 }
	var out []bin
	var open bin
	for _, b := range bins {
		open.add(b)
		if large(open) {
			out, open = append(out, open), bin{}
		}
	}
	if len(out) > 0 {
		out[len(out)-1].add(open)
	}
	return out
}

func (b *bin) add(other bin) {
	b.total.add(other.total.value())
	b.hits += other.hits
	b.others += other.others
}
