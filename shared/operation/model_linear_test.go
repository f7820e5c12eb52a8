package operation

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLinearModels_HaveTheDefaultsThatTheyTell(t *testing.T) {
	t.Parallel()
	for spec, read := range map[*ModelSpec]func(p *AnalyzeParams) (any, error){
		&ridgeModel:              func(p *AnalyzeParams) (any, error) { return p.Ridge() },
		&lassoModel:              func(p *AnalyzeParams) (any, error) { return p.Lasso() },
		&elasticNetModel:         func(p *AnalyzeParams) (any, error) { return p.ElasticNet() },
		&logisticRegressionModel: func(p *AnalyzeParams) (any, error) { return p.LogisticRegression() },
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
			require.EqualValues(t, p.Default, got[p.Name], p.Name)
			require.NotEmpty(t, p.Title.EN)
			require.NotEmpty(t, p.Title.ID)
		}
		require.Empty(t, checkObject("params.params", map[string]any{"fit_intercept": false}, spec.Params))
		require.Len(t, checkObject("params.params", map[string]any{"fit_intercep": true, "alpha": json.Number("-1"), "C": json.Number("0")}, spec.Params), 3)
	}
}
