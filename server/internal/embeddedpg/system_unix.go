//go:build unix

package embeddedpg

import (
	"os"
	"syscall"
)

const unsupported = false

// owner is the user and group that own a file; ok is false when it is missing.
func owner(path string) (uid, gid int, ok bool) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}
