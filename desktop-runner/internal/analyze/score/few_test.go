package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var five = Options{MinRows: 5}

// Rows that a model is wrong about, fewer than may be told apart: whether there
// are none, one or two changes no number that counts rows.
func TestFewWrongRows_CannotBeCounted(t *testing.T) {
	t.Parallel()
	var seen []map[string]float64
	for wrong := range 3 {
		y, p := make([]float64, 100), [][]float64{make([]float64, 100), make([]float64, 100)}
		for i := range y {
			y[i] = float64(i % 2)
			p[1][i] = 0.1 + 0.8*y[i]
			if i < 2*wrong && i%2 == 0 {
				p[1][i] = 0.9
			}
			p[0][i] = 1 - p[1][i]
		}
		seen = append(seen, named(Classes(y, p, nil, five)))
		c := Confuse(y, Predicted(p), 2, nil, five)
		require.Equal(t, [][]int64{{50, 0}, {0, 50}}, c.Rows)
		ranking := Rank(y, p[1], 1, nil, five)
		require.Equal(t, &Curve{X: []float64{0, 0, 1}, Y: []float64{0, 1, 1}}, ranking.ROC())
	}
	require.Equal(t, seen[0], seen[1])
	require.Equal(t, seen[0], seen[2])
	require.NotContains(t, seen[0], "log_loss", "nearly all rows have the same")
	require.Equal(t, 1.0, seen[0]["roc_auc"])
}

// A class with few rows looks like one with none.
func TestFewRowsOfAClass_CannotBeCounted(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for rare := range 5 {
		n := 100
		y, p := make([]float64, n), [][]float64{make([]float64, n), make([]float64, n)}
		for i := range y {
			if i < rare {
				y[i] = 1
			}
			p[1][i] = r.Float64() / 2
			p[0][i] = 1 - p[1][i]
		}
		got := named(Classes(y, p, nil, five))
		for _, name := range []string{"roc_auc", "average_precision", "log_loss", "brier_score_loss"} {
			require.NotContains(t, got, name)
		}
		ranking := Rank(y, p[1], 1, nil, five)
		require.Nil(t, ranking.ROC())
		require.Nil(t, ranking.PrecisionRecall())
		require.Nil(t, Calibrate(y, p[1], 1, 10, Quantile, five))
	}
}

// From the rates of two points and the rows of the classes, which everybody may
// know, one can calculate the rows between the points.
func TestPointsOfCurves_DifferByEnoughRows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 2))
		y, p := guesses(r, 20+r.IntN(300), 2)
		ranking := Rank(y, p[1], 1, nil, five)
		roc := ranking.ROC()
		if roc == nil {
			continue
		}
		require.Nil(t, roc.Thresholds)
		hits, misses := ranking.last().hits, ranking.last().misses
		require.Equal(t, 1.0, roc.X[len(roc.X)-1])
		require.Equal(t, 1.0, roc.Y[len(roc.Y)-1])
		multiple := func(x float64) { require.InDelta(t, math.Round(x/5)*5, x, 1e-9) }
		multiple(hits)
		multiple(misses)
		for i := range roc.X {
			multiple(roc.X[i] * misses)
			multiple(roc.Y[i] * hits)
		}
		pr := ranking.PrecisionRecall()
		require.Nil(t, pr.Thresholds)
		for i := range pr.X {
			multiple(pr.X[i] * hits)
			if i > 0 && pr.Y[i] > 0 {
				multiple(pr.X[i] * hits / pr.Y[i])
			}
		}
		calibration := Calibrate(y, p[1], 1, 10, Uniform, five)
		for i, rows := range calibration.Rows {
			found := math.Round(calibration.True[i] * float64(rows))
			require.GreaterOrEqual(t, found, 5.0)
			require.GreaterOrEqual(t, float64(rows)-found, 5.0)
		}
	}
}

func TestRoundedScores_AreNearTheExactOnes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	y, p := guesses(r, 5000, 3)
	exact, rounded := named(Classes(y, p, nil, Options{})), named(Classes(y, p, nil, five))
	require.Len(t, rounded, len(exact))
	for name := range exact {
		require.InDelta(t, exact[name], rounded[name], 0.005, name)
	}
}

func TestNumbersOfSingleRows_AreNotTold(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	y, p := make([]float64, 50), make([]float64, 50)
	for i := range y {
		y[i], p[i] = r.NormFloat64(), r.NormFloat64()
	}
	got := named(Numbers(y, p, nil, five))
	for _, name := range []string{"max_error", "median_absolute_error", "mean_absolute_percentage_error"} {
		require.NotContains(t, got, name)
	}
	require.Contains(t, got, "r2")
	require.Empty(t, Numbers(y[:4], p[:4], nil, five), "few rows")

	hit := append([]float64{}, y...)
	hit[7] += 1000
	require.Empty(t, Numbers(y, hit, nil, five), "the mean error would be that of one row")
	flat := make([]float64, 50)
	flat[7] = 1000
	got = named(Numbers(flat, p, nil, five))
	require.NotContains(t, got, "r2", "with the mean of the squares it tells the variance, which is one row's")
	require.Contains(t, got, "mean_squared_error")
	require.Empty(t, Numbers(y, p, append([]float64{1, 1, 1}, make([]float64, 47)...), five), "few rows with weight")
	require.False(t, Residuals(y, p, five).FromRange)
}
