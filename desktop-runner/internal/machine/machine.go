// Package machine knows the computer that the runner is on: what it tells the
// server about it, and how much of it one task may have.
package machine

import (
	"os"
	"runtime"

	"ddap/desktop-runner/internal/plan"
)

// Facts describe a computer.
type Facts struct {
	Hostname string
	OS       string
	Arch     string
	CPUs     int
	// MemoryBytes is what this process may use: the container's limit where
	// there is one, else the computer's. Zero where it is not known.
	MemoryBytes int64
}

// Look finds the facts of this computer.
func Look() Facts {
	name, _ := os.Hostname() // empty where it has none
	return Facts{Hostname: name, OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), MemoryBytes: memoryBytes()}
}

// leastMemory is what a task gets even on a very small computer.
const leastMemory = 256 << 20

// Share completes the owner's limits for one task: half of the memory and all
// processors, shared by the slots.
func (f Facts) Share(owner plan.Limits, slots int) plan.Limits {
	if owner.MemoryBytes == 0 && f.MemoryBytes > 0 {
		owner.MemoryBytes = max(f.MemoryBytes/2/int64(slots), leastMemory)
	}
	if owner.Threads == 0 {
		owner.Threads = max(f.CPUs/slots, 1)
	}
	return owner
}
