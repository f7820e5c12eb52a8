package supervised_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/supervised"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
)

// memory is a model that learns every row by heart and nothing else: the first
// column is the row's name. It notes which rows it was shown.
type memory struct{ fits []*memorised }

type memorised struct {
	Answers map[float64]float64 `json:"-"`
	Classes int                 `json:"classes"`
	// learned and asked are whole rows, in their order.
	learned, asked [][]float64
}

func (m *memory) Fit(_ context.Context, s estimator.Sample, _ estimator.Settings) (estimator.Model, error) {
	out := &memorised{Answers: map[float64]float64{}, Classes: s.Classes, learned: rowsOf(s.X)}
	for i, y := range s.Y {
		out.Answers[s.X[0][i]] = y
	}
	m.fits = append(m.fits, out)
	return out, nil
}

func (m *memorised) Predict(_ context.Context, x estimator.Columns) ([][]float64, error) {
	m.asked = append(m.asked, rowsOf(x)...)
	out := make([][]float64, max(1, m.Classes))
	for j := range out {
		out[j] = make([]float64, x.Rows())
	}
	for i, name := range x[0] {
		switch y, known := m.Answers[name]; {
		case m.Classes == 0 && known:
			out[0][i] = y
		case m.Classes == 0:
			out[0][i] = -1000
		default:
			out[int(y)][i] = 1
		}
	}
	return out, nil
}

func rowsOf(x estimator.Columns) [][]float64 {
	out := make([][]float64, x.Rows())
	for i := range out {
		for j := range x {
			out[i] = append(out[i], x[j][i])
		}
	}
	return out
}

func names(rows [][]float64) []int {
	var out []int
	for _, row := range rows {
		out = append(out, int(row[0]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rows of the data; the time goes backwards in the file, and rows divisible by
// 4 are marked.
const rows = 40

func data() string {
	var b strings.Builder
	b.WriteString("name,gap,time,marked,y\n")
	for i := range rows {
		gap := "1000"
		switch {
		case i%4 == 0:
		case i%2 == 0:
			gap = ""
		default:
			gap = "6"
		}
		_, _ = fmt.Fprintf(&b, "%d,%s,%d,%t,%d\n", i, gap, rows-i, i%4 == 0, i*i%17)
	}
	return b.String()
}

func run(t *testing.T, validation string) (*memory, map[string]float64) {
	t.Helper()
	m := &memory{}
	l := supervised.Learner{
		Name: operation.DecisionTree, Numbers: true, Classes: true,
		New:     func(*operation.AnalyzeParams) (estimator.Estimator, any, error) { return m, struct{}{}, nil },
		Restore: func(json.RawMessage) (estimator.Model, error) { return &memorised{}, nil },
	}
	p, err := operation.Decode(operation.Analyze, json.RawMessage(
		`{"source":{"dataset":"data"},"model":"decision_tree","target":"y","features":["name","gap"],"validation":`+validation+`}`))
	require.NoError(t, err)
	params, ok := p.(*operation.AnalyzeParams)
	require.True(t, ok)
	s := steptest.Open(t, steptest.Write(t, "data.csv", data()))
	s.MinGroupSize, s.Judge = 1, func(finding.Fit) error { return nil }
	f, err := supervised.Run(t.Context(), s, params, l)
	require.NoError(t, err)
	metrics := map[string]float64{}
	for _, metric := range f.Metrics {
		metrics[metric.Name] = metric.Value
	}
	return m, metrics
}

func everyRow() []int {
	out := make([]int, rows)
	for i := range out {
		out[i] = i
	}
	return out
}

func apart(t *testing.T, one, other []int) {
	t.Helper()
	for _, name := range one {
		require.NotContains(t, other, name)
	}
}

func TestRun_NeverLearnsFromTheRowsThatJudge(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"split", "column"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			column := ""
			if method == "column" {
				column = `"column":"marked",`
			}
			m, metrics := run(t, `{`+column+`"method":"`+method+`","permutation_importance":false}`)
			require.Len(t, m.fits, 1)
			learned := names(m.fits[0].learned)
			require.Len(t, learned, 30)
			require.Equal(t, everyRow(), names(m.fits[0].asked))
			require.InDelta(t, 1, metrics["train_r2"], 1e-12, "it knows them by heart")
			require.Less(t, metrics["test_r2"], -100.0, "it knows none of them")
			require.InDelta(t, 10, metrics["rows_test"], 0)
			if method == "column" {
				require.False(t, slices.ContainsFunc(learned, func(i int) bool { return i%4 == 0 }))
			}
		})
	}
}

// Every fourth row is marked, and has 1000 where the others have 6 or nothing:
// what is filled in must be 6.
func TestRun_PreparesByTheRowsItLearnsFrom(t *testing.T) {
	t.Parallel()
	m, _ := run(t, `{"method":"column","column":"marked","permutation_importance":false}`)
	for _, row := range m.fits[0].learned {
		require.InDelta(t, 6, row[1], 0)
	}
}

func TestRun_JudgesEveryRowOnceByAFoldThatHasNotSeenIt(t *testing.T) {
	t.Parallel()
	m, metrics := run(t, `{"method":"kfold","n_splits":4,"permutation_importance":false}`)
	require.Len(t, m.fits, 5, "the model that is kept, and one for each fold")
	require.Equal(t, everyRow(), names(m.fits[0].learned))
	var judged []int
	for _, fold := range m.fits[1:] {
		apart(t, names(fold.asked), names(fold.learned))
		require.Len(t, fold.learned, 30)
		judged = append(judged, names(fold.asked)...)
	}
	slices.Sort(judged)
	require.Equal(t, everyRow(), judged)
	require.InDelta(t, 1, metrics["train_r2"], 1e-12)
	require.Less(t, metrics["cv_r2_mean"], -100.0)
}

func TestRun_GoesForwardInTime(t *testing.T) {
	t.Parallel()
	m, metrics := run(t, `{"method":"time_series","order_by":"time","n_splits":3,"permutation_importance":false}`)
	require.Len(t, m.fits, 4)
	for _, fold := range m.fits[1:] {
		// The time is 40 less the name, so what is later has the smaller name.
		require.Less(t, slices.Max(names(fold.asked)), slices.Min(names(fold.learned)))
		require.Len(t, fold.asked, 10)
	}
	require.Less(t, metrics["cv_r2_mean"], -100.0)
}

func TestRun_JudgesByTheRowsItLearnedFromWhereNoneAreKept(t *testing.T) {
	t.Parallel()
	m, metrics := run(t, `{"method":"none","permutation_importance":false}`)
	require.Equal(t, everyRow(), names(m.fits[0].learned))
	require.InDelta(t, 1, metrics["train_r2"], 1e-12)
	require.NotContains(t, metrics, "test_r2")
	require.False(t, math.IsNaN(metrics["rows_used"]))
}
