package kmeans

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
)

// points is n × p numbers, row by row.
type points struct {
	n, p int
	data []float64
}

func (x points) row(i int) []float64 { return x.data[i*x.p : (i+1)*x.p : (i+1)*x.p] }

// clustering is k centres and which of them each point belongs to.
type clustering struct {
	// centres is k × p, row by row.
	centres []float64
	labels  []int
	// formed has the labels from which the centres were calculated. Those of the
	// last assignment differ where it stopped before the centres had settled.
	// A centre that no label names was put on a single point.
	formed []int
	// inertia is the sum of squared distances of the points to their centres.
	inertia float64
	// apart counts the points that are not on their centre: inertia is theirs.
	apart      int
	iterations int
}

func (c *clustering) k(p int) int { return len(c.centres) / p }

// options are those of scikit-learn's KMeans. tol is absolute here: the squared
// movement of all centres together below which it stops.
type options struct {
	k, starts, iterations int
	tol                   float64
	seed                  int64
}

// cluster runs Lloyd's algorithm from several starts and keeps the one with the
// smallest inertia, the earlier of equals. There may be fewer than k centres, if
// there are fewer different points. Equal options give equal results, bit for
// bit, on any number of cores.
//
// Sources: Lloyd, "Least squares quantization in PCM" (1982); Arthur and
// Vassilvitskii, "k-means++" (2007).
func cluster(ctx context.Context, x points, o options, advance func(done int)) (*clustering, error) {
	var best *clustering
	for start := range o.starts {
		random := rand.New(rand.NewPCG(uint64(o.seed), uint64(start))) //nolint:gosec // reproducible on purpose
		c := &clustering{centres: seedCentres(ctx, x, o.k, random), labels: make([]int, x.n)}
		if err := c.lloyd(ctx, x, o); err != nil {
			return nil, err
		}
		if best == nil || c.inertia < best.inertia {
			best = c
		}
		advance(start + 1)
	}
	return best, nil
}

// seedCentres is the greedy k-means++ of scikit-learn: each further centre is
// the best of a few points drawn with a probability in proportion to their
// squared distance from the centres so far. It ends early with its context.
func seedCentres(ctx context.Context, x points, k int, random *rand.Rand) []float64 {
	trials := 2 + int(math.Log(float64(k)))
	centres := append([]float64(nil), x.row(random.IntN(x.n))...)
	nearest := make([]float64, x.n)
	total := 0.0
	for i := range nearest {
		nearest[i] = squaredDistance(x.row(i), centres)
		total += nearest[i]
	}
	candidate, kept := make([]float64, x.n), make([]float64, x.n)
	for len(centres) < k*x.p && total > 0 && ctx.Err() == nil {
		bestTotal, best := math.Inf(1), -1
		for range trials {
			at := draw(nearest, total*random.Float64())
			sum := 0.0
			for i := range candidate {
				candidate[i] = min(nearest[i], squaredDistance(x.row(i), x.row(at)))
				sum += candidate[i]
			}
			if sum < bestTotal {
				bestTotal, best = sum, at
				kept, candidate = candidate, kept
			}
		}
		centres = append(centres, x.row(best)...)
		nearest, kept = kept, nearest
		total = bestTotal
	}
	return centres
}

// draw gives the first point at which the running sum of the weights exceeds r;
// never one of weight zero.
func draw(weights []float64, r float64) int {
	last := 0
	for i, w := range weights {
		if w == 0 {
			continue
		}
		last = i
		if r -= w; r < 0 {
			return i
		}
	}
	return last
}

// rounding is how far a point may be from the mean of equal points, in squared
// parts of its length.
const rounding = 1e-18

func (c *clustering) lloyd(ctx context.Context, x points, o options) error {
	distances := make([]float64, x.n)
	for c.iterations < o.iterations && ctx.Err() == nil {
		c.iterations++
		changed := c.assign(ctx, x, distances)
		c.formed = append(c.formed[:0], c.labels...)
		moved := c.move(x, distances)
		if !changed && c.iterations > 1 || moved <= o.tol {
			break
		}
	}
	c.assign(ctx, x, distances)
	c.inertia, c.apart = 0, 0
	origin := make([]float64, x.p)
	for i, d := range distances {
		c.inertia += d
		if d > rounding*squaredDistance(x.row(i), origin) {
			c.apart++
		}
	}
	return ctx.Err()
}

// chunk is how many points one goroutine takes at a time. Each point's result is
// written to its own place, so the division does not show in the result.
const chunk = 8192

// assign finds the nearest centre of every point, the first of equals, and
// reports whether any point changed. When its context ends it leaves the rest.
func (c *clustering) assign(ctx context.Context, x points, distances []float64) bool {
	chunks := (x.n + chunk - 1) / chunk
	changed := make([]bool, chunks)
	work := make(chan int)
	var done sync.WaitGroup
	for range min(chunks, runtime.GOMAXPROCS(0)) {
		done.Go(func() {
			for at := range work {
				if ctx.Err() == nil {
					changed[at] = c.assignChunk(x, distances, at*chunk, min((at+1)*chunk, x.n))
				}
			}
		})
	}
	for at := range chunks {
		work <- at
	}
	close(work)
	done.Wait()
	return slices.Contains(changed, true)
}

func (c *clustering) assignChunk(x points, distances []float64, from, to int) (changed bool) {
	k := c.k(x.p)
	for i := from; i < to; i++ {
		label, least := 0, math.Inf(1)
		for j := range k {
			if d := squaredDistance(x.row(i), c.centres[j*x.p:(j+1)*x.p]); d < least {
				label, least = j, d
			}
		}
		changed = changed || c.labels[i] != label
		c.labels[i], distances[i] = label, least
	}
	return changed
}

// move puts every centre into the middle of its points and gives the squared
// distance that all went. A centre without points goes to the point that is
// farthest from its own centre, as in scikit-learn.
func (c *clustering) move(x points, distances []float64) float64 {
	k := c.k(x.p)
	sums, sizes := make([]float64, len(c.centres)), make([]int, k)
	for i, label := range c.labels {
		sizes[label]++
		for j, v := range x.row(i) {
			sums[label*x.p+j] += v
		}
	}
	moved := 0.0
	for label, size := range sizes {
		centre, sum := c.centres[label*x.p:(label+1)*x.p], sums[label*x.p:(label+1)*x.p]
		if size == 0 {
			farthest := 0
			for i, d := range distances {
				if d > distances[farthest] {
					farthest = i
				}
			}
			copy(sum, x.row(farthest))
			distances[farthest], size = 0, 1
		}
		for j := range centre {
			next := sum[j] / float64(size)
			moved += (next - centre[j]) * (next - centre[j])
			centre[j] = next
		}
	}
	return moved
}

func squaredDistance(a, b []float64) float64 {
	sum := 0.0
	for j, v := range a {
		d := v - b[j]
		sum += d * d
	}
	return sum
}
