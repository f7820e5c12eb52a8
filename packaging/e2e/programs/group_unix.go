//go:build unix

package programs

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps signals of a terminal from reaching the process.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
