package plane_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/coordinate"
	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/linear"
	"ddap/desktop-runner/internal/analyze/plane"
	"ddap/desktop-runner/internal/analyze/ridge"
	"ddap/desktop-runner/internal/finding"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

type reference struct {
	Sets []struct {
		Name    string
		X       estimator.Columns
		Y       []float64
		Weights []float64
		Fits    []struct {
			Model            string
			Params           json.RawMessage
			Scaled, Weighted bool
			Intercept        float64
			Coefficients     []float64
			StdErrors        []float64 `json:"std_errors"`
			PValues          []float64 `json:"p_values"`
			R2, F            float64
			AdjustedR2       float64 `json:"adjusted_r2"`
			Iterations       int     `json:"n_iter"`
			Loose            bool
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

// models are the models whose predictions are a plane.
var models = map[string]struct {
	create  func(t *testing.T, params string) estimator.Estimator
	restore func(json.RawMessage) (estimator.Model, error)
}{
	"linear_regression": {func(t *testing.T, params string) estimator.Estimator {
		p := operation.LinearRegressionParams{FitIntercept: true, ConfidenceLevel: 0.95}
		decode(t, params, &p)
		return linear.New(p)
	}, linear.Restore},
	"ridge": {func(t *testing.T, params string) estimator.Estimator {
		p := operation.RidgeParams{Alpha: 1, FitIntercept: true}
		decode(t, params, &p)
		return ridge.New(p)
	}, ridge.Restore},
	"lasso": {func(t *testing.T, params string) estimator.Estimator {
		p := operation.LassoParams{Alpha: 0.1, FitIntercept: true, MaxIter: 100_000, Tol: 1e-13}
		decode(t, params, &p)
		return coordinate.NewLasso(p)
	}, coordinate.Restore},
	"elastic_net": {func(t *testing.T, params string) estimator.Estimator {
		p := operation.ElasticNetParams{Alpha: 0.1, L1Ratio: 0.5, FitIntercept: true, MaxIter: 100_000, Tol: 1e-13}
		decode(t, params, &p)
		return coordinate.NewElasticNet(p)
	}, coordinate.Restore},
}

func decode(t *testing.T, params string, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(params), into))
}

func fit(t *testing.T, model, params string, s estimator.Sample) (estimator.Model, plane.Plane) {
	t.Helper()
	m, err := models[model].create(t, params).Fit(t.Context(), s, estimator.Settings{MinRows: 1})
	require.NoError(t, err, model)
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	var p plane.Plane
	require.NoError(t, json.Unmarshal(raw, &p))
	return m, p
}

func standardized(x estimator.Columns) estimator.Columns {
	out := make(estimator.Columns, len(x))
	for j, column := range x {
		mean, square := 0.0, 0.0
		for _, v := range column {
			mean += v / float64(len(column))
		}
		for _, v := range column {
			square += (v - mean) * (v - mean) / float64(len(column))
		}
		for _, v := range column {
			out[j] = append(out[j], (v-mean)/math.Sqrt(square))
		}
	}
	return out
}

// near wants 1e-6 of the largest coefficient's effect, and of each coefficient
// for its own size.
func near(t *testing.T, want, got []float64, tolerance float64, what string, args ...any) {
	t.Helper()
	largest := 0.0
	for _, b := range want {
		largest = max(largest, math.Abs(b))
	}
	for j := range want {
		require.InDelta(t, want[j], got[j], tolerance*max(math.Abs(want[j]), 1e-3*largest), append([]any{what + ": coefficient %d"}, append(args, j)...)...)
	}
}

func TestModels_AgreeWithScikitLearnAndStatsmodels(t *testing.T) {
	t.Parallel()
	for _, set := range read(t).Sets {
		for _, f := range set.Fits {
			s := estimator.Sample{X: set.X, Y: set.Y}
			if f.Scaled {
				s.X = standardized(set.X)
			}
			if f.Weighted {
				s.Weights = set.Weights
			}
			m, got := fit(t, f.Model, string(f.Params), s)
			tolerance := 1e-6
			if f.Model == "linear_regression" && set.Name == "longley" {
				tolerance = 1e-5 // statsmodels' own digits of these columns; NIST's values are tested in leastsquares
			}
			near(t, f.Coefficients, got.Coefficients, tolerance, "%s of %s, %s", f.Model, set.Name, string(f.Params))
			require.InDelta(t, f.Intercept, got.Intercept, tolerance*max(1, math.Abs(f.Intercept)), "%s of %s, %s", f.Model, set.Name, f.Params)
			if o, ok := m.(*linear.Fit); ok {
				statistic, _ := o.F()
				require.InEpsilonSlice(t, f.StdErrors, o.StdErrors, tolerance)
				require.InEpsilonSlice(t, []float64{f.R2, f.AdjustedR2, f.F}, []float64{o.R2(), o.AdjustedR2(), statistic}, tolerance)
				for i, term := range o.Terms() {
					require.InDelta(t, f.PValues[i], term.PValue, tolerance)
				}
			}
			if o, ok := m.(*coordinate.Model); ok {
				require.True(t, o.Converged || f.Loose && f.Iterations == 1000, "%s of %s, %s: %d iterations, gap %v", f.Model, set.Name, f.Params, o.Iterations, o.Gap)
				for j, b := range f.Coefficients {
					require.Equal(t, b == 0, o.Coefficients[j] == 0, "zero in both or none")
				}
				if f.Loose {
					require.Equal(t, f.Iterations, o.Iterations, "it stops where scikit-learn does")
				}
			}
		}
	}
}

func sample(seed uint64, n, p int) estimator.Sample {
	random := rand.New(rand.NewPCG(seed, 1))
	s := estimator.Sample{X: make(estimator.Columns, p)}
	for i := range n {
		y := random.NormFloat64()
		for j := range p {
			s.X[j] = append(s.X[j], random.NormFloat64()+float64(j))
			y += s.X[j][i] * float64(j%3)
		}
		s.Y = append(s.Y, y)
	}
	return s
}

func TestModels_KnowRepeatedRowsPermutationsAndUnits(t *testing.T) {
	t.Parallel()
	for model := range models {
		for seed := range uint64(5) {
			// The second shape is solved by other means: more columns than rows.
			for _, shape := range [][2]int{{60, 5}, {8, 12}} {
				if model == "linear_regression" && shape[0] < shape[1] {
					continue
				}
				s := sample(seed, shape[0], shape[1])
				_, want := fit(t, model, "{}", s)

				weighted, repeated := s, estimator.Sample{X: make(estimator.Columns, len(s.X))}
				weighted.Weights = make([]float64, len(s.Y))
				for i := range s.Y {
					weighted.Weights[i] = float64(1 + (i+int(seed))%3)
					for range int(weighted.Weights[i]) {
						for j := range s.X {
							repeated.X[j] = append(repeated.X[j], s.X[j][i])
						}
						repeated.Y = append(repeated.Y, s.Y[i])
					}
				}
				_, a := fit(t, model, "{}", weighted)
				_, b := fit(t, model, "{}", repeated)
				near(t, a.Coefficients, b.Coefficients, 1e-6, "%s, weights", model)

				turned := estimator.Sample{X: make(estimator.Columns, len(s.X))}
				for j := range s.X {
					column := make([]float64, 0, len(s.Y))
					for i := range s.Y {
						column = append(column, s.X[j][len(s.Y)-1-i])
					}
					turned.X[len(s.X)-1-j] = column
				}
				for i := range s.Y {
					turned.Y = append(turned.Y, s.Y[len(s.Y)-1-i])
				}
				_, c := fit(t, model, "{}", turned)
				for j := range want.Coefficients {
					require.InDelta(t, want.Coefficients[j], c.Coefficients[len(s.X)-1-j], 1e-6, "%s, order", model)
				}

				if model == "linear_regression" {
					scaled := estimator.Sample{X: make(estimator.Columns, len(s.X)), Y: s.Y}
					for j := range s.X {
						for _, x := range s.X[j] {
							scaled.X[j] = append(scaled.X[j], 1e9+x*1000)
						}
					}
					_, d := fit(t, model, "{}", scaled)
					for j := range want.Coefficients {
						require.InEpsilon(t, want.Coefficients[j], d.Coefficients[j]*1000, 1e-5, "units")
					}
				}
			}
		}
	}
}

func TestModels_PredictExplainAndAreRestored(t *testing.T) {
	t.Parallel()
	s := sample(3, 80, 4)
	for model, of := range models {
		m, p := fit(t, model, "{}", s)
		raw, err := json.Marshal(m)
		require.NoError(t, err)
		again, err := of.restore(raw)
		require.NoError(t, err)
		want, err := m.Predict(t.Context(), s.X)
		require.NoError(t, err)
		got, err := again.Predict(t.Context(), s.X)
		require.NoError(t, err)
		require.Equal(t, want, got)
		by := p.Intercept
		for j, b := range p.Coefficients {
			by += b * s.X[j][7]
		}
		require.InDelta(t, by, got[0][7], 1e-12)
		_, err = again.Predict(t.Context(), s.X[:2])
		require.ErrorContains(t, err, "takes 4 features")
		told, err := again.(estimator.Explainer).Explain(estimator.About{Features: []string{"a", "b", "c"}, Target: "y", Fit: finding.Fit{Rows: 80}})
		require.NoError(t, err)
		require.Len(t, told.Tables, 1)
	}
}

func TestRestore_RefusesWhatNoFitGives(t *testing.T) {
	t.Parallel()
	for model, of := range models {
		for _, raw := range []string{
			``, `null`, `[]`, `{}`, `{"coefficients":[]}`, `{"coefficients":[1e999]}`, `{"coefficients":"a"}`, `{"coefficients":[1,2],"intercept":null,"standardized_coefficients":[1]}`,
			`{"coefficients":[1],"fit_intercept":true,"std_errors":[1],"n":10,"total_sum_of_squares":1,"confidence_level":0.9,"standardized_coefficients":[]}`,
		} {
			_, err := of.restore(json.RawMessage(raw))
			require.Error(t, err, "%s: %s", model, raw)
		}
	}
}

func TestModels_SayWhatCannotBeFitted(t *testing.T) {
	t.Parallel()
	good := sample(1, 30, 2)
	same := append(append(estimator.Columns{}, good.X...), good.X[0])
	constant := append(append(estimator.Columns{}, good.X...), make([]float64, 30))
	for model := range models {
		e := models[model].create(t, "{}")
		for name, tc := range map[string]struct {
			s    estimator.Sample
			only bool // of linear_regression
			path string
		}{
			"no features":       {estimator.Sample{Y: good.Y}, false, "params.features"},
			"weights of zero":   {estimator.Sample{X: good.X, Y: good.Y, Weights: make([]float64, 30)}, false, "params.source"},
			"a copy":            {estimator.Sample{X: same, Y: good.Y}, true, "params.features"},
			"a constant":        {estimator.Sample{X: constant, Y: good.Y}, true, "params.features"},
			"one row":           {estimator.Sample{X: estimator.Columns{{1}}, Y: []float64{2}}, true, "params.features"},
			"a constant target": {estimator.Sample{X: good.X, Y: make([]float64, 30)}, true, "params.target"},
		} {
			m, err := e.Fit(t.Context(), tc.s, estimator.Settings{MinRows: 1})
			if tc.only && model != "linear_regression" {
				require.NoError(t, err, "%s: %s", model, name)
				_, err = m.Predict(t.Context(), tc.s.X)
				require.NoError(t, err)
				raw, err := json.Marshal(m)
				require.NoError(t, err, "%s: %s", model, name)
				_, err = models[model].restore(raw)
				require.NoError(t, err, "%s: %s", model, name)
				continue
			}
			var f *fault.Error
			require.ErrorAs(t, err, &f, "%s: %s", model, name)
			require.Equal(t, tc.path, f.Fields[0].Path, "%s: %s", model, name)
		}
		weighted := good
		weighted.Weights = append([]float64{1e9}, make([]float64, 29)...)
		_, err := e.Fit(t.Context(), weighted, estimator.Settings{MinRows: 5})
		require.True(t, fault.HasCode(err, "policy_refused"), "%s: got %v", model, err)

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = e.Fit(ctx, good, estimator.Settings{MinRows: 1})
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestModels_GiveTheSameBitsOnAnyNumberOfProcessors(t *testing.T) {
	t.Parallel()
	s := sample(9, 50_000, 12)
	for model := range models {
		var first []byte
		for _, threads := range []int{1, 2, 7} {
			m, err := models[model].create(t, "{}").Fit(t.Context(), s, estimator.Settings{MinRows: 1, Threads: threads})
			require.NoError(t, err)
			raw, err := json.Marshal(m)
			require.NoError(t, err)
			if first == nil {
				first = raw
			}
			require.Equal(t, string(first), string(raw), model)
		}
	}
}
