package boosting_test

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/binning"
	"ddap/desktop-runner/internal/analyze/boosting"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/varied"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

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

func asJSON(t *testing.T, m estimator.Model) string {
	t.Helper()
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	return string(raw)
}

func short() operation.GradientBoostingParams {
	p := defaults()
	p.MaxIter = 10
	return p
}

func TestFit_IsTheSame_OnAnyNumberOfThreads(t *testing.T) {
	t.Parallel()
	for _, classes := range []int{0, 2, 3} {
		s, p := randomSample(1, 80_000, 4, classes), short()
		p.EarlyStopping = "on"
		one := asJSON(t, fit(t, p, s, estimator.Settings{Threads: 1, RandomState: 3}))
		for _, threads := range []int{2, 13} {
			require.Equal(t, one, asJSON(t, fit(t, p, s, estimator.Settings{Threads: threads, RandomState: 3})))
		}
	}
}

func TestFit_DoesNotDependOnTheOrderOfRowsOrColumns(t *testing.T) {
	t.Parallel()
	for _, classes := range []int{0, 3} {
		s := randomSample(2, 500, 4, classes)
		m := fit(t, short(), s, estimator.Settings{})
		turned := estimator.Sample{Classes: classes, Y: slices.Clone(s.Y), X: make(estimator.Columns, len(s.X))}
		slices.Reverse(turned.Y)
		for j := range s.X {
			at := j
			if classes == 0 { // of classes, splits by two columns are often equally good
				at = len(s.X) - 1 - j
			}
			turned.X[at] = slices.Clone(s.X[j])
			slices.Reverse(turned.X[at])
		}
		want := predict(t, m, s.X)
		got := predict(t, fit(t, short(), turned, estimator.Settings{}), turned.X)
		for k := range want {
			slices.Reverse(got[k])
			require.InDeltaSlice(t, want[k], got[k], 1e-6)
		}
	}
}

func TestFit_ScalesWithItsColumnsAndItsTarget(t *testing.T) {
	t.Parallel()
	s := randomSample(3, 500, 3, 0)
	want := predict(t, fit(t, short(), s, estimator.Settings{}), s.X)[0]
	scaled := estimator.Sample{X: make(estimator.Columns, 3)}
	for j := range s.X {
		for _, v := range s.X[j] {
			scaled.X[j] = append(scaled.X[j], v*1024-8)
		}
	}
	for _, y := range s.Y {
		scaled.Y = append(scaled.Y, y*4+256)
	}
	got := predict(t, fit(t, short(), scaled, estimator.Settings{}), scaled.X)[0]
	for i := range want {
		require.InDelta(t, want[i]*4+256, got[i], 1e-3)
	}
}

func TestFit_WeightsCountAsRepeatedRows(t *testing.T) {
	t.Parallel()
	for _, classes := range []int{0, 2, 3} {
		s, p := randomSample(4, 240, 3, classes), short()
		p.MinSamplesLeaf = 1 // which weights leave alone
		p.L2Regularization = 1
		repeated := estimator.Sample{Classes: classes, X: make(estimator.Columns, 3)}
		for i := range s.Y {
			s.Weights = append(s.Weights, float64(i%3+1))
			for range i%3 + 1 {
				repeated.Y = append(repeated.Y, s.Y[i])
				for j := range s.X {
					repeated.X[j] = append(repeated.X[j], s.X[j][i])
				}
			}
		}
		want := predict(t, fit(t, p, repeated, estimator.Settings{}), s.X)
		got := predict(t, fit(t, p, s, estimator.Settings{}), s.X)
		for k := range want {
			require.InDeltaSlice(t, want[k], got[k], 1e-5)
		}
	}
}

func TestFit_TakesConstantAndFewRows(t *testing.T) {
	t.Parallel()
	m := fit(t, defaults(), estimator.Sample{X: estimator.Columns{{1}}, Y: []float64{7}}, estimator.Settings{})
	require.Equal(t, [][]float64{{7, 7}}, predict(t, m, estimator.Columns{{1, 2}}))
	require.Equal(t, "nothing_to_split", fields(t, m).Stopped)
	constant := estimator.Sample{X: estimator.Columns{make([]float64, 100), make([]float64, 100)}, Y: make([]float64, 100), Classes: 2}
	for i := range 25 {
		constant.Y[i] = 1
	}
	got := predict(t, fit(t, defaults(), constant, estimator.Settings{}), constant.X)
	require.InDelta(t, 0.25, got[1][3], 1e-12)
	require.InDelta(t, 0.75, got[0][3], 1e-12)
}

func TestFit_RefusesWhatItCannotLearnFrom(t *testing.T) {
	t.Parallel()
	good := randomSample(5, 60, 2, 0)
	cases := map[string]struct {
		change func(*operation.GradientBoostingParams, *estimator.Sample)
		path   string
	}{
		"no features":   {func(_ *operation.GradientBoostingParams, s *estimator.Sample) { s.X = nil }, "params.features"},
		"no weight":     {func(_ *operation.GradientBoostingParams, s *estimator.Sample) { s.Weights = make([]float64, 60) }, "params.target"},
		"too large":     {func(_ *operation.GradientBoostingParams, s *estimator.Sample) { s.Y[3] = 1e300 }, "params.target"},
		"one leaf":      {func(p *operation.GradientBoostingParams, _ *estimator.Sample) { p.MaxLeafNodes = 1 }, "params.params.max_leaf_nodes"},
		"no iterations": {func(p *operation.GradientBoostingParams, _ *estimator.Sample) { p.MaxIter = 0 }, "params.params.max_iter"},
		"empty leaves":  {func(p *operation.GradientBoostingParams, _ *estimator.Sample) { p.MinSamplesLeaf = 0 }, "params.params.min_samples_leaf"},
		"too many bins": {func(p *operation.GradientBoostingParams, _ *estimator.Sample) { p.MaxBins = 256 }, "params.params.max_bins"},
		"no learning":   {func(p *operation.GradientBoostingParams, _ *estimator.Sample) { p.LearningRate = 0 }, "params.params.learning_rate"},
		"none to stop by": {func(p *operation.GradientBoostingParams, s *estimator.Sample) {
			p.EarlyStopping = "on"
			s.Y = s.Y[:1]
			s.X = estimator.Columns{{1}}
		}, "params.params.early_stopping"},
	}
	for name, c := range cases {
		s, p := estimator.Sample{X: good.X, Y: slices.Clone(good.Y)}, defaults()
		c.change(&p, &s)
		_, err := boosting.New(p).Fit(t.Context(), s, estimator.Settings{})
		var f *fault.Error
		require.ErrorAs(t, err, &f, name)
		require.Equal(t, c.path, f.Fields[0].Path, name)
	}
}

func TestFit_StopsWhenItGetsNoBetter(t *testing.T) {
	t.Parallel()
	for _, classes := range []int{0, 2} {
		s, p := randomSample(6, 2000, 3, classes), defaults()
		p.EarlyStopping, p.MaxIter = "on", 1000
		saved := fields(t, fit(t, p, s, estimator.Settings{}))
		require.Equal(t, "early_stopping", saved.Stopped)
		n := len(saved.ValidationScore)
		require.Less(t, n, 500)
		require.LessOrEqual(t, slices.Max(saved.ValidationScore[n-10:]), saved.ValidationScore[n-11]+p.Tol)
		p.EarlyStopping = "auto"
		p.MaxIter = 3
		require.Empty(t, fields(t, fit(t, p, s, estimator.Settings{})).ValidationScore, "auto is off for so few rows")
		require.NotEmpty(t, fields(t, fit(t, p, randomSample(6, 10_001, 3, classes), estimator.Settings{})).ValidationScore)
	}
}

// What is told of a leaf rests on enough rows, whose answers differ; thresholds
// are on the grid; and all leaves together are too few to be solved for rows.
func TestFit_TellsOfNoFewRows_WhereOnlySummariesAreShared(t *testing.T) {
	t.Parallel()
	const least = 8
	for _, classes := range []int{0, 2, 3} {
		s := randomSample(7, 2000, 4, classes)
		p := defaults()
		p.MinSamplesLeaf = 1
		m := fit(t, p, s, estimator.Settings{MinRows: least})
		grid, err := binning.Grid(t.Context(), s.X, 255, least, 1)
		require.NoError(t, err)
		saved := fields(t, m)
		require.GreaterOrEqual(t, saved.Smallest, least)
		leaves := 0
		for _, iteration := range saved.Trees {
			for k, tree := range iteration {
				members := make(map[int][]float64)
				for i := range s.Y {
					at := 0
					for tree.Feature[at] >= 0 {
						left := s.X[tree.Feature[at]][i] <= tree.Threshold[at]
						if at = int(tree.Left[at]); !left {
							at++
						}
					}
					answer := s.Y[i]
					if classes == 3 && answer != float64(k) {
						answer = -1
					}
					members[at] = append(members[at], answer)
				}
				leaves += len(members)
				for at, answers := range members {
					require.GreaterOrEqual(t, len(answers), least)
					require.GreaterOrEqual(t, varied.Count(answers), int64(least))
					require.Equal(t, int32(-1), tree.Feature[at])
				}
				for i, f := range tree.Feature {
					require.True(t, f < 0 || slices.Contains(grid[f], tree.Threshold[i]))
				}
			}
		}
		require.LessOrEqual(t, leaves, len(s.Y)/least)
		require.Greater(t, leaves, 50, "and still it learns")
		require.Greater(t, saved.TrainScore[len(saved.TrainScore)-1], saved.TrainScore[0]*0.7)
	}
}

// Somebody who knows all rows but one, and fits both of its answers to see which
// gives the leaf's value that was told, mostly finds that both do.
func TestFit_LeavesMostlyStayTheSame_WhateverOneRowAnswers(t *testing.T) {
	t.Parallel()
	for _, classes := range []int{0, 2} {
		s := randomSample(8, 1000, 2, classes)
		p := short()
		p.MaxIter = 1
		told := fields(t, fit(t, p, s, estimator.Settings{MinRows: 10})).Trees[0][0].Value
		same, values := 0, 0
		for i := range 60 {
			changed := estimator.Sample{X: s.X, Y: slices.Clone(s.Y), Classes: classes}
			if changed.Y[i]++; classes == 2 {
				changed.Y[i] = 1 - s.Y[i]
			}
			for at, v := range fields(t, fit(t, p, changed, estimator.Settings{MinRows: 10})).Trees[0][0].Value {
				if values++; at < len(told) && math.Abs(v-told[at]) < 1e-9 {
					same++
				}
			}
		}
		require.Greater(t, float64(same)/float64(values), 0.8, "%d of %d", same, values)
	}
}

func TestFit_RefusesByPolicy(t *testing.T) {
	t.Parallel()
	s := randomSample(9, 200, 2, 0)
	settings := estimator.Settings{MinRows: 10}
	refused := func(p operation.GradientBoostingParams, s estimator.Sample) {
		t.Helper()
		_, err := boosting.New(p).Fit(t.Context(), s, settings)
		require.True(t, fault.HasCode(err, "policy_refused"), "%v", err)
		require.ErrorContains(t, err, "Allowed")
	}
	p := defaults()
	p.EarlyStopping = "on"
	refused(p, s)
	weighted := s
	weighted.Weights = slices.Repeat([]float64{1}, 200)
	weighted.Weights[3] = 1000
	refused(defaults(), weighted)
	spike := estimator.Sample{X: s.X, Y: make([]float64, 200)}
	spike.Y[3] = 1
	refused(defaults(), spike)
	spike.Classes = 2
	refused(defaults(), spike)
	refused(defaults(), estimator.Sample{X: estimator.Columns{s.X[0][:15]}, Y: s.Y[:15]})
}

func TestFit_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	p := defaults()
	p.MaxIter = 5000
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := boosting.New(p).Fit(ctx, randomSample(10, 50_000, 10, 3), estimator.Settings{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestRestore_PredictsTheSame(t *testing.T) {
	t.Parallel()
	for _, classes := range []int{0, 2, 3} {
		s := randomSample(11, 301, 3, classes)
		m := fit(t, short(), s, estimator.Settings{})
		restored, err := boosting.Restore(json.RawMessage(asJSON(t, m)))
		require.NoError(t, err)
		require.Equal(t, predict(t, m, s.X), predict(t, restored, s.X))
		require.Equal(t, asJSON(t, m), asJSON(t, restored))
		_, err = restored.Predict(t.Context(), s.X[:2])
		require.Error(t, err)
	}
}

func TestRestore_RefusesDamagedDocuments(t *testing.T) {
	t.Parallel()
	good := asJSON(t, fit(t, short(), randomSample(12, 100, 2, 0), estimator.Settings{}))
	for name, change := range map[string]func(m map[string]any){
		"no features":     func(m map[string]any) { m["features"] = 0 },
		"many features":   func(m map[string]any) { m["features"] = 1 << 40 },
		"one class":       func(m map[string]any) { m["classes"] = 1 },
		"other classes":   func(m map[string]any) { m["classes"] = 3 },
		"no baseline":     func(m map[string]any) { m["baseline"] = nil },
		"a missing tree":  func(m map[string]any) { m["trees"].([]any)[0] = []any{nil} },
		"no trees":        func(m map[string]any) { m["trees"] = []any{} },
		"a cycle":         func(m map[string]any) { first(m)["left"].([]any)[0] = 0 },
		"beyond the end":  func(m map[string]any) { first(m)["left"].([]any)[0] = 1000 },
		"a shared child":  func(m map[string]any) { first(m)["left"].([]any)[1] = 1; first(m)["feature"].([]any)[1] = 0 },
		"no such feature": func(m map[string]any) { first(m)["feature"].([]any)[0] = 2 },
		"a lone node":     func(m map[string]any) { first(m)["feature"].([]any)[0] = -1 },
		"a short part":    func(m map[string]any) { first(m)["value"] = []any{1} },
		"not a leaf":      func(m map[string]any) { first(m)["feature"].([]any)[0] = -2 },
		"no scores":       func(m map[string]any) { m["train_score"] = []any{} },
		"no rows":         func(m map[string]any) { m["rows"] = 0 },
		"a long chain":    func(m map[string]any) { chain(m, 5000) },
	} {
		m := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(good), &m))
		change(m)
		raw, err := json.Marshal(m)
		require.NoError(t, err)
		_, err = boosting.Restore(raw)
		require.Error(t, err, name)
	}
	for _, raw := range []string{"", "null", "[]", `{"features":1}`} {
		_, err := boosting.Restore(json.RawMessage(raw))
		require.Error(t, err, raw)
	}
}

// A chain as long as a tree can be is one; each row takes as many steps.
func TestRestore_TakesTheDeepestTree(t *testing.T) {
	t.Parallel()
	s := randomSample(12, 100, 2, 0)
	m := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(asJSON(t, fit(t, short(), s, estimator.Settings{}))), &m))
	chain(m, 4999)
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	restored, err := boosting.Restore(raw)
	require.NoError(t, err)
	predict(t, restored, s.X)
}

// chain makes the first tree one of so many splits below each other.
func chain(m map[string]any, splits int) {
	var feature, left []int
	for i := range splits {
		feature, left = append(feature, 0, -1), append(left, 2*i+1, 0)
	}
	feature, left = append(feature, -1), append(left, 0)
	t := first(m)
	// Splits stand at even places, each the right child of the one before.
	t["feature"], t["left"] = feature, left
	t["threshold"], t["value"] = make([]float64, len(feature)), make([]float64, len(feature))
}

func first(m map[string]any) map[string]any {
	return m["trees"].([]any)[0].([]any)[0].(map[string]any)
}

func TestExplain_TellsHowItWent(t *testing.T) {
	t.Parallel()
	p := defaults()
	p.EarlyStopping = "on"
	m := fit(t, p, randomSample(13, 3000, 3, 0), estimator.Settings{})
	out, err := m.(estimator.Explainer).Explain(estimator.About{Target: "y", Fit: finding.Fit{Rows: 2700, Support: 2700}})
	require.NoError(t, err)
	require.Equal(t, "n_iter", out.Metrics[0].Name)
	require.Len(t, out.Tables, 1)
	require.Len(t, out.Charts, 2)
	curve := out.Charts[1].(*finding.Curves).Chart
	require.Len(t, curve.Series, 2)
	require.Len(t, curve.Series[0].Y, int(out.Metrics[0].Value)+1)
	require.NotEmpty(t, out.Notes)
	total := 0.0
	for _, v := range fields(t, m).Importances {
		total += v
	}
	require.InDelta(t, 1, total, 1e-12)
	require.False(t, math.IsNaN(out.Metrics[2].Value))
}
