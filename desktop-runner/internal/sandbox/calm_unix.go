//go:build unix

package sandbox

import (
	"fmt"
	"os/signal"

	"golang.org/x/sys/unix"
)

// niceness puts a task behind what the owner does, and before nothing else.
const niceness = 10

// Calm makes this process a good neighbour: behind the owner's own programs,
// first to go when memory runs out, and without core dumps, which would hold
// the owner's data. Each is an attempt; none of them is needed.
func Calm() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	// The process group: for a process, Linux would change this one thread only.
	_ = unix.Setpriority(unix.PRIO_PGRP, 0, niceness)
	offerToOOMKiller()
}

// LimitFiles bounds the size of every file that this process writes: what goes
// beyond fails with EFBIG. The engine bounds what it spills, and nothing else.
func LimitFiles(bytes int64) error {
	// The signal would end the process before the write fails.
	signal.Ignore(unix.SIGXFSZ)
	limit := uint64(bytes)
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return fmt.Errorf("limit the size of files: %w", err)
	}
	return nil
}
