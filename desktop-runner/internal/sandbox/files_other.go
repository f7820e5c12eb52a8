//go:build !unix

package sandbox

// LimitOpenFiles does nothing on this system, which has no such limit.
func LimitOpenFiles(int) error { return nil }
