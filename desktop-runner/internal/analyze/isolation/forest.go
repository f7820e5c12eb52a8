// Package isolation is the model isolation_forest: it finds rows that are unlike
// the others, which few random splits set apart.
package isolation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"ddap/desktop-runner/internal/analyze/branching"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// Forest is random trees. Its JSON is what Restore reads. It is safe for
// concurrent use.
type Forest struct {
	Features int `json:"features"`
	// MaxSamples is how many rows each tree was grown of.
	MaxSamples int `json:"max_samples"`
	// Offset is the score below which a row is an anomaly.
	Offset float64 `json:"offset"`
	Trees  []*Tree `json:"trees"`

	walks []walk
}

// Tree is one tree. Its nodes are numbered; 0 is the root.
type Tree struct {
	// Feature is what a node asks for, or -1 where it is a leaf.
	Feature []int32 `json:"feature"`
	// Threshold is the largest number that goes left; 0 of a leaf.
	Threshold []float64 `json:"threshold"`
	// Left is the number of the left child, after which the right one stands; 0 of
	// a leaf.
	Left []int32 `json:"left"`
	// Length is how many splits set the rows of a leaf apart, those that were not
	// tried any more included.
	Length []float64 `json:"length"`
}

const (
	autoSamples = 256
	autoOffset  = -0.5
	// mostGrown bounds rows × trees, of which each takes up to 100 bytes.
	mostGrown = 20_000_000
	// alike is how near two numbers are that no split tells apart, as in
	// scikit-learn.
	alike = 1e-7
)

// Fit grows the trees. It is scikit-learn's IsolationForest without bootstrap,
// with other random numbers. It takes little beside the forest, but for
// contamination, which needs the score of each row. Errors are the context's, and
// invalid_params faults that name the parameter; where single rows must not show
// it is a policy_refused fault.
//
// Source: Liu, Ting and Zhou, "Isolation Forest" (2008).
func Fit(ctx context.Context, x estimator.Columns, params operation.IsolationForestParams, settings estimator.Settings) (*Forest, error) {
	if settings.MinRows > 1 {
		return nil, refused()
	}
	if len(x) == 0 || x.Rows() == 0 {
		return nil, bad("params.features", "an isolation forest needs at least one column of numbers and one row without missing ones")
	}
	o, err := judge(params, x.Rows(), len(x))
	if err != nil {
		return nil, err
	}
	f := &Forest{Features: len(x), MaxSamples: o.samples, Offset: autoOffset, Trees: make([]*Tree, o.trees)}
	threads := parallel.Threads(settings.Threads)
	err = parallel.Each(ctx, threads, o.trees, func(k int) {
		random := rand.New(rand.NewPCG(uint64(settings.RandomState), uint64(k))) //nolint:gosec // reproducible on purpose
		f.Trees[k] = grow(ctx, x, o, random)
	})
	if err != nil {
		return nil, err //nolint:wrapcheck // the context's
	}
	f.prepare()
	if o.contamination > 0 {
		scores, err := f.Scores(ctx, x)
		if err != nil {
			return nil, err
		}
		f.Offset = percentile(scores, o.contamination)
	}
	return f, nil
}

func refused() error {
	return fault.New("isolation.Fit", fault.Forbidden, string(task.PolicyRefused),
		"the owner shares summaries of groups of rows only, and isolation_forest points at single rows. Allowed are models of groups, such as kmeans, or describe, which counts rows by their values.")
}

func bad(path, format string, args ...any) error {
	return fault.BadFields("isolation.Fit", string(task.InvalidParams), fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

// options are parameters for a known number of rows and features.
type options struct {
	trees, samples, features int
	// contamination is 0 for auto.
	contamination float64
}

func judge(p operation.IsolationForestParams, rows, features int) (options, error) {
	o := options{trees: p.NEstimators, samples: min(autoSamples, rows), features: features}
	if o.trees < 1 {
		return o, bad("params.params.n_estimators", "must be at least 1")
	}
	switch v := p.MaxSamples.(type) {
	case float64:
		if o.samples = min(int(v), rows); v <= 1 {
			o.samples = int(v * float64(rows))
		}
	case string:
		if v != operation.AutoSetting {
			return o, bad("params.params.max_samples", "must be auto, a number of rows, or a part of them from above 0 to 1")
		}
	}
	if o.samples < 1 {
		return o, bad("params.params.max_samples", "is %v, which is less than one of the rows; ask for more", p.MaxSamples)
	}
	if o.samples*o.trees > mostGrown {
		return o, bad("params.params.max_samples", "with n_estimators asks for more than %d rows in all trees together; ask for fewer", mostGrown)
	}
	if v, ok := p.Contamination.(float64); ok {
		if !(v > 0 && v <= 0.5) {
			return o, bad("params.params.contamination", "must be auto, or a part of the rows from above 0 to 0.5")
		}
		o.contamination = v
	}
	if !(p.MaxFeatures > 0 && p.MaxFeatures <= 1) {
		return o, bad("params.params.max_features", "must be a part of the columns from above 0 to 1")
	}
	o.features = max(1, int(p.MaxFeatures*float64(features)))
	return o, nil
}

// percentile interpolates between the two nearest scores, as numpy does.
func percentile(scores []float64, part float64) float64 {
	rising := slices.Clone(scores)
	slices.Sort(rising)
	at := part * float64(len(rising)-1)
	below := int(at)
	if below+1 >= len(rising) {
		return rising[below]
	}
	return rising[below] + (at-float64(below))*(rising[below+1]-rising[below])
}

// growing is a tree while it grows of some rows.
type growing struct {
	x        estimator.Columns
	random   *rand.Rand
	features []int32
	depth    int
	tree     *Tree
}

// grow gives nil where its context ends.
func grow(ctx context.Context, x estimator.Columns, o options, random *rand.Rand) *Tree {
	g := &growing{
		x: x, random: random, features: choose(random, len(x), o.features), tree: &Tree{},
		depth: int(math.Ceil(math.Log2(float64(max(o.samples, 2))))),
	}
	rows := choose(random, x.Rows(), o.samples)
	g.tree.leaves(1)
	type part struct {
		at, depth int
		rows      []int32
	}
	todo := []part{{0, 0, rows}}
	for len(todo) > 0 {
		if ctx.Err() != nil {
			return nil
		}
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		left := g.split(p.at, p.depth, p.rows)
		if left == 0 {
			g.tree.Length[p.at] = float64(p.depth) + average(len(p.rows))
			continue
		}
		child := int(g.tree.Left[p.at])
		todo = append(todo, part{child, p.depth + 1, p.rows[:left]}, part{child + 1, p.depth + 1, p.rows[left:]})
	}
	return g.tree
}

// choose draws some of the numbers below n, none twice (Floyd's algorithm: Bentley
// and Floyd, "A Sample of Brilliance", 1987).
func choose(random *rand.Rand, n, some int) []int32 {
	out := make([]int32, 0, some)
	if some == n {
		for i := range n {
			out = append(out, int32(i))
		}
		return out
	}
	chosen := make(map[int32]bool, some)
	for i := n - some; i < n; i++ {
		v := int32(random.IntN(i + 1))
		if chosen[v] {
			v = int32(i)
		}
		chosen[v] = true
		out = append(out, v)
	}
	return out
}

func (t *Tree) leaves(n int) {
	for range n {
		t.Feature, t.Threshold = append(t.Feature, -1), append(t.Threshold, 0)
		t.Left, t.Length = append(t.Left, 0), append(t.Length, 0)
	}
}

// split divides the rows of a node by a feature in which they differ, at random,
// and gives how many go left; 0 where it stays a leaf.
func (g *growing) split(at, depth int, rows []int32) int {
	if depth >= g.depth || len(rows) < 2 {
		return 0
	}
	for left := len(g.features); left > 0; left-- {
		drawn := g.random.IntN(left)
		feature := g.features[drawn]
		g.features[drawn], g.features[left-1] = g.features[left-1], feature
		column := g.x[feature]
		low, high := column[rows[0]], column[rows[0]]
		for _, row := range rows[1:] {
			low, high = min(low, column[row]), max(high, column[row])
		}
		if high <= low+alike {
			continue
		}
		threshold := low + (high-low)*g.random.Float64()
		if !(threshold < high) { // also where the range is too large for a number
			threshold = low
		}
		g.tree.Feature[at], g.tree.Threshold[at], g.tree.Left[at] = feature, threshold, int32(len(g.tree.Feature))
		g.tree.leaves(2)
		return divide(rows, column, threshold)
	}
	return 0
}

func divide(rows []int32, column []float64, threshold float64) int {
	left := 0
	for i, row := range rows {
		if column[row] <= threshold {
			rows[left], rows[i] = row, rows[left]
			left++
		}
	}
	return left
}

// average is the mean number of splits that set one of n rows apart: the mean
// length of a search in a binary tree that finds nothing.
func average(n int) float64 {
	const gamma = 0.57721566490153286061 // Euler's
	switch {
	case n <= 1:
		return 0
	case n == 2:
		return 1
	}
	m := float64(n)
	return 2*(math.Log(m-1)+gamma) - 2*(m-1)/m
}

// Restore reads the JSON of a forest, and refuses one that cannot be walked.
func Restore(raw json.RawMessage) (*Forest, error) {
	f := &Forest{}
	err := json.Unmarshal(raw, f)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return nil, fmt.Errorf("read an isolation forest: %w", err)
	}
	f.prepare()
	return f, nil
}

const (
	mostFeatures = 1 << 16
	// deepest is more than the logarithm of any number of rows.
	deepest = 64
)

func (f *Forest) check() error {
	if f.Features < 1 || f.Features > mostFeatures || f.MaxSamples < 1 || len(f.Trees) == 0 || !(f.Offset >= -1 && f.Offset <= 0) {
		return fmt.Errorf("it has %d features, %d trees of %d rows, and the offset %v", f.Features, len(f.Trees), f.MaxSamples, f.Offset)
	}
	for k, t := range f.Trees {
		if err := t.check(f.Features); err != nil {
			return fmt.Errorf("tree %d: %w", k, err)
		}
	}
	return nil
}

func (t *Tree) check(features int) error {
	if t == nil || len(t.Threshold) != len(t.Feature) || len(t.Length) != len(t.Feature) {
		return errors.New("it is missing, or its parts differ in length")
	}
	for i, length := range t.Length {
		if !(math.Abs(t.Threshold[i]) <= math.MaxFloat64) || !(length >= 0 && length <= math.MaxInt32) {
			return fmt.Errorf("a number of node %d is out of range", i)
		}
	}
	return branching.Check(features, deepest, t.Feature, t.Left)
}
