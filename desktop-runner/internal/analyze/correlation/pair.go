package correlation

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mathext"

	"ddap/desktop-runner/internal/finding"
)

func unknown(i, j int) finding.Pair {
	nan := math.NaN()
	return finding.Pair{X: i, Y: j, Coefficient: nan, PValue: nan, Low: nan, High: nan}
}

// gather takes the numbers of the rows that have both.
func (s *scratch) gather(x, y []float64) (a, b []float64) {
	a, b = s.x[:0], s.y[:0]
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			a, b = append(a, x[i]), append(b, y[i])
		}
	}
	return a, b
}

// product gives the cosine of two columns about zero, between -1 and 1; NaN
// where one of them is all zero.
//
//	r = Σxy / √(Σx² · Σy²)
func product(ctx context.Context, x, y []float64) (float64, error) {
	var xx, yy, xy float64
	for from := 0; from < len(x); from += blockRows {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		to := min(from+blockRows, len(x))
		a, b := x[from:to], y[from:to]
		xx, yy, xy = xx+floats.Dot(a, a), yy+floats.Dot(b, b), xy+floats.Dot(a, b)
	}
	return cosine(xy, xx, yy), nil
}

func cosine(xy, xx, yy float64) float64 {
	if xx == 0 || yy == 0 {
		return math.NaN()
	}
	return min(1, max(-1, xy/math.Sqrt(xx*yy)))
}

// centre subtracts the mean of those that are not NaN, and then divides by a power of two so that squares
// are neither infinite nor zero. A constant becomes all zero, however its mean
// was rounded.
func centre(x []float64) {
	size := largest(x)
	shrink(x, size)
	sum, n := 0.0, 0
	least, most := math.Inf(1), math.Inf(-1)
	for _, v := range x {
		if !math.IsNaN(v) {
			sum, n = sum+v, n+1
			least, most = min(least, v), max(most, v)
		}
	}
	if least == most {
		floats.AddConst(-least, x)
		return
	}
	// Twice, since the mean is rounded.
	for range 2 {
		floats.AddConst(-sum/float64(n), x)
		sum = 0
		for _, v := range x {
			if !math.IsNaN(v) {
				sum += v
			}
		}
	}
	shrink(x, largest(x))
}

// largest gives the power of two above all numbers.
func largest(x []float64) (size int) {
	most := 0.0
	for _, v := range x {
		if v = math.Abs(v); v > most {
			most = v
		}
	}
	_, size = math.Frexp(most)
	return size
}

// shrink divides by two to the power of size. Twice, since a power of two that
// is itself a number does not reach across all numbers.
func shrink(x []float64, size int) {
	floats.Scale(math.Ldexp(1, -size/2), x)
	floats.Scale(math.Ldexp(1, -(size-size/2)), x)
}

// small is the mean square, of numbers of which the largest is about 1, below
// which rounding or the least number that can be stored would show.
const small = 1e-16

// moments is Pearson's coefficient of the rows that have both numbers, which
// equals that of pandas' DataFrame.corr. The columns are centred.
func (s *scratch) moments(ctx context.Context, x, y []float64) (n int, r float64, err error) {
	a, b := s.gather(x, y)
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	rows := float64(len(a))
	meanX, meanY := floats.Sum(a)/rows, floats.Sum(b)/rows
	var sumX, sumY, xx, yy, xy float64
	for i, v := range a {
		dx, dy := v-meanX, b[i]-meanY
		sumX, sumY = sumX+dx, sumY+dy
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	// The means were rounded.
	xx, yy, xy = xx-sumX*sumX/rows, yy-sumY*sumY/rows, xy-sumX*sumY/rows
	if xx > small*rows && yy > small*rows {
		return len(a), cosine(xy, xx, yy), nil
	}
	// As when these rows are alike, and others of the columns are not.
	centre(a)
	centre(b)
	r, err = product(ctx, a, b)
	return len(a), r, err
}

// spearman is Pearson's coefficient of ranks, which are counted among the rows
// that have both numbers; equal values share the mean of theirs.
func (s *scratch) spearman(ctx context.Context, x, y ranks) (n int, r float64, err error) {
	n = s.tally(x, y)
	s.averageX, s.averageY = averages(s.averageX, s.countX, n), averages(s.averageY, s.countY, n)
	a, b := s.x[:0], s.y[:0]
	for i, at := range x.place {
		if other := y.place[i]; at != missing && other != missing {
			a, b = append(a, s.averageX[at]), append(b, s.averageY[other])
		}
	}
	r, err = product(ctx, a, b)
	return n, r, err
}

// kendall is tau-b and the p-value of its normal approximation, in n·log(n).
//
//	S     = concordant - discordant pairs of rows
//	tau-b = S / √((n₀ - n₁)(n₀ - n₂)), with n₀ = n(n-1)/2 pairs, of which n₁ and n₂ are ties of x and y
//	z     = S / √var(S), with the correction of the variance for ties
//
// Sources: Knight, "A Computer Method for Calculating Kendall's Tau with
// Ungrouped Data" (1966), for the discordant pairs as the exchanges of a merge
// sort; Kendall, "Rank Correlation Methods" (4th edition, 1970), section 4.9,
// for the variance, as scipy.stats.kendalltau(method="asymptotic") has it.
func (s *scratch) kendall(ctx context.Context, x, y ranks) (n int, tau, p float64, err error) {
	n = s.tally(x, y)
	tiesX, thirdX, fifthX := tied(s.countX)
	tiesY, thirdY, fifthY := tied(s.countY)
	all := int64(n) * int64(n-1) / 2
	if all == tiesX || all == tiesY {
		return n, math.NaN(), math.NaN(), nil
	}
	both, places := s.ordered(x, y, n)
	discordant, err := mergeSort(ctx, places, s.second)
	if err != nil {
		return 0, 0, 0, err
	}
	difference := float64(all - tiesX - tiesY + both - 2*discordant)
	tau = difference / math.Sqrt(float64(all-tiesX)*float64(all-tiesY))
	rows, pairs := float64(n), 2*float64(all)
	variance := (pairs*(2*rows+5)-fifthX-fifthY)/18 + 2*float64(tiesX)*float64(tiesY)/pairs
	if n > 2 {
		variance += thirdX * thirdY / (9 * pairs * (rows - 2))
	}
	return n, min(1, max(-1, tau)), math.Erfc(math.Abs(difference) / math.Sqrt(2*variance)), nil
}

// ordered gives the places of y in the order of x, and of y where x is equal; and
// how many pairs of rows are equal in both. It orders by counting, first by y
// and then by x, and so uses up the counts.
func (s *scratch) ordered(x, y ranks, n int) (both int64, places []int32) {
	starts(s.countX)
	starts(s.countY)
	byY := s.second[:n]
	for i, at := range y.place {
		if at != missing && x.place[i] != missing {
			byY[s.countY[at]] = int32(i)
			s.countY[at]++
		}
	}
	rows := s.first[:n]
	for _, row := range byY {
		at := x.place[row]
		rows[s.countX[at]] = row
		s.countX[at]++
	}
	run := int64(0)
	for k, row := range rows {
		if run++; k > 0 && (x.place[row] != x.place[rows[k-1]] || y.place[row] != y.place[rows[k-1]]) {
			run = 1
		}
		both += run - 1
	}
	for k, row := range rows {
		rows[k] = y.place[row]
	}
	return both, rows
}

func starts(count []int64) {
	before := int64(0)
	for i, c := range count {
		count[i] = before
		before += c
	}
}

// student is the two-sided p-value of a coefficient by Student's t with n-2
// degrees of freedom,
//
//	t = r·√((n-2) / (1-r²))
//
// exact for pearson of normal data, and what scipy.stats.spearmanr has.
func student(r float64, n int) float64 {
	if n < 3 || math.IsNaN(r) {
		return math.NaN()
	}
	return mathext.RegIncBeta(float64(n-2)/2, 0.5, (1-math.Abs(r))*(1+math.Abs(r)))
}

// fisher gives the interval of a coefficient of pearson by Fisher's z: artanh(r)
// is about normal with the standard deviation 1/√(n-3).
//
// Source: Fisher, "On the 'probable error' of a coefficient of correlation
// deduced from a small sample" (1921); scipy.stats.pearsonr has the same.
func fisher(r float64, n int, level float64) (low, high float64) {
	if n < 4 || math.IsNaN(r) {
		return math.NaN(), math.NaN()
	}
	reach := math.Sqrt2 * math.Erfinv(level) / math.Sqrt(float64(n-3))
	z := math.Atanh(r)
	return math.Tanh(z - reach), math.Tanh(z + reach)
}
