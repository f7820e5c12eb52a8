package logistic_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/logistic"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

var defaults = operation.LogisticRegressionParams{Penalty: "l2", C: 1, FitIntercept: true, ClassWeight: "none", MaxIter: 100, Tol: 1e-4}

type reference struct {
	Sets []struct {
		Name    string
		X       estimator.Columns
		Y       []float64
		Classes int
		Weights []float64
		Fits    []struct {
			Params        operation.LogisticRegressionParams
			Weighted      bool
			Intercepts    []float64
			Coefficients  [][]float64
			StdErrors     []float64 `json:"std_errors"`
			LogLikelihood float64   `json:"log_likelihood"`
		}
	}
}

func read(t *testing.T) reference {
	t.Helper()
	file, err := os.Open("testdata/reference.json.gz")
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	var out reference
	require.NoError(t, json.NewDecoder(unzipped).Decode(&out))
	return out
}

func fit(t *testing.T, p operation.LogisticRegressionParams, s estimator.Sample) *logistic.Model {
	t.Helper()
	m, err := logistic.New(p).Fit(t.Context(), s, estimator.Settings{MinRows: 1})
	require.NoError(t, err)
	return m.(*logistic.Model)
}

func TestFit_AgreesWithScikitLearnAndStatsmodels(t *testing.T) {
	t.Parallel()
	for _, set := range read(t).Sets {
		t.Run(set.Name, func(t *testing.T) {
			t.Parallel()
			for _, f := range set.Fits {
				s := estimator.Sample{X: set.X, Y: set.Y, Classes: set.Classes}
				if f.Weighted {
					s.Weights = set.Weights
				}
				m := fit(t, f.Params, s)
				require.True(t, m.Converged, "%+v", f.Params)
				for k, want := range f.Coefficients {
					require.InDelta(t, f.Intercepts[k], m.Planes[k].Intercept, 1e-6*max(1, math.Abs(f.Intercepts[k])), "intercept %d, %+v", k, f.Params)
					for j, b := range want {
						require.InDelta(t, b, m.Planes[k].Coefficients[j], 1e-6*max(1, math.Abs(b)), "coefficient %d of %d, %+v", j, k, f.Params)
					}
				}
				if f.StdErrors != nil {
					require.InEpsilonSlice(t, f.StdErrors, m.StdErrors, 1e-6)
					require.InEpsilon(t, f.LogLikelihood, m.LogLikelihood, 1e-9)
				}
			}
		})
	}
}

// random is rows of two or more classes that overlap.
func random(seed uint64, n, p, classes int) estimator.Sample {
	r := rand.New(rand.NewPCG(seed, 2))
	s := estimator.Sample{X: make(estimator.Columns, p), Classes: classes}
	for i := range n {
		y := i % classes
		for j := range p {
			s.X[j] = append(s.X[j], r.NormFloat64()+float64(y*(j%2)))
		}
		s.Y = append(s.Y, float64(y))
	}
	return s
}

func TestFit_KnowsRepeatedRowsAndOrder(t *testing.T) {
	t.Parallel()
	for _, classes := range []int{2, 3} {
		for _, p := range []operation.LogisticRegressionParams{defaults, {Penalty: "none", FitIntercept: true, ClassWeight: "balanced", MaxIter: 100, Tol: 1e-8}} {
			s := random(uint64(classes), 90, 3, classes)
			weighted, repeated := s, estimator.Sample{X: make(estimator.Columns, 3), Classes: classes}
			weighted.Weights = make([]float64, 90)
			turned := estimator.Sample{X: estimator.Columns{nil, nil, nil}, Classes: classes}
			for i := range s.Y {
				weighted.Weights[i] = float64(1 + i*i%3)
				for range int(weighted.Weights[i]) {
					for j := range s.X {
						repeated.X[j] = append(repeated.X[j], s.X[j][i])
					}
					repeated.Y = append(repeated.Y, s.Y[i])
				}
				for j := range s.X {
					turned.X[2-j] = append(turned.X[2-j], s.X[j][89-i])
				}
				turned.Y = append(turned.Y, s.Y[89-i])
			}
			a, b := fit(t, p, weighted), fit(t, p, repeated)
			c, d := fit(t, p, s), fit(t, p, turned)
			for k := range a.Planes {
				require.InDeltaSlice(t, a.Planes[k].Coefficients, b.Planes[k].Coefficients, 1e-8)
				for j := range 3 {
					require.InDelta(t, c.Planes[k].Coefficients[j], d.Planes[k].Coefficients[2-j], 1e-8)
				}
			}
		}
	}
}

func TestFit_GivesTheSameBitsOnAnyNumberOfProcessors(t *testing.T) {
	t.Parallel()
	for _, features := range []int{3, 140} { // by Newton's method, and by L-BFGS
		s := random(5, 20_000, features, 2)
		var first []byte
		for _, threads := range []int{1, 2, 5} {
			m, err := logistic.New(defaults).Fit(t.Context(), s, estimator.Settings{MinRows: 1, Threads: threads})
			require.NoError(t, err)
			require.True(t, m.(*logistic.Model).Converged)
			raw, err := json.Marshal(m)
			require.NoError(t, err)
			if first == nil {
				first = raw
			}
			require.Equal(t, string(first), string(raw))
		}
	}
}

func TestFit_SaysWhatCannotBeFitted(t *testing.T) {
	t.Parallel()
	free := defaults
	free.Penalty = "none"
	apart := random(1, 60, 2, 2)
	apart.X[1] = append([]float64(nil), apart.Y...)
	for i := range apart.X[1] {
		apart.X[1][i] += float64(i) / 100
	}
	nearly := random(1, 60, 2, 2)
	nearly.X[1] = make([]float64, 60)
	for i := 1; i < 20; i += 2 {
		nearly.X[1][i] = 1 // of the second class only
	}
	copied := random(1, 60, 2, 2)
	copied.X[1] = copied.X[0]
	three := random(1, 60, 2, 3)
	three.X[1] = three.Y
	single := random(1, 60, 2, 2)
	single.Y = make([]float64, 60)
	for name, tc := range map[string]struct {
		s    estimator.Sample
		path string
	}{
		"told apart":          {apart, "params.params.penalty"},
		"partly told apart":   {nearly, "params.params.penalty"},
		"three told apart":    {three, "params.params.penalty"},
		"a copy":              {copied, "params.features"},
		"a class without row": {single, "params.target"},
		"numbers":             {estimator.Sample{X: apart.X, Y: apart.Y}, "params.target"},
		"no features":         {estimator.Sample{Y: apart.Y, Classes: 2}, "params.features"},
	} {
		_, err := logistic.New(free).Fit(t.Context(), tc.s, estimator.Settings{MinRows: 1})
		var f *fault.Error
		require.ErrorAs(t, err, &f, name)
		require.NotEmpty(t, f.Fields, "%s: %v", name, err)
		require.Equal(t, tc.path, f.Fields[0].Path, name)
	}
	for name, s := range map[string]estimator.Sample{"told apart": apart, "copied": copied, "three": three} {
		require.True(t, fit(t, defaults, s).Converged, name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := logistic.New(defaults).Fit(ctx, apart, estimator.Settings{MinRows: 1})
	require.ErrorIs(t, err, context.Canceled)
}

func TestFit_RefusesToTellOfFewRows(t *testing.T) {
	t.Parallel()
	s := random(3, 200, 2, 2)
	_, err := logistic.New(defaults).Fit(t.Context(), s, estimator.Settings{MinRows: 5})
	require.NoError(t, err)

	rare := s
	rare.Y = make([]float64, 200)
	for i := range 7 {
		rare.Y[i] = 1
	}
	indicator := s
	indicator.X = estimator.Columns{s.X[0], make([]float64, 200)}
	for i := range 20 {
		indicator.X[1][2*i] = 1 // twenty rows of the first class, four of the second
	}
	for i := range 4 {
		indicator.X[1][2*i+1] = 1
	}
	apart := s
	apart.X = estimator.Columns{s.X[0], make([]float64, 200)}
	for i := range 200 {
		apart.X[1][i] = (2*s.Y[i] - 1) * (1 + float64(i)/2)
	}
	free := defaults
	free.C = 1e9
	for name, tc := range map[string]struct {
		s       estimator.Sample
		p       operation.LogisticRegressionParams
		message string
	}{
		"a rare class":          {rare, defaults, "at least 8 rows"},
		"a rare pair":           {indicator, defaults, "feature number 2"},
		"a border of few rows":  {apart, free, "decide the coefficients"},
		"weights of single row": {estimator.Sample{X: s.X, Y: s.Y, Classes: 2, Weights: append([]float64{1e6}, make([]float64, 199)...)}, defaults, "weights"},
	} {
		_, err := logistic.New(tc.p).Fit(t.Context(), tc.s, estimator.Settings{MinRows: 5})
		if name == "weights of single row" {
			require.Error(t, err)
			continue
		}
		require.True(t, fault.HasCode(err, "policy_refused"), "%s: got %v", name, err)
		require.ErrorContains(t, err, tc.message, name)
	}
}

func TestModel_PredictsExplainsAndIsRestored(t *testing.T) {
	t.Parallel()
	free := defaults
	free.Penalty = "none"
	for _, classes := range []int{2, 4} {
		s := random(4, 120, 3, classes)
		m := fit(t, free, s)
		raw, err := json.Marshal(m)
		require.NoError(t, err)
		again, err := logistic.Restore(raw)
		require.NoError(t, err)
		got, err := again.Predict(t.Context(), s.X)
		require.NoError(t, err)
		require.Len(t, got, classes)
		for i := range s.Y {
			sum := 0.0
			for k := range got {
				sum += got[k][i]
			}
			require.InDelta(t, 1, sum, 1e-12)
		}
		told, err := again.(estimator.Explainer).Explain(estimator.About{Features: []string{"a", "b", "c"}, Target: "y", Classes: []string{"k", "l", "m", "n"}, Fit: finding.Fit{Rows: 120}})
		require.NoError(t, err)
		require.Equal(t, classes == 2, m.StdErrors != nil)
		columns := told.Tables[0].(*finding.Estimates).Columns
		require.Equal(t, "odds_ratio", columns[3].Name)
	}
	for _, raw := range []string{
		`{}`, `null`, `{"classes":2,"planes":[]}`, `{"classes":3,"planes":[{"coefficients":[1]}]}`, `{"classes":2,"planes":[{"coefficients":[1e400]}]}`,
		`{"classes":3,"planes":[{"coefficients":[1]},{"coefficients":[1]},{"coefficients":[1,2]}]}`, `{"classes":2,"planes":[{"coefficients":[1]}],"std_errors":[1,2,3]}`,
		`{"classes":1000000000,"planes":[{"coefficients":[1]}]}`,
	} {
		_, err := logistic.Restore(json.RawMessage(raw))
		require.Error(t, err, raw)
	}
}
