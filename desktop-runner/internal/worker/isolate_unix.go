//go:build unix && !linux

package worker

import (
	"os/exec"
	"syscall"
)

// isolate puts the child in a group of its own. This system does not end it
// with its parent: the child watches its standard input for that.
func isolate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
