package isolation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/analyze/isolation"
	"ddap/desktop-runner/internal/finding"
	"ddap/desktop-runner/internal/frame"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
	"ddap/shared/result"
)

func run(t *testing.T, s *step.Step, params string) (finding.Finding, error) {
	t.Helper()
	p, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},"model":"isolation_forest","preprocess":{"numeric_imputation":"drop"},"params":`+params+`}`))
	require.NoError(t, err)
	return isolation.Run(t.Context(), s, p.(*operation.AnalyzeParams))
}

func TestRun_LeavesEveryRowWithItsScore(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Example("penguins.json"))
	f, err := run(t, s, `{"contamination":0.05}`)
	require.NoError(t, err)
	metrics := map[string]float64{}
	for _, m := range f.Metrics {
		metrics[m.Name] = m.Value
	}
	require.InDelta(t, s.Rows, metrics["rows_used"]+metrics["rows_dropped"], 0)
	require.InDelta(t, 0.05*metrics["rows_used"], metrics["n_anomalies"], 2)

	added := f.Output.Columns[len(f.Output.Columns)-2:]
	require.Equal(t, []result.Column{{Name: "anomaly_score", Type: result.Float}, {Name: "is_anomaly", Type: result.Boolean}}, added)
	require.Equal(t, s.Rows, f.Output.Rows)
	counted, err := s.DB.Rows(t.Context(), "SELECT count(*) FILTER (is_anomaly), count(*) FILTER (anomaly_score IS NULL) FROM read_parquet('"+s.DB.WorkDir()+"/output.parquet')")
	require.NoError(t, err)
	require.EqualValues(t, metrics["n_anomalies"], counted[0][0])
	require.EqualValues(t, metrics["rows_dropped"], counted[0][1])

	sample := f.Tables[0].(*finding.Sample)
	rows := frame.Rows(sample.Frame)
	require.Len(t, rows, 50)
	at := len(f.Output.Columns) - 2
	for i := 1; i < len(rows); i++ {
		require.GreaterOrEqual(t, rows[i-1][at], rows[i][at])
	}
	require.Equal(t, true, rows[0][at+1])
	total := int64(0)
	histogram := f.Charts[0].(*finding.Distribution)
	for _, n := range histogram.Rows {
		total += n
	}
	require.InDelta(t, metrics["rows_used"], total, 0)
	require.Len(t, histogram.Edges, len(histogram.Rows)+1)
}

func TestRun_IsRefused_WhereOnlySummariesAreShared(t *testing.T) {
	t.Parallel()
	s := steptest.Open(t, steptest.Example("penguins.json"))
	s.SingleRowsMayShow = false
	_, err := run(t, s, `{}`)
	require.True(t, fault.HasCode(err, "policy_refused"))
	require.ErrorContains(t, err, "Allowed are")
}

func TestRun_NamesItsColumnsApart_AndTakesRowsWithoutNumbers(t *testing.T) {
	t.Parallel()
	f, err := run(t, steptest.Open(t, steptest.Write(t, "a.csv", "anomaly_score,b\n1,2\n,3\n4,5\n")), `{}`)
	require.NoError(t, err)
	require.Equal(t, "anomaly_score_2", f.Output.Columns[2].Name)
	require.Len(t, f.Notes, 2)
	_, err = run(t, steptest.Open(t, steptest.Write(t, "b.csv", "a,b\n,1\n2,\n")), `{}`)
	var bad *fault.Error
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "params.source", bad.Fields[0].Path)
}
