package binning

import (
	"context"
	"math"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/spread"
	"ddap/desktop-runner/internal/analyze/varied"
)

const (
	// gridReach is how many standard deviations a grid reaches from the mean.
	gridReach = 4
	// gridDepth is how often a grid is halved at most: its finest bins are a
	// sixteenth of a standard deviation wide.
	gridDepth = 7
)

// Grid gives edges that tell of no single row. They come from a column's mean and
// standard deviation only, rounded to four digits: mean ± 4 standard deviations are halved again and
// again, and a middle is an edge where both halves have at least minRows rows
// (what lies beyond counts to the outer bins). So each bin has as many, and that
// an edge is there, or is not, tells that a half has minRows rows or fewer, and
// never where in it they are. A column in which fewer than minRows
// rows differ from the most frequent number has one bin: its mean would tell of
// them. The error is the context's.
func Grid(ctx context.Context, x estimator.Columns, maxBins, minRows, threads int) (Edges, error) {
	depth := 0
	for depth < gridDepth && 2<<depth <= maxBins {
		depth++
	}
	out := make(Edges, len(x))
	err := parallel.Each(ctx, parallel.Threads(threads), len(x), func(j int) {
		if varied.Count(x[j]) >= int64(minRows) {
			out[j] = grid(x[j], depth, minRows)
		}
	})
	return out, err
}

func grid(values []float64, depth, minRows int) []float64 {
	mean, std := spread.MeanAndDeviation(values)
	mean, std = spread.Rounded(mean), spread.Rounded(std)
	if math.IsInf(std, 0) || math.IsNaN(std) || !(std > 0) {
		return nil
	}
	cells := 1 << depth
	width := 2 * gridReach * std / float64(cells)
	edges := make([]float64, cells-1)
	for i := range edges {
		edges[i] = mean + float64(i+1-cells/2)*width
		if i > 0 && edges[i] <= edges[i-1] {
			return nil // a deviation that is lost beside the mean
		}
	}
	codes := make([]uint8, len(values))
	code(pad(edges), values, codes)
	counts := make([]int, cells)
	for _, c := range codes {
		counts[c]++
	}
	return halve(nil, edges, counts, minRows)
}

// halve appends the edges that are kept of those between the cells that counts
// counts, which it changes. The rows of a half with too few count to the other
// half's nearest cell, since no edge is between them.
func halve(kept, edges []float64, counts []int, minRows int) []float64 {
	half := len(counts) / 2
	if half == 0 {
		return kept
	}
	below, above := sum(counts[:half]), sum(counts[half:])
	switch {
	case below+above < 2*minRows:
		return kept
	case below < minRows:
		counts[half] += below
		return halve(kept, edges[half:], counts[half:], minRows)
	case above < minRows:
		counts[half-1] += above
		return halve(kept, edges[:half-1], counts[:half], minRows)
	}
	kept = halve(kept, edges[:half-1], counts[:half], minRows)
	kept = append(kept, edges[half-1])
	return halve(kept, edges[half:], counts[half:], minRows)
}

func sum(counts []int) int {
	out := 0
	for _, n := range counts {
		out += n
	}
	return out
}
