package correlation

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"ddap/desktop-runner/internal/finding"
	"ddap/shared/operation"
)

var methods = []operation.CorrelationMethod{operation.Pearson, operation.Spearman, operation.Kendall}

// matrixOf gives the coefficients as a matrix. It leaves the columns alone.
func matrixOf(t require.TestingT, method operation.CorrelationMethod, columns ...[]float64) (matrix [][]float64, pairs []finding.Pair) {
	own := make([][]float64, len(columns))
	for j := range own {
		own[j] = slices.Clone(columns[j])
		matrix = append(matrix, make([]float64, len(columns)))
	}
	prepared, err := prepare(context.Background(), own, method, func(int) {})
	require.NoError(t, err)
	pairs, err = correlate(context.Background(), prepared, nil, operation.CorrelationParams{Method: method, MinPeriods: 1, ConfidenceLevel: 0.95}, func(int, int) {})
	require.NoError(t, err)
	for _, p := range pairs {
		matrix[p.X][p.Y], matrix[p.Y][p.X] = p.Coefficient, p.Coefficient
	}
	return matrix, pairs
}

// kendallByDefinition looks at every two rows.
func kendallByDefinition(x, y []float64) float64 {
	var s, notX, notY float64
	for i := range x {
		for j := range i {
			dx, dy := sign(x[i]-x[j]), sign(y[i]-y[j])
			s, notX, notY = s+dx*dy, notX+dx*dx, notY+dy*dy
		}
	}
	return s / math.Sqrt(notX*notY)
}

// spearmanByDefinition ranks by counting what is smaller.
func spearmanByDefinition(x, y []float64) float64 {
	rank := func(a []float64) (out []float64) {
		for _, v := range a {
			r := 0.5
			for _, w := range a {
				r += (1 + sign(v-w)) / 2
			}
			out = append(out, r)
		}
		return out
	}
	return pearsonByDefinition(rank(x), rank(y))
}

func pearsonByDefinition(x, y []float64) float64 {
	var mx, my, xx, yy, xy float64
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	for i := range x {
		xx, yy, xy = xx+(x[i]-mx)*(x[i]-mx), yy+(y[i]-my)*(y[i]-my), xy+(x[i]-mx)*(y[i]-my)
	}
	return xy / math.Sqrt(xx*yy)
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	default:
		return 0
	}
}

func complete(x, y []float64) (a, b []float64) {
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			a, b = append(a, x[i]), append(b, y[i])
		}
	}
	return a, b
}

// drawColumn gives whole numbers with many ties, and missing ones.
func drawColumn(t *rapid.T, rows int, label string) []float64 {
	cell := rapid.Custom(func(t *rapid.T) float64 {
		if rapid.IntRange(0, 5).Draw(t, "missing") == 0 {
			return math.NaN()
		}
		return float64(rapid.IntRange(-6, 6).Draw(t, "value"))
	})
	return rapid.SliceOfN(cell, rows, rows).Draw(t, label)
}

func TestCorrelate_IsWhatTheDefinitionsSay(t *testing.T) {
	t.Parallel()
	byDefinition := map[operation.CorrelationMethod]func(x, y []float64) float64{
		operation.Pearson: pearsonByDefinition, operation.Spearman: spearmanByDefinition, operation.Kendall: kendallByDefinition,
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(2, 60).Draw(t, "rows")
		x, y := drawColumn(t, rows, "x"), drawColumn(t, rows, "y")
		a, b := complete(x, y)
		constant := len(a) == 0 || slices.Min(a) == slices.Max(a) || slices.Min(b) == slices.Max(b)
		for method, want := range byDefinition {
			_, pairs := matrixOf(t, method, x, y)
			require.Equal(t, len(a), pairs[0].N)
			if constant {
				require.True(t, math.IsNaN(pairs[0].Coefficient), "%s of a constant is %v", method, pairs[0].Coefficient)
				continue
			}
			require.InDelta(t, want(a, b), pairs[0].Coefficient, 1e-12, string(method))
		}
	})
}

func TestCorrelate_ChangesOnlyWhatItShould(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(2, 40).Draw(t, "rows")
		columns := [][]float64{drawColumn(t, rows, "x"), drawColumn(t, rows, "y"), drawColumn(t, rows, "z")}
		order := rapid.Permutation([]int{0, 1, 2}).Draw(t, "order of columns")
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Perm(rows)
		// Powers of two, so that no number is rounded.
		factor := math.Ldexp(1, rapid.SampledFrom([]int{-1000, -3, 0, 5, 1000}).Draw(t, "factor"))
		for _, method := range methods {
			first, _ := matrixOf(t, method, columns...)
			var moved, scaled [][]float64
			for _, j := range order {
				moved = append(moved, columns[j])
			}
			for _, c := range columns {
				rows, turned := make([]float64, len(c)), make([]float64, len(c))
				for i, x := range c {
					rows[shuffle[i]], turned[i] = x, -x*factor
				}
				moved, scaled = append(moved, rows), append(scaled, turned)
			}
			again, _ := matrixOf(t, method, moved...)
			against, _ := matrixOf(t, method, append(scaled, columns...)...)
			for i := range 3 {
				for j := range 3 {
					if i == j {
						continue
					}
					want := first[order[i]][order[j]]
					require.Equal(t, math.Float64bits(want), math.Float64bits(again[i][j]), "%s: the order of columns matters: %v, %v", method, want, again[i][j])
					near(t, first[i][j], again[3+i][3+j], "the order of rows", method)
					near(t, first[i][j], against[i][j], "turned and scaled, both", method)
					near(t, -first[i][j], against[i][3+j], "turned and scaled, one", method)
				}
			}
		}
	})
}

func near(t require.TestingT, want, got float64, what string, method operation.CorrelationMethod) {
	if math.IsNaN(want) {
		require.True(t, math.IsNaN(got), "%s, %s: %v", method, what, got)
		return
	}
	require.InDelta(t, want, got, 1e-13, "%s, %s", method, what)
}

func TestCorrelate_OfFewRows(t *testing.T) {
	t.Parallel()
	for _, method := range methods {
		_, two := matrixOf(t, method, []float64{1, 2}, []float64{5, 3})
		require.Equal(t, -1., two[0].Coefficient, "two points are on a line")
		require.True(t, math.IsNaN(two[0].Low) && math.IsNaN(two[0].High))
		_, three := matrixOf(t, method, []float64{1, 2, 3}, []float64{0, 1, 5})
		require.False(t, math.IsNaN(three[0].PValue))
		require.True(t, math.IsNaN(three[0].Low), "the interval needs four")
		_, none := matrixOf(t, method, []float64{1, math.NaN()}, []float64{math.NaN(), 3})
		require.Zero(t, none[0].N)
		require.True(t, math.IsNaN(none[0].Coefficient))
	}
}

func TestCorrelate_PutsTheStrongestFirst(t *testing.T) {
	t.Parallel()
	x, up, down := []float64{1, 2, 3, 4, 5}, []float64{1, 3, 2, 5, 4}, []float64{-1, -2, -3, -4, -5.5}
	_, pairs := matrixOf(t, operation.Pearson, x, []float64{7, 7, 7, 7, 7}, up, down)
	for k := range 2 {
		require.Greater(t, math.Abs(pairs[k].Coefficient), math.Abs(pairs[k+1].Coefficient))
	}
	require.Equal(t, [2]int{0, 3}, [2]int{pairs[0].X, pairs[0].Y})
	for _, p := range pairs[3:] {
		require.True(t, math.IsNaN(p.Coefficient), "a constant has none")
	}
}

func TestRanked_GivesThePlaceAmongDifferentValues(t *testing.T) {
	t.Parallel()
	least, most := math.SmallestNonzeroFloat64, math.MaxFloat64
	got, err := ranked(t.Context(), []float64{3, math.NaN(), -most, 0, math.Copysign(0, -1), least, -least, most, 3, -1})
	require.NoError(t, err)
	require.Equal(t, ranks{[]int32{5, missing, 0, 3, 3, 4, 2, 6, 5, 1}, 7}, got)
}

// A column that varies only where the other has no number is constant for both;
// one that hardly varies there still has a coefficient.
func TestCorrelate_LooksAtTheRowsThatHaveBothOnly(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	_, pairs := matrixOf(t, operation.Pearson, []float64{0.1, 0.1, 0.1, 5, -7}, []float64{1, 2, 3, nan, nan})
	require.True(t, math.IsNaN(pairs[0].Coefficient), "got %v", pairs[0].Coefficient)
	_, pairs = matrixOf(t, operation.Pearson, []float64{1e-300, 2e-300, 4e-300, 5, -5}, []float64{1, 2, 3, nan, nan})
	require.InDelta(t, pearsonByDefinition([]float64{1, 2, 4}, []float64{1, 2, 3}), pairs[0].Coefficient, 1e-12)
}

func TestMergeSort_SortsAndCountsInversions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.IntRange(0, 50), 0, 300).Draw(t, "a")
		want := int64(0)
		for i := range a {
			for j := range i {
				if a[j] > a[i] {
					want++
				}
			}
		}
		sorted := slices.Sorted(slices.Values(a))
		got, err := mergeSort(context.Background(), a, make([]int, len(a)))
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, sorted, append([]int(nil), a...))
	})
}

func TestCorrelate_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	x, y := make([]float64, 3*blockRows), make([]float64, 3*blockRows)
	for i := range x {
		x[i], y[i] = math.Sin(float64(i)), math.Cos(float64(i*i))
	}
	y[0] = math.NaN()
	for _, method := range methods {
		prepared, err := prepare(t.Context(), [][]float64{slices.Clone(x), slices.Clone(y)}, method, func(int) {})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = correlate(ctx, prepared, nil, operation.CorrelationParams{Method: method}, func(int, int) {})
		require.ErrorIs(t, err, context.Canceled)
		_, err = prepare(ctx, [][]float64{slices.Clone(x), slices.Clone(y)}, method, func(int) {})
		require.ErrorIs(t, err, context.Canceled)
	}
}
