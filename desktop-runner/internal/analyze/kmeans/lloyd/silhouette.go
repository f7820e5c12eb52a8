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
// time and its memory (8 bytes for each pair of points) grow with the square of most.
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
	away, err := distances(ctx, x, sample)
	if err != nil {
		return math.NaN(), 0, err
	}
	for s, i := range sample {
		score += coefficient(away, labels, sample, sizes, s)
		if sizes[labels[i]] > 1 {
			rests++
		}
	}
	return score / float64(len(sample)), rests, nil
}

// distances gives those of each two points of a sample, the later one's first: the
// one of s and t, which is before s, is number t of row s. Each is calculated once.
func distances(ctx context.Context, x points.Points, sample []int) ([][]float64, error) {
	out := make([][]float64, len(sample))
	last := len(sample) - 1
	return out, parallel.Each(ctx, parallel.Threads(0), len(sample), func(task int) {
		s := last - task // the longest rows first, so that no processor is left with one
		out[s] = make([]float64, s)
		for t := range s {
			out[s][t] = math.Sqrt(points.SquaredDistance(x.Row(sample[s]), x.Row(sample[t])))
		}
	})
}

func coefficient(away [][]float64, labels []int32, sample, sizes []int, s int) float64 {
	own := int(labels[sample[s]])
	if sizes[own] < 2 {
		return 0
	}
	sums := make([]float64, len(sizes))
	for t, d := range away[s] {
		sums[labels[sample[t]]] += d
	}
	for t := s + 1; t < len(sample); t++ {
		sums[labels[sample[t]]] += away[t][s]
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
