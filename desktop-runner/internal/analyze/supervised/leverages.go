package supervised

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"ddap/desktop-runner/internal/analyze/estimator"
)

// leverages gives the part of its own prediction that each row decides in least
// squares with an intercept: the diagonal of the hat matrix, from 1/n to 1. A
// penalty on the coefficients makes it smaller. Directions in which the columns
// do not differ, as those of columns that follow from others, have no part.
//
//	h[i] = 1/n + Σ (z[i]·v)²/λ   over the eigenvectors v of ZᵀZ with λ > 0
//
// Z is n×p: the columns with mean 0 and standard deviation 1.
//
// Source: Belsley, Kuh and Welsch, "Regression Diagnostics" (1980), chapter 2.
func leverages(ctx context.Context, x estimator.Columns) ([]float64, error) {
	n, p := x.Rows(), len(x)
	z := make([][]float64, p)
	for j, column := range x {
		mean, deviation := moments(column)
		z[j] = make([]float64, n)
		if deviation == 0 {
			continue
		}
		for i, v := range column {
			z[j][i] = (v - mean) / deviation
		}
	}
	gram := mat.NewSymDense(p, nil)
	for j := range p {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for k := j; k < p; k++ {
			gram.SetSym(j, k, dot(z[j], z[k]))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(gram, true) {
		return nil, errors.New("leverages: the eigenvalues of the columns' products were not found")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	out := make([]float64, n)
	for i := range out {
		out[i] = 1 / float64(n)
	}
	values := eigen.Values(nil)
	along := make([]float64, n)
	for k, value := range values {
		if value <= values[p-1]*float64(p)*0x1p-40 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(along)
		for j := range p {
			v := vectors.At(j, k)
			for i, zij := range z[j] {
				along[i] += zij * v
			}
		}
		for i, a := range along {
			out[i] = math.Min(1, out[i]+a*a/value)
		}
	}
	return out, nil
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}
