package boosting

// sums of the gradients and hessians of a node's rows, and their number.
type sums struct {
	g, h float64
	n    int
}

// tiny keeps a division from being one by zero, as in scikit-learn.
const tiny = 1e-15

// leastHessian is scikit-learn's min_hessian_to_split.
const leastHessian = 1e-3

// value is the step that lowers the loss of the rows most (Newton's), without the
// learning rate.
func (s sums) value(l2 float64) float64 { return -s.g / (s.h + l2 + tiny) }

// lowers is twice what that step lowers the loss by. It is written so that it is
// rounded as in scikit-learn, where equally good splits are common.
func (s sums) lowers(l2 float64) float64 { return -(s.g * s.value(l2)) }

// split divides a node's rows into those whose code in a feature is at most bin,
// and the others.
type split struct {
	feature     int
	bin         uint8
	gain        float64
	left, right sums
}

// best finds the split of one feature that lowers the loss most, the first of
// equals; its gain is 0 where there is none. Blocked splits do not count.
func (g *grower) best(cells histogram, feature int, node sums, blocked map[[2]int]bool) split {
	out := split{feature: feature}
	least, unit := g.o.minSamplesLeaf, g.gradients.hessian == nil
	before := node.lowers(g.o.l2)
	if node.n == len(g.rows) {
		before = 0 // the root's, which no comparison needs, and scikit-learn leaves out
	}
	var left sums
	for bin := range cells[:len(cells)-1] {
		c := &cells[bin]
		if c.n == 0 {
			continue // as good as the split before it
		}
		left.n += int(c.n)
		left.g += c.g
		if left.h += c.h; unit {
			left.h = float64(left.n)
		}
		if left.n < least || left.h < leastHessian {
			continue
		}
		right := sums{node.g - left.g, node.h - left.h, node.n - left.n}
		if right.n < least || right.h < leastHessian {
			break
		}
		gain := left.lowers(g.o.l2) - before + right.lowers(g.o.l2)
		if gain > out.gain && !blocked[[2]int{feature, bin}] {
			out = split{feature, uint8(bin), gain, left, right}
		}
	}
	return out
}

// divide puts the rows that go left before the others, each in their order, and
// gives how many do. Scratch is as long as rows.
func divide(rows, scratch []int32, codes []uint8, bin uint8) int {
	left, right := 0, 0
	for _, row := range rows {
		// Writing to both and moving one on takes no branch to be guessed.
		rows[left], scratch[right] = row, row
		above := 0
		if codes[row] > bin {
			above = 1
		}
		right += above
		left += 1 - above
	}
	copy(rows[left:], scratch[:right])
	return left
}
