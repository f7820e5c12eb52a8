package boosting

import (
	"context"

	"ddap/desktop-runner/internal/analyze/binning"
	"ddap/desktop-runner/internal/analyze/parallel"
)

// growing says how trees are to be grown.
type growing struct {
	maxDepth, minSamplesLeaf, threads int
	l2, learningRate                  float64
	// policy is nil where single rows may show.
	policy *policy
}

const (
	// keptCells bounds the histograms that are kept for nodes that wait to be split:
	// 192 MiB. Others are added up again.
	keptCells = 8 << 20
	// shareable is how many steps of work are worth to be shared among goroutines.
	shareable = 1 << 14
	// divideRows is how many rows are divided at a time.
	divideRows = 1 << 15
	// triedSplits is how many splits the policy may refuse before a node is a leaf.
	triedSplits = 64
)

// grower grows trees one after another of the same rows.
type grower struct {
	o         growing
	m         *binning.Matrix
	layout    layout
	gradients gradients
	// rows are those learned from, in the order of the tree's leaves after a tree
	// was grown; whole says that they are all rows of the matrix.
	all, rows, scratch []int32
	whole              bool
	gathered           gradients
	pool               []histogram
	kept               int
	bests              [2][]split
	// target is what the policy judges leaves by.
	target *target
	// gain is the sum of the gains of the splits by each feature.
	gain []float64
}

// newGrower takes the rows to learn from; nil are all.
func newGrower(m *binning.Matrix, rows []int32, total int, o growing) *grower {
	g := &grower{o: o, m: m, layout: newLayout(m.Edges), all: rows, whole: rows == nil, gain: make([]float64, len(m.Edges))}
	if g.whole {
		g.all = make([]int32, total)
		for i := range g.all {
			g.all[i] = int32(i)
		}
	}
	n := len(g.all)
	g.rows, g.scratch = make([]int32, n), make([]int32, n)
	g.gathered = gradients{make([]float32, n), make([]float32, n)}
	g.bests = [2][]split{make([]split, len(m.Edges)), make([]split, len(m.Edges))}
	return g
}

// node is a part of the rows while a tree grows.
type node struct {
	// at is its place in the tree, and rows[from:to] are its rows.
	at, from, to, depth int
	sums                sums
	split               split
	// cells is nil where it was not kept.
	cells histogram
}

// leaf is rows[from:to] of the grower, whose value a tree has at a place.
type leaf struct{ at, from, to int }

// grow grows a tree by gradients, always splitting the leaf that lowers the loss
// most. The leaves' rows are valid until the next call. The error is the
// context's.
func (g *grower) grow(ctx context.Context, gs gradients, maxLeafNodes int) (*tree, []leaf, error) {
	copy(g.rows, g.all)
	g.gradients = gs
	t := newTree()
	root := &node{to: len(g.rows), sums: g.sum()}
	var waiting, done []*node
	if g.splittable(root) {
		g.look(ctx, root, nil, nil)
	}
	leaves := 1
	if root.split.gain > 0 && maxLeafNodes > 1 {
		waiting = append(waiting, root)
		g.keep(root)
	} else {
		done = append(done, root)
		g.release(root)
	}
	for len(waiting) > 0 && leaves < maxLeafNodes {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		var n *node
		if n, waiting = first(waiting); n.cells != nil {
			g.kept--
		}
		left, right := g.part(ctx, t, n)
		leaves++
		g.children(ctx, n, left, right, leaves < maxLeafNodes)
		for _, child := range []*node{left, right} {
			if child.split.gain > 0 {
				waiting = append(waiting, child)
				g.keep(child)
			} else {
				done = append(done, child)
				g.release(child)
			}
		}
	}
	for _, n := range waiting {
		g.release(n)
	}
	g.kept, done = 0, append(done, waiting...)
	out := make([]leaf, len(done))
	for i, n := range done {
		if len(done) > 1 { // a tree without a split says nothing, as in scikit-learn
			t.Value[n.at] = g.value(n.sums)
		}
		out[i] = leaf{n.at, n.from, n.to}
	}
	return t, out, ctx.Err()
}

func (g *grower) value(s sums) float64 {
	if g.o.policy != nil {
		s.g = g.o.policy.round(s.g)
		return g.o.policy.coarse(s.value(g.o.l2)) * g.o.learningRate
	}
	return s.value(g.o.l2) * g.o.learningRate
}

// first takes the node with the largest gain, the earliest of equals.
func first(waiting []*node) (most *node, others []*node) {
	at := 0
	for i, n := range waiting {
		if n.split.gain > waiting[at].split.gain {
			at = i
		}
	}
	most = waiting[at]
	return most, append(waiting[:at], waiting[at+1:]...)
}

func (g *grower) sum() sums {
	out := sums{n: len(g.rows)}
	for _, row := range g.rows {
		out.g += float64(g.gradients.gradient[row])
		if g.gradients.hessian != nil {
			out.h += float64(g.gradients.hessian[row])
		}
	}
	if g.gradients.hessian == nil {
		out.h = float64(out.n)
	}
	return out
}

func (g *grower) splittable(n *node) bool {
	return n.to-n.from >= 2*g.o.minSamplesLeaf && n.sums.h >= leastHessian && (g.o.maxDepth == 0 || n.depth < g.o.maxDepth)
}

// part divides a node's rows by its split.
func (g *grower) part(ctx context.Context, t *tree, n *node) (left, right *node) {
	s := n.split
	middle := n.from + g.divide(ctx, n.from, n.to, g.m.Codes[s.feature], s.bin)
	at := t.grow(n.at, s.feature, s.bin, g.m.Edges[s.feature][s.bin])
	g.gain[s.feature] += s.gain
	if n.at == 0 {
		g.gain[s.feature] -= n.sums.lowers(g.o.l2)
	}
	left = &node{at: at, from: n.from, to: middle, depth: n.depth + 1, sums: s.left}
	right = &node{at: at + 1, from: middle, to: n.to, depth: n.depth + 1, sums: s.right}
	return left, right
}

// divide puts those of rows[from:to] first whose code is at most bin, and gives
// how many they are.
func (g *grower) divide(ctx context.Context, from, to int, codes []uint8, bin uint8) int {
	rows, scratch := g.rows[from:to], g.scratch[from:to]
	chunks := parallel.Chunks(len(rows), divideRows)
	if chunks < 2 || g.o.threads < 2 {
		return divide(rows, scratch, codes, bin)
	}
	lefts := make([]int, chunks)
	_ = parallel.Each(ctx, g.o.threads, chunks, func(chunk int) { // grow looks at ctx
		a, b := parallel.Chunk(len(rows), divideRows, chunk)
		lefts[chunk] = divide(rows[a:b], scratch[a:b], codes, bin)
	})
	copy(scratch, rows)
	left := 0
	for _, n := range lefts {
		left += n
	}
	toLeft, toRight := 0, left
	for chunk, n := range lefts {
		a, b := parallel.Chunk(len(rows), divideRows, chunk)
		toLeft += copy(rows[toLeft:], scratch[a:a+n])
		toRight += copy(rows[toRight:], scratch[a+n:b])
	}
	return left
}

// children finds the best splits of the two parts of a node, and gives its
// histogram away.
func (g *grower) children(ctx context.Context, parent, left, right *node, more bool) {
	small, large := right, left
	if left.to-left.from < right.to-right.from {
		small, large = left, right
	}
	switch {
	case !more || !g.splittable(large) && !g.splittable(small):
		g.release(parent)
	case parent.cells == nil || !g.splittable(large):
		g.release(parent)
		for _, n := range []*node{left, right} {
			if g.splittable(n) {
				g.look(ctx, n, nil, nil)
			}
		}
	default: // a smaller one that is too small has no split that best takes
		cells := parent.cells
		parent.cells = nil
		g.look(ctx, large, cells, small)
	}
}

// look finds the best split of a node. With the histogram of its parent, and its
// smaller sibling, it looks at both: the sibling's histogram is added up, and the
// node's is what remains.
func (g *grower) look(ctx context.Context, n *node, parent histogram, sibling *node) {
	summed := n
	if sibling != nil {
		summed = sibling
	}
	summed.cells = g.take()
	rows := g.rows[summed.from:summed.to]
	gs := g.gradients
	if len(rows) == len(g.rows) && g.whole {
		rows = nil
	} else {
		gs = g.gradients.gathered(ctx, g.o.threads, rows, g.gathered)
	}
	if sibling != nil {
		n.cells = parent
	}
	features := len(g.m.Edges)
	work := (summed.to-summed.from)*features + 2*len(summed.cells)
	g.each(ctx, features, work, func(j int) {
		fill(g.layout.of(summed.cells, j), g.m.Codes[j], rows, gs)
		g.bests[0][j] = g.best(g.layout.of(summed.cells, j), j, summed.sums, nil)
		if sibling != nil {
			subtract(g.layout.of(n.cells, j), g.layout.of(summed.cells, j))
			g.bests[1][j] = g.best(g.layout.of(n.cells, j), j, n.sums, nil)
		}
	})
	summed.split = g.chosen(ctx, summed, g.bests[0])
	if sibling != nil {
		n.split = g.chosen(ctx, n, g.bests[1])
	}
}

// each does something for every feature, shared among goroutines if it is worth it.
func (g *grower) each(ctx context.Context, features, work int, do func(feature int)) {
	if work < shareable || g.o.threads < 2 {
		for j := range features {
			do(j)
		}
		return
	}
	block := max(1, features/(4*g.o.threads))
	_ = parallel.Each(ctx, g.o.threads, parallel.Chunks(features, block), func(chunk int) { // grow looks at ctx
		from, to := parallel.Chunk(features, block, chunk)
		for j := from; j < to; j++ {
			do(j)
		}
	})
}

// chosen is the best of the features' splits, the first of equals, that the
// policy lets pass.
func (g *grower) chosen(ctx context.Context, n *node, bests []split) split {
	if ctx.Err() != nil {
		return split{}
	}
	var blocked map[[2]int]bool
	for range triedSplits {
		var out split
		for _, s := range bests {
			if s.gain > out.gain {
				out = s
			}
		}
		if g.o.policy == nil || out.gain <= 0 || g.target.allows(g.rows[n.from:n.to], g.m.Codes[out.feature], out.bin) {
			return out
		}
		if ctx.Err() != nil {
			break
		}
		if blocked == nil {
			blocked = map[[2]int]bool{}
		}
		blocked[[2]int{out.feature, int(out.bin)}] = true
		bests[out.feature] = g.best(g.layout.of(n.cells, out.feature), out.feature, n.sums, blocked)
	}
	return split{}
}

func (g *grower) take() histogram {
	if last := len(g.pool) - 1; last >= 0 {
		h := g.pool[last]
		g.pool = g.pool[:last]
		return h
	}
	return make(histogram, g.layout[len(g.layout)-1])
}

// keep keeps a waiting node's histogram, if there is room.
func (g *grower) keep(n *node) {
	if n.cells == nil {
		return
	}
	if (g.kept+1)*len(n.cells) > keptCells {
		g.release(n)
		return
	}
	g.kept++
}

func (g *grower) release(n *node) {
	if n.cells != nil {
		g.pool = append(g.pool, n.cells)
		n.cells = nil
	}
}
