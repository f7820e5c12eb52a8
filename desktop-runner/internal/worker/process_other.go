//go:build !linux

package worker

import "os"

func thisProgram() (string, error) { return os.Executable() }

// threads is not known on this system, so that they are not limited.
func threads(int) int { return 0 }

// residentBytes is not known on this system: only DuckDB's and Go's own limits
// hold there.
func residentBytes(int) int64 { return 0 }
