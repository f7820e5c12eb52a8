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

// FuzzCompile lets every condition that the parameters' own check accepts run on
// data: it is refused with a place, or the engine takes it. A syntax error would
// mean that text of the condition had become SQL.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		`{"column":"name","op":"eq","value":"x' OR 1=1 --"}`,
		`{"any":[{"column":"id","op":"in","value":[1,2.5,1e300]},{"not":[{"column":"at","op":"between","value":["2024-01-01","2025-01-01T00:00:00Z"]}]}]}`,
		`{"column":"a\"b","op":"matches","value":"(a|b)*$"}`,
		`{"column":"ok","op":"ne","value":true}`,
		`{"column":"clock","op":"lt","value":"23:59"}`,
		`{"column":"score","op":"ge","value":-1e-300}`,
		`{"column":"name","op":"contains","value":"\u0000$1?"}`,
		`{"column":"day","op":"not_in","value":["0001-01-01","9999-12-31"]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, condition string) {
		p, err := operation.Decode(operation.Filter, json.RawMessage(`{"source":{"dataset":"x"},"where":`+condition+`}`))
		if err != nil {
			require.True(t, fault.Is(err, fault.Invalid), "%v", err)
			return
		}
		params := p.(*operation.FilterParams)
		if params.Where == nil {
			return
		}
		s := steptest.Open(t, steptest.Write(t, "a.csv", data))
		c, err := filter.Compile(*params.Where, s.Relation)
		if err != nil {
			require.True(t, fault.Is(err, fault.Invalid), "%v", err)
			return
		}
		_, err = s.DB.Rows(t.Context(), "SELECT count(*) FROM "+s.Relation.From+" WHERE "+c.SQL, c.Args...)
		if err != nil && len(c.Patterns) == 0 { // the engine's RE2 judges patterns for itself
			require.NotEqual(t, engine.Internal, engine.KindOf(err), "%s with %v: %v", c.SQL, c.Args, err)
		}
	})
}
