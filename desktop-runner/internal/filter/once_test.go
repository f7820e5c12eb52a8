package filter_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/filter"
	"ddap/shared/operation"
)

func TestReadsOnce(t *testing.T) {
	t.Parallel()
	for params, want := range map[string]struct{ rows, aggregates bool }{
		`{}`: {true, true},
		`{"where":{"column":"a","op":"eq","value":1},"select":["a"],"limit":3}`: {true, true},
		`{"derive":[{"name":"d","expression":"a"}]}`:                            {true, true},
		`{"group_by":["a"]}`:                                                   {true, false},
		`{"aggregates":[{"column":"a","func":"mean"}]}`:                        {true, false},
		`{"group_by":["a"],"aggregates":[{"column":"b","func":"first"}]}`:      {false, false},
		`{"sort":[{"column":"a"}]}`:                                            {false, false},
		`{"drop_duplicates":true}`:                                             {false, false},
		`{"missing":[{"method":"drop"}]}`:                                      {false, false},
		`{"pivot":{"index":["a"],"columns":"b","values":"c","aggfunc":"sum"}}`: {false, false},
		`{"rolling":{"on":"a","window":3,"aggregates":[]}}`:                    {false, false},
		`{"resample":{"on":"a","rule":"1D"}}`:                                  {false, false},
		`{"join":{"right":{"dataset":"y"},"left_on":["a"],"right_on":["a"]}}`:  {false, false},
	} {
		var p operation.FilterParams
		require.NoError(t, json.Unmarshal([]byte(params), &p), params)
		require.Equal(t, want.rows, filter.ReadsOnce(&p, true), params)
		require.Equal(t, want.aggregates, filter.ReadsOnce(&p, false), params)
	}
}
