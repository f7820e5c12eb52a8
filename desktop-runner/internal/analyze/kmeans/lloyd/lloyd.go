// Package lloyd divides points into groups around centres: k-means++ and Lloyd's
// algorithm, with bounds that spare most of the distances. It knows numbers only.
package lloyd

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"ddap/desktop-runner/internal/analyze/points"
)

// Clustering is k centres and which of them each point belongs to.
type Clustering struct {
	// Centres is k × p, row by row.
	Centres []float64
	Labels  []int32
	// Formed has the labels from which the centres were calculated. Those of the
	// last assignment differ where it stopped before the centres had settled; else
	// they are the same slice. A centre that no label names was put on a single point.
	Formed []int32
	// Inertia is the sum of squared distances of the points to their centres.
	Inertia float64
	// Apart counts the points that are not on their centre: inertia is theirs.
	Apart      int
	Iterations int
}

// Options are those of scikit-learn's KMeans. Tol is absolute here: the squared
// movement of all centres together below which it stops.
type Options struct {
	K, Starts, Iterations int
	Tol                   float64
	Seed                  int64
}

// Cluster runs Lloyd's algorithm from several starts and keeps the one with the
// smallest inertia, the earlier of equals. There may be fewer than K centres, if
// there are fewer different points. Equal options give equal results, bit for
// bit, on any number of processors. Beside the points it takes for each of them
// 36 bytes and half as much as its numbers do. The error is the context's.
//
// Sources: Lloyd, "Least squares quantization in PCM" (1982); Arthur and
// Vassilvitskii, "k-means++" (2007); Hamerly, "Making k-means even faster" (2010).
func Cluster(ctx context.Context, x points.Points, o Options, advance func(fraction float64)) (*Clustering, error) {
	var best *Clustering
	for start := range o.Starts {
		random := rand.New(rand.NewPCG(uint64(o.Seed), uint64(start))) //nolint:gosec // reproducible on purpose
		centres, err := seedCentres(ctx, x, o.K, random)
		if err != nil {
			return nil, err
		}
		r := newRun(x, centres)
		c, err := r.lloyd(ctx, o, func(within float64) { advance((float64(start) + within) / float64(o.Starts)) })
		if err != nil {
			return nil, err
		}
		if best == nil || c.Inertia < best.Inertia {
			best = c
		}
		advance(float64(start+1) / float64(o.Starts))
	}
	best.order(x.P)
	return best, nil
}

// Tolerance is the mean of the columns' variances (of the population), by which
// scikit-learn scales its tol. The error is the context's.
func Tolerance(ctx context.Context, x points.Points) (float64, error) {
	sums := make([]float64, x.Chunks()*x.P)
	err := x.Each(ctx, func(chunk, from, to int) {
		sum := sums[chunk*x.P : (chunk+1)*x.P]
		for i := from; i < to; i++ {
			for j, v := range x.Row(i) {
				sum[j] += v / float64(x.N)
			}
		}
	})
	mean := make([]float64, x.P)
	for i, v := range sums {
		mean[i%x.P] += v
	}
	if err != nil {
		return 0, err
	}
	squares := make([]float64, x.Chunks())
	err = x.Each(ctx, func(chunk, from, to int) {
		for i := from; i < to; i++ {
			squares[chunk] += points.SquaredDistance(x.Row(i), mean)
		}
	})
	sum := 0.0
	for _, s := range squares {
		sum += s
	}
	return sum / float64(x.N) / float64(x.P), err
}

// rounding is how far a point may be from the mean of equal points, in squared
// parts of its length.
const rounding = 1e-18

// renewed is after how many iterations sums are added up anew, since adding and
// subtracting points leaves errors of rounding behind.
const renewed = 32

// run is one start.
//
// Each point has an upper bound of the distance to its own centre and lower ones
// of those to the others: one of all of them, and one for each group of centres.
// While the upper one is below a lower one, or below half the way from the own
// centre to the next, those centres need not be looked at. Bounds are kept as
// they were when they were calculated; what centres went since then is taken off
// when they are read.
type run struct {
	x points.Points
	k int
	c *Clustering
	// upper is the distance to the own centre less what that had gone by then;
	// lower that to any other, and what the farthest centre had gone by then.
	upper, lower []float64
	// groups is how many lower bounds by groups of centres a point has, and
	// bounds has them as lower does, point by point, rounded down.
	groups int
	bounds []float32
	// group is the group of each centre; that of number g begins with centre begin[g].
	group, begin []int
	// packed has the centres as nearest reads them.
	packed []float64
	// sums and sizes are of the points by label.
	sums  []float64
	sizes []int
	// half has half the distance of each centre to the nearest other one.
	half []float64
	// gone is how far each centre went so far, goneGroup how far at most one of
	// each group in each iteration, and goneMost of all.
	gone, goneGroup []float64
	goneMost        float64
	deltas          []delta
}

// delta is what one chunk of points changed in an iteration.
type delta struct {
	sums    []float64
	sizes   []int
	changed bool
}

func newRun(x points.Points, centres []float64) *run {
	k := len(centres) / x.P
	groups := min(k, max(8, x.P))
	r := &run{
		x: x, k: k, groups: groups, bounds: make([]float32, x.N*groups), c: &Clustering{Centres: centres, Labels: make([]int32, x.N)},
		upper: make([]float64, x.N), lower: make([]float64, x.N),
		packed: make([]float64, (k+3)/4*4*x.P),
		sums:   make([]float64, len(centres)), sizes: make([]int, k),
		gone: make([]float64, k), goneGroup: make([]float64, groups), half: make([]float64, k), deltas: make([]delta, x.Chunks()),
	}
	for centre := range k {
		r.group = append(r.group, centre*groups/k)
	}
	for g := range groups + 1 {
		r.begin = append(r.begin, (g*k+groups-1)/groups)
	}
	for i := range r.c.Labels {
		r.c.Labels[i] = -1
	}
	for i := range r.deltas {
		r.deltas[i] = delta{sums: make([]float64, len(centres)), sizes: make([]int, k)}
	}
	return r
}

func (r *run) centre(i int) []float64 { return r.c.Centres[i*r.x.P : (i+1)*r.x.P] }

// halfway is after how many iterations half of a start is taken to be done: how many
// there will be is not known, and of most data there are a few dozen.
const halfway = 16

func (r *run) lloyd(ctx context.Context, o Options, advance func(within float64)) (*Clustering, error) {
	c, settled := r.c, false
	for c.Iterations < o.Iterations {
		advance(float64(c.Iterations) / float64(c.Iterations+halfway))
		c.Iterations++
		changed, err := r.assign(ctx)
		if err != nil {
			return nil, err
		}
		if settled = !changed; settled {
			break
		}
		if c.Iterations%renewed == 0 {
			if err := r.sum(ctx); err != nil {
				return nil, err
			}
		}
		if r.move() <= o.Tol {
			break
		}
	}
	return c, r.finish(ctx, settled)
}

// finish makes the centres the exact means of their points, and measures.
func (r *run) finish(ctx context.Context, settled bool) error {
	c := r.c
	if err := r.sum(ctx); err != nil {
		return err
	}
	r.move()
	c.Formed = c.Labels
	if !settled {
		c.Formed = slices.Clone(c.Labels)
		if _, err := r.assign(ctx); err != nil {
			return err
		}
	}
	inertia, apart := make([]float64, len(r.deltas)), make([]int, len(r.deltas))
	origin := make([]float64, r.x.P)
	err := r.x.Each(ctx, func(chunk, from, to int) {
		for i := from; i < to; i++ {
			d := points.SquaredDistance(r.x.Row(i), r.centre(int(c.Labels[i])))
			inertia[chunk] += d
			if d > 0 && d > rounding*points.SquaredDistance(r.x.Row(i), origin) {
				apart[chunk]++
			}
		}
	})
	for chunk := range inertia {
		c.Inertia += inertia[chunk]
		c.Apart += apart[chunk]
	}
	return err
}

// assign finds the nearest centre of every point, and reports whether any point
// changed. It keeps sums and sizes up to date.
func (r *run) assign(ctx context.Context) (changed bool, err error) {
	r.pack()
	r.halve()
	err = r.x.Each(ctx, func(chunk, from, to int) { r.assignChunk(&r.deltas[chunk], from, to) })
	if err != nil {
		return false, err
	}
	for i := range r.deltas {
		d := &r.deltas[i]
		if !d.changed {
			continue
		}
		changed = true
		for j, v := range d.sums {
			r.sums[j] += v
		}
		for j, n := range d.sizes {
			r.sizes[j] += n
		}
		clear(d.sums)
		clear(d.sizes)
		d.changed = false
	}
	return changed, nil
}

func (r *run) assignChunk(d *delta, from, to int) {
	for i := from; i < to; i++ {
		label := r.c.Labels[i]
		found := label
		if label < 0 {
			found = r.first(i)
		} else if upper := r.upper[i] + r.gone[label]; upper*slack >= max(r.lower[i]-r.goneMost, r.half[label]) {
			found = r.again(i)
		}
		if found != label {
			r.relabel(d, i, found)
		}
	}
}

// relabel gives a point another centre.
func (r *run) relabel(d *delta, i int, to int32) {
	row, from := r.x.Row(i), r.c.Labels[i]
	r.c.Labels[i], d.changed = to, true
	d.sizes[to]++
	sum := d.sums[int(to)*r.x.P:]
	for j, v := range row {
		sum[j] += v
	}
	if from < 0 {
		return
	}
	d.sizes[from]--
	sum = d.sums[int(from)*r.x.P:]
	for j, v := range row {
		sum[j] -= v
	}
}

// pack lays four centres beside each other, number by number. Places that are
// left over are infinitely far away.
func (r *run) pack() {
	for i := range r.packed {
		r.packed[i] = math.Inf(1)
	}
	for c := range r.k {
		block := r.packed[c/4*4*r.x.P:]
		for j, v := range r.centre(c) {
			block[4*j+c%4] = v
		}
	}
}

// halve gives each centre half its distance to the nearest other one.
func (r *run) halve() {
	for a := range r.half {
		r.half[a] = math.Inf(1)
	}
	for a := range r.k {
		for b := range a {
			d := math.Sqrt(points.SquaredDistance(r.centre(a), r.centre(b))) / 2
			r.half[a], r.half[b] = min(r.half[a], d), min(r.half[b], d)
		}
	}
}

// sum adds up the points of each label anew.
func (r *run) sum(ctx context.Context) error {
	clear(r.sums)
	clear(r.sizes)
	err := r.x.Each(ctx, func(chunk, from, to int) {
		d := &r.deltas[chunk]
		for i := from; i < to; i++ {
			label := int(r.c.Labels[i])
			d.sizes[label]++
			sum := d.sums[label*r.x.P : (label+1)*r.x.P]
			for j, v := range r.x.Row(i) {
				sum[j] += v
			}
		}
	})
	for i := range r.deltas {
		d := &r.deltas[i]
		for j, v := range d.sums {
			r.sums[j] += v
		}
		for j, n := range d.sizes {
			r.sizes[j] += n
		}
		clear(d.sums)
		clear(d.sizes)
	}
	return err
}

// move puts every centre into the middle of its points and gives the squared
// distance that all went. A centre without points goes to the point that is
// farthest from its own centre, as in scikit-learn.
func (r *run) move() float64 {
	before := slices.Clone(r.c.Centres)
	taken := map[int]bool{}
	for label, size := range r.sizes {
		if size > 0 {
			for j, sum := range r.sums[label*r.x.P : (label+1)*r.x.P] {
				r.centre(label)[j] = sum / float64(size)
			}
		}
	}
	for label, size := range r.sizes {
		if size == 0 {
			at := r.farthest(before, taken)
			taken[at] = true
			copy(r.centre(label), r.x.Row(at))
		}
	}
	total, most, groups := 0.0, 0.0, make([]float64, r.groups)
	for label := range r.k {
		d := points.SquaredDistance(r.centre(label), before[label*r.x.P:(label+1)*r.x.P])
		went := math.Sqrt(d)
		r.gone[label] += went
		groups[r.group[label]] = max(groups[r.group[label]], went)
		most = max(most, went)
		total += d
	}
	r.goneMost += most
	for g, went := range groups {
		r.goneGroup[g] += went
	}
	return total
}

func (r *run) farthest(centres []float64, taken map[int]bool) int {
	at, most := 0, -1.0
	for i, label := range r.c.Labels {
		if d := points.SquaredDistance(r.x.Row(i), centres[int(label)*r.x.P:(int(label)+1)*r.x.P]); d > most && !taken[i] {
			at, most = i, d
		}
	}
	return at
}

// order numbers the groups by size, the largest first, and equal ones by their
// centres, so that equal results have equal numbers.
func (c *Clustering) order(p int) {
	k := len(c.Centres) / p
	sizes, old := make([]int, k), make([]int, k)
	for _, label := range c.Labels {
		sizes[label]++
	}
	for i := range old {
		old[i] = i
	}
	centre := func(i int) []float64 { return c.Centres[i*p : (i+1)*p] }
	slices.SortStableFunc(old, func(a, b int) int {
		if sizes[a] != sizes[b] {
			return sizes[b] - sizes[a]
		}
		return slices.Compare(centre(a), centre(b))
	})
	centres, renamed := make([]float64, 0, len(c.Centres)), make([]int32, k)
	for to, from := range old {
		centres = append(centres, centre(from)...)
		renamed[from] = int32(to)
	}
	c.Centres = centres
	rename := func(labels []int32) {
		for i, label := range labels {
			labels[i] = renamed[label]
		}
	}
	rename(c.Labels)
	if len(c.Formed) > 0 && &c.Formed[0] != &c.Labels[0] {
		rename(c.Formed)
	}
}
