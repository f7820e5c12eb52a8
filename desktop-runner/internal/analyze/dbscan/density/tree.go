// Package density finds groups where points lie close together, by a k-d tree. It
// knows numbers only.
package density

import (
	"context"
	"math"

	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/points"
)

// leafSize is how many points of p numbers a leaf has at most, unless they are all
// equal: of many numbers a box keeps few points apart, and asking it costs more
// than a point does. The factor was measured with 20,000 points of 20 numbers.
func leafSize(p int) int { return 16 * max(1, p/2) }

// node is a part of the points: those at [from, to) of the tree. A leaf has no
// left and right, which are 0, the root.
type node struct{ from, to, left, right int32 }

// Tree holds points in boxes within boxes. It is safe for concurrent use.
type Tree struct {
	p int
	// data has the points in the order of the tree, and index where each was.
	data  []float64
	index []int32
	nodes []node
	// boxes has for each node the smallest and then the largest number of each
	// column.
	boxes []float64
}

// NewTree makes a tree of points, which it copies. It takes about one and a
// quarter times as much memory as they do. The error is the context's.
func NewTree(ctx context.Context, x points.Points) (*Tree, error) {
	t := &Tree{p: x.P, index: make([]int32, x.N)}
	for i := range t.index {
		t.index[i] = int32(i)
	}
	t.grow(ctx, x, 0, x.N)
	t.data = make([]float64, len(x.Data))
	for at, i := range t.index {
		copy(t.data[at*x.P:(at+1)*x.P], x.Row(int(i)))
	}
	return t, ctx.Err()
}

func (t *Tree) n() int               { return len(t.index) }
func (t *Tree) row(at int) []float64 { return t.data[at*t.p : (at+1)*t.p : (at+1)*t.p] }

func (t *Tree) box(of int32) (low, high []float64) {
	box := t.boxes[int(of)*2*t.p : (int(of)+1)*2*t.p]
	return box[:t.p], box[t.p:]
}

// grow adds the node of some points and all below it. It divides at the median of
// the widest column.
func (t *Tree) grow(ctx context.Context, x points.Points, from, to int) int32 {
	at := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{from: int32(from), to: int32(to)})
	box := make([]float64, 2*t.p)
	low, high := box[:t.p], box[t.p:]
	copy(low, x.Row(int(t.index[from])))
	copy(high, low)
	for _, i := range t.index[from:to] {
		for j, v := range x.Row(int(i)) {
			low[j], high[j] = min(low[j], v), max(high[j], v)
		}
	}
	t.boxes = append(t.boxes, box...)
	widest := 0
	for j := range low {
		if high[j]-low[j] > high[widest]-low[widest] {
			widest = j
		}
	}
	if to-from <= leafSize(t.p) || high[widest] == low[widest] || ctx.Err() != nil {
		return at
	}
	middle := (from + to) / 2
	halve(x, widest, t.index[from:to], middle-from)
	left := t.grow(ctx, x, from, middle)
	right := t.grow(ctx, x, middle, to)
	t.nodes[at].left, t.nodes[at].right = left, right
	return at
}

// halve moves the points with the k smallest numbers of a column to the front.
func halve(x points.Points, column int, index []int32, k int) {
	value := func(at int) float64 { return x.Data[int(index[at])*x.P+column] }
	low, high := 0, len(index)-1
	for low < high {
		// The median of three keeps sorted data from being slow.
		a, b, c := value(low), value((low+high)/2), value(high)
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := low, high
		for i <= j {
			for value(i) < pivot {
				i++
			}
			for value(j) > pivot {
				j--
			}
			if i <= j {
				index[i], index[j] = index[j], index[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return
		}
	}
}

// distance gives the squared distance of two points, added up column by column
// as scikit-learn does; then what lies exactly at eps is decided alike, and no
// distance to a box is beyond one to a point in it by rounding.
func distance(a, b []float64) (sum float64) {
	b = b[:len(a)]
	for j, v := range a {
		d := v - b[j]
		sum += d * d
	}
	return sum
}

// within reports whether a distance is at most the limit, squared. It ends as soon
// as the sum is beyond it, which in many columns is early.
func within(a, b []float64, limit float64) bool {
	sum := 0.0
	b = b[:len(a)]
	for len(a) >= 4 {
		d, e, f, g := a[0]-b[0], a[1]-b[1], a[2]-b[2], a[3]-b[3]
		sum += d * d
		sum += e * e
		sum += f * f
		if sum += g * g; sum > limit {
			return false
		}
		a, b = a[4:], b[4:]
	}
	for j, v := range a {
		d := v - b[j]
		sum += d * d
	}
	return sum <= limit
}

// beyond reports whether all of a box is farther away than the limit, squared.
func beyond(row, low, high []float64, limit float64) bool {
	sum := 0.0
	low, high = low[:len(row)], high[:len(row)]
	for j, v := range row {
		if d := max(low[j]-v, v-high[j]); d > 0 {
			if sum += d * d; sum > limit {
				return true
			}
		}
	}
	return false
}

// nearest gives the squared distance of a point to the nearest place of a box.
func nearest(row, low, high []float64) (sum float64) {
	low, high = low[:len(row)], high[:len(row)]
	for j, v := range row {
		if d := max(low[j]-v, v-high[j]); d > 0 {
			sum += d * d
		}
	}
	return sum
}

// covered reports whether all of a box is at most the limit away, squared.
func covered(row, low, high []float64, limit float64) bool {
	sum := 0.0
	low, high = low[:len(row)], high[:len(row)]
	for j, v := range row {
		d := max(math.Abs(v-low[j]), math.Abs(high[j]-v))
		if sum += d * d; sum > limit {
			return false
		}
	}
	return true
}

// KDistances gives the distances of some points, at most so many and taken evenly
// in the order of the tree, to the k-th of their neighbors, themselves being the
// first; infinite where there are fewer points. The error is the context's.
func (t *Tree) KDistances(ctx context.Context, k, most int) ([]float64, error) {
	every := (t.n() + most - 1) / most
	out := make([]float64, (t.n()+every-1)/every)
	err := parallel.Each(ctx, parallel.Threads(0), len(out), func(i int) {
		found := make([]float64, k)
		for j := range found {
			found[j] = math.Inf(1)
		}
		t.neighbors(ctx, 0, t.row(i*every), found)
		out[i] = math.Sqrt(found[k-1])
	})
	return out, err
}

// neighbors puts smaller squared distances into found, which is sorted.
func (t *Tree) neighbors(ctx context.Context, at int32, row, found []float64) {
	n := t.nodes[at]
	if n.left == 0 {
		for i := n.from; i < n.to; i++ {
			j := len(found) - 1
			if !within(row, t.row(int(i)), found[j]) {
				continue
			}
			d := distance(row, t.row(int(i)))
			for ; j > 0 && found[j-1] > d; j-- {
				found[j] = found[j-1]
			}
			found[j] = d
		}
		return
	}
	first, second := n.left, n.right
	a, b := t.away(first, row), t.away(second, row)
	if b < a {
		first, second, a, b = second, first, b, a
	}
	last := len(found) - 1
	if a < found[last] {
		t.neighbors(ctx, first, row, found)
	}
	if b < found[last] && ctx.Err() == nil {
		t.neighbors(ctx, second, row, found)
	}
}

func (t *Tree) away(at int32, row []float64) float64 {
	low, high := t.box(at)
	return nearest(row, low, high)
}
