package score

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

type numbersReference struct {
	Data                  string
	Y, Predicted, Weights []float64
	Metrics, Weighted     map[string]float64
}

type curvesReference struct {
	ROC             [3][]float64 `json:"roc"`
	PrecisionRecall [3][]float64 `json:"precision_recall"`
}

type classesReference struct {
	Data              string
	Y, Weights        []float64
	Probabilities     [][]float64
	Confusion         [][]int64
	Metrics, Weighted map[string]float64
	Curves            *curvesReference
	WeightedCurves    *curvesReference `json:"weighted_curves"`
	Calibration       map[string][2][]float64
}

func references(t *testing.T) (numbers []numbersReference, classes []classesReference) {
	t.Helper()
	f, err := os.Open("testdata/sklearn.json.gz")
	require.NoError(t, err)
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	var all struct {
		Numbers []numbersReference
		Classes []classesReference
	}
	require.NoError(t, json.NewDecoder(unzipped).Decode(&all))
	require.NotEmpty(t, all.Numbers)
	require.NotEmpty(t, all.Classes)
	return all.Numbers, all.Classes
}

// near is agreement to 1e-12, relative above 1: what is near to zero is a
// difference of larger numbers.
func near(t *testing.T, want, got float64, message ...any) {
	t.Helper()
	require.InDelta(t, want, got, 1e-12*max(1, want, -want), message...)
}

func same(t *testing.T, want map[string]float64, got []Metric, data string) {
	t.Helper()
	names := map[string]float64{}
	for _, m := range got {
		names[m.Name] = m.Value
	}
	for name, value := range want {
		require.Contains(t, names, name, data)
		near(t, value, names[name], "%s: %s", data, name)
	}
	require.Len(t, names, len(want), data)
}

func TestMetrics_AreThoseOfScikitLearn(t *testing.T) {
	t.Parallel()
	numbers, classes := references(t)
	for _, r := range numbers {
		same(t, r.Metrics, Numbers(r.Y, r.Predicted, nil, Options{}), r.Data)
		same(t, r.Weighted, Numbers(r.Y, r.Predicted, r.Weights, Options{}), r.Data+", weighted")
	}
	for _, r := range classes {
		same(t, r.Metrics, Classes(r.Y, r.Probabilities, nil, Options{}), r.Data)
		same(t, r.Weighted, Classes(r.Y, r.Probabilities, r.Weights, Options{}), r.Data+", weighted")
		require.Equal(t, r.Confusion, Confuse(r.Y, Predicted(r.Probabilities), len(r.Probabilities), nil, Options{}).Rows, r.Data)
	}
}

func TestCurves_AreThoseOfScikitLearn(t *testing.T) {
	t.Parallel()
	_, classes := references(t)
	tried := 0
	for _, r := range classes {
		if r.Curves == nil {
			continue
		}
		tried++
		for what, c := range map[string]struct {
			want    *curvesReference
			weights []float64
		}{"": {r.Curves, nil}, ", weighted": {r.WeightedCurves, r.Weights}} {
			ranking := Rank(r.Y, r.Probabilities[1], 1, c.weights, Options{})
			sameCurve(t, c.want.ROC, ranking.ROC(), r.Data+what+" roc")
			sameCurve(t, c.want.PrecisionRecall, ranking.PrecisionRecall(), r.Data+what+" precision-recall")
		}
		for name, want := range r.Calibration {
			var bins int
			var strategy Strategy
			switch name {
			case "uniform 5":
				strategy, bins = Uniform, 5
			case "uniform 10":
				strategy, bins = Uniform, 10
			case "quantile 5":
				strategy, bins = Quantile, 5
			default:
				strategy, bins = Quantile, 10
			}
			got := Calibrate(r.Y, r.Probabilities[1], 1, bins, strategy, Options{})
			require.Len(t, got.Predicted, len(want[0]), "%s %s", r.Data, name)
			for i := range got.Predicted {
				near(t, want[0][i], got.Predicted[i], "%s %s", r.Data, name)
				near(t, want[1][i], got.True[i], "%s %s", r.Data, name)
			}
		}
	}
	require.GreaterOrEqual(t, tried, 5)
}

func sameCurve(t *testing.T, want [3][]float64, got *Curve, message string) {
	t.Helper()
	if len(want[0]) > chartPoints {
		require.LessOrEqual(t, len(got.X), chartPoints, message)
		j := 0
		for i, threshold := range got.Thresholds[1:] {
			for want[2][j+1] != threshold {
				j++
			}
			near(t, want[0][j+1], got.X[i+1], message)
			near(t, want[1][j+1], got.Y[i+1], message)
		}
		return
	}
	require.Len(t, got.X, len(want[0]), message)
	for i := range got.X {
		near(t, want[0][i], got.X[i], message)
		near(t, want[1][i], got.Y[i], message)
		if i > 0 { // the first is infinite
			require.Equal(t, want[2][i], got.Thresholds[i], message)
		}
	}
}
