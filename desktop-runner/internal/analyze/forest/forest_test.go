package forest_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/cart"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/forest"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

type dataSet struct {
	Name    string      `json:"name"`
	Classes int         `json:"classes"`
	X       [][]float64 `json:"x"`
	Y       []float64   `json:"y"`
	// Forest are scores of scikit-learn's forests with several seeds, of every
	// fourth row learned from the others; OOB those out of the bag.
	Forest []float64 `json:"forest"`
	OOB    []float64 `json:"oob"`
}

func dataSets(t *testing.T) []dataSet {
	t.Helper()
	f, err := os.Open("../tree/testdata/reference.json.gz")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	var all struct {
		Sets []dataSet `json:"sets"`
	}
	require.NoError(t, json.NewDecoder(unzipped).Decode(&all))
	return all.Sets
}

func defaults() operation.RandomForestParams {
	return operation.RandomForestParams{
		DecisionTreeParams: operation.DecisionTreeParams{MinSamplesSplit: 2, MinSamplesLeaf: 1}, NEstimators: 100, Bootstrap: true,
	}
}

func fit(t *testing.T, p operation.RandomForestParams, s estimator.Sample, settings estimator.Settings) estimator.Model {
	t.Helper()
	m, err := forest.New(p).Fit(t.Context(), s, settings)
	require.NoError(t, err)
	return m
}

func predict(t *testing.T, m estimator.Model, x estimator.Columns) [][]float64 {
	t.Helper()
	out, err := m.Predict(t.Context(), x)
	require.NoError(t, err)
	return out
}

// score is accuracy or R².
func score(y []float64, predicted [][]float64) float64 {
	mean, left, total, right := 0.0, 0.0, 0.0, 0.0
	for _, v := range y {
		mean += v / float64(len(y))
	}
	for i, v := range y {
		most := 0
		for k := range predicted {
			if predicted[k][i] > predicted[most][i] {
				most = k
			}
		}
		if float64(most) == v {
			right++
		}
		left += (v - predicted[0][i]) * (v - predicted[0][i])
		total += (v - mean) * (v - mean)
	}
	if len(predicted) > 1 {
		return right / float64(len(y))
	}
	return 1 - left/total
}

func pick(d dataSet, wanted func(i int) bool) estimator.Sample {
	s := estimator.Sample{Classes: d.Classes, X: make(estimator.Columns, len(d.X))}
	for i, y := range d.Y {
		if !wanted(i) {
			continue
		}
		s.Y = append(s.Y, y)
		for j := range d.X {
			s.X[j] = append(s.X[j], d.X[j][i])
		}
	}
	return s
}

func meanAndSpread(scores []float64) (mean, spread float64) {
	for _, s := range scores {
		mean += s / float64(len(scores))
	}
	return mean, slices.Max(scores) - slices.Min(scores)
}

// The mean of our scores is within scikit-learn's spread around its mean.
func TestFit_ScoresAsScikitLearn(t *testing.T) {
	t.Parallel()
	for _, d := range dataSets(t) {
		train, test := pick(d, func(i int) bool { return i%4 != 0 }), pick(d, func(i int) bool { return i%4 == 0 })
		var scores, oob []float64
		for seed := range int64(5) {
			m := fit(t, defaults(), train, estimator.Settings{RandomState: seed})
			scores = append(scores, score(test.Y, predict(t, m, test.X)))
			p := defaults()
			p.OOBScore = true
			explained := explain(t, fit(t, p, estimator.Sample{X: d.X, Y: d.Y, Classes: d.Classes}, estimator.Settings{RandomState: seed}))
			last := explained.Metrics[len(explained.Metrics)-1]
			require.Equal(t, "oob_score", last.Name)
			oob = append(oob, last.Value)
		}
		for _, pair := range [][2][]float64{{d.Forest, scores}, {d.OOB, oob}} {
			want, spread := meanAndSpread(pair[0])
			got, _ := meanAndSpread(pair[1])
			t.Logf("%s: scikit-learn %.4f ± %.4f, here %.4f", d.Name, want, spread, got)
			require.InDelta(t, want, got, max(spread, 0.01), d.Name)
		}
	}
}

func explain(t *testing.T, m estimator.Model) estimator.Explained {
	t.Helper()
	explainer, ok := m.(estimator.Explainer)
	require.True(t, ok)
	out, err := explainer.Explain(estimator.About{Target: "y", Fit: finding.Fit{Rows: 100, Support: 100}})
	require.NoError(t, err)
	return out
}

func randomSample(seed uint64, n, p, classes int) estimator.Sample {
	random := rand.New(rand.NewPCG(seed, 1))
	s := estimator.Sample{Classes: classes, X: make(estimator.Columns, p), Y: make([]float64, n)}
	for j := range s.X {
		s.X[j] = make([]float64, n)
		for i := range s.X[j] {
			s.X[j][i] = random.NormFloat64()
		}
	}
	for i := range s.Y {
		v := s.X[0][i]*2 + s.X[1][i]*s.X[p-1][i] + random.NormFloat64()/2
		if s.Y[i] = v; classes > 0 {
			s.Y[i] = float64(min(classes-1, max(0, int(v+float64(classes)/2))))
		}
	}
	return s
}

func TestFit_IsTheSame_OnAnyNumberOfThreads(t *testing.T) {
	t.Parallel()
	for _, classes := range []int{0, 3} {
		s, p := randomSample(1, 12_000, 4, classes), defaults()
		p.NEstimators = 3
		one, err := json.Marshal(fit(t, p, s, estimator.Settings{Threads: 1, RandomState: 3}))
		require.NoError(t, err)
		for _, threads := range []int{2, 13} {
			many, err := json.Marshal(fit(t, p, s, estimator.Settings{Threads: threads, RandomState: 3}))
			require.NoError(t, err)
			require.Equal(t, string(one), string(many))
		}
	}
}

func TestFit_TellsOfNoFewRows_WhereOnlySummariesAreShared(t *testing.T) {
	t.Parallel()
	p := defaults()
	p.NEstimators = 10
	for _, classes := range []int{0, 2} {
		s := randomSample(3, 6000, 4, classes)
		m := fit(t, p, s, estimator.Settings{MinRows: 8})
		require.Greater(t, score(s.Y, predict(t, m, s.X)), 0.6)
		raw, err := json.Marshal(m)
		require.NoError(t, err)
		require.NotContains(t, string(raw), "n_node_samples")
		var kept struct {
			Smallest int          `json:"smallest_leaf"`
			Trees    []*cart.Tree `json:"trees"`
		}
		require.NoError(t, json.Unmarshal(raw, &kept))
		require.GreaterOrEqual(t, kept.Smallest, 8)
		leaves := 0
		for _, tree := range kept.Trees {
			for _, f := range tree.Feature {
				if f < 0 {
					leaves++
				}
			}
		}
		require.LessOrEqual(t, leaves, len(s.Y)/8, "more could be solved for the rows")
		for _, tree := range kept.Trees {
			for i, f := range tree.Feature {
				require.True(t, f < 0 || slices.Contains(cart.GridEdges(s.X[f]), tree.Threshold[i]))
				for _, v := range tree.At(i) {
					require.True(t, classes == 0 || math.Abs(v*100-math.Round(v*100)) < 1e-9)
				}
			}
		}
		_, err = forest.Restore(raw)
		require.NoError(t, err)
	}
	p.OOBScore = true
	_, err := forest.New(p).Fit(t.Context(), randomSample(3, 600, 4, 2), estimator.Settings{MinRows: 8})
	require.True(t, fault.HasCode(err, "policy_refused"))
}

func TestExplain_SaysWhereFewerTreesWereGrown(t *testing.T) {
	t.Parallel()
	s := randomSample(3, 600, 4, 2)
	notes := func(least int) []string {
		m := fit(t, defaults(), s, estimator.Settings{MinRows: least})
		told, err := m.(estimator.Explainer).Explain(estimator.About{Features: []string{"a", "b", "c", "d"}, Target: "y", Classes: []string{"n", "p"}, Fit: finding.Fit{Rows: 600, Support: 600}})
		require.NoError(t, err)
		return told.Notes
	}
	require.Empty(t, notes(1))
	require.Contains(t, strings.Join(notes(8), " "), "100 trees were asked for, and {n_estimators} grown")
}

func TestFit_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := forest.New(defaults()).Fit(ctx, randomSample(1, 100_000, 5, 0), estimator.Settings{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestRestore_GivesTheSameModel_AndRefusesDamage(t *testing.T) {
	t.Parallel()
	s, p := randomSample(4, 200, 3, 3), defaults()
	p.NEstimators = 5
	m := fit(t, p, s, estimator.Settings{})
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	back, err := forest.Restore(raw)
	require.NoError(t, err)
	require.Equal(t, predict(t, m, s.X), predict(t, back, s.X))
	for _, bad := range []string{``, `{}`, `null`, `{"features":1,"feature_importances":[1],"smallest_leaf":1,"trees":[]}`, `{"features":1,"feature_importances":[1],"smallest_leaf":1,"trees":[null]}`} {
		_, err = forest.Restore([]byte(bad))
		require.Error(t, err, bad)
	}
}

// BenchmarkFit grows 100 trees on 200,000 × 20.
func BenchmarkFit(b *testing.B) {
	for _, classes := range []int{0, 2} {
		s := randomSample(1, 200_000, 20, classes)
		b.Run(map[int]string{0: "number", 2: "classes"}[classes], func(b *testing.B) {
			for b.Loop() {
				_, err := forest.New(defaults()).Fit(b.Context(), s, estimator.Settings{})
				require.NoError(b, err)
			}
		})
	}
}
