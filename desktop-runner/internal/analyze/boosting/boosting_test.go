package boosting_test

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/boosting"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/shared/operation"
)

func read(t *testing.T, path string, into any) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	require.NoError(t, json.NewDecoder(unzipped).Decode(into))
}

type dataSet struct {
	Name    string      `json:"name"`
	Classes int         `json:"classes"`
	X       [][]float64 `json:"x"`
	Y       []float64   `json:"y"`
}

func dataSets(t *testing.T) map[string]dataSet {
	t.Helper()
	var all struct {
		Sets []dataSet `json:"sets"`
	}
	read(t, "../tree/testdata/reference.json.gz", &all)
	out := map[string]dataSet{}
	for _, s := range all.Sets {
		out[s.Name] = s
	}
	return out
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

// defaults have no early stopping.
func defaults() operation.GradientBoostingParams {
	p, _ := (&operation.AnalyzeParams{}).GradientBoosting()
	p.EarlyStopping = "off"
	return p
}

func fit(t *testing.T, p operation.GradientBoostingParams, s estimator.Sample, settings estimator.Settings) estimator.Model {
	t.Helper()
	m, err := boosting.New(p).Fit(t.Context(), s, settings)
	require.NoError(t, err)
	return m
}

func predict(t *testing.T, m estimator.Model, x estimator.Columns) [][]float64 {
	t.Helper()
	out, err := m.Predict(t.Context(), x)
	require.NoError(t, err)
	return out
}

// fields reads the JSON of a model.
func fields(t *testing.T, m estimator.Model) (out saved) {
	t.Helper()
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

type saved struct {
	TrainScore      []float64 `json:"train_score"`
	ValidationScore []float64 `json:"validation_score"`
	Importances     []float64 `json:"feature_importances"`
	Stopped         string    `json:"stopped"`
	Smallest        int       `json:"smallest_leaf"`
	Trees           [][]struct {
		Feature   []int32   `json:"feature"`
		Threshold []float64 `json:"threshold"`
		Left      []int32   `json:"left"`
		Value     []float64 `json:"value"`
	} `json:"trees"`
}

// Six data sets, three settings, with weights and without: 36 fits. Predictions
// of rows that were learned from, and of others.
func TestFit_PredictsAsScikitLearn(t *testing.T) {
	t.Parallel()
	var reference struct {
		Fits []struct {
			Name       string          `json:"name"`
			Params     json.RawMessage `json:"params"`
			Weighted   bool            `json:"weighted"`
			Step       int             `json:"step"`
			Predict    [][]float64     `json:"predict"`
			TrainScore []float64       `json:"train_score"`
		} `json:"fits"`
	}
	read(t, "testdata/reference.json.gz", &reference)
	sets := dataSets(t)
	for _, r := range reference.Fits {
		d, p := sets[r.Name], defaults()
		require.NoError(t, json.Unmarshal(r.Params, &p))
		train := pick(d, func(i int) bool { return i%4 != 0 })
		if r.Weighted {
			for i := range train.Y {
				train.Weights = append(train.Weights, float64(i%3+1))
			}
		}
		m := fit(t, p, train, estimator.Settings{})
		got := predict(t, m, pick(d, func(i int) bool { return i%r.Step == 0 }).X)
		worst := 0.0
		for k := range r.Predict {
			for i, want := range r.Predict[k] {
				worst = max(worst, math.Abs(want-got[k][i])/max(1, math.Abs(want)))
			}
		}
		t.Logf("%s %s weighted %t: %.2g", r.Name, r.Params, r.Weighted, worst)
		if worst > 1e-6 {
			t.Errorf("%s %s", r.Name, r.Params)
		}
		scores := fields(t, m).TrainScore
		last := len(scores) - 1
		if d := math.Abs(scores[last] - r.TrainScore[last]); d > 1e-6*max(1, math.Abs(scores[0])) {
			t.Errorf("score %g, want %g", scores[last], r.TrainScore[last])
		}
	}
}
