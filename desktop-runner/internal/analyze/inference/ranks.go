package inference

import (
	"context"
	"math"
	"slices"
)

// RankMethod is how the p-value of Mann and Whitney's test is found, with scipy's
// names.
type RankMethod string

// The methods. Auto is exact where a group has at most eight values and none are
// equal.
const (
	Auto       RankMethod = "auto"
	Exact      RankMethod = "exact"
	Asymptotic RankMethod = "asymptotic"
)

// exactMost is how many steps the exact distribution may take: about a second's.
const exactMost = 1 << 30

// Ranks is what Mann and Whitney's test found.
type Ranks struct {
	// U counts the pairs of a value of a and one of b in which that of a is larger,
	// equal ones by half: scipy's statistic.
	U      float64
	PValue float64
	// Method is Exact or Asymptotic.
	Method RankMethod
	// CommonLanguage is the part of such pairs, and RankBiserial that part less the
	// part of pairs in which b's is larger, from -1 to 1.
	CommonLanguage, RankBiserial                 float64
	CommonLanguageInterval, RankBiserialInterval Interval
	// Shift is the median of all differences of a value of a and one of b (Hodges
	// and Lehmann's estimate).
	Shift         float64
	ShiftInterval Interval
	Ties          bool
}

// MannWhitney tests whether values of a tend to be larger or smaller than those
// of b, as scipy.stats.mannwhitneyu does (with its correction for continuity in
// the asymptotic method). Both have at least one value; they are sorted in place.
// The error is the context's.
//
// The interval of the effect is Newcombe's fifth, "Confidence intervals for an
// effect size measure based on the Mann-Whitney statistic" (2006); that of the
// shift has the pairs' differences at the places that the normal approximation
// gives (Hollander, Wolfe and Chicken, "Nonparametric Statistical Methods" (3rd
// edition, 2014), section 4.3).
func MannWhitney(ctx context.Context, a, b []float64, method RankMethod, alternative Alternative, level float64) (Ranks, error) {
	slices.Sort(a)
	if err := ctx.Err(); err != nil {
		return Ranks{}, err
	}
	slices.Sort(b)
	u, tied := pairsAbove(a, b)
	na, nb := float64(len(a)), float64(len(b))
	out := Ranks{U: u, Ties: tied > 0, CommonLanguage: u / na / nb}
	out.RankBiserial = 2*out.CommonLanguage - 1
	out.Method = method
	if method == Auto {
		out.Method = Asymptotic
		if min(len(a), len(b)) <= 8 && !out.Ties && CanBeExact(len(a), len(b)) {
			out.Method = Exact
		}
	}
	var err error
	if out.Method == Exact {
		out.PValue, err = exactRank(ctx, u, len(a), len(b), alternative)
	} else {
		out.PValue = asymptoticRank(u, na, nb, tied, alternative)
	}
	if err != nil {
		return out, err
	}
	low, high := newcombe(out.CommonLanguage, na, nb, level)
	out.CommonLanguageInterval, out.RankBiserialInterval = Interval{low, high}, Interval{2*low - 1, 2*high - 1}
	return out, out.shift(ctx, a, b, level)
}

// pairsAbove gives U of sorted values, and Σ(t³-t) over the values that stand
// together t times.
func pairsAbove(a, b []float64) (u, tied float64) {
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		x := math.Inf(1)
		if i < len(a) {
			x = a[i]
		}
		if j < len(b) {
			x = min(x, b[j])
		}
		ofA, ofB := 0, 0
		for i < len(a) && a[i] == x {
			i, ofA = i+1, ofA+1
		}
		for j < len(b) && b[j] == x {
			j, ofB = j+1, ofB+1
		}
		u += float64(ofA) * (float64(j-ofB) + float64(ofB)/2)
		t := float64(ofA + ofB)
		tied += t*t*t - t
	}
	return u, tied
}

func asymptoticRank(u, na, nb, tied float64, alternative Alternative) float64 {
	n := na + nb
	deviation := math.Sqrt(na * nb / 12 * (n + 1 - tied/(n*(n-1))))
	switch alternative {
	case Greater:
	case Less:
		u = na*nb - u
	default:
		u = max(u, na*nb-u)
	}
	z := (u - na*nb/2 - 0.5) / deviation
	p := math.Erfc(z/math.Sqrt2) / 2
	if alternative != Less && alternative != Greater {
		p *= 2
	}
	return min(1, p)
}

// CanBeExact reports whether the exact distribution of groups of these sizes is
// found within about a second.
func CanBeExact(na, nb int) bool {
	return float64(min(na, nb))*float64(na+nb)*float64(na)*float64(nb) <= exactMost
}

// exactRank counts the orders of the values in which U is as large: the ways to
// choose the places of the smaller group, place by place, by how many of the other
// group stand before them. All is added and nothing subtracted, so that small
// p-values keep their digits.
//
// Source: Mann and Whitney, "On a Test of Whether one of Two Random Variables is
// Stochastically Larger than the Other" (1947).
func exactRank(ctx context.Context, u float64, na, nb int, alternative Alternative) (float64, error) {
	top, k := na*nb, min(na, nb)
	ways := make([][]float64, k+1)
	for j := range ways {
		ways[j] = make([]float64, top+1)
	}
	ways[0][0] = 1
	for place := range na + nb {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		for j := min(k, place+1); j >= 1; j-- {
			before := place - (j - 1) // of the other group
			if before > max(na, nb) {
				continue
			}
			from, to := ways[j-1][:top+1-before], ways[j][before:]
			for s, w := range from {
				to[s] += w
			}
		}
	}
	switch alternative {
	case Greater:
	case Less:
		u = float64(top) - u
	default:
		u = max(u, float64(top)-u)
	}
	p, all := 0.0, 0.0
	for s, w := range ways[k] {
		all += w
		if float64(s) <= float64(top)-u { // symmetric: as many are as far from the other end
			p += w
		}
	}
	p /= all
	if alternative != Less && alternative != Greater {
		p *= 2
	}
	return min(1, p), nil
}

// newcombe bounds the part of pairs by those parts from which what was found is
// not further away than the normal quantile of their standard deviations.
func newcombe(found, na, nb, level float64) (low, high float64) {
	z, half := normalQuantile((1+level)/2), (na+nb)/2-1
	far := func(part float64) bool {
		variance := part * (1 - part) * (1 + half*((1-part)/(2-part)+part/(1+part))) / (na * nb)
		return math.Abs(part-found) > z*math.Sqrt(variance)
	}
	low, high = 0, 1
	if found > 0 {
		low = bisect(0, found, far)
	}
	if found < 1 {
		high = bisect(found, 1, func(part float64) bool { return !far(part) })
	}
	return low, high
}

func (r *Ranks) shift(ctx context.Context, a, b []float64, level float64) error {
	pairs := int64(len(a)) * int64(len(b))
	na, nb := float64(len(a)), float64(len(b))
	var err error
	at := func(k int64) float64 {
		k = min(max(k, 0), pairs-1)
		x, failed := differenceAt(ctx, a, b, k)
		if failed != nil {
			err = failed
		}
		return x
	}
	lower, upper := at((pairs-1)/2), at(pairs/2)
	r.Shift = lower + (upper-lower)/2
	reach := normalQuantile((1+level)/2) * math.Sqrt(na*nb*(na+nb+1)/12)
	k := int64(math.Floor(na*nb/2 - reach))
	if k < 1 {
		r.ShiftInterval = Interval{math.Inf(-1), math.Inf(1)}
		return err
	}
	r.ShiftInterval = Interval{at(k - 1), at(pairs - k)}
	return err
}

// differenceAt is the difference at place k, from 0, of all differences of a value
// of a and one of b in ascending order, without making them: it halves the range
// of float64 and counts, which takes at most 64 passes.
func differenceAt(ctx context.Context, a, b []float64, k int64) (float64, error) {
	low, high := ordered(a[0]-b[len(b)-1]), ordered(a[len(a)-1]-b[0])
	for low < high {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		middle := low + (high-low)/2
		if countUpTo(a, b, unordered(middle)) > k {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return unordered(low), nil
}

// countUpTo counts the differences of at most x.
func countUpTo(a, b []float64, x float64) (count int64) {
	j := len(b)
	for _, v := range slices.Backward(a) {
		for j > 0 && v-b[j-1] <= x {
			j--
		}
		count += int64(len(b) - j)
	}
	return count
}

// ordered maps numbers to integers of the same order.
func ordered(x float64) uint64 {
	bits := math.Float64bits(x + 0)
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

func unordered(key uint64) float64 {
	if key>>63 != 0 {
		return math.Float64frombits(key &^ (1 << 63))
	}
	return math.Float64frombits(^key)
}
