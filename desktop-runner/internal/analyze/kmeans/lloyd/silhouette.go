package lloyd

import (
	"context"
	"math"

	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/points"
)

// Silhouette gives the mean silhouette coefficient of a sample of the points, at
// most so many, taken evenly in the order of the file, and how many of them it
// rests on, which are those that are not alone in their cluster:
//
//	s = (b - a) / max(a, b)
//
// where a is a point's mean distance to the other points of its cluster and b
// the smallest mean distance to those of another one; 0 for a point that is
// alone in its cluster. It is NaN when the points belong to fewer than two
// clusters. Points with a negative label belong to none, and are left out. Its
// cost grows with the square of most.
//
// Source: Rousseeuw, "Silhouettes" (1987); scikit-learn's silhouette_score.
func Silhouette(ctx context.Context, x points.Points, labels []int32, k, most int) (score float64, rests int, err error) {
	every := (x.N + most - 1) / most
	var sample []int
	sizes := make([]int, k)
	for i := 0; i < x.N; i += every {
		if labels[i] >= 0 {
			sample = append(sample, i)
			sizes[labels[i]]++
		}
	}
	clusters := 0
	for _, size := range sizes {
		if size > 0 {
			clusters++
		}
	}
	if clusters < 2 || clusters >= len(sample) {
		return math.NaN(), len(sample), nil
	}
	scores := make([]float64, len(sample))
	err = parallel.Each(ctx, parallel.Threads(0), len(sample), func(s int) { scores[s] = coefficient(x, labels, sample, sizes, sample[s]) })
	for s, i := range sample {
		score += scores[s]
		if sizes[labels[i]] > 1 {
			rests++
		}
	}
	return score / float64(len(sample)), rests, err
}

func coefficient(x points.Points, labels []int32, sample, sizes []int, i int) float64 {
	own := int(labels[i])
	if sizes[own] < 2 {
		return 0
	}
	sums := make([]float64, len(sizes))
	for _, j := range sample {
		sums[labels[j]] += math.Sqrt(points.SquaredDistance(x.Row(i), x.Row(j)))
	}
	a, b := sums[own]/float64(sizes[own]-1), math.Inf(1)
	for label, size := range sizes {
		if label != own && size > 0 {
			b = min(b, sums[label]/float64(size))
		}
	}
	if max(a, b) == 0 {
		return 0
	}
	return (b - a) / max(a, b)
}
