// Package cart grows binary trees that divide rows by one feature at a time. It
// knows numbers only: packages tree and forest say what they are grown for.
//
// Source: Breiman, Friedman, Olshen and Stone, "Classification and Regression
// Trees" (1984).
package cart

import (
	"errors"
	"fmt"
	"math"

	"ddap/desktop-runner/internal/analyze/estimator"
)

// Tree is a tree as arrays with a place for each node; the root is the first, and
// children stand after their parent.
type Tree struct {
	// Feature is the column that an inner node looks at; -1 in a leaf.
	Feature []int32 `json:"feature"`
	// Threshold sends a row to the left where its number is not above it.
	Threshold []float64 `json:"threshold"`
	// Left and Right are the places of the children; -1 in a leaf.
	Left  []int32 `json:"left"`
	Right []int32 `json:"right"`
	// Value has Width numbers for each node: its mean, or the part that each class
	// has in it.
	Value []float64 `json:"value"`
	// Width is the number of classes, or 1 for a mean.
	Width int `json:"width"`
	// Rows are the different rows of each node; left out of what is kept where
	// nobody asks for them again.
	Rows []int64 `json:"n_node_samples,omitempty"`

	// weight and impurity of each node are there while it is grown.
	weight, impurity []float64
}

// Nodes is how many nodes there are.
func (t *Tree) Nodes() int { return len(t.Feature) }

// Leaves is how many of them are leaves.
func (t *Tree) Leaves() int {
	n := 0
	for _, f := range t.Feature {
		if f < 0 {
			n++
		}
	}
	return n
}

// Depth is the number of questions on the longest way to a leaf.
func (t *Tree) Depth() int {
	depth, most := make([]int, t.Nodes()), 0
	for i, f := range t.Feature {
		most = max(most, depth[i])
		if f >= 0 {
			depth[t.Left[i]], depth[t.Right[i]] = depth[i]+1, depth[i]+1
		}
	}
	return most
}

// At gives the value of one node.
func (t *Tree) At(node int) []float64 { return t.Value[node*t.Width : (node+1)*t.Width] }

// Leaf gives the place of the leaf that a row falls into.
func (t *Tree) Leaf(row []float64) int {
	at := int32(0)
	for t.Feature[at] >= 0 {
		if row[t.Feature[at]] <= t.Threshold[at] {
			at = t.Left[at]
		} else {
			at = t.Right[at]
		}
	}
	return int(at)
}

// mostFeatures bounds what a restored tree may claim to look at.
const mostFeatures = 1 << 20

// Check looks whether a tree that came from outside can be walked: children after
// their parents and each of one parent only, features below the given number,
// finite numbers, and, of classes, parts that add up to 1.
func (t *Tree) Check(features, width int) error {
	n := t.Nodes()
	if features < 0 || features > mostFeatures {
		return fmt.Errorf("has %d features", features)
	}
	if err := t.checkLengths(width); err != nil {
		return err
	}
	parents := make([]int8, n)
	for i := range n {
		if err := t.checkNode(i, features, parents); err != nil {
			return fmt.Errorf("node %d: %w", i, err)
		}
	}
	depth := make([]int, n)
	for i := range n {
		if i > 0 && parents[i] != 1 {
			return fmt.Errorf("node %d has no parent", i)
		}
		if depth[i] > deepest {
			return fmt.Errorf("is deeper than %d levels", deepest)
		}
		if t.Feature[i] >= 0 { // children come after their parents, see checkNode
			depth[t.Left[i]], depth[t.Right[i]] = depth[i]+1, depth[i]+1
		}
	}
	return nil
}

func (t *Tree) checkLengths(width int) error {
	n := t.Nodes()
	switch {
	case width < 1 || t.Width != width:
		return fmt.Errorf("has values of width %d, not %d", t.Width, width)
	case n == 0:
		return errors.New("has no nodes")
	case len(t.Threshold) != n || len(t.Left) != n || len(t.Right) != n || len(t.Value) != n*width:
		return errors.New("has arrays of different lengths")
	case t.Rows != nil && len(t.Rows) != n:
		return errors.New("has n_node_samples of another length")
	}
	return nil
}

func (t *Tree) checkNode(i, features int, parents []int8) error {
	if !finite(t.Threshold[i]) {
		return errors.New("threshold is not finite")
	}
	if err := checkValue(t.At(i)); err != nil {
		return err
	}
	if t.Feature[i] == -1 {
		if t.Left[i] != -1 || t.Right[i] != -1 {
			return errors.New("is a leaf with children")
		}
		return nil
	}
	if t.Feature[i] < 0 || int(t.Feature[i]) >= features {
		return fmt.Errorf("looks at feature %d of %d", t.Feature[i], features)
	}
	for _, child := range []int32{t.Left[i], t.Right[i]} {
		if int(child) <= i || int(child) >= t.Nodes() || parents[child] != 0 {
			return fmt.Errorf("has child %d", child)
		}
		parents[child] = 1
	}
	return nil
}

func checkValue(value []float64) error {
	sum := 0.0
	for _, v := range value {
		if !finite(v) || len(value) > 1 && (v < 0 || v > 1) {
			return errors.New("has a value out of range")
		}
		sum += v
	}
	if len(value) > 1 && math.Abs(sum-1) > 1e-6 {
		return errors.New("has probabilities that do not add up to 1")
	}
	return nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Importances gives for each feature the part of all decrease of impurity that
// its splits make, together 1, or all 0 of a tree that has none. It is for a tree
// that was grown, not restored.
func (t *Tree) Importances(features int) []float64 {
	out, total := make([]float64, features), 0.0
	for i, f := range t.Feature {
		if f < 0 {
			continue
		}
		l, r := t.Left[i], t.Right[i]
		gain := max(0, t.weight[i]*t.impurity[i]-t.weight[l]*t.impurity[l]-t.weight[r]*t.impurity[r])
		out[f] += gain
		total += gain
	}
	for j := range out {
		if total > 0 {
			out[j] /= total
		}
	}
	return out
}

// Gather copies rows from, from+1, … row by row into a buffer of whole rows.
func Gather(x estimator.Columns, from int, into []float64) {
	p := len(x)
	rows := len(into) / max(p, 1)
	for j, column := range x {
		for i, v := range column[from : from+rows] {
			into[i*p+j] = v
		}
	}
}
