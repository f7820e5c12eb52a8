//go:build unix

package sandbox

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// LimitOpenFiles bounds how many files this process has open at once, those that
// are open already among them: opening more fails with EMFILE. A lower limit that
// holds already stays.
func LimitOpenFiles(files int) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &now); err != nil {
		return fmt.Errorf("look at the limit for open files: %w", err)
	}
	limit := min(uint64(files), now.Max)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: limit}); err != nil {
		return fmt.Errorf("limit open files: %w", err)
	}
	return nil
}
