package catalogue_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/desktop-runner/internal/catalogue"
	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/settings"
	"ddap/desktop-runner/internal/worker"
	"ddap/shared/result"
)

// revisions offers one file under both policies, with a key.
func revisions(t *testing.T, path string, key []byte) map[result.Policy]string {
	t.Helper()
	shares := []settings.Share{{Name: "rows", Path: path, Policy: result.Rows}, {Name: "summaries", Path: path, Policy: result.Aggregates}}
	inspect := func(context.Context, plan.File) (worker.Description, error) {
		return worker.Description{Format: plan.CSV}, nil
	}
	c := catalogue.New(shares, inspect, time.Now, slog.New(slog.DiscardHandler))
	c.UseKey(key)
	c.Refresh(t.Context())
	out := map[result.Policy]string{}
	for _, d := range c.Offer().Datasets {
		found, err := c.Get(t.Context(), d.Name)
		require.NoError(t, err)
		require.Equal(t, d.Revision, found.Revision, "a result names the revision that is offered")
		out[d.Policy] = d.Revision
	}
	return out
}

func TestCatalogue_TellsNoSize_ByTheRevisionOfSummaries(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pay.csv")
	write := func(content string) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		require.NoError(t, os.Chtimes(path, noon, noon))
	}
	keys := t.TempDir()
	one, err := catalogue.ReadKey(filepath.Join(keys, "one"))
	require.NoError(t, err)
	again, err := catalogue.ReadKey(filepath.Join(keys, "one"))
	require.NoError(t, err)
	require.Equal(t, one, again, "it stays over a restart")
	other, err := catalogue.ReadKey(filepath.Join(keys, "other"))
	require.NoError(t, err)
	require.NotEqual(t, one, other)

	write("abc")
	first := revisions(t, path, one)
	require.Equal(t, first, revisions(t, path, again))
	guess := revisions(t, path, other)
	require.Equal(t, first[result.Rows], guess[result.Rows])
	require.NotEqual(t, first[result.Aggregates], guess[result.Aggregates], "nobody can compute it from size and time")
	write("abcd")
	require.NotEqual(t, first[result.Aggregates], revisions(t, path, one)[result.Aggregates], "and it changes with the file")

	require.NoError(t, os.WriteFile(filepath.Join(keys, "short"), []byte("x"), 0o600))
	mended, err := catalogue.ReadKey(filepath.Join(keys, "short"))
	require.NoError(t, err)
	require.Len(t, mended, 32)
}
