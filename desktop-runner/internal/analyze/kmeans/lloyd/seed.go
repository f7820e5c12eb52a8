package lloyd

import (
	"context"
	"math"
	"math/rand/v2"

	"ddap/desktop-runner/internal/analyze/points"
)

// seedCentres is the greedy k-means++ of scikit-learn: each further centre is
// the best of a few points drawn with a probability in proportion to their
// squared distance from the centres so far. The error is the context's.
func seedCentres(ctx context.Context, x points.Points, k int, random *rand.Rand) ([]float64, error) {
	trials := 2 + int(math.Log(float64(k)))
	s := seeding{x: x, nearest: make([]float64, x.N), totals: make([]float64, x.Chunks())}
	for i := range s.nearest {
		s.nearest[i] = math.Inf(1)
	}
	centres := append([]float64(nil), x.Row(random.IntN(x.N))...)
	total, err := s.take(ctx, centres)
	for err == nil && len(centres) < k*x.P && total > 0 {
		drawn := make([]int, trials)
		for t := range drawn {
			drawn[t] = s.draw(total * random.Float64())
		}
		var best int
		if best, err = s.best(ctx, drawn); err != nil {
			return nil, err
		}
		centres = append(centres, x.Row(best)...)
		total, err = s.take(ctx, x.Row(best))
	}
	return centres, err
}

type seeding struct {
	x points.Points
	// nearest has the squared distance of each point to the nearest centre, and
	// totals their sums by chunk.
	nearest, totals []float64
}

// take adds a centre and gives the sum of all that is nearest.
func (s *seeding) take(ctx context.Context, centre []float64) (total float64, err error) {
	err = s.x.Each(ctx, func(chunk, from, to int) {
		sum := 0.0
		for i := from; i < to; i++ {
			if d := points.SquaredDistance(s.x.Row(i), centre); d < s.nearest[i] {
				s.nearest[i] = d
			}
			sum += s.nearest[i]
		}
		s.totals[chunk] = sum
	})
	for _, t := range s.totals {
		total += t
	}
	return total, err
}

// best gives the candidate that would leave the smallest sum, the first of equals.
func (s *seeding) best(ctx context.Context, candidates []int) (int, error) {
	blocks := (len(candidates) + 3) / 4
	packed := make([]float64, blocks*4*s.x.P)
	for t := range blocks * 4 {
		// A place that is left over repeats the last candidate.
		for j, v := range s.x.Row(candidates[min(t, len(candidates)-1)]) {
			packed[t/4*4*s.x.P+4*j+t%4] = v
		}
	}
	width := blocks * 4
	sums := make([]float64, s.x.Chunks()*width)
	err := s.x.Each(ctx, func(chunk, from, to int) {
		sum := sums[chunk*width : (chunk+1)*width]
		for i := from; i < to; i++ {
			row, near := s.x.Row(i), s.nearest[i]
			if near == 0 {
				continue
			}
			for b := range blocks {
				d := four(row, packed[b*4*s.x.P:(b+1)*4*s.x.P])
				for t, v := range d {
					sum[b*4+t] += min(near, v)
				}
			}
		}
	})
	best, least := candidates[0], math.Inf(1)
	for t, candidate := range candidates {
		total := 0.0
		for at := t; at < len(sums); at += width {
			total += sums[at]
		}
		if total < least {
			best, least = candidate, total
		}
	}
	return best, err
}

// draw gives the first point at which the running sum of what is nearest exceeds
// r; never one that is on a centre.
func (s *seeding) draw(r float64) int {
	from := 0
	for chunk, total := range s.totals {
		if r < total {
			from = chunk * s.x.Chunk()
			break
		}
		r -= total
		from = (chunk + 1) * s.x.Chunk()
	}
	last := -1
	for i := from; i < s.x.N; i++ {
		if s.nearest[i] == 0 {
			continue
		}
		last = i
		if r -= s.nearest[i]; r < 0 {
			return i
		}
	}
	for i := s.x.N - 1; last < 0; i-- {
		if s.nearest[i] > 0 {
			last = i
		}
	}
	return last
}
