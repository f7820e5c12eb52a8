package linear_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/leastsquares"
	"ddap/desktop-runner/internal/analyze/linear"
)

// rows is a sample of rows whose last number is the target.
func rows(data ...[]float64) estimator.Sample {
	p := len(data[0]) - 1
	s := estimator.Sample{X: make(estimator.Columns, p)}
	for _, row := range data {
		for j := range p {
			s.X[j] = append(s.X[j], row[j])
		}
		s.Y = append(s.Y, row[p])
	}
	return s
}

// longley is the Longley data set of NIST's Statistical Reference Datasets,
// https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml: six features that
// nearly follow from each other, then the target.
func longley() estimator.Sample {
	return rows(
		[]float64{83.0, 234289, 2356, 1590, 107608, 1947, 60323},
		[]float64{88.5, 259426, 2325, 1456, 108632, 1948, 61122},
		[]float64{88.2, 258054, 3682, 1616, 109773, 1949, 60171},
		[]float64{89.5, 284599, 3351, 1650, 110929, 1950, 61187},
		[]float64{96.2, 328975, 2099, 3099, 112075, 1951, 63221},
		[]float64{98.1, 346999, 1932, 3594, 113270, 1952, 63639},
		[]float64{99.0, 365385, 1870, 3547, 115094, 1953, 64989},
		[]float64{100.0, 363112, 3578, 3350, 116219, 1954, 63761},
		[]float64{101.2, 397469, 2904, 3048, 117388, 1955, 66019},
		[]float64{104.6, 419180, 2822, 2857, 118734, 1956, 67857},
		[]float64{108.4, 442769, 2936, 2798, 120445, 1957, 68169},
		[]float64{110.8, 444546, 4681, 2637, 121950, 1958, 66513},
		[]float64{112.6, 482704, 3813, 2552, 123366, 1959, 68655},
		[]float64{114.2, 502601, 3931, 2514, 125368, 1960, 69564},
		[]float64{115.7, 518173, 4806, 2572, 127852, 1961, 69331},
		[]float64{116.9, 554894, 4007, 2827, 130081, 1962, 70551},
	)
}

func TestOrdinary_HasTheCertifiedValuesOfLongley(t *testing.T) {
	t.Parallel()
	f, err := linear.Ordinary(t.Context(), longley(), true, 0.95, 0)
	require.NoError(t, err)
	// Certified values of NIST.
	terms := f.Terms()
	certified := [][2]float64{
		{-3482258.63459582, 890420.383607373},
		{15.0618722713733, 84.9149257747669},
		{-0.358191792925910e-01, 0.334910077722432e-01},
		{-2.02022980381683, 0.488399681651699},
		{-1.03322686717359, 0.214274163161675},
		{-0.511041056535807e-01, 0.226073200069370},
		{1829.15146461355, 455.478499142212},
	}
	for i, c := range certified {
		require.InEpsilon(t, c[0], terms[i].Coefficient, 1e-10)
		require.InEpsilon(t, c[1], terms[i].StdError, 1e-10)
	}
	require.InEpsilon(t, 304.854073561965, f.ResidualStdError(), 1e-11)
	require.InEpsilon(t, 0.995479004577296, f.R2(), 1e-12)
	statistic, _ := f.F()
	require.InEpsilon(t, 330.285339234588, statistic, 1e-10)
	require.InDelta(t, 9, f.DF(), 0)
}

func TestOrdinary_IsExactOnAStraightLine(t *testing.T) {
	t.Parallel()
	f, err := linear.Ordinary(t.Context(), rows([]float64{1, 3}, []float64{2, 5}, []float64{3, 7}, []float64{4, 9}), true, 0.95, 0)
	require.NoError(t, err)
	require.InDelta(t, 1, f.Terms()[0].Coefficient, 1e-12) // by hand: y = 1 + 2x
	require.InDelta(t, 2, f.Terms()[1].Coefficient, 1e-12)
	require.InDelta(t, 1, f.R2(), 1e-12)
	require.Less(t, f.Terms()[1].PValue, 1e-12)
}

func TestOrdinary_NamesWhatCannotBeDetermined(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sample estimator.Sample
		want   leastsquares.CollinearError
	}{
		"a constant":        {rows([]float64{1, 7, 3}, []float64{2, 7, 5}, []float64{3, 7, 6}, []float64{4, 7, 6}), leastsquares.CollinearError{Column: 1, Constant: true}},
		"twice and one":     {rows([]float64{1, 3, 3}, []float64{2, 5, 5}, []float64{3, 7, 6}, []float64{4, 9, 6}), leastsquares.CollinearError{Column: 1}},
		"a sum":             {rows([]float64{.1, .2, .1 + .2, 3}, []float64{.7, .1, .7 + .1, 5}, []float64{.3, .3, .6, 6}, []float64{.4, 9, 9.4, 6}, []float64{.4, 8.1, .4 + 8.1, 6}), leastsquares.CollinearError{Column: 2}},
		"a constant target": {rows([]float64{1, 3}, []float64{2, 3}, []float64{3, 3}), leastsquares.CollinearError{Column: 1, Constant: true}},
		"a tenth":           {rows([]float64{1, 0.1}, []float64{2, 0.1}, []float64{3, 0.1}), leastsquares.CollinearError{Column: 1, Constant: true}},
	}
	for name, tc := range cases {
		_, err := linear.Ordinary(t.Context(), tc.sample, true, 0.95, 0)
		var c *leastsquares.CollinearError
		require.ErrorAs(t, err, &c, name)
		require.Equal(t, tc.want, *c, name)
	}
}

func TestOrdinary_GivesTheSameBitsOnAnyNumberOfProcessors(t *testing.T) {
	t.Parallel()
	m := estimator.Sample{X: make(estimator.Columns, 8)}
	for i := range 60_000 {
		y := 0.0
		for j := range m.X {
			m.X[j] = append(m.X[j], math.Sin(float64(i*(j+3))))
			y += float64(j) * m.X[j][i]
		}
		m.Y = append(m.Y, y+math.Cos(float64(i*i)))
	}
	first, err := linear.Ordinary(t.Context(), m, true, 0.95, 1)
	require.NoError(t, err)
	require.InDelta(t, 2, first.Coefficients[2], 0.05)
	for threads := range 5 {
		again, err := linear.Ordinary(t.Context(), m, true, 0.95, threads)
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
}

func TestOrdinary_StopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := linear.Ordinary(ctx, longley(), true, 0.95, 0)
	require.ErrorIs(t, err, context.Canceled)
}

func TestLeverages_AreThoseOfTheHatMatrix(t *testing.T) {
	t.Parallel()
	x := estimator.Columns{{1, 2, 3, 10}}
	got, err := linear.Leverages(t.Context(), x, true)
	require.NoError(t, err)
	// By hand: 1/4 + (x - 4)²/Σ(x - 4)², with Σ = 9 + 4 + 1 + 36 = 50.
	require.InDeltaSlice(t, []float64{0.43, 0.33, 0.27, 0.97}, got, 1e-12)
	got, err = linear.Leverages(t.Context(), x, false)
	require.NoError(t, err)
	// By hand: x²/Σx², with Σ = 114.
	require.InDeltaSlice(t, []float64{1. / 114, 4. / 114, 9. / 114, 100. / 114}, got, 1e-12)
	// A constant, and a column that follows from another, add nothing.
	got, err = linear.Leverages(t.Context(), estimator.Columns{{7, 7, 7, 7}, x[0], {3, 5, 7, 21}}, true)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0.43, 0.33, 0.27, 0.97}, got, 1e-9)
}
