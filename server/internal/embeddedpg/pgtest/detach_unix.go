//go:build unix

package pgtest

import (
	"os/exec"
	"syscall"
)

// detach keeps an interrupt from the terminal away from the process.
func detach(process *exec.Cmd) {
	process.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}
