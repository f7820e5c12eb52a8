//go:build !linux

package sandbox

import "runtime"

// Probe tells that this system has no sandbox yet.
func Probe() Level { return Level{System: runtime.GOOS} }

// Enter does nothing on this system, which the level says.
func Enter(Policy) (Level, error) { return Probe(), nil }
