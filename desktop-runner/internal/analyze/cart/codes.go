package cart

import (
	"context"
	"slices"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/spread"
	"ddap/desktop-runner/internal/analyze/varied"
)

// Coded is a column whose numbers are replaced by the places of their bins, which
// rise as the numbers do.
type Coded struct {
	code []uint32
	// low and high are the smallest and largest number of each bin, between which
	// thresholds are put; with edges they are put there instead.
	low, high, edges []float64
}

// Exact gives each different number a bin of its own: trees are then those that
// sorting every node gives. It takes four bytes for each number of x, and twelve
// for each row beside.
func Exact(ctx context.Context, x estimator.Columns, threads int) ([]Coded, error) {
	return each(ctx, x, threads, func(column []float64) Coded { return quantiles(column, len(column)) })
}

// MostBins is how many bins Binned makes of a column.
const MostBins = 256

// Binned gives each column at most MostBins bins with about as many rows each.
func Binned(ctx context.Context, x estimator.Columns, threads int) ([]Coded, error) {
	return each(ctx, x, threads, func(column []float64) Coded { return quantiles(column, MostBins) })
}

// Grid gives bins whose bounds come from the mean and standard deviation of a
// column only, both rounded to four digits: they lie half a deviation apart from
// three below the mean to three above. Bounds are left out until each bin has
// minRows rows. A column in which fewer than minRows rows differ from the most
// frequent number has one bin, and is not looked at.
func Grid(ctx context.Context, x estimator.Columns, minRows, threads int) ([]Coded, error) {
	return each(ctx, x, threads, func(column []float64) Coded { return grid(column, minRows) })
}

func each(ctx context.Context, x estimator.Columns, threads int, do func([]float64) Coded) ([]Coded, error) {
	out := make([]Coded, len(x))
	err := parallel.Each(ctx, max(1, threads), len(x), func(j int) { out[j] = do(x[j]) })
	return out, err
}

func quantiles(column []float64, most int) Coded {
	rising := slices.Clone(column)
	slices.Sort(rising)
	c := Coded{code: make([]uint32, len(column))}
	distinct := 0
	for i, v := range rising {
		if i == 0 || v != rising[i-1] {
			distinct++
		}
	}
	share, filled := float64(len(rising))/float64(most), 0
	for i, v := range rising {
		if i > 0 && v == rising[i-1] {
			continue
		}
		// A new bin where each number has its own, or where the last one is full.
		if i == 0 || distinct <= most || float64(i) >= float64(filled)*share {
			c.low, c.high = append(c.low, v), append(c.high, v)
			filled = max(filled+1, int(float64(i)/share)+1)
		}
		c.high[len(c.high)-1] = v
	}
	for i, v := range column {
		at, _ := slices.BinarySearch(c.high, v)
		c.code[i] = uint32(at)
	}
	return c
}

// Steps of the grid, which is that of the histograms of a profile.
const (
	gridReach = 3.0
	gridStep  = 0.5
	gridEdges = 13
)

func grid(column []float64, minRows int) Coded {
	c := Coded{code: make([]uint32, len(column))}
	edges := GridEdges(column)
	if varied.Count(column) < int64(minRows) || !rising(edges) {
		return c
	}
	counts := make([]int, gridEdges+1)
	for _, v := range column {
		at, _ := slices.BinarySearch(edges, v)
		counts[at]++
	}
	inBin, rest := 0, len(column)
	for k, edge := range edges {
		inBin += counts[k]
		rest -= counts[k]
		if inBin >= minRows && rest >= minRows {
			c.edges, inBin = append(c.edges, edge), 0
		}
	}
	for i, v := range column {
		at, _ := slices.BinarySearch(c.edges, v)
		c.code[i] = uint32(at)
	}
	return c
}

// rising is false of a constant column, and where rounding makes edges equal.
func rising(edges []float64) bool {
	for k, edge := range edges {
		if !finite(edge) || k > 0 && edge <= edges[k-1] {
			return false
		}
	}
	return true
}

// threshold lies between two bins that are next to each other in a node.
func (c *Coded) threshold(left, right uint32) float64 {
	if c.edges != nil {
		return c.edges[left]
	}
	at := c.high[left]/2 + c.low[right]/2
	if at >= c.low[right] || at < c.high[left] {
		return c.high[left]
	}
	return at
}

// GridEdges are the bounds that Grid chooses from.
func GridEdges(column []float64) []float64 {
	mean, std := spread.MeanAndDeviation(column)
	mean, std = spread.Rounded(mean), spread.Rounded(std)
	edges := make([]float64, gridEdges)
	for k := range edges {
		edges[k] = mean + (gridStep*float64(k)-gridReach)*std
	}
	return edges
}
