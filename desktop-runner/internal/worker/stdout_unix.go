//go:build unix

package worker

import (
	"os"

	"golang.org/x/sys/unix"
)

// takeStdout keeps the pipe for messages and points standard output at standard
// error, so that a library that prints cannot spoil the protocol.
func takeStdout() (*os.File, error) {
	fd, err := unix.FcntlInt(os.Stdout.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	if err := dup2(int(os.Stderr.Fd()), int(os.Stdout.Fd())); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "messages"), nil
}
