//go:build unix

package programs

import (
	"cmp"
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// ownGroup keeps signals of a terminal from reaching the process.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// guarded wraps a program in a shell that ends its whole group of processes when
// its own input ends, which it does when this process is gone.
func guarded(spec Spec) (path string, args []string) {
	const script = `{ "$@"; kill -s "$0" 0; } & read -r _; kill -s "$0" 0`
	return "/bin/sh", append([]string{"-c", script, cmp.Or(spec.EndSignal, "TERM"), spec.Path}, spec.Args...)
}

// endGroup waits for the processes of a group that has got its signal, and kills
// what does not heed it.
func endGroup(group int) {
	const patience, again = 10 * time.Second, 5 * time.Millisecond
	late := time.After(patience)
	tick := time.NewTicker(again)
	defer tick.Stop()
	for !errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) {
		select {
		case <-tick.C:
		case <-late:
			_ = syscall.Kill(-group, syscall.SIGKILL)
		}
	}
}
