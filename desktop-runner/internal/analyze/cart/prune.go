package cart

// Prune gives the smallest tree that minimizes the sum of its leaves' impurities,
// each by its part of the weight, plus alpha for each leaf: the minimal
// cost-complexity pruning, in one pass from the leaves to the root.
func (t *Tree) Prune(alpha float64) *Tree {
	cost, cut := make([]float64, t.Nodes()), make([]bool, t.Nodes())
	for i := t.Nodes() - 1; i >= 0; i-- {
		cost[i] = t.weight[i]/t.weight[0]*t.impurity[i] + alpha
		if t.Feature[i] < 0 {
			continue
		}
		if below := cost[t.Left[i]] + cost[t.Right[i]]; below < cost[i] {
			cost[i] = below
		} else {
			cut[i] = true
		}
	}
	out := &Tree{Width: t.Width}
	t.copyInto(out, cut)
	return out
}

func (t *Tree) copyInto(out *Tree, cut []bool) {
	type step struct {
		node, parent int32
		left         bool
	}
	todo := []step{{parent: -1}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		at := int32(out.Nodes())
		leaf := t.Feature[s.node] < 0 || cut[s.node]
		out.add(t.At(int(s.node)), t.Rows[s.node], t.weight[s.node], t.impurity[s.node])
		switch {
		case s.parent < 0:
		case s.left:
			out.Left[s.parent] = at
		default:
			out.Right[s.parent] = at
		}
		if !leaf {
			out.Feature[at], out.Threshold[at] = t.Feature[s.node], t.Threshold[s.node]
			todo = append(todo, step{t.Right[s.node], at, false}, step{t.Left[s.node], at, true})
		}
	}
}

// add appends a leaf.
func (t *Tree) add(value []float64, rows int64, weight, impurity float64) {
	t.Feature, t.Threshold = append(t.Feature, -1), append(t.Threshold, 0)
	t.Left, t.Right = append(t.Left, -1), append(t.Right, -1)
	t.Value, t.Rows = append(t.Value, value...), append(t.Rows, rows)
	t.weight, t.impurity = append(t.weight, weight), append(t.impurity, impurity)
}
