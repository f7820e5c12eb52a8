package supervised_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/linear"
	"ddap/desktop-runner/internal/analyze/supervised"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

func linearRun(t *testing.T, path, params string) (finding.Finding, error) {
	t.Helper()
	p, err := operation.Decode(operation.Analyze, json.RawMessage(params))
	require.NoError(t, err)
	return supervised.Run(t.Context(), steptest.Open(t, path), p.(*operation.AnalyzeParams), supervised.Learner{
		Name: operation.LinearRegression, Numbers: true, Linear: true, Restore: linear.Restore,
		New: func(p *operation.AnalyzeParams) (estimator.Estimator, any, error) {
			params, err := p.LinearRegression()
			return linear.New(params), params, err
		},
	})
}

func metric(t *testing.T, f finding.Finding, name string) float64 {
	t.Helper()
	for _, m := range f.Metrics {
		if m.Name == name {
			return m.Value
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// The numbers are numpy's and scipy's; testdata/reference.py of package linear
// prints them.
func TestLinearRegression_AgreesWithNumpyOnThePenguins(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		params               string
		b, se, tt, p, lo, hi []float64
		metrics              map[string]float64
	}{
		"with an intercept": {
			`{"source":{"dataset":"x"},"model":"linear_regression","target":"Body Mass (g)","features":["Beak Length (mm)","Beak Depth (mm)","Flipper Length (mm)"],"params":{"confidence_level":0.9}}`,
			[]float64{-6424.7646981, 4.16182047041, 20.0495331314, 50.2692216382},
			[]float64{561.469256878, 5.32908767643, 13.6939248564, 2.47714325422},
			[]float64{-11.4427720118, 0.780963032156, 1.46411882215, 20.2932234753},
			[]float64{7.57732621476e-26, 0.435370862431, 0.144090896504, 1.93164626475e-60},
			[]float64{-7350.83764744, -4.62783966031, -2.53687427109, 46.1834852755},
			[]float64{-5498.69174876, 12.9514806011, 42.635940534, 54.354958001},
			map[string]float64{"rows": 344, "rows_used": 342, "rows_dropped": 2, "r2": 0.7614704841272493, "train_mean_absolute_error": 310.45771553447946,
				"train_root_mean_squared_error": 391.0974171596371, "f_statistic": 359.6718037085107, "f_pvalue": 8.188525644924138e-105, "degrees_of_freedom": 338},
		},
		"without": {
			`{"source":{"dataset":"x"},"model":"linear_regression","target":"Body Mass (g)","features":["Beak Length (mm)","Beak Depth (mm)","Flipper Length (mm)"],"params":{"confidence_level":0.9,"fit_intercept":false}}`,
			[]float64{20.4526520287, -111.068279119, 25.9692045034},
			[]float64{6.03992487194, 8.81903619612, 1.49997987897},
			[]float64{3.38624278652, -12.5941516339, 17.3130352396},
			[]float64{0.000791780621421, 4.24491993148e-30, 1.46438386062e-48},
			[]float64{10.4906360786, -125.614052636, 23.4951963335},
			[]float64{30.4146679789, -96.522505601, 28.4432126734},
			map[string]float64{"r2": 0.9884012336716276, "train_mean_absolute_error": 376.35597131408025, "train_root_mean_squared_error": 460.6635632668447, "f_statistic": 9629.415425991005},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := linearRun(t, steptest.Example("penguins.json"), tc.params)
			require.NoError(t, err)
			rows := frame.Rows(f.Tables[0].(*finding.Estimates).Frame)
			for i := range tc.b {
				for j, want := range []float64{tc.b[i], tc.se[i], tc.tt[i], tc.p[i], tc.lo[i], tc.hi[i]} {
					require.InEpsilon(t, want, rows[i][j+1].(float64), 1e-8, "%v, column %d", rows[i][0], j+1)
				}
			}
			for name, want := range tc.metrics {
				require.InEpsilon(t, want, metric(t, f, name), 1e-9, name)
			}
		})
	}
}

func TestLinearRegression_RefusesWhatCannotBeFitted(t *testing.T) {
	t.Parallel()
	penguins := steptest.Example("penguins.json")
	cases := map[string]struct{ path, params, field, message string }{
		"a text target":     {penguins, `"target":"Species"`, "params.target", "Species is text, and linear_regression predicts numbers"},
		"an unknown target": {penguins, `"target":"Body mass (g)"`, "params.target", `did you mean "Body Mass (g)"?`},
		"too few rows":      {steptest.Write(t, "a.csv", "a,b,y\n1,2,3\n2,2,1\n4,1,1\n"), `"target":"y"`, "params.features", "at least 4 rows"},
		"a constant":        {steptest.Write(t, "a.csv", "a,b,y\n1,2,3\n2,2,1\n4,2,1\n5,2,9\n"), `"target":"y"`, "params.features", "b has the same value"},
		"a copy":            {steptest.Write(t, "a.csv", "a,b,y\n1,2,3\n2,4,1\n4,8,1\n5,10,9\n"), `"target":"y"`, "params.features", "b can be calculated exactly"},
		"a constant target": {steptest.Write(t, "a.csv", "a,y\n1,2\n2,2\n4,2\n"), `"target":"y"`, "params.target", "y is the same in every row"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := linearRun(t, tc.path, `{"source":{"dataset":"x"},"model":"linear_regression",`+tc.params+`}`)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Equal(t, "invalid_params", f.Code)
			require.Equal(t, tc.field, f.Fields[0].Path)
			require.Contains(t, f.Fields[0].Message, tc.message)
		})
	}
}
