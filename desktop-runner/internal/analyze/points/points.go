// Package points holds rows of numbers as points of a space, for the models that
// measure distances, and divides work on them among processors in a way that does
// not show in the result.
package points

import (
	"context"
	"slices"

	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/spread"
)

// Points is N × P numbers, row by row.
type Points struct {
	N, P int
	Data []float64
}

// Row gives point i; it shares the memory.
func (x Points) Row(i int) []float64 { return x.Data[i*x.P : (i+1)*x.P : (i+1)*x.P] }

// Chunk is how many points one goroutine takes at a time: few enough to stop
// within milliseconds, and always the same, so that sums over chunks do not
// depend on the number of processors.
func (x Points) Chunk() int { return max(64, min(8192, 1<<16/x.P)) }

// Chunks is how many chunks there are.
func (x Points) Chunks() int { return (x.N + x.Chunk() - 1) / x.Chunk() }

// Each does work on every chunk, several at a time. The error is the context's,
// and then some of the work was not done.
func (x Points) Each(ctx context.Context, do func(chunk, from, to int)) error {
	size := x.Chunk()
	return parallel.Each(ctx, parallel.Threads(0), x.Chunks(), func(chunk int) { do(chunk, chunk*size, min((chunk+1)*size, x.N)) })
}

// Scaling turns numbers of a column into those that distances are measured in:
// (x - Shift) / Factor.
type Scaling struct{ Shift, Factor []float64 }

// Back gives a number of column j in its own unit.
func (s Scaling) Back(j int, v float64) float64 { return v*s.Factor[j] + s.Shift[j] }

// Unscaled leaves the numbers of so many columns as they are.
func Unscaled(columns int) Scaling {
	return Scaling{make([]float64, columns), slices.Repeat([]float64{1}, columns)}
}

// Standardizing gives columns mean 0 and standard deviation 1 (of the population,
// as StandardScaler has it); a constant column becomes 0. The error is the
// context's.
func Standardizing(ctx context.Context, columns [][]float64) (Scaling, error) {
	s := Unscaled(len(columns))
	return s, parallel.Each(ctx, parallel.Threads(0), len(columns), func(j int) {
		var deviation float64
		if s.Shift[j], deviation = spread.MeanAndDeviation(columns[j]); deviation > 0 {
			s.Factor[j] = deviation
		}
	})
}

// Of makes points of columns of equal length, which it copies. The error is the
// context's.
func Of(ctx context.Context, columns [][]float64, s Scaling) (Points, error) {
	p := len(columns)
	x := Points{N: len(columns[0]), P: p}
	x.Data = make([]float64, x.N*p)
	return x, x.Each(ctx, func(_, from, to int) {
		for j, column := range columns {
			shift, factor := s.Shift[j], s.Factor[j]
			for i := from; i < to; i++ {
				x.Data[i*p+j] = (column[i] - shift) / factor
			}
		}
	})
}

// SquaredDistance gives the squared Euclidean distance.
func SquaredDistance(a, b []float64) float64 {
	var s, t, u, v float64
	b = b[:len(a)]
	// Four sums that do not wait for each other keep the processor busy.
	for len(a) >= 4 {
		d, e, f, g := a[0]-b[0], a[1]-b[1], a[2]-b[2], a[3]-b[3]
		s += d * d
		t += e * e
		u += f * f
		v += g * g
		a, b = a[4:], b[4:]
	}
	for j, w := range a {
		d := w - b[j]
		s += d * d
	}
	return (s + t) + (u + v)
}
