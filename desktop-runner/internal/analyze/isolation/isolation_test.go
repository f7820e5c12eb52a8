package isolation_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/isolation"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

func dataSets(t *testing.T) map[string]estimator.Columns {
	t.Helper()
	f, err := os.Open("../tree/testdata/reference.json.gz")
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	var all struct {
		Sets []struct {
			Name string            `json:"name"`
			X    estimator.Columns `json:"x"`
		} `json:"sets"`
	}
	require.NoError(t, json.NewDecoder(unzipped).Decode(&all))
	out := map[string]estimator.Columns{}
	for _, s := range all.Sets {
		out[s.Name] = s.X
	}
	return out
}

func defaults() operation.IsolationForestParams {
	p, _ := (&operation.AnalyzeParams{}).IsolationForest()
	return p
}

func fit(t *testing.T, x estimator.Columns, p operation.IsolationForestParams, settings estimator.Settings) (*isolation.Forest, []float64) {
	t.Helper()
	f, err := isolation.Fit(t.Context(), x, p, settings)
	require.NoError(t, err)
	scores, err := f.Scores(t.Context(), x)
	require.NoError(t, err)
	return f, scores
}

// Six data sets, two settings. The mean scores of 20 seeds here differ from those
// of 20 seeds there by what the mean of so many may differ, and the numbers of
// anomalies lie among those of its seeds.
func TestFit_ScoresAsScikitLearn(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/reference.json")
	require.NoError(t, err)
	var reference struct {
		Sets []struct {
			Name      string          `json:"name"`
			Params    json.RawMessage `json:"params"`
			Mean      []float64       `json:"mean"`
			Spread    float64         `json:"spread"`
			Anomalies []int           `json:"anomalies"`
			Offsets   []float64       `json:"offsets"`
		} `json:"sets"`
	}
	require.NoError(t, json.Unmarshal(raw, &reference))
	require.Len(t, reference.Sets, 12)
	sets := dataSets(t)
	const seeds = 20
	for _, r := range reference.Sets {
		p := defaults()
		require.NoError(t, json.Unmarshal(r.Params, &p))
		x := sets[r.Name]
		mean, anomalies := make([]float64, len(r.Mean)), 0.0
		for seed := range int64(seeds) {
			f, scores := fit(t, x, p, estimator.Settings{RandomState: seed})
			for i, score := range scores {
				mean[i] += score / seeds
				if score < f.Offset {
					anomalies += 1.0 / seeds
				}
			}
		}
		off := 0.0
		for i := range mean {
			off += math.Abs(mean[i]-r.Mean[i]) / float64(len(mean))
		}
		low, high := float64(slices.Min(r.Anomalies)), float64(slices.Max(r.Anomalies))
		t.Logf("%s %s: mean scores differ by %.4f, one seed's spread is %.4f; %.1f anomalies, there %g to %g", r.Name, r.Params, off, r.Spread, anomalies, low, high)
		// The mean absolute difference of two means of 20 is 0.8·√(2/20) = 0.25 spreads.
		require.Less(t, off, 0.4*r.Spread, r.Name)
		require.GreaterOrEqual(t, anomalies, low-0.5)
		require.LessOrEqual(t, anomalies, high+0.5)
	}
}

func clouds(n, p int) estimator.Columns {
	random := rand.New(rand.NewPCG(1, 1))
	x := make(estimator.Columns, p)
	for j := range x {
		x[j] = make([]float64, n)
		for i := range x[j] {
			x[j][i] = random.NormFloat64()
		}
		x[j][0] = 9
	}
	return x
}

func TestFit_FindsTheRowThatIsUnlikeTheOthers(t *testing.T) {
	t.Parallel()
	p := defaults()
	p.Contamination = 0.001
	f, scores := fit(t, clouds(1000, 3), p, estimator.Settings{})
	require.Equal(t, slices.Min(scores), scores[0])
	require.Less(t, scores[0], f.Offset)
	require.Less(t, f.Offset, slices.Min(scores[1:])+1e-12)
}

func TestFit_IsTheSame_OnAnyNumberOfThreads(t *testing.T) {
	t.Parallel()
	x := clouds(1500, 4)
	one, scores := fit(t, x, defaults(), estimator.Settings{Threads: 1, RandomState: 5})
	for _, threads := range []int{2, 9} {
		many, again := fit(t, x, defaults(), estimator.Settings{Threads: threads, RandomState: 5})
		require.Equal(t, one.Trees, many.Trees)
		require.Equal(t, scores, again)
	}
	other, _ := fit(t, x, defaults(), estimator.Settings{RandomState: 6})
	require.NotEqual(t, one.Trees, other.Trees)
}

// Scaling a column changes its thresholds and no score.
func TestScores_DoNotDependOnUnits(t *testing.T) {
	t.Parallel()
	x := clouds(500, 3)
	_, want := fit(t, x, defaults(), estimator.Settings{})
	scaled := make(estimator.Columns, len(x))
	for j := range x {
		for _, v := range x[j] {
			scaled[j] = append(scaled[j], v*1024)
		}
	}
	_, got := fit(t, scaled, defaults(), estimator.Settings{})
	require.InDeltaSlice(t, want, got, 1e-12)
}

func TestFit_TakesConstantExtremeAndFewRows(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]estimator.Columns{
		"constant": {{4, 4, 4}, {1, 1, 1}},
		"one row":  {{4}},
	} {
		f, scores := fit(t, x, defaults(), estimator.Settings{})
		for _, score := range scores {
			require.InDelta(t, -0.5, score, 1e-12, name)
			require.GreaterOrEqual(t, score, f.Offset, "none is unlike the others")
		}
	}
	_, scores := fit(t, estimator.Columns{{-math.MaxFloat64, 1, 2, math.MaxFloat64}}, defaults(), estimator.Settings{})
	for _, score := range scores {
		require.False(t, math.IsNaN(score))
	}
}

func TestFit_RefusesWhatItCannotUse(t *testing.T) {
	t.Parallel()
	x := clouds(10, 2)
	for path, change := range map[string]func(*operation.IsolationForestParams){
		"params.params.n_estimators":  func(p *operation.IsolationForestParams) { p.NEstimators = 0 },
		"params.params.max_samples":   func(p *operation.IsolationForestParams) { p.MaxSamples = 0.01 },
		"params.params.contamination": func(p *operation.IsolationForestParams) { p.Contamination = 0.7 },
		"params.params.max_features":  func(p *operation.IsolationForestParams) { p.MaxFeatures = 0 },
	} {
		p := defaults()
		change(&p)
		_, err := isolation.Fit(t.Context(), x, p, estimator.Settings{})
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		require.Equal(t, path, f.Fields[0].Path)
	}
	_, err := isolation.Fit(t.Context(), nil, defaults(), estimator.Settings{})
	require.Error(t, err)
	_, err = isolation.Fit(t.Context(), x, defaults(), estimator.Settings{MinRows: 2})
	require.True(t, fault.HasCode(err, "policy_refused"))
	f, _ := fit(t, x, defaults(), estimator.Settings{})
	_, err = f.Scores(t.Context(), x[:1])
	require.Error(t, err)
}

func TestFit_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	x, p := clouds(100_000, 2), defaults()
	p.MaxSamples, p.NEstimators = 1.0, 200
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	_, err := isolation.Fit(ctx, x, p, estimator.Settings{})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(start), 5*time.Second)
}

func TestRestore_ScoresTheSame(t *testing.T) {
	t.Parallel()
	x := clouds(301, 3)
	f, want := fit(t, x, defaults(), estimator.Settings{})
	raw, err := json.Marshal(f)
	require.NoError(t, err)
	restored, err := isolation.Restore(raw)
	require.NoError(t, err)
	got, err := restored.Scores(t.Context(), x)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestRestore_RefusesDamagedDocuments(t *testing.T) {
	t.Parallel()
	f, _ := fit(t, clouds(50, 2), defaults(), estimator.Settings{})
	good, err := json.Marshal(f)
	require.NoError(t, err)
	for name, change := range map[string]func(f *isolation.Forest){
		"no features":     func(f *isolation.Forest) { f.Features = 0 },
		"no trees":        func(f *isolation.Forest) { f.Trees = nil },
		"a missing tree":  func(f *isolation.Forest) { f.Trees[0] = nil },
		"no samples":      func(f *isolation.Forest) { f.MaxSamples = 0 },
		"an offset":       func(f *isolation.Forest) { f.Offset = 3 },
		"a cycle":         func(f *isolation.Forest) { f.Trees[1].Left[0] = 0 },
		"beyond the end":  func(f *isolation.Forest) { f.Trees[1].Left[0] = 4000 },
		"no such feature": func(f *isolation.Forest) { f.Trees[1].Feature[0] = 2 },
		"a lone node":     func(f *isolation.Forest) { f.Trees[1].Feature[0] = -1 },
		"a short part":    func(f *isolation.Forest) { f.Trees[1].Length = nil },
		"a length":        func(f *isolation.Forest) { f.Trees[1].Length[0] = -1 },
	} {
		damaged := &isolation.Forest{}
		require.NoError(t, json.Unmarshal(good, damaged))
		change(damaged)
		raw, err := json.Marshal(damaged)
		require.NoError(t, err)
		_, err = isolation.Restore(raw)
		require.Error(t, err, name)
	}
	for _, raw := range []string{"", "null", "[]", "{}"} {
		_, err := isolation.Restore(json.RawMessage(raw))
		require.Error(t, err)
	}
}
