package kmeans

import (
	"context"
	"math"
)

// silhouette gives the mean silhouette coefficient of a sample of the points, at
// most so many, taken evenly in the order of the file, and how many of them it
// rests on, which are those that are not alone in their cluster:
//
//	s = (b - a) / max(a, b)
//
// where a is a point's mean distance to the other points of its cluster and b
// the smallest mean distance to those of another one; 0 for a point that is
// alone in its cluster. It is NaN when the points belong to fewer than two clusters.
//
// Source: Rousseeuw, "Silhouettes" (1987); scikit-learn's silhouette_score.
func silhouette(ctx context.Context, x points, c *clustering, most int) (score float64, rests int, err error) {
	every := (x.n + most - 1) / most
	var sample []int
	sizes := make([]int, c.k(x.p))
	for i := 0; i < x.n; i += every {
		sample = append(sample, i)
		sizes[c.labels[i]]++
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
	for _, i := range sample {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		score += coefficient(x, c, sample, sizes, i)
		if sizes[c.labels[i]] > 1 {
			rests++
		}
	}
	return score / float64(len(sample)), rests, nil
}

func coefficient(x points, c *clustering, sample, sizes []int, i int) float64 {
	own := c.labels[i]
	if sizes[own] < 2 {
		return 0
	}
	sums := make([]float64, len(sizes))
	for _, j := range sample {
		sums[c.labels[j]] += math.Sqrt(squaredDistance(x.row(i), x.row(j)))
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
