package filter_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/filter"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/fault"
	"ddap/shared/operation"
)

// FuzzRun lets every filter that the parameters' own check accepts run on data:
// it is refused with a place, or the engine takes it. A syntax error would mean
// that text of the parameters had become SQL.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{
		`"where":{"column":"name","op":"eq","value":"x' OR 1=1 --"}`,
		`"where":{"any":[{"column":"id","op":"in","value":[1,2.5,1e300]},{"not":[{"column":"at","op":"between","value":["2024-01-01","2025-01-01T00:00:00Z"]}]}]}`,
		`"where":{"column":"a\"b","op":"matches","value":"(a|b)*$"}`,
		`"where":{"column":"ok","op":"ne","value":true}`,
		`"where":{"column":"clock","op":"lt","value":"23:59"}`,
		`"where":{"column":"score","op":"ge","value":-1e-300}`,
		`"where":{"column":"name","op":"contains","value":"\u0000$1?"}`,
		`"where":{"column":"day","op":"not_in","value":["0001-01-01","9999-12-31"]}`,
		`"derive":[{"name":"d\"; --","expression":"concat(name, '''; DROP')"},{"name":"n","expression":"if(id > 1, score * 2, null)"}]`,
		`"group_by":["ok"],"aggregates":[{"column":"score","func":"quantile","q":0.5,"name":"a\"b c"},{"func":"size"}]`,
		`"pivot":{"index":["ok"],"columns":"name","values":"id","aggfunc":"sum","margins":true}`,
		`"rolling":{"on":"at","window":"2D","columns":["score"],"func":"mean"}`,
		`"resample":{"on":"at","rule":"1D","aggregates":[{"column":"id","func":"sum"}]}`,
		`"missing":[{"columns":["name"],"method":"constant","value":"'; --"}],"drop_duplicates":true,"sort":[{"column":"id"}],"limit":3`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		p, err := operation.Decode(operation.Filter, json.RawMessage(`{"source":{"dataset":"x"},`+rest+`}`))
		if err != nil {
			require.True(t, fault.Is(err, fault.Invalid), "%v", err)
			return
		}
		params, ok := p.(*operation.FilterParams)
		require.True(t, ok)
		if params.Join != nil {
			return // its other side is another source
		}
		if _, err = filter.Run(t.Context(), steptest.Open(t, steptest.Write(t, "a.csv", data)), params); err != nil && !fault.Is(err, fault.Invalid) {
			require.NotEqual(t, engine.Internal, engine.KindOf(err), "%s: %v", rest, err)
		}
	})
}
