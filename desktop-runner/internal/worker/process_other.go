//go:build !linux

package worker

import "os"

func thisProgram() (string, error) { return os.Executable() }

// residentBytes is not known on this system: only DuckDB's and Go's own limits
// hold there.
func residentBytes(int) int64 { return 0 }
