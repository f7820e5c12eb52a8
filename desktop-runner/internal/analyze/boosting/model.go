package boosting

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"ddap/desktop-runner/internal/analyze/binning"
	"ddap/desktop-runner/internal/analyze/branching"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// tree is a tree of numbers. Its nodes are numbered; 0 is the root.
type tree struct {
	// Feature is what a node asks for, or -1 where it is a leaf.
	Feature []int32 `json:"feature"`
	// Threshold is the largest number that goes left; 0 of a leaf.
	Threshold []float64 `json:"threshold"`
	// Left is the number of the left child, after which the right one stands; 0 of
	// a leaf.
	Left []int32 `json:"left"`
	// Value is what a leaf adds to a prediction.
	Value []float64 `json:"value"`
	// bins are the codes of the thresholds, while the model is fitted.
	bins []uint8
}

func newTree() *tree {
	return &tree{Feature: []int32{-1}, Threshold: []float64{0}, Left: []int32{0}, Value: []float64{0}, bins: []uint8{0}}
}

// grow makes a leaf a node, and gives the number of its left child.
func (t *tree) grow(at, feature int, bin uint8, threshold float64) int {
	left := len(t.Feature)
	t.Feature[at], t.Threshold[at], t.Left[at], t.bins[at] = int32(feature), threshold, int32(left), bin
	for range 2 {
		t.Feature, t.Threshold = append(t.Feature, -1), append(t.Threshold, 0)
		t.Left, t.Value, t.bins = append(t.Left, 0), append(t.Value, 0), append(t.bins, 0)
	}
	return left
}

func (t *tree) leaves() int { return (len(t.Feature) + 1) / 2 }

// coded gives the value of a row by its codes.
func (t *tree) coded(codes [][]uint8, row int32) float64 {
	at := int32(0)
	for t.Feature[at] >= 0 {
		next := t.Left[at]
		if codes[t.Feature[at]][row] > t.bins[at] {
			next++
		}
		at = next
	}
	return t.Value[at]
}

// model is what was learned; its JSON is what Restore reads.
type model struct {
	Features int `json:"features"`
	// Classes is 0 of numbers.
	Classes int `json:"classes"`
	// Baseline is the prediction before the first tree: a number, or log-odds, of
	// each class where there are more than two.
	Baseline []float64 `json:"baseline"`
	// Trees has for each iteration a tree for each number of the baseline.
	Trees [][]*tree `json:"trees"`
	// Importances are the parts of the features in the decrease of the loss.
	Importances []float64 `json:"feature_importances"`
	// TrainScore and ValidationScore are the negative losses before the first
	// iteration and after each; the latter is empty without early stopping.
	TrainScore      []float64 `json:"train_score"`
	ValidationScore []float64 `json:"validation_score"`
	// Rows were learned from, and ValidationRows kept back; Smallest is how many
	// the smallest leaf has.
	Rows           int64 `json:"rows"`
	ValidationRows int64 `json:"validation_rows"`
	Smallest       int64 `json:"smallest_leaf"`
	// Stopped says why there are fewer iterations than were asked for, if so.
	Stopped stopped `json:"stopped,omitempty"`

	edges binning.Edges
	walks [][]walk
}

type stopped string

const (
	stoppedEarly    stopped = "early_stopping"
	stoppedByPolicy stopped = "policy"
	stoppedDone     stopped = "nothing_to_split"
)

// walk is a tree for many rows at a time. A leaf leads to itself, so that all
// rows take as many steps.
type walk struct {
	nodes []step
	value []float64
	depth int
}

type step struct {
	feature, left int32
	bin           uint8
}

// prepare numbers the thresholds, so that a prediction compares bytes. The error
// says that there are too many, or that a tree is none.
func (m *model) prepare() error {
	m.edges = make(binning.Edges, m.Features)
	for _, iteration := range m.Trees {
		for _, t := range iteration {
			for i, f := range t.Feature {
				if f >= 0 {
					m.edges[f] = append(m.edges[f], t.Threshold[i])
				}
			}
		}
	}
	for j, e := range m.edges {
		slices.Sort(e)
		if m.edges[j] = slices.Compact(e); len(m.edges[j]) >= binning.MostBins {
			return fmt.Errorf("feature %d has %d different thresholds, and %d are possible", j, len(m.edges[j]), binning.MostBins-1)
		}
	}
	for _, iteration := range m.Trees {
		var walks []walk
		for _, t := range iteration {
			walks = append(walks, m.walk(t))
		}
		m.walks = append(m.walks, walks)
	}
	return nil
}

func (m *model) walk(t *tree) walk {
	out := walk{nodes: make([]step, len(t.Feature)), value: t.Value}
	depths := make([]int, len(t.Feature))
	for i, f := range t.Feature {
		if f < 0 {
			out.nodes[i] = step{0, int32(i), math.MaxUint8}
			continue
		}
		bin, _ := slices.BinarySearch(m.edges[f], t.Threshold[i])
		out.nodes[i] = step{f, t.Left[i], uint8(bin)}
		depths[t.Left[i]], depths[t.Left[i]+1] = depths[i]+1, depths[i]+1
		out.depth = max(out.depth, depths[i]+1)
	}
	return out
}

// add adds the tree's values to those of rows, whose codes stand row by row.
func (w *walk) add(codes []uint8, features int, into []float64) {
	nodes := w.nodes
	i := 0
	// Four rows at a time: each waits for its own node.
	for ; i+4 <= len(into); i += 4 {
		rows := codes[i*features : (i+4)*features]
		r0, r1, r2, r3 := rows[:features], rows[features:2*features], rows[2*features:3*features], rows[3*features:]
		var a, b, c, d int32
		for range w.depth {
			a, b, c, d = nodes[a].next(r0), nodes[b].next(r1), nodes[c].next(r2), nodes[d].next(r3)
		}
		into[i] += w.value[a]
		into[i+1] += w.value[b]
		into[i+2] += w.value[c]
		into[i+3] += w.value[d]
	}
	for ; i < len(into); i++ {
		at := int32(0)
		for range w.depth {
			at = nodes[at].next(codes[i*features : (i+1)*features])
		}
		into[i] += w.value[at]
	}
}

func (s *step) next(row []uint8) int32 {
	out := s.left
	if row[s.feature] > s.bin {
		out++
	}
	return out
}

// predictRows is how many rows are predicted at a time: their codes stay near.
const predictRows = 512

// Predict implements estimator.Model.
func (m *model) Predict(ctx context.Context, x estimator.Columns) ([][]float64, error) {
	if len(x) != m.Features {
		return nil, fault.BadFields("boosting.Predict", string(task.InvalidParams), fault.Field{
			Path: "params.features", Message: fmt.Sprintf("the model learned from %d columns, and these are %d", m.Features, len(x)),
		})
	}
	out := make([][]float64, max(1, m.Classes))
	for k := range out {
		out[k] = make([]float64, x.Rows())
	}
	err := parallel.Each(ctx, parallel.Threads(0), parallel.Chunks(x.Rows(), predictRows), func(chunk int) {
		from, to := parallel.Chunk(x.Rows(), predictRows, chunk)
		codes := make([]uint8, (to-from)*m.Features)
		m.edges.Rows(x, from, codes)
		raw := make([][]float64, len(m.Baseline))
		for k, v := range m.Baseline {
			raw[k] = out[k][from:to]
			for i := range raw[k] {
				raw[k][i] = v
			}
		}
		for _, walks := range m.walks {
			for k := range walks {
				if ctx.Err() != nil {
					return
				}
				walks[k].add(codes, m.Features, raw[k])
			}
		}
		m.answer(out, from, to)
	})
	return out, err
}

// answer makes probabilities of the predictions of rows.
func (m *model) answer(out [][]float64, from, to int) {
	switch {
	case m.Classes == 2:
		for i := from; i < to; i++ {
			p := 1 / (1 + math.Exp(-out[0][i]))
			out[0][i], out[1][i] = 1-p, p
		}
	case m.Classes > 2:
		p := make([]float64, m.Classes)
		for i := from; i < to; i++ {
			for k := range p {
				p[k] = out[k][i]
			}
			softmax(p)
			for k := range p {
				out[k][i] = p[k]
			}
		}
	}
}

// Restore reads the JSON of a model, and refuses one that cannot be walked.
func Restore(raw json.RawMessage) (estimator.Model, error) {
	m := &model{}
	err := json.Unmarshal(raw, m)
	if err == nil {
		err = m.check()
	}
	if err == nil {
		err = m.prepare()
	}
	if err != nil {
		return nil, fmt.Errorf("read a boosted model: %w", err)
	}
	return m, nil
}

const (
	mostFeatures = 1 << 16
	mostClasses  = 1 << 10
	// mostLeaves is what max_leaf_nodes may be. All rows take as many steps as a
	// tree is deep, so that a chain of millions would never end.
	mostLeaves = 5000
)

func (m *model) check() error {
	if err := m.checkHead(); err != nil {
		return err
	}
	if !finite(m.Baseline, m.Importances, m.TrainScore, m.ValidationScore) {
		return errors.New("a number is not finite")
	}
	for i, iteration := range m.Trees {
		if len(iteration) != len(m.Baseline) {
			return fmt.Errorf("iteration %d has %d trees, not %d", i, len(iteration), len(m.Baseline))
		}
		for _, t := range iteration {
			if err := t.check(m.Features); err != nil {
				return fmt.Errorf("a tree of iteration %d: %w", i, err)
			}
		}
	}
	return nil
}

func (m *model) checkHead() error {
	baselines := 1
	if m.Classes > 2 {
		baselines = m.Classes
	}
	switch {
	case m.Features < 1 || m.Features > mostFeatures || len(m.Importances) != m.Features:
		return fmt.Errorf("it has %d features with %d importances", m.Features, len(m.Importances))
	case m.Classes < 0 || m.Classes == 1 || m.Classes > mostClasses || len(m.Baseline) != baselines:
		return fmt.Errorf("it has %d classes with %d baselines", m.Classes, len(m.Baseline))
	case m.Rows < 1 || m.ValidationRows < 0 || m.Smallest < 1:
		return errors.New("it rests on no rows")
	}
	validation := 0
	if m.ValidationRows > 0 {
		validation = len(m.Trees) + 1
	}
	if len(m.TrainScore) != len(m.Trees)+1 || len(m.ValidationScore) != validation {
		return errors.New("it has not one score for each iteration")
	}
	return nil
}

func finite(lists ...[]float64) bool {
	for _, list := range lists {
		for _, v := range list {
			if math.IsInf(v, 0) || math.IsNaN(v) {
				return false
			}
		}
	}
	return true
}

func (t *tree) check(features int) error {
	if t == nil || len(t.Threshold) != len(t.Feature) || len(t.Value) != len(t.Feature) || !finite(t.Threshold, t.Value) {
		return errors.New("it is missing, its parts differ in length, or a number is not finite")
	}
	if len(t.Feature) > 2*mostLeaves-1 {
		return fmt.Errorf("it has %d nodes, and at most %d leaves are possible", len(t.Feature), mostLeaves)
	}
	return branching.Check(features, mostLeaves-1, t.Feature, t.Left) //nolint:wrapcheck // says what is wrong
}
