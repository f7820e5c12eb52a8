package supervised

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"ddap/desktop-runner/internal/analyze/estimator"
)

// hat gives the diagonal of X(XᵀX)⁻¹Xᵀ by its definition, with an intercept.
func hat(t *testing.T, x estimator.Columns) []float64 {
	n := x.Rows()
	design := mat.NewDense(n, len(x)+1, nil)
	for i := range n {
		design.Set(i, 0, 1)
		for j := range x {
			design.Set(i, j+1, x[j][i])
		}
	}
	var gram, inverse, half, h mat.Dense
	gram.Mul(design.T(), design)
	require.NoError(t, inverse.Inverse(&gram))
	half.Mul(design, &inverse)
	h.Mul(&half, design.T())
	out := make([]float64, n)
	for i := range out {
		out[i] = h.At(i, i)
	}
	return out
}

func TestLeverages_AreTheDiagonalOfTheHatMatrix(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		x := make(estimator.Columns, 1+random.IntN(5))
		for j := range x {
			for range 40 {
				x[j] = append(x[j], float64(j)*100+random.NormFloat64())
			}
		}
		x[0][7] = 50 // far from all others
		want := hat(t, x)
		got, err := leverages(t.Context(), x)
		require.NoError(t, err)
		require.InDeltaSlice(t, want, got, 1e-9)
		require.Greater(t, got[7], 0.9)

		// Columns that follow from others, and one that is the same in all rows, add
		// nothing; nor do units.
		more := append(estimator.Columns{}, x...)
		sum, constant, scaled := make([]float64, 40), make([]float64, 40), make([]float64, 40)
		for i := range sum {
			constant[i], scaled[i] = 3, 1e6*x[0][i]-5
			for j := range x {
				sum[i] += x[j][i]
			}
		}
		got, err = leverages(t.Context(), append(more, sum, constant, scaled))
		require.NoError(t, err)
		require.InDeltaSlice(t, want, got, 1e-8)
	}
}
