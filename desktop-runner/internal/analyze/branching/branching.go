// Package branching judges trees that come from a file, before anything walks them.
package branching

import "fmt"

// Check looks at a tree whose nodes are numbered, 0 being the root: feature says
// what a node asks for, or -1 where it is a leaf, and left which node its left
// child is, after which the right one stands. Each node but the root must be the
// child of exactly one that stands before it, so that every walk ends, after at
// most deepest steps.
func Check(features, deepest int, feature, left []int32) error {
	n := len(feature)
	if n == 0 || len(left) != n {
		return fmt.Errorf("it has %d nodes with %d children", n, len(left))
	}
	found, depth := 1, make([]int, n+1)
	for i, f := range feature {
		if f == -1 {
			continue
		}
		child := int(left[i])
		if f < 0 || int(f) >= features {
			return fmt.Errorf("node %d asks for no feature", i)
		}
		if child <= i || child >= n-1 || depth[child] > 0 || depth[child+1] > 0 || depth[i] >= deepest {
			return fmt.Errorf("node %d leads nowhere", i)
		}
		depth[child], depth[child+1] = depth[i]+1, depth[i]+1
		found += 2
	}
	if found != n {
		return fmt.Errorf("%d nodes are nobody's children", n-found)
	}
	return nil
}
