package inference

import "math"

// Independence is what the chi-square test of a table of counts found.
type Independence struct {
	// Statistic is Pearson's chi-square, with Yates' correction where Corrected.
	Statistic, DF, PValue float64
	Corrected             bool
	// Expected counts have the shape of the table.
	Expected [][]float64
	// Least is the smallest of them, and Below5 how many are below 5, for which
	// the distribution of the statistic is known roughly only.
	Least  float64
	Below5 int
	// V is Cramér's, from 0 (independent) to 1; of the statistic without correction.
	V         float64
	VInterval Interval
}

// ChiSquare tests whether the rows of a table are independent of its columns, as
// scipy.stats.chi2_contingency does. Every row and column has a count above 0,
// and there are at least two of each. With correct, a table of two by two has
// Yates' correction.
//
// The interval of V is that of √(λ/(n·m)) with m the smaller of rows and columns
// less one: Smithson, "Confidence Intervals" (2003), section 4.
func ChiSquare(observed [][]int64, correct bool, level float64) Independence {
	r, c := len(observed), len(observed[0])
	rows, columns, n := make([]float64, r), make([]float64, c), 0.0
	for i, row := range observed {
		for j, count := range row {
			x := float64(count)
			rows[i], columns[j], n = rows[i]+x, columns[j]+x, n+x
		}
	}
	out := Independence{DF: float64((r - 1) * (c - 1)), Least: math.Inf(1)}
	out.Corrected = correct && out.DF == 1
	plain := 0.0
	for i, row := range observed {
		out.Expected = append(out.Expected, make([]float64, c))
		for j, count := range row {
			e := rows[i] * columns[j] / n
			out.Expected[i][j] = e
			out.Least = min(out.Least, e)
			if e < 5 {
				out.Below5++
			}
			d := math.Abs(float64(count) - e)
			plain += d * d / e
			if out.Corrected {
				d -= min(0.5, d)
			}
			out.Statistic += d * d / e
		}
	}
	out.PValue = chiSquareAbove(out.Statistic, out.DF)
	scale := n * float64(min(r, c)-1)
	out.V = math.Sqrt(plain / scale)
	if plain == 0 {
		return out
	}
	low, high := noncentrality(level, plain, func(lambda float64) float64 { return noncentralChiBelow(plain, out.DF, lambda) })
	out.VInterval = Interval{math.Sqrt(low / scale), min(1, math.Sqrt(high/scale))}
	return out
}
