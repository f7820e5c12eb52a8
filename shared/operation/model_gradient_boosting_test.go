package operation

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGradientBoosting_HasTheDefaultsOfItsForm(t *testing.T) {
	t.Parallel()
	asked, err := (&AnalyzeParams{}).GradientBoosting()
	require.NoError(t, err)
	raw, err := json.Marshal(asked)
	require.NoError(t, err)
	got := map[string]any{}
	require.NoError(t, json.Unmarshal(raw, &got))
	require.Len(t, got, len(gradientBoostingModel.Params))
	for _, p := range gradientBoostingModel.Params {
		require.EqualValues(t, p.Default, got[p.Name], p.Name)
		require.NotEmpty(t, p.Title.EN)
		require.NotEmpty(t, p.Title.ID)
	}
}

func TestGradientBoosting_RefusesWhatIsOutOfRange(t *testing.T) {
	t.Parallel()
	for text, path := range map[string]string{
		`{"learning_rate":0}`:        "p.learning_rate",
		`{"max_bins":256}`:           "p.max_bins",
		`{"max_leaf_nodes":1}`:       "p.max_leaf_nodes",
		`{"early_stopping":true}`:    "p.early_stopping",
		`{"validation_fraction":1}`:  "p.validation_fraction",
		`{"min_samples_leafs":1}`:    "p.min_samples_leafs",
		`{"l2_regularization":-0.1}`: "p.l2_regularization",
	} {
		object, err := parse(json.RawMessage(text))
		require.NoError(t, err)
		fields := checkObject("p", object, gradientBoostingModel.Params)
		require.Len(t, fields, 1, text)
		require.Equal(t, path, fields[0].Path)
	}
	p := AnalyzeParams{ModelParams: json.RawMessage(`{"max_iter":7}`)}
	asked, err := p.GradientBoosting()
	require.NoError(t, err)
	require.Equal(t, 7, asked.MaxIter)
	require.Equal(t, 31, asked.MaxLeafNodes)
}
