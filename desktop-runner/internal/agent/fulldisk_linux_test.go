package agent_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ddap/shared/apitest"
	"ddap/shared/task"
)

// A limit on the size of files stands for the full disk: like it, it refuses
// what is written, and unlike rights it holds for root as well.
func TestAgent_ReportsFromMemory_WhenTheDiskIsFull(t *testing.T) {
	t.Parallel()
	f := apitest.NewFakeServer(t)
	h := newHome(t, f)
	p := launch(t, h)
	id := f.Enqueue(t, look("wait for go"))
	f.AwaitState(t, id, task.Running)
	// Its child must not have the limit, so it is waited for.
	f.Await(t, "its child works", func() bool {
		running := f.Runner(t).LastPing.Running
		return len(running) == 1 && running[0].Stage == "reading"
	})
	require.NoError(t, unix.Prlimit(p.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{}, nil))
	h.letGo(t)
	require.Equal(t, 1, f.AwaitState(t, id, task.Succeeded).Attempt)

	require.NoError(t, p.Process.Signal(unix.SIGTERM))
	require.NoError(t, p.Wait(), "nothing is left to be told")
}
