//go:build unix

package worker

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"ddap/shared/api"
)

// interrupt asks the child to stop.
func interrupt(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }

// kill ends the child and all that it may have started.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// killed reports whether the child was ended by SIGKILL.
func killed(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

func usageOf(state *os.ProcessState, elapsed time.Duration) api.ResourceUsage {
	u := api.ResourceUsage{
		ElapsedMS: elapsed.Milliseconds(),
		CPUMS:     (state.UserTime() + state.SystemTime()).Milliseconds(),
	}
	if r, ok := state.SysUsage().(*syscall.Rusage); ok {
		u.MaxMemoryBytes = int64(r.Maxrss) //nolint:unconvert // 32-bit systems differ in type
		if runtime.GOOS != "darwin" {      // which counts in bytes, the others in KiB
			u.MaxMemoryBytes <<= 10
		}
	}
	return u
}
