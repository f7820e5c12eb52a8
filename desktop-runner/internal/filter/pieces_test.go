package filter_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/filter"
	"ddap/desktop-runner/internal/step"
	"ddap/desktop-runner/internal/step/steptest"
	"ddap/shared/operation"
)

func TestRun_GroupsTheSameInPieces(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("k,l,v\n")
	for i := range 1000 {
		k := "k" + strconv.Itoa(i%37)
		if i%10 == 0 {
			k = ""
		}
		b.WriteString(k + "," + strconv.Itoa(i%3) + "," + strconv.Itoa(i*i%101) + "\n")
	}
	file := steptest.Write(t, "a.csv", b.String())
	for _, params := range []string{
		`"group_by":["k"]`,
		`"group_by":["k","l"],"dropna":false,"aggregates":[{"column":"v","func":"sum"},{"column":"v","func":"last"}]`,
		`"where":{"column":"v","op":"gt","value":20},"derive":[{"name":"d","expression":"v // 10"}],"group_by":["d"],"aggregates":[{"column":"k","func":"nunique"}]`,
		`"group_by":["k"],"aggregates":[{"column":"v","func":"median"}],"sort":[{"column":"v_median","ascending":false}],"limit":7`,
		`"group_by":["l"],"aggregates":[{"column":"v","func":"max"}],"select":["v_max"],"drop_duplicates":true`,
	} {
		var p operation.FilterParams
		require.NoError(t, json.Unmarshal([]byte(`{"source":{"dataset":"a"},`+params+`}`), &p), params)
		rows := func(s *step.Step, pieces int) [][]any {
			found, err := filter.InPieces(t.Context(), s, &p, pieces)
			require.NoError(t, err, params)
			out, err := s.DB.Rows(t.Context(), "SELECT * FROM shaped ORDER BY ALL")
			require.NoError(t, err)
			require.EqualValues(t, len(out), found.Output.Rows)
			return out
		}
		tight := steptest.Open(t, file)
		tight.MemoryBytes = 1000 // so that it is the filter that finds it too little
		require.Equal(t, rows(steptest.Open(t, file), 1), rows(tight, 0), params)
		for _, mayShow := range []bool{true, false} {
			whole, pieced := steptest.Open(t, file), steptest.Open(t, file)
			whole.SingleRowsMayShow, pieced.SingleRowsMayShow = mayShow, mayShow
			want := rows(whole, 1)
			require.NotEmpty(t, want)
			require.Equal(t, want, rows(pieced, 8), params)
		}
	}
}
