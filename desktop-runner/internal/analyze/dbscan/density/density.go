package density

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync/atomic"

	"ddap/desktop-runner/internal/analyze/parallel"
)

// Groups are what points were divided into.
type Groups struct {
	// Labels has the group of each point, from 0 to K-1, or -1 for noise. Groups
	// are in the order of their first point of the core, as scikit-learn's are.
	Labels []int32
	K      int
	// Core counts the points with enough neighbors, from which groups grow.
	Core int
}

// chunk is how many points one goroutine takes at a time.
const chunk = 256

// Cluster finds the groups: points that have minSamples points within eps, with
// themselves, are the core; those of the core within eps of each other are one
// group; a point that is not of the core belongs to the first group of which one
// is within eps, or is noise. It holds no neighbors, and takes 12 bytes for each
// point and 5 for each box beside the tree. The result is the same on any number
// of processors. The error is the context's.
//
// Source: Ester and others, "A density-based algorithm for discovering clusters"
// (1996).
func (t *Tree) Cluster(ctx context.Context, eps float64, minSamples int, advance func(fraction float64)) (*Groups, error) {
	c := &clustering{
		Tree: t, limit: eps * eps, need: minSamples,
		core: make([]bool, t.n()), parent: make([]atomic.Int32, t.n()),
		tight: make([]bool, len(t.nodes)), member: make([]int32, len(t.nodes)),
	}
	for i := range c.parent {
		c.parent[i].Store(int32(i))
	}
	c.tighten(0)
	var done atomic.Int64
	pass := func(do func(at int32)) error {
		return parallel.Each(ctx, parallel.Threads(0), (t.n()+chunk-1)/chunk, func(i int) {
			for at := i * chunk; at < min((i+1)*chunk, t.n()) && ctx.Err() == nil; at++ {
				do(int32(at))
			}
			if n := done.Add(1); n%64 == 0 {
				advance(float64(n) * chunk / float64(3*t.n()+3*chunk))
			}
		})
	}
	if err := pass(func(at int32) {
		if !c.core[at] {
			c.core[at] = c.count(0, c.row(int(at)), 0) >= c.need
		}
	}); err != nil {
		return nil, err
	}
	c.represent()
	if err := pass(func(at int32) {
		if c.core[at] {
			c.join(0, at)
		}
	}); err != nil {
		return nil, err
	}
	ranks, k, core := c.rank()
	out := &Groups{Labels: make([]int32, t.n()), K: k, Core: core}
	err := pass(func(at int32) {
		label := int32(math.MaxInt32)
		if c.core[at] {
			label = ranks[c.find(at)]
		} else {
			c.border(0, c.row(int(at)), ranks, &label)
		}
		if label == math.MaxInt32 {
			label = -1
		}
		out.Labels[t.index[at]] = label
	})
	return out, err
}

// clustering is a tree whose points are being divided.
type clustering struct {
	*Tree

	// limit is eps squared.
	limit float64
	need  int
	core  []bool
	// parent leads from a point of the core to another of its group, and at last
	// to itself.
	parent []atomic.Int32
	// tight marks boxes in which each two points are neighbors, but not those
	// within them; member has one of their points that is of the core, or -1.
	tight  []bool
	member []int32
}

// tighten marks the tight boxes. With enough points in one, all of them are core.
func (c *clustering) tighten(at int32) {
	n := c.nodes[at]
	low, high := c.box(at)
	switch {
	case distance(low, high) <= c.limit:
		c.tight[at] = true
		if int(n.to-n.from) >= c.need {
			for i := n.from; i < n.to; i++ {
				c.core[i] = true
			}
		}
	case n.left != 0:
		c.tighten(n.left)
		c.tighten(n.right)
	}
}

// count adds the points within eps of a row, and ends when they suffice.
func (c *clustering) count(at int32, row []float64, found int) int {
	low, high := c.box(at)
	if beyond(row, low, high, c.limit) {
		return found
	}
	n := c.nodes[at]
	if covered(row, low, high, c.limit) {
		return found + int(n.to-n.from)
	}
	if n.left == 0 {
		for i := n.from; i < n.to && found < c.need; i++ {
			if within(row, c.row(int(i)), c.limit) {
				found++
			}
		}
		return found
	}
	if found = c.count(n.left, row, found); found < c.need {
		found = c.count(n.right, row, found)
	}
	return found
}

// represent joins the core of each tight box.
func (c *clustering) represent() {
	for at, n := range c.nodes {
		if c.member[at] = -1; !c.tight[at] {
			continue
		}
		for i := n.from; i < n.to; i++ {
			if !c.core[i] {
				continue
			}
			if c.member[at] < 0 {
				c.member[at] = i
			}
			c.unite(c.member[at], i)
		}
	}
}

// join unites a point of the core with those within eps. Of two that are in no
// tight box, the later one does it.
func (c *clustering) join(at, point int32) {
	row := c.row(int(point))
	low, high := c.box(at)
	if beyond(row, low, high, c.limit) {
		return
	}
	n := c.nodes[at]
	switch {
	case c.tight[at]:
		if c.member[at] >= 0 && c.find(c.member[at]) != c.find(point) && c.coreWithin(n, row) {
			c.unite(c.member[at], point)
		}
	case n.left == 0:
		for i := n.from; i < min(n.to, point); i++ {
			if c.core[i] && within(row, c.row(int(i)), c.limit) {
				c.unite(i, point)
			}
		}
	default:
		c.join(n.left, point)
		c.join(n.right, point)
	}
}

func (c *clustering) coreWithin(n node, row []float64) bool {
	for i := n.from; i < n.to; i++ {
		if c.core[i] && within(row, c.row(int(i)), c.limit) {
			return true
		}
	}
	return false
}

// border finds the first group with a point of the core within eps of a row.
func (c *clustering) border(at int32, row []float64, ranks []int32, label *int32) {
	low, high := c.box(at)
	if beyond(row, low, high, c.limit) {
		return
	}
	n := c.nodes[at]
	switch {
	case c.tight[at]:
		if c.member[at] < 0 {
			return
		}
		if rank := ranks[c.find(c.member[at])]; rank < *label && c.coreWithin(n, row) {
			*label = rank
		}
	case n.left == 0:
		for i := n.from; i < n.to; i++ {
			if !c.core[i] {
				continue
			}
			if rank := ranks[c.find(i)]; rank < *label && within(row, c.row(int(i)), c.limit) {
				*label = rank
			}
		}
	default:
		c.border(n.left, row, ranks, label)
		c.border(n.right, row, ranks, label)
	}
}

// find gives the point that stands for the group of another, and shortens the way
// to it. It and unite may run at the same time: a point only ever leads to one
// before it, so that there is no circle, and in the end one stands for all.
func (c *clustering) find(at int32) int32 {
	for {
		parent := c.parent[at].Load()
		if parent == at {
			return at
		}
		above := c.parent[parent].Load()
		c.parent[at].CompareAndSwap(parent, above)
		at = above
	}
}

func (c *clustering) unite(a, b int32) {
	for {
		a, b = c.find(a), c.find(b)
		if a == b {
			return
		}
		if c.parent[max(a, b)].CompareAndSwap(max(a, b), min(a, b)) {
			return
		}
	}
}

// rank numbers the groups by the first of their core in the order of the rows.
func (c *clustering) rank() (ranks []int32, k, core int) {
	first, roots := make([]int32, c.n()), []int32{}
	for at := range c.core {
		if !c.core[at] {
			continue
		}
		core++
		root := c.find(int32(at))
		if root == int32(at) {
			roots, first[root] = append(roots, root), c.index[at]
		}
		first[root] = min(first[root], c.index[at])
	}
	slices.SortFunc(roots, func(a, b int32) int { return cmp.Compare(first[a], first[b]) })
	for rank, root := range roots {
		first[root] = int32(rank)
	}
	return first, len(roots), core
}
