package cart

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"ddap/desktop-runner/internal/analyze/varied"
)

// Criterion is what a split is judged by.
type Criterion int

// The criteria. Of LogLoss there is none: it is Entropy.
const (
	SquaredError Criterion = iota
	Gini
	Entropy
)

// Options say how a tree is grown. The names are scikit-learn's.
type Options struct {
	Criterion Criterion
	// Classes is 0 for a number.
	Classes int
	// MaxDepth is unlimited where it is 0.
	MaxDepth, MinSamplesSplit, MinSamplesLeaf int
	MinImpurityDecrease                       float64
	// MaxFeatures is how many features each node looks at; more until one of them
	// varies there.
	MaxFeatures int
	// MinRows above 1 refuses splits after which a class has fewer rows on one side,
	// but some, or after which fewer differ from a side's most frequent answer.
	MinRows int
	Seed    uint64
	Threads int
}

// Grow grows a tree on the rows whose weight is not zero. The same options give
// the same tree on any number of threads. Beside the codes it takes 20 bytes for
// each row, and 24 more for each thread. It ends soon after ctx, with its error.
func Grow(ctx context.Context, x []Coded, y, weights []float64, o Options) (*Tree, error) {
	g := &grower{ctx: ctx, x: x, y: y, w: weights, o: o}
	rows := make([]int32, 0, len(y))
	for i := range y {
		if weights == nil || weights[i] != 0 {
			rows = append(rows, int32(i))
		}
	}
	g.width = max(1, o.Classes)
	g.free.Store(int64(max(1, o.Threads) - 1))
	g.center(rows)
	all := g.sum(rows)
	g.total = all.w
	root := &node{}
	g.grow(root, rows, 0, o.Seed, newScratch(g, len(rows)))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := flatten(root, g.width)
	if o.Classes == 0 {
		for i := range t.Value {
			t.Value[i] += g.mean
		}
	}
	return t, nil
}

// center subtracts the mean of numbers, which else would drown their squares.
func (g *grower) center(rows []int32) {
	if g.o.Classes > 0 {
		return
	}
	for _, row := range rows {
		g.mean += g.y[row] / float64(len(rows))
	}
	centered := make([]float64, len(g.y))
	for i, v := range g.y {
		centered[i] = v - g.mean
	}
	g.y = centered
}

type grower struct {
	ctx   context.Context //nolint:containedctx // lives as long as one call of Grow, and each node asks for it
	x     []Coded
	y, w  []float64
	o     Options
	width int
	// mean was subtracted from numbers.
	mean, total float64
	// free counts the goroutines that may still be started.
	free atomic.Int64
}

type node struct {
	feature          int32
	threshold        float64
	left, right      *node
	value            []float64
	rows             int64
	weight, impurity float64
}

// side sums up some rows: of classes, the weight of each; of numbers, weight, sum
// and sum of squares.
type side struct {
	rows int64
	sums []float64
	// counts are the rows of each class.
	counts []int64
	w      float64
	// same is known of whole nodes only: all answers are equal.
	same bool
}

func (g *grower) newSide() side {
	if g.o.Classes == 0 {
		return side{sums: make([]float64, 2)}
	}
	return side{sums: make([]float64, g.width), counts: make([]int64, g.width)}
}

func (g *grower) put(s *side, row int32) {
	w := 1.0
	if g.w != nil {
		w = g.w[row]
	}
	s.rows++
	s.w += w
	y := g.y[row]
	if g.o.Classes == 0 {
		s.sums[0] += w * y
		s.sums[1] += w * y * y
		return
	}
	s.sums[int(y)] += w
	s.counts[int(y)]++
}

func (g *grower) sum(rows []int32) side {
	s := g.newSide()
	s.same = true
	for _, row := range rows {
		g.put(&s, row)
		s.same = s.same && g.y[row] == g.y[rows[0]]
	}
	return s
}

func (g *grower) value(s *side) []float64 {
	if g.o.Classes == 0 {
		return []float64{s.sums[0] / s.w}
	}
	out := make([]float64, g.width)
	for k := range out {
		out[k] = s.sums[k] / s.w
	}
	return out
}

func (g *grower) impurity(s *side) float64 {
	if s.same {
		return 0
	}
	out := 0.0
	switch g.o.Criterion {
	case SquaredError:
		mean := s.sums[0] / s.w
		return max(0, s.sums[1]/s.w-mean*mean)
	case Gini:
		for _, v := range s.sums {
			out += (v / s.w) * (v / s.w)
		}
		return 1 - out
	default:
		for _, v := range s.sums {
			if v > 0 {
				out -= v / s.w * math.Log2(v/s.w)
			}
		}
		return out
	}
}

// worth is larger the less impurity there is in a side of such weight; the sum of
// two sides is compared between splits of one node.
func (g *grower) worth(s *side) float64 {
	switch g.o.Criterion {
	case SquaredError:
		return s.sums[0] * s.sums[0] / s.w
	case Gini:
		out := 0.0
		for _, v := range s.sums {
			out += v * v
		}
		return out / s.w
	default:
		return -s.w * g.impurity(s)
	}
}

// apart is how many rows a subtree must have to be worth a goroutine of its own.
const apart = 4096

func (g *grower) grow(n *node, rows []int32, depth int, seed uint64, sc *scratch) {
	if g.ctx.Err() != nil {
		return
	}
	all := g.sum(rows)
	n.feature, n.rows, n.weight = -1, all.rows, all.w
	n.value, n.impurity = g.value(&all), g.impurity(&all)
	if g.ends(n, depth) {
		return
	}
	best := g.search(rows, &all, seed, sc)
	if best.feature < 0 {
		return
	}
	middle := sc.partition(g.x[best.feature].code, rows, best.code)
	left, right := rows[:middle], rows[middle:]
	if !g.keeps(n, left, right) {
		return
	}
	n.feature, n.threshold = int32(best.feature), best.threshold
	n.left, n.right = &node{}, &node{}
	ls, rs := mix(seed, 1), mix(seed, 2)
	if len(left) > apart && len(right) > apart && g.free.Add(-1) >= 0 {
		var wait sync.WaitGroup
		wait.Go(func() { g.grow(n.left, left, depth+1, ls, newScratch(g, len(left))) })
		g.grow(n.right, right, depth+1, rs, sc)
		wait.Wait()
		g.free.Add(1)
		return
	} else if len(left) > apart && len(right) > apart {
		g.free.Add(1)
	}
	g.grow(n.left, left, depth+1, ls, sc)
	g.grow(n.right, right, depth+1, rs, sc)
}

// tiny is the impurity that is none, as in scikit-learn.
const tiny = 2.220446049250313e-16

// deepest bounds the recursion.
const deepest = 10_000

func (g *grower) ends(n *node, depth int) bool {
	return n.rows < int64(g.o.MinSamplesSplit) || n.rows < 2*int64(g.o.MinSamplesLeaf) || n.rows < 2 ||
		n.impurity <= tiny || depth >= deepest || g.o.MaxDepth > 0 && depth >= g.o.MaxDepth
}

// keeps judges what is asked of a split once, and not of each that is tried.
func (g *grower) keeps(n *node, left, right []int32) bool {
	l, r := g.sum(left), g.sum(right)
	gain := (n.weight*n.impurity - l.w*g.impurity(&l) - r.w*g.impurity(&r)) / g.total
	if gain+tiny < g.o.MinImpurityDecrease {
		return false
	}
	return g.o.MinRows <= 1 || g.o.Classes > 0 || g.tellsNone(left) && g.tellsNone(right)
}

func (g *grower) tellsNone(rows []int32) bool {
	values := make([]float64, len(rows))
	for i, row := range rows {
		values[i] = g.y[row]
	}
	v := varied.Count(values)
	return v == 0 || v >= int64(g.o.MinRows)
}

type split struct {
	feature   int
	code      uint32
	threshold float64
	worth     float64
}

// search tries the splits of a node at the features that are drawn for it. Of
// equal ones that of the first feature, or the lowest threshold, is taken; where
// all features are looked at, they are in their order.
func (g *grower) search(rows []int32, all *side, seed uint64, sc *scratch) split {
	best := split{feature: -1, worth: math.Inf(-1)}
	p := len(g.x)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // reproducible on purpose
	for j := range p {
		sc.order[j] = j
	}
	varies := false
	for visited := range p {
		if visited >= g.o.MaxFeatures && varies || g.ctx.Err() != nil {
			break
		}
		if g.o.MaxFeatures < p {
			other := visited + random.IntN(p-visited)
			sc.order[visited], sc.order[other] = sc.order[other], sc.order[visited]
		}
		j := sc.order[visited]
		if g.try(j, rows, all, sc, &best) {
			varies = true
		}
	}
	return best
}

// try looks at one feature, and tells whether it varies.
func (g *grower) try(j int, rows []int32, all *side, sc *scratch, best *split) bool {
	bins := max(len(g.x[j].high), len(g.x[j].edges)+1)
	if bins < 2 {
		return false
	}
	if bins <= MostBins {
		sc.count(g, g.x[j].code, rows)
	} else {
		sc.sort(g, g.x[j].code, rows, bins)
	}
	if len(sc.codes) < 2 {
		return false
	}
	g.scan(j, all, sc, best)
	return true
}

// scan moves the bound between left and right over the bins of a node.
func (g *grower) scan(j int, all *side, sc *scratch, best *split) {
	left, right := &sc.left, &sc.right
	left.reset()
	right.set(all)
	for k := range len(sc.codes) - 1 {
		sc.move(k, left, right)
		if left.rows < int64(g.o.MinSamplesLeaf) || right.rows < int64(g.o.MinSamplesLeaf) || left.w <= 0 || right.w <= 0 {
			continue
		}
		worth := g.worth(left) + g.worth(right)
		if worth <= best.worth || !left.fewNone(g.o.MinRows) || !right.fewNone(g.o.MinRows) {
			continue
		}
		*best = split{j, sc.codes[k], g.x[j].threshold(sc.codes[k], sc.codes[k+1]), worth}
	}
}

func (s *side) reset() {
	s.rows, s.w = 0, 0
	clear(s.sums)
	clear(s.counts)
}

func (s *side) set(from *side) {
	s.rows, s.w = from.rows, from.w
	copy(s.sums, from.sums)
	copy(s.counts, from.counts)
}

// fewNone reports whether every class has no rows or enough of them.
func (s *side) fewNone(least int) bool {
	return least <= 1 || !slices.ContainsFunc(s.counts, func(n int64) bool { return n > 0 && n < int64(least) })
}

// mix gives children seeds of their own (Steele, Lea and Flood, "Fast Splittable
// Pseudorandom Number Generators", 2014).
func mix(seed, child uint64) uint64 {
	z := seed + child*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// flatten puts nodes into arrays, a parent before its children, and these left
// before right.
func flatten(root *node, width int) *Tree {
	t := &Tree{Width: width}
	type step struct {
		n      *node
		parent int32
		left   bool
	}
	todo := []step{{root, -1, false}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		at := int32(t.Nodes())
		t.add(s.n.value, s.n.rows, s.n.weight, s.n.impurity)
		if s.parent >= 0 && s.left {
			t.Left[s.parent] = at
		} else if s.parent >= 0 {
			t.Right[s.parent] = at
		}
		if s.n.feature >= 0 {
			t.Feature[at], t.Threshold[at] = s.n.feature, s.n.threshold
			todo = append(todo, step{s.n.right, at, false}, step{s.n.left, at, true})
		}
	}
	return t
}
