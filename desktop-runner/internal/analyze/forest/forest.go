// Package forest is the model random_forest: many trees whose values are averaged.
package forest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"ddap/desktop-runner/internal/analyze/cart"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/desktop-runner/internal/analyze/spread"
	"ddap/desktop-runner/internal/analyze/tree"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/task"
)

type forestEstimator struct{ params operation.RandomForestParams }

// New gives a forest with these parameters, before it has seen data. It is
// scikit-learn's RandomForestRegressor and RandomForestClassifier, but trees of
// numbers split between at most 256 bins of each feature.
//
// Growing takes 4 bytes for each number of the sample, about 60 for each row and
// goroutine, and 40 and more for each node of a tree, of which there are up to
// twice as many as rows; min_samples_leaf makes them fewer.
//
// Where single rows must not show, all trees learn from the same rows and differ
// by the features that they look at: which rows a seed draws could be known, and
// enough trees of different rows could be solved for each of them. Trees are fewer
// than was asked for, and their leaves larger, so that all leaves are no more than
// there are groups of rows. The rest is as in package tree, and values are rounded to two digits of a probability, or to a
// hundredth of the target's standard deviation.
//
// Source: Breiman, "Random Forests" (2001).
func New(params operation.RandomForestParams) estimator.Estimator { return forestEstimator{params} }

// featuresOfSummaries is the part of the features that trees of numbers look at
// where all learn from the same rows; with all features they would be equal.
const featuresOfSummaries = 1.0 / 3

// Fit implements estimator.Estimator.
func (e forestEstimator) Fit(ctx context.Context, s estimator.Sample, settings estimator.Settings) (estimator.Model, error) {
	var features any = 1.0
	if s.Classes > 0 {
		features = "sqrt"
	} else if settings.MinRows > 1 {
		features = featuresOfSummaries
	}
	o, err := tree.Options(e.params.DecisionTreeParams, s, settings, features)
	if err != nil {
		return nil, err
	}
	f := &fitting{params: e.params, s: s, settings: settings, o: o, bootstrap: e.params.Bootstrap && settings.MinRows <= 1}
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.codes, err = f.code(ctx); err != nil {
		return nil, err
	}
	return f.fit(ctx)
}

type fitting struct {
	params    operation.RandomForestParams
	s         estimator.Sample
	settings  estimator.Settings
	o         cart.Options
	codes     []cart.Coded
	bootstrap bool
	// drawn has a bit for each row that a tree learned from, where it is asked for.
	drawn [][]uint64
}

func (f *fitting) check() error {
	switch {
	case f.params.NEstimators < 1:
		return invalid("n_estimators", "must be at least 1")
	case f.params.OOBScore && !f.params.Bootstrap:
		return invalid("oob_score", "needs bootstrap: without it there are no rows that a tree has not seen")
	case f.params.OOBScore && !f.bootstrap:
		return tree.Refuse("where only summaries are shared, no rows are drawn for a tree, so that there is no out-of-bag score. Allowed are a test set or cross-validation")
	}
	return nil
}

func invalid(parameter, message string) error {
	return fault.BadFields("forest.Fit", string(task.InvalidParams), fault.Field{Path: "params.params." + parameter, Message: message})
}

func (f *fitting) code(ctx context.Context) ([]cart.Coded, error) {
	if f.o.MinRows > 1 {
		return cart.Grid(ctx, f.s.X, f.o.MinRows, f.o.Threads) //nolint:wrapcheck // the context's
	}
	// Bins cost classifiers a half to a whole percent of their accuracy, in
	// scikit-learn too where it is given them; numbers lose nothing.
	if f.s.Classes > 0 {
		return cart.Exact(ctx, f.s.X, f.o.Threads) //nolint:wrapcheck // the context's
	}
	return cart.Binned(ctx, f.s.X, f.o.Threads) //nolint:wrapcheck // the context's
}

func (f *fitting) fit(ctx context.Context) (*model, error) {
	n, o := f.budget()
	trees, importances := make([]*cart.Tree, n), make([][]float64, n)
	if f.params.OOBScore {
		f.drawn = make([][]uint64, n)
	}
	o.Threads = max(1, f.o.Threads/n)
	var mu sync.Mutex
	done := 0
	err := parallel.Each(ctx, max(1, f.o.Threads), n, func(k int) {
		mine := o
		random := rand.New(rand.NewPCG(f.o.Seed, uint64(k)+1)) //nolint:gosec // reproducible on purpose
		mine.Seed = random.Uint64()
		t, err := cart.Grow(ctx, f.codes, f.s.Y, f.weights(k, random), mine)
		if err != nil {
			return // the context's, which Each gives
		}
		if f.params.CCPAlpha > 0 {
			t = t.Prune(f.params.CCPAlpha)
		}
		importances[k] = t.Importances(len(f.s.X))
		trees[k] = t
		mu.Lock()
		defer mu.Unlock()
		if done++; f.settings.Progress != nil {
			f.settings.Progress(float64(done) / float64(n))
		}
	})
	if err != nil {
		return nil, err //nolint:wrapcheck // the context's
	}
	m := &model{Features: len(f.s.X), Classes: f.s.Classes, Importances: mean(importances), Trees: trees, asked: f.params.NEstimators}
	m.measure()
	if f.o.MinRows > 1 {
		_, deviation := spread.MeanAndDeviation(f.s.Y)
		m.round(deviation / 100)
	}
	if f.params.OOBScore {
		return m, f.score(ctx, m)
	}
	return m, nil
}

// leavesOfSummaries is how many leaves a tree of summaries should be able to have.
const leavesOfSummaries = 10

// budget is how many trees are grown, and how. Where single rows must not show,
// all leaves of all trees are at most as many as there are groups of MinRows rows:
// more could be solved for the answers of rows. So trees are fewer, and each leaf
// has MinRows rows for every tree.
func (f *fitting) budget() (trees int, o cart.Options) {
	trees, o = f.params.NEstimators, f.o
	if f.o.MinRows > 1 {
		trees = min(trees, max(1, len(f.s.Y)/(f.o.MinRows*leavesOfSummaries)))
		o.MinSamplesLeaf = max(o.MinSamplesLeaf, f.o.MinRows*trees)
	}
	return trees, o
}

// weights counts how often each row was drawn, with its own weight; the drawn
// rows are as many as there are. Nil is each row once.
func (f *fitting) weights(k int, random *rand.Rand) []float64 {
	if !f.bootstrap {
		return f.s.Weights
	}
	n := len(f.s.Y)
	out := make([]float64, n)
	for some := false; !some; {
		clear(out)
		for range n {
			out[random.IntN(n)]++
		}
		if f.drawn != nil {
			f.drawn[k] = make([]uint64, (n+63)/64)
		}
		for i, times := range out {
			if times > 0 && f.drawn != nil {
				f.drawn[k][i/64] |= 1 << (i % 64)
			}
			if f.s.Weights != nil {
				out[i] *= f.s.Weights[i]
			}
			some = some || out[i] > 0
		}
	}
	return out
}

func mean(parts [][]float64) []float64 {
	out := make([]float64, len(parts[0]))
	total := 0.0
	for _, part := range parts {
		for j, v := range part {
			out[j] += v
			total += v
		}
	}
	for j := range out {
		if total > 0 {
			out[j] /= total
		}
	}
	return out
}

// model is a forest that was grown; its JSON is what Restore reads.
type model struct {
	Features    int          `json:"features"`
	Classes     int          `json:"classes"`
	Importances []float64    `json:"feature_importances"`
	Trees       []*cart.Tree `json:"trees"`
	// Smallest is how many different rows the smallest leaf has.
	Smallest int64 `json:"smallest_leaf"`
	// OOB is the accuracy or R² of the rows that a tree did not see, and OOBRows how
	// many of them there were; no rows where it was not asked for.
	OOB     float64 `json:"oob_score"`
	OOBRows int64   `json:"oob_rows"`
	// asked is how many trees were asked for; 0 of a restored model.
	asked int
}

// measure keeps of the nodes' sizes that of the smallest leaf.
func (m *model) measure() {
	m.Smallest = math.MaxInt64
	for _, t := range m.Trees {
		for i, f := range t.Feature {
			if f < 0 {
				m.Smallest = min(m.Smallest, t.Rows[i])
			}
		}
		t.Rows = nil
	}
}

// probabilityStep is what probabilities are rounded to.
const probabilityStep = 100

func (m *model) round(step float64) {
	for _, t := range m.Trees {
		for i := range t.Nodes() {
			value := t.At(i)
			if m.Classes == 0 {
				if step > 0 {
					value[0] = math.Round(value[0]/step) * step
				}
				continue
			}
			rest, most := float64(probabilityStep), 0
			for k, v := range value {
				if v > value[most] {
					most = k
				}
			}
			for k, v := range value {
				if k != most {
					whole := math.Round(v * probabilityStep)
					rest -= whole
					value[k] = whole / probabilityStep
				}
			}
			value[most] = max(0, rest) / probabilityStep
		}
	}
}

// Restore reads the JSON of a model, and refuses one that cannot be walked.
func Restore(raw json.RawMessage) (estimator.Model, error) {
	m := &model{}
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("read a forest: %w", err)
	}
	if err := tree.CheckHead(m.Features, m.Classes, m.Importances); err != nil {
		return nil, fmt.Errorf("read a forest: %w", err)
	}
	if len(m.Trees) == 0 || m.Smallest < 1 || m.OOBRows < 0 {
		return nil, fmt.Errorf("read a forest: it has %d trees, %d rows in its smallest leaf and %d out of the bag", len(m.Trees), m.Smallest, m.OOBRows)
	}
	for k, t := range m.Trees {
		if t == nil {
			return nil, fmt.Errorf("read a forest: tree %d is missing", k)
		}
		if err := t.Check(m.Features, max(1, m.Classes)); err != nil {
			return nil, fmt.Errorf("read a forest: tree %d %w", k, err)
		}
	}
	return m, nil
}

// Predict implements estimator.Model.
func (m *model) Predict(ctx context.Context, x estimator.Columns) ([][]float64, error) {
	return cart.Predict(ctx, m.Trees, m.Features, x) //nolint:wrapcheck // says what is wrong
}
