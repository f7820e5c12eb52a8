package predict_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/estimator"
	"ddap/desktop-runner/internal/analyze/predict"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
)

// model says of each row that its class is its number, less the classes that there are.
type model struct {
	classes int
	// most is the largest number of numbers that were made at once.
	most, calls int
	failAt      int
}

func (m *model) Predict(_ context.Context, x estimator.Columns) ([][]float64, error) {
	m.calls++
	if m.calls == m.failAt {
		return nil, errors.New("no more")
	}
	m.most = max(m.most, x.Rows()*(len(x)+m.classes))
	out := make([][]float64, m.classes)
	for k := range out {
		out[k] = make([]float64, x.Rows())
	}
	for i, v := range x[0] {
		out[int(v)%m.classes][i] = 1
	}
	return out, nil
}

func open(t *testing.T, rows, classes int) *step.Step {
	t.Helper()
	var b strings.Builder
	b.WriteString("x\n")
	for i := range rows {
		if i%10 == 3 {
			b.WriteString("NA\n")
			continue
		}
		fmt.Fprintln(&b, i)
	}
	s := steptest.Open(t, steptest.Write(t, "a.csv", b.String()))
	names := make([]string, classes)
	for k := range names {
		names[k] = fmt.Sprint("c", k)
	}
	file, err := json.Marshal(map[string]any{
		"format": "ddap.model", "version": 1, "model": "decision_tree", "target": map[string]any{"name": "y", "type": "string"}, "classes": names,
		"features":   []any{map[string]any{"name": "x", "type": "integer"}},
		"preprocess": map[string]any{"inputs": []any{map[string]any{"name": "x", "type": "integer"}}, "drop_numbers": true},
		"training":   map[string]any{"sources": []any{}, "program": "1"}, "fitted": map[string]any{},
	})
	require.NoError(t, err)
	s.Model = filepath.Join(t.TempDir(), "model.json")
	require.NoError(t, os.WriteFile(s.Model, file, 0o600))
	return s
}

func restore(m *model) predict.Restore {
	return predict.Restore{operation.DecisionTree: func(json.RawMessage) (estimator.Model, error) { return m, nil }}
}

// Ten million rows of a hundred classes would be 8 GB, were they made at once.
func TestRun_MakesFewPredictionsAtOnce(t *testing.T) {
	t.Parallel()
	const rows, classes = 100_000, 100
	m := &model{classes: classes}
	s := open(t, rows, classes)
	f, err := predict.Run(t.Context(), s, restore(m))
	require.NoError(t, err)
	require.LessOrEqual(t, m.most, 1<<22)
	require.GreaterOrEqual(t, m.calls, 2)
	require.Equal(t, int64(rows/10), f.Output.Apart)
	got, err := s.DB.Rows(t.Context(), `SELECT count(*) FILTER (prediction IS NULL), count(*) FILTER (prediction = 'c' || (x::BIGINT % 100)), sum(probability_c7)
		FROM read_parquet('`+s.DB.WorkDir()+`/output.parquet')`)
	require.NoError(t, err)
	require.Equal(t, []any{int64(rows / 10), int64(rows - rows/10), 1000.0}, got[0], "each row has what was predicted of it")
}

func TestRun_StopsWhereTheModelFails(t *testing.T) {
	t.Parallel()
	_, err := predict.Run(t.Context(), open(t, 100_000, 100), restore(&model{classes: 100, failAt: 2}))
	require.ErrorContains(t, err, "no more")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = predict.Run(ctx, open(t, 10, 2), restore(&model{classes: 2}))
	require.ErrorIs(t, err, context.Canceled)
}

func TestRun_ReadsNoModelThatIsLargerThanItsMemory(t *testing.T) {
	t.Parallel()
	s := open(t, 10, 2)
	s.MemoryBytes = 16 << 20
	require.NoError(t, os.Truncate(s.Model, 4<<20+1))
	_, err := predict.Run(t.Context(), s, restore(&model{classes: 2}))
	require.ErrorContains(t, err, "more than 4 MB")
}
