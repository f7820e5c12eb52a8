package score

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// guesses are rows of k classes with probabilities that have many ties.
func guesses(r *rand.Rand, n, k int) (y []float64, probabilities [][]float64) {
	y, probabilities = make([]float64, n), make([][]float64, k)
	for c := range probabilities {
		probabilities[c] = make([]float64, n)
	}
	for i := range y {
		y[i] = float64(r.IntN(k))
		total := 0.0
		for c := range probabilities {
			p := float64(1 + r.IntN(10))
			if c == int(y[i]) {
				p += float64(r.IntN(10))
			}
			probabilities[c][i] = p
			total += p
		}
		for c := range probabilities {
			probabilities[c][i] /= total
		}
	}
	return y, probabilities
}

func named(metrics []Metric) map[string]float64 {
	out := map[string]float64{}
	for _, m := range metrics {
		out[m.Name] = m.Value
	}
	return out
}

func TestMetrics_DoNotDependOnTheOrderOfRows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		n, k := 10+r.IntN(100), 2+r.IntN(3)
		y, p := guesses(r, n, k)
		order := r.Perm(n)
		moved := func(column []float64) []float64 {
			out := make([]float64, n)
			for i, from := range order {
				out[i] = column[from]
			}
			return out
		}
		turned := make([][]float64, k)
		for c := range p {
			turned[c] = moved(p[c])
		}
		for _, o := range []Options{{}, {MinRows: 5}} {
			same(t, named(Classes(y, p, nil, o)), Classes(moved(y), turned, nil, o), "classes")
			same(t, named(Numbers(p[0], p[1], nil, o)), Numbers(turned[0], turned[1], nil, o), "numbers")
		}
	}
}

func TestWeights_EqualRepeatedRows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 2))
		n, k := 20+r.IntN(60), 2+r.IntN(3)
		y, p := guesses(r, n, k)
		weights := make([]float64, n)
		for i := range weights {
			weights[i] = float64(r.IntN(4))
		}
		repeated := func(column []float64) (out []float64) {
			for i, x := range column {
				out = append(out, slices.Repeat([]float64{x}, int(weights[i]))...)
			}
			return out
		}
		more := make([][]float64, k)
		for c := range p {
			more[c] = repeated(p[c])
		}
		same(t, named(Classes(repeated(y), more, nil, Options{})), Classes(y, p, weights, Options{}), "classes")
		want, got := named(Numbers(more[0], more[1], nil, Options{})), named(Numbers(p[0], p[1], weights, Options{}))
		for name, value := range want {
			// scikit-learn's weighted median is another one, and its largest error has no weights.
			if name != "median_absolute_error" && name != "max_error" {
				near(t, value, got[name], name)
			}
		}
	}
}

func TestMetrics_ScaleWithTheUnit(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	y, p := make([]float64, 50), make([]float64, 50)
	large, guess := make([]float64, 50), make([]float64, 50)
	for i := range y {
		y[i], p[i] = r.NormFloat64(), r.NormFloat64()
		large[i], guess[i] = 1024*y[i], 1024*p[i]
	}
	one, other := named(Numbers(y, p, nil, Options{})), named(Numbers(large, guess, nil, Options{}))
	for name, factor := range map[string]float64{
		"r2": 1, "explained_variance": 1, "mean_absolute_percentage_error": 1, "mean_absolute_error": 1024,
		"median_absolute_error": 1024, "max_error": 1024, "root_mean_squared_error": 1024, "mean_squared_error": 1024 * 1024,
	} {
		near(t, one[name]*factor, other[name], name)
	}
}

func TestMetrics_AreFiniteOrLeftOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string][2][]float64{
		"no rows":     {{}, {}},
		"one row":     {{1}, {2}},
		"huge":        {{1e308, -1e308}, {-1e308, 1e308}},
		"only zeros":  {{0, 0}, {0, 0}},
		"zeros, hit":  {{0, 0, 1}, {1e300, 0, 1}},
		"tiny errors": {{1, 1}, {1 + 1e-16, math.Nextafter(1, 2)}},
	} {
		for _, weights := range [][]float64{nil, make([]float64, len(c[0]))} {
			for _, m := range Numbers(c[0], c[1], weights, Options{}) {
				require.False(t, math.IsNaN(m.Value) || math.IsInf(m.Value, 0), "%s: %s", name, m.Name)
			}
		}
	}
	require.Empty(t, Numbers(nil, nil, nil, Options{}))
	require.Empty(t, Classes(nil, [][]float64{{}, {}}, nil, Options{}))
	require.Empty(t, Classes([]float64{1}, [][]float64{{0.5}, {0.5}}, []float64{0}, Options{}))
	one := named(Classes([]float64{1, 1}, [][]float64{{0, 0}, {1, 1}}, nil, Options{}))
	require.NotContains(t, one, "roc_auc")
	require.NotContains(t, one, "cohen_kappa")
	require.Equal(t, 1.0, one["accuracy"])
	ranking := Rank([]float64{1, 1}, []float64{1, 1}, 1, nil, Options{})
	require.Nil(t, ranking.ROC())
	require.Nil(t, ranking.PrecisionRecall())
	require.Nil(t, Calibrate(nil, nil, 1, 5, Uniform, Options{}))
}

func TestCurves_HaveFewPointsAndTheirEnds(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 5))
	y, scores := make([]float64, 50_000), make([]float64, 50_000)
	for i := range y {
		y[i] = float64(r.IntN(50) / 49) // one in fifty
		scores[i] = r.NormFloat64() + y[i]
	}
	ranking := Rank(y, scores, 1, nil, Options{})
	for _, c := range []*Curve{ranking.ROC(), ranking.PrecisionRecall()} {
		require.LessOrEqual(t, len(c.X), chartPoints)
		require.Greater(t, len(c.X), 50)
		require.True(t, slices.IsSorted(c.X))
		require.Zero(t, c.X[0])
		require.Equal(t, 1.0, c.X[len(c.X)-1])
	}
	thinned, area := ranking.ROC(), 0.0
	for i := range thinned.X[1:] {
		area += (thinned.X[i+1] - thinned.X[i]) * (thinned.Y[i+1] + thinned.Y[i]) / 2
	}
	require.InDelta(t, ranking.AUC(), area, 1e-3, "the picture shows the same area")
}

func TestResiduals_CountEachRowOnce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 6))
	for _, n := range []int{1, 2, 100, 1000} {
		y, p, large := make([]float64, n), make([]float64, n), slices.Repeat([]float64{1e20}, n)
		for i := range y {
			y[i], p[i] = r.NormFloat64(), r.NormFloat64()
		}
		for _, o := range []Options{{}, {MinRows: 5}} {
			for _, guess := range [][]float64{p, y, large} {
				h := Residuals(y, guess, o)
				require.Len(t, h.Edges, len(h.Rows)+1)
				require.True(t, slices.IsSorted(h.Edges))
				total := int64(0)
				for _, rows := range h.Rows {
					total += rows
				}
				require.EqualValues(t, n, total)
			}
		}
	}
	require.Empty(t, Residuals(nil, nil, Options{}).Rows)
}

func TestNth_IsThatOfSortedNumbers(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		numbers := make([]float64, 1+r.IntN(300))
		for i := range numbers {
			numbers[i] = float64(r.IntN(1 + r.IntN(1000)))
		}
		switch seed % 4 {
		case 1:
			slices.Sort(numbers)
		case 2: // rises and falls: the middle is the largest
			for i := range numbers {
				numbers[i] = float64(min(i, len(numbers)-i))
			}
		}
		sorted := slices.Sorted(slices.Values(numbers))
		place := r.IntN(len(numbers))
		require.Equal(t, sorted[place], nth(numbers, place))
		require.Equal(t, sorted, slices.Sorted(slices.Values(numbers)))
		for i, x := range numbers {
			require.True(t, i < place && x <= sorted[place] || i > place && x >= sorted[place] || i == place)
		}
	}
}
