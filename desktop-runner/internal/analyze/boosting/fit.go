package boosting

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"ddap/desktop-runner/internal/analyze/binning"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/parallel"
	"ddap/shared/operation"
)

type fitting struct {
	params   operation.GradientBoostingParams
	s        estimator.Sample
	loss     loss
	matrix   *binning.Matrix
	policy   *policy
	progress func(float64)
	threads  int
	// most is how many leaves a tree may have.
	most int
	// train and validation are the rows to learn from, and to stop by.
	train, validation []int32
	// raw are the predictions so far, of every tree's rows, without the last link.
	raw [][]float64
}

// keepBack chooses the rows to stop by: of each class its part of them, at least
// one, or validation_fraction of all rows. The error is an invalid_params fault
// where nothing would be left.
func (f *fitting) keepBack(stop bool, randomState int64) error {
	rows := make([]int32, len(f.s.Y))
	for i := range rows {
		rows[i] = int32(i)
	}
	if !stop {
		f.train = rows
		return nil
	}
	random := rand.New(rand.NewPCG(uint64(randomState), 1)) //nolint:gosec // reproducible on purpose
	random.Shuffle(len(rows), func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
	take := make([]int, max(1, f.s.Classes))
	for _, y := range f.s.Y {
		take[f.class(y)]++
	}
	for k, n := range take {
		take[k] = max(1, int(math.Round(float64(n)*f.params.ValidationFraction)))
		if take[k] >= n {
			return bad("params.params.early_stopping", "keeps rows back to stop by, and there are too few for it; switch it off")
		}
	}
	for _, row := range rows {
		if k := f.class(f.s.Y[row]); take[k] > 0 {
			take[k]--
			f.validation = append(f.validation, row)
		} else {
			f.train = append(f.train, row)
		}
	}
	slices.Sort(f.train)
	slices.Sort(f.validation)
	return nil
}

func (f *fitting) class(y float64) int {
	if f.s.Classes == 0 {
		return 0
	}
	return int(y)
}

func (f *fitting) grower() *grower {
	o := growing{
		maxDepth: f.params.MaxDepth, minSamplesLeaf: f.params.MinSamplesLeaf, l2: f.params.L2Regularization,
		learningRate: f.params.LearningRate, threads: f.threads, policy: f.policy,
	}
	if f.policy != nil {
		o.minSamplesLeaf = max(o.minSamplesLeaf, f.policy.minRows)
		f.most = f.policy.perTree(f.params.MaxIter*f.loss.trees, f.most)
	}
	rows := f.train
	if f.validation == nil {
		rows = nil
	}
	return newGrower(f.matrix, rows, len(f.s.Y), o)
}

func (f *fitting) fit(ctx context.Context) (*model, error) {
	m := &model{
		Features: len(f.s.X), Classes: f.s.Classes, Baseline: f.loss.baseline(f.train),
		Rows: int64(len(f.train)), ValidationRows: int64(len(f.validation)), Smallest: int64(len(f.train)),
	}
	if f.policy != nil {
		for k, v := range m.Baseline {
			m.Baseline[k] = f.policy.coarse(v)
		}
	}
	f.raw = make([][]float64, f.loss.trees)
	for k := range f.raw {
		f.raw[k] = slices.Repeat([]float64{m.Baseline[k]}, len(f.s.Y))
	}
	g, gs := f.grower(), f.loss.newGradients(len(f.s.Y))
	for {
		if err := f.score(ctx, m, gs); err != nil {
			return nil, err
		}
		f.progress(float64(len(m.Trees)) / float64(f.params.MaxIter))
		if len(m.Trees) == f.params.MaxIter || f.ends(m) {
			break
		}
		trees, err := f.iterate(ctx, m, g, gs)
		if err != nil {
			return nil, err
		}
		if m.Trees = append(m.Trees, trees); m.Stopped != "" {
			m.Trees = m.Trees[:len(m.Trees)-1]
			break
		}
	}
	f.progress(1)
	m.Importances = parts(g.gain)
	if f.policy != nil {
		f.policy.withhold(m)
	}
	return m, m.prepare()
}

// score adds the losses of the predictions so far, and calculates the gradients.
func (f *fitting) score(ctx context.Context, m *model, gs []gradients) error {
	loss, err := f.loss.update(ctx, f.threads, f.train, f.raw, gs)
	if err != nil {
		return err
	}
	m.TrainScore = append(m.TrainScore, -loss)
	if f.validation != nil {
		loss, err = f.loss.update(ctx, f.threads, f.validation, f.raw, nil)
		m.ValidationScore = append(m.ValidationScore, -loss)
	}
	return err
}

// ends reports whether to stop: where the kept rows' score has not improved for
// so many iterations, or where the policy allows no more leaves.
func (f *fitting) ends(m *model) bool {
	if f.policy != nil && f.policy.leaves < 2*f.loss.trees {
		m.Stopped = stoppedByPolicy
	}
	if last := len(m.ValidationScore) - 1 - f.params.NIterNoChange; last >= 0 &&
		slices.Max(m.ValidationScore[last+1:]) <= m.ValidationScore[last]+f.params.Tol {
		m.Stopped = stoppedEarly
	}
	return m.Stopped != ""
}

// iterate grows the trees of one iteration and adds them to the predictions. It
// sets Stopped where none of them has a split, so that no further one would.
func (f *fitting) iterate(ctx context.Context, m *model, g *grower, gs []gradients) ([]*tree, error) {
	trees := make([]*tree, f.loss.trees)
	split := false
	for k := range trees {
		g.target = f.target(k)
		most := f.most
		if f.policy != nil {
			most = min(most, f.policy.leaves/(f.loss.trees-k))
		}
		t, leaves, err := g.grow(ctx, gs[k], most)
		if err != nil {
			return nil, err
		}
		if f.policy != nil {
			f.policy.leaves -= len(leaves)
		}
		split = split || len(leaves) > 1
		for _, l := range leaves {
			m.Smallest = min(m.Smallest, int64(l.to-l.from))
		}
		f.add(ctx, k, g, t, leaves)
		trees[k] = t
	}
	if !split {
		m.Stopped = stoppedDone
	}
	return trees, nil
}

func (f *fitting) target(k int) *target {
	if f.policy == nil {
		return nil
	}
	out := &target{y: f.s.Y, class: -1, minRows: f.policy.minRows}
	switch {
	case f.s.Classes == 2:
		out.class = 1
	case f.s.Classes > 2:
		out.class = k
	}
	return out
}

// addRows is how many rows are predicted at a time.
const addRows = 1 << 15

// add adds a tree to the predictions.
func (f *fitting) add(ctx context.Context, k int, g *grower, t *tree, leaves []leaf) {
	raw := f.raw[k]
	slices.SortFunc(leaves, func(a, b leaf) int { return a.from - b.from })
	_ = parallel.Each(ctx, f.threads, parallel.Chunks(len(g.rows), addRows), func(chunk int) { // score looks at ctx
		from, to := parallel.Chunk(len(g.rows), addRows, chunk)
		for _, l := range leaves {
			value := t.Value[l.at]
			for i := max(from, l.from); i < min(to, l.to); i++ {
				raw[g.rows[i]] += value
			}
		}
	})
	_ = parallel.Each(ctx, f.threads, parallel.Chunks(len(f.validation), addRows), func(chunk int) {
		from, to := parallel.Chunk(len(f.validation), addRows, chunk)
		for _, row := range f.validation[from:to] {
			raw[row] += t.coded(f.matrix.Codes, row)
		}
	})
}

func parts(gain []float64) []float64 {
	total := 0.0
	for _, v := range gain {
		total += v
	}
	out := make([]float64, len(gain))
	for j, v := range gain {
		if total > 0 {
			out[j] = v / total
		}
	}
	return out
}
