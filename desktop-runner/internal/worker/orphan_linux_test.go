package worker_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestLauncher_Perform_PutsTheChildBehindTheOwnersPrograms(t *testing.T) {
	t.Parallel()
	require.Equal(t, "10 <nil>", run(t, planFor(t, "priority")).Outcome.Document.Summary)
}

func TestLauncher_Perform_LeavesNoChildBehind_WhenTheParentIsKilled(t *testing.T) {
	t.Parallel()
	parent := exec.Command(os.Args[0], parentCommand, t.TempDir())
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	text, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(text))
	require.NoError(t, err)
	child, err := unix.PidfdOpen(pid, 0)
	require.NoError(t, err)
	defer func() { _ = unix.Close(child) }()

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()

	const milliseconds = 5000
	fds := []unix.PollFd{{Fd: int32(child), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, milliseconds)
	require.NoError(t, err)
	require.Equal(t, 1, n, "the child is still there")
}
