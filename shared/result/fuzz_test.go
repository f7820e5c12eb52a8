package result_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/result"
)

// FuzzDocument holds that a document which was taken in can be given out again,
// and is then the same: a server stores it, and another runner reads it.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		`{"version":1,"kind":"fetch","summary":"s","metrics":{"rows":344,"r2":null}}`,
		`{"version":1,"kind":"filter","tables":[{"name":"t","title":"T","columns":[{"name":"a","type":"integer"},{"name":"b","type":"number","unit":"min"}],"rows":[[9007199254740993,1.5],[null,{"suppressed":"small_group"}],[1.5,1e3]],"total_rows":3}]}`,
		`{"version":1,"kind":"analyze.kmeans","charts":[{"name":"c","type":"histogram","title":"C","x":{"title":"x"},"y":{"title":"y"},"series":[{"name":"s","x":[1,"a"],"y":[2,null],"edges":[0,1,2]}]}]}`,
		`{"version":1,"kind":"fetch","dataset":{"rows":1,"bytes":2,"columns":null,"location":{"attempt":1},"policy":"rows"},"sources":[{"name":"d","runner_id":"r"}],"coverage":{"asked":1}}`,
		`{"version":1,"kind":"fetch","manifest":{"source":{"kind":"file"},"rows":1,"bytes":2,"sha256_state":"pending","engine":"e","column_count":1,"columns":[{"name":"a","type":"integer"}]}}`,
		`{"version":1,"kind":"x","parameters":{"a":[1,{"b":null}]},"notes":[""]}`,
		`{"version":1,"kind":"x","tables":[{"name":"t","rows":[[1e400]]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var d result.Document
		if json.Unmarshal(raw, &d) != nil || d.Check() != nil {
			return
		}
		first, err := json.Marshal(&d)
		require.NoErrorf(t, err, "a document that passed its check can be written: %s", raw)
		var again result.Document
		require.NoErrorf(t, json.Unmarshal(first, &again), "%s", first)
		require.NoErrorf(t, again.Check(), "%s", first)
		second, err := json.Marshal(&again)
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
	})
}
