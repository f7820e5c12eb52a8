package operation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
	"ddap/shared/operation"
)

func TestIsolationForest_JudgesWhatIsAutoOrANumber(t *testing.T) {
	t.Parallel()
	decode := func(params string) (operation.IsolationForestParams, error) {
		p, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},"model":"isolation_forest","params":`+params+`}`))
		if err != nil {
			return operation.IsolationForestParams{}, err
		}
		return p.(*operation.AnalyzeParams).IsolationForest()
	}
	for _, good := range []string{`{}`, `{"max_samples":"auto","contamination":"auto"}`, `{"max_samples":100,"contamination":0.1}`, `{"max_samples":0.5,"contamination":0.5}`} {
		_, err := decode(good)
		require.NoError(t, err, good)
	}
	asked, err := decode(`{}`)
	require.NoError(t, err)
	require.Equal(t, operation.IsolationForestParams{NEstimators: 100, MaxSamples: "auto", Contamination: "auto", MaxFeatures: 1}, asked)
	for bad, path := range map[string]string{
		`{"max_samples":"all"}`: "params.params.max_samples",
		`{"max_samples":2.5}`:   "params.params.max_samples",
		`{"max_samples":0}`:     "params.params.max_samples",
		`{"max_samples":true}`:  "params.params.max_samples",
		`{"contamination":0.6}`: "params.params.contamination",
		`{"contamination":0}`:   "params.params.contamination",
		`{"contamination":"a"}`: "params.params.contamination",
		`{"n_estimators":0}`:    "params.params.n_estimators",
		`{"max_features":2}`:    "params.params.max_features",
		`{"max_feature":1}`:     "params.params.max_feature",
	} {
		_, err := decode(bad)
		var f *fault.Error
		require.ErrorAs(t, err, &f, bad)
		require.Equal(t, path, f.Fields[0].Path)
	}
	require.True(t, operation.LeavesRows(operation.Analyze, operation.IsolationForest))
}
