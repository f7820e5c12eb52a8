package e2e_test

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // makes the database that is shared

	"ddap/shared/operation"
	"ddap/shared/task"
)

// TestTable_IsADatasetLikeAnyOther: a table of a database and a file of the web,
// which the owner's settings name, are listed, described, filtered and grouped,
// under the policy that the owner chose.
func TestTable_IsADatasetLikeAnyOther(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("species,grams\nwren,9\nrobin,18\n"))
	}))
	defer web.Close()
	folder := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(folder, "app.db"))
	require.NoError(t, err)
	for _, text := range []string{
		"CREATE TABLE staff (id INTEGER PRIMARY KEY, team TEXT, pay INTEGER)",
		"INSERT INTO staff (team, pay) VALUES ('a', 1), ('a', 2), ('a', 3), ('a', 4), ('a', 5), ('A', 6), ('boss', 9900)",
	} {
		_, err := db.ExecContext(t.Context(), text)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	config := filepath.Join(folder, "runner.yaml")
	require.NoError(t, os.WriteFile(config, []byte(`
url-hosts: `+strings.TrimPrefix(web.URL, "http://")+`
connections:
  app: {kind: sqlite, path: app.db}
datasets:
  staff: {connection: app, table: staff}
  open staff: {connection: app, table: staff, policy: rows}
  birds: {url: "`+web.URL+`/birds.csv", policy: rows}
`), 0o600))
	h := newHouseWith(t, 1, config, 3)

	ended, view := h.awaitEnd(h.create("profile", operation.Fetch, `{"source":{"dataset":"staff"}}`))
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	require.EqualValues(t, 7, view.Result.Metrics["rows"])
	ended, _ = h.awaitEnd(h.create("teams", operation.Filter, `{"source":{"dataset":"staff"},"group_by":["team"],"where":{"column":"pay","op":"lt","value":9000}}`))
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	ended, _ = h.awaitEnd(h.create("rows", operation.Export, `{"inputs":[{"dataset":"staff"}],"format":"csv"}`))
	require.Equal(t, task.PolicyRefused, ended.Reason)
	ended, view = h.awaitEnd(h.create("open teams", operation.Filter, `{"source":{"dataset":"open staff"},"group_by":["team"],"aggregates":[{"column":"pay","func":"max"}]}`))
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	require.EqualValues(t, 3, view.Result.Metrics["rows_after"], "letter case tells teams apart")
	ended, view = h.awaitEnd(h.create("birds", operation.Fetch, `{"source":{"dataset":"birds"}}`))
	require.Equal(t, task.Succeeded, ended.State, ended.Message)
	require.EqualValues(t, 2, view.Result.Metrics["rows"])

	log, err := os.ReadFile(filepath.Join(h.folder, "runner.log"))
	require.NoError(t, err)
	require.Contains(t, string(log), "GROUP BY", "the owner reads what a database was asked")
	require.NotContains(t, string(log), "9000", "and not with which values")
}
