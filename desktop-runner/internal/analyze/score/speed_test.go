package score

import (
	"math/rand/v2"
	"testing"
)

func BenchmarkClasses(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 2_000_000
	y, p := make([]float64, n), [][]float64{make([]float64, n), make([]float64, n)}
	for i := range y {
		y[i] = float64(r.IntN(2))
		p[1][i] = (r.Float64() + 0.5*y[i]) / 1.5
		p[0][i] = 1 - p[1][i]
	}
	for b.Loop() {
		Classes(y, p, nil, Options{})
	}
}

func BenchmarkNumbers(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	const n = 2_000_000
	y, p := make([]float64, n), make([]float64, n)
	for i := range y {
		y[i], p[i] = r.NormFloat64(), r.NormFloat64()
	}
	for b.Loop() {
		Numbers(y, p, nil, Options{})
	}
}
