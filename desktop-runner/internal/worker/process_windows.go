package worker

import (
	"os"
	"os/exec"
	"syscall"
	"time"

	"ddap/shared/api"
)

const createNewProcessGroup = 0x200 // CREATE_NEW_PROCESS_GROUP

func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: createNewProcessGroup, HideWindow: true}
}

// interrupt does nothing here: the closed standard input tells the child.
func interrupt(*exec.Cmd) {}

func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// killed cannot be told apart from other exits here.
func killed(*os.ProcessState) bool { return false }

func usageOf(state *os.ProcessState, elapsed time.Duration) api.ResourceUsage {
	return api.ResourceUsage{
		ElapsedMS: elapsed.Milliseconds(),
		CPUMS:     (state.UserTime() + state.SystemTime()).Milliseconds(),
	}
}
