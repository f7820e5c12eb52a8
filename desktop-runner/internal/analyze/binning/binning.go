// Package binning turns columns of numbers into columns of small codes, for the
// models that look at histograms instead of at single values.
package binning

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
)

// MostBins is how many bins a column has at most, so that a code is one byte.
const MostBins = 255

const (
	// sampled is how many rows quantiles are taken from, as in scikit-learn.
	sampled = 200_000
	// largestEdge keeps midpoints finite, as in scikit-learn.
	largestEdge = 1e300
	// chunkRows is how many rows are coded at a time.
	chunkRows = 1 << 16
)

// Edges has for each column the bounds between its bins, rising; a column with
// none has one bin. A number belongs to bin i where edges[i-1] < x <= edges[i].
type Edges [][]float64

// Matrix is columns of codes: the number of the bin of row i in column j is
// Codes[j][i]. It takes a byte for each number.
type Matrix struct {
	Codes [][]uint8
	Edges Edges
}

// Quantiles gives edges such that bins have about as many rows each; where a
// column has no more than maxBins different numbers, each has a bin of its own.
// Edges lie midway between two numbers of the data: they tell of single rows. For
// more than 200,000 rows they come from so many, chosen by randomState.
//
// It is scikit-learn's _BinMapper, but for edges that are there twice, which
// would only bound an empty bin. The error is the context's.
func Quantiles(ctx context.Context, x estimator.Columns, maxBins int, randomState int64, threads int) (Edges, error) {
	rows := sample(x.Rows(), randomState)
	out := make(Edges, len(x))
	err := parallel.Each(ctx, parallel.Threads(threads), len(x), func(j int) {
		values := x[j]
		if rows != nil {
			values = make([]float64, len(rows))
			for i, row := range rows {
				values[i] = x[j][row]
			}
		}
		out[j] = quantiles(sorted(values), maxBins)
	})
	return out, err
}

// sample chooses rows, in their order; nil for all of them. Each choice is as
// likely as any other (Knuth, "The Art of Computer Programming", 3.4.2, S).
func sample(rows int, randomState int64) []int {
	if rows <= sampled {
		return nil
	}
	random := rand.New(rand.NewPCG(uint64(randomState), 0)) //nolint:gosec // reproducible on purpose
	out := make([]int, 0, sampled)
	for row := range rows {
		if random.IntN(rows-row) < sampled-len(out) {
			out = append(out, row)
		}
	}
	return out
}

func quantiles(rising []float64, maxBins int) []float64 {
	distinct := make([]float64, 0, maxBins+1)
	for i, v := range rising {
		if i == 0 || v != rising[i-1] {
			if distinct = append(distinct, v); len(distinct) > maxBins {
				break
			}
		}
	}
	var out []float64
	if len(distinct) <= maxBins {
		for i := 1; i < len(distinct); i++ {
			out = append(out, min((distinct[i-1]+distinct[i])*0.5, largestEdge))
		}
		return slices.Compact(out)
	}
	for i := 1; i < maxBins; i++ {
		// numpy's percentile with method="midpoint", to the last bit.
		at := float64(len(rising)-1) * (float64(i) * (100 / float64(maxBins)) / 100)
		a, b := rising[int(math.Floor(at))], rising[int(math.Ceil(at))]
		edge := a
		if a != b {
			edge = b - (b-a)*0.5
		}
		out = append(out, min(edge, largestEdge))
	}
	return slices.Compact(out)
}

// Code gives each number its bin. The error is the context's.
func (e Edges) Code(ctx context.Context, x estimator.Columns, threads int) (*Matrix, error) {
	m := &Matrix{Codes: make([][]uint8, len(x)), Edges: e}
	rows := x.Rows()
	chunks := parallel.Chunks(rows, chunkRows)
	padded := make([]*[MostBins + 1]float64, len(x))
	for j := range x {
		m.Codes[j] = make([]uint8, rows)
		padded[j] = pad(e[j])
	}
	err := parallel.Each(ctx, parallel.Threads(threads), len(x)*chunks, func(task int) {
		j := task / chunks
		from, to := parallel.Chunk(rows, chunkRows, task%chunks)
		code(padded[j], x[j][from:to], m.Codes[j][from:to])
	})
	return m, err
}

// Rows codes the numbers of some rows, row by row: that of row from+i in column j
// goes to into[i*len(x)+j]. The number of rows is that of into.
func (e Edges) Rows(x estimator.Columns, from int, into []uint8) {
	p := len(x)
	rows := len(into) / p
	codes := make([]uint8, rows)
	for j := range x {
		code(pad(e[j]), x[j][from:from+rows], codes)
		for i, c := range codes {
			into[i*p+j] = c
		}
	}
}

// pad fills edges up to a length for which a search always takes eight steps.
func pad(edges []float64) *[MostBins + 1]float64 {
	var out [MostBins + 1]float64
	for i := copy(out[:], edges); i < len(out); i++ {
		out[i] = math.Inf(1)
	}
	return &out
}

// code searches by halves, without a branch that depends on the data: these would
// be guessed wrong half of the time.
func code(edges *[MostBins + 1]float64, values []float64, into []uint8) {
	for i, v := range values {
		at := uint8(0)
		for half := uint8(128); half > 0; half /= 2 {
			next := at
			if v > edges[at+half-1] {
				next += half
			}
			at = next
		}
		into[i] = at
	}
}
