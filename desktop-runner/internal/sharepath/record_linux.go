package sharepath

import (
	"os"
	"syscall"
	"time"
)

// recordOf gives when a file's record changed last, and its number.
func recordOf(info os.FileInfo) (changed time.Time, number uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(s.Ctim.Unix()), s.Ino
	}
	return info.ModTime(), 0
}
