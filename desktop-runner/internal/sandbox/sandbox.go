// Package sandbox locks the child process that does a task in, before it
// touches a parameter: it may then read the files that the task needs, write to
// the task's own folder, and reach no network. What cannot be enforced on this
// computer is said, not hidden.
package sandbox

import (
	"errors"
	"fmt"
	"strings"
)

// Errors of Enter for a file to read that was exchanged after it was found.
var (
	ErrGone = errors.New("the file is not there any more")
	ErrLink = errors.New("a symbolic link has taken the place of the file, or of a folder above it")
)

// Policy says what a process needs.
type Policy struct {
	// Read lists files, and folders with all that is in them, by paths without a
	// symbolic link.
	Read []string
	// Work is the one folder to write in; none when empty.
	Work string
}

// Level is how much of a sandbox there is.
type Level struct {
	// LandlockABI is the version of Landlock that limits files; zero is none.
	LandlockABI int
	// SystemCalls tells that sockets, other programs and other processes are
	// refused by a filter on system calls.
	SystemCalls bool
	// System is the operating system, as Go names it.
	System string
}

// abiTruncate is the first version of Landlock that refuses to cut other files.
const abiTruncate = 3

// Missing names, in sentences for the owner, what is not enforced; nothing where all is.
func (l Level) Missing() []string {
	var out []string
	switch {
	case l.LandlockABI == 0:
		out = append(out, fmt.Sprintf("nothing but DuckDB's own settings keeps a task from files that are not shared (no Landlock on this %s)", l.System))
	case l.LandlockABI < abiTruncate:
		out = append(out, "this kernel's Landlock cannot keep a task from emptying files that it may not read")
	}
	if !l.SystemCalls {
		out = append(out, fmt.Sprintf("nothing but DuckDB's own settings keeps a task from the network (no filter for system calls on this %s)", l.System))
	}
	return out
}

// String is for logs, as in "landlock 7, system calls filtered".
func (l Level) String() string {
	parts := []string{"no landlock", "system calls not filtered"}
	if l.LandlockABI > 0 {
		parts[0] = fmt.Sprintf("landlock %d", l.LandlockABI)
	}
	if l.SystemCalls {
		parts[1] = "system calls filtered"
	}
	return strings.Join(parts, ", ")
}
