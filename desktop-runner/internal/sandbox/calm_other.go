//go:build !unix

package sandbox

// Calm does nothing on this system yet: lowering the priority takes a job object.
func Calm() {}

// LimitFiles does nothing on this system, which has no such limit.
func LimitFiles(int64) error { return nil }
