//go:build !linux

package machine

// memoryBytes is not known here yet; the engine then chooses its own limit.
func memoryBytes() int64 { return 0 }
