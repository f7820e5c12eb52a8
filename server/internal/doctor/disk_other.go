//go:build !linux && !darwin

package doctor

import "io/fs"

func freeBytes(string) (free uint64, known bool) { return 0, false }

func foreignOwner(fs.FileInfo) string { return "" }
