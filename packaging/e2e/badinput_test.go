package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ddap/shared/operation"
	"ddap/shared/task"
)

// TestBadInput_FailsTheTaskWithAReason is about data that went bad after it was
// shared, and about questions that do not fit the data.
func TestBadInput_FailsTheTaskWithAReason(t *testing.T) {
	t.Parallel()
	const good = "a,b,c\n1,2,3\n4,5,6\n"
	parquet, err := os.ReadFile("../../examples/data/flights.parquet")
	require.NoError(t, err)
	fetch := `{"source":{"dataset":"data"}}`
	stories := map[string]struct {
		file, content string
		spoil         func(path string) error
		code          operation.Code
		params        string
		reason        task.Reason
		says          []string
	}{
		"a line with too many fields": {
			"data.csv", good, func(path string) error { return os.WriteFile(path, []byte(good+"7,8,9,10,11\n"), 0o600) },
			operation.Fetch, fetch, task.SourceUnreadable, []string{"line 4", "5 fields"},
		},
		"a file that vanished": {
			"data.csv", good, os.Remove, operation.Fetch, fetch, task.SourceUnreadable, []string{"no such file"},
		},
		"half a Parquet file": {
			"data.parquet", string(parquet), func(path string) error { return os.Truncate(path, 100_000) },
			operation.Fetch, fetch, task.SourceUnreadable, []string{"Parquet"},
		},
		"an unknown column": {
			"data.csv", good, nil, operation.Filter, `{"source":{"dataset":"data"},"where":{"column":"bb","op":"gt","value":1}}`,
			task.InvalidParams, []string{"params.where.column", `did you mean "b"?`},
		},
		"text compared with a number": {
			"data.csv", good, nil, operation.Filter, `{"source":{"dataset":"data"},"where":{"column":"b","op":"gt","value":"many"}}`,
			task.InvalidParams, []string{"params.where.value"},
		},
	}
	h := newHouse(t, 1)
	for name, story := range stories {
		dataset := strings.ReplaceAll(name, " ", "-")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, story.file, story.content)
			h.beside(t, dataset, path)
			before, _ := h.awaitEnd(h.create("while it is good", operation.Fetch, `{"source":{"dataset":"`+dataset+`"}}`))
			require.Equal(t, task.Succeeded, before.State, before.Message)
			if story.spoil != nil {
				require.NoError(t, story.spoil(path))
			}
			id := h.create(name, story.code, strings.ReplaceAll(story.params, `"data"`, `"`+dataset+`"`))
			ended, view := h.awaitEnd(id)
			require.Equal(t, task.Failed, ended.State)
			require.Equalf(t, story.reason, ended.Reason, "it says: %s", ended.Message)
			for _, part := range story.says {
				require.Contains(t, ended.Message, part)
			}
			require.NotContains(t, ended.Message, filepath.Dir(path), "no path of the owner's leaves the computer")
			require.Nil(t, view.Result)
		})
	}
}
