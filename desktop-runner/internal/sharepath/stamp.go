package sharepath

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"time"
)

// Stamped is how files are at one moment, told without reading them.
type Stamped struct {
	// Stamp changes whenever one of the files is written to, replaced, added or
	// renamed. It is empty where one of them is not there.
	Stamp string
	// Bytes is their size together.
	Bytes int64
	// ChangedAt is when the last of them changed: what is written at the same tick
	// of the file system's clock could have the same stamp.
	ChangedAt time.Time
}

// Stamp looks at size, time of change and, where the system has one, number of
// each file, in this order. The time of change of the file's record counts as
// well: programs set that of its content back.
func Stamp(paths []string) Stamped {
	var out Stamped
	sum := sha256.New()
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return Stamped{}
		}
		changed, number := recordOf(info)
		sum.Write(fmt.Appendf(nil, "%q %d %d %d %d\n", path, info.Size(), info.ModTime().UnixNano(), changed.UnixNano(), number))
		out.Bytes += info.Size()
		for _, at := range []time.Time{info.ModTime(), changed} {
			if at.After(out.ChangedAt) {
				out.ChangedAt = at
			}
		}
	}
	out.Stamp = hex.EncodeToString(sum.Sum(nil))
	return out
}
