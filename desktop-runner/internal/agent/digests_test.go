//go:build unix

package agent_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ddap/shared/apitest"
	"ddap/shared/operation"
	"ddap/shared/task"
)

func TestAgent_GivesTheChildTheOriginOfItsData(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	r := start(t, h)
	origin := func(params string, args ...any) string {
		t.Helper()
		id := f.Enqueue(t, ask("say the origin", operation.Fetch, params, args...))
		f.AwaitState(t, id, task.Succeeded)
		return f.Report(id).Result.Summary
	}
	require.Eventually(t, func() bool { return strings.Contains(r.log.String(), "the hash of a dataset is known") }, patience, time.Millisecond)
	require.Equal(t, `file "birds.csv" "hash of species" true`, origin(`{"source":{"dataset":"birds"}}`))

	require.NoError(t, os.WriteFile(h.share, []byte("species and more\n"), 0o600))
	require.Equal(t, `file "birds.csv" "" true`, origin(`{"source":{"dataset":"birds"}}`), "no task waits for a hash, and none has that of other data")

	upload := f.AddUpload("birds.csv", "text/csv", "abc")
	require.Equal(t, `upload "birds.csv" "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" true`, origin(`{"source":{"upload":%q}}`, upload))

	rows := f.Enqueue(t, look("make rows"))
	f.AwaitState(t, rows, task.Succeeded)
	require.Equal(t, `output "" "" false`, origin(`{"source":{"task":%q}}`, rows))
}
