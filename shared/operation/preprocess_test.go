package operation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/fault"
	"ddap/shared/operation"
)

// standardize of a model and the scaler of its preparation are two words for one
// thing: either says it, and both may, but not differently.
func TestPreprocessing_TakesStandardizeForItsScaler(t *testing.T) {
	t.Parallel()
	for params, want := range map[string]bool{
		`"model":"kmeans"`: true,
		`"model":"pca"`:    false,
		`"model":"dbscan","params":{"standardize":false}`:                                false,
		`"model":"pca","params":{"standardize":true}`:                                    true,
		`"model":"kmeans","preprocess":{"scaler":"none"}`:                                false,
		`"model":"pca","preprocess":{"scaler":"standard"}`:                               true,
		`"model":"pca","preprocess":{"scaler":"standard"},"params":{"standardize":true}`: true,
		`"model":"kmeans","preprocess":{"max_categories":3}`:                             true,
	} {
		decoded, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},`+params+`}`))
		require.NoError(t, err, params)
		p := decoded.(*operation.AnalyzeParams)
		prepared, err := p.Preprocessing()
		require.NoError(t, err)
		require.Equal(t, want, prepared.Scaler == operation.StandardScaler, params)
		got := map[operation.Model]func() bool{
			operation.KMeans: func() bool { out, _ := p.KMeans(); return out.Standardize },
			operation.DBSCAN: func() bool { out, _ := p.DBSCAN(); return out.Standardize },
			operation.PCA:    func() bool { out, _ := p.PCA(); return out.Standardize },
		}[p.Model]()
		require.Equal(t, want, got, params)
	}
}

func TestDecode_RefusesPreparationThatSaysTwoThings_AndWhereNoneIs(t *testing.T) {
	t.Parallel()
	for params, path := range map[string]string{
		`"model":"kmeans","preprocess":{"scaler":"none"},"params":{"standardize":true}`:   "params.preprocess.scaler",
		`"model":"pca","preprocess":{"scaler":"standard"},"params":{"standardize":false}`: "params.preprocess.scaler",
		`"model":"describe","preprocess":{"scaler":"none"}`:                               "params.preprocess",
		`"model":"isolation_forest","validation":{"method":"none"}`:                       "params.validation",
		`"model":"isolation_forest","preprocess":{"scaler":"robust"}`:                     "params.preprocess.scaler",
	} {
		_, err := operation.Decode(operation.Analyze, json.RawMessage(`{"source":{"dataset":"x"},`+params+`}`))
		var bad *fault.Error
		require.ErrorAs(t, err, &bad, params)
		require.Equal(t, path, bad.Fields[0].Path, params)
	}
}
