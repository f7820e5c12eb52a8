package operation

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTreeModels_HaveTheDefaultsThatTheyTell(t *testing.T) {
	t.Parallel()
	for spec, read := range map[*ModelSpec]func(p *AnalyzeParams) (any, error){
		&decisionTreeModel: func(p *AnalyzeParams) (any, error) { return p.DecisionTree() },
		&randomForestModel: func(p *AnalyzeParams) (any, error) { return p.RandomForest() },
	} {
		params, err := read(&AnalyzeParams{})
		require.NoError(t, err)
		raw, err := json.Marshal(params)
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal(raw, &got))
		require.Len(t, got, len(spec.Params))
		require.True(t, spec.HasTarget)
		for _, p := range spec.Params {
			require.Contains(t, got, p.Name)
			require.NotEmpty(t, p.Title.EN)
			require.NotEmpty(t, p.Title.ID)
			if p.Default != nil {
				require.EqualValues(t, p.Default, got[p.Name], p.Name)
			}
		}
		require.Empty(t, checkObject("params.params", map[string]any{"max_features": "sqrt", "max_depth": json.Number("3"), "criterion": "gini"}, spec.Params))
		require.Len(t, checkObject("params.params", map[string]any{"max_dept": json.Number("3"), "min_samples_split": json.Number("1"), "criterion": "gin"}, spec.Params), 3)
		_, err = read(&AnalyzeParams{ModelParams: json.RawMessage(`{"max_features": 0.5, "min_samples_leaf": 4}`)})
		require.NoError(t, err)
	}
}
