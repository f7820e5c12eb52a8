package worker

import (
	"bytes"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// thisProgram is the running program even after its file was replaced by an
// upgrade, so that parent and child are always the same build.
func thisProgram() (string, error) { return "/proc/self/exe", nil }

// isolate puts the child in a group of its own and ends it with its parent.
// The kernel ties the latter to the thread that starts the child: see Launcher.run.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// threads is how many threads a process has now; zero if that cannot be told.
func threads(pid int) int {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	// The name of the program, in brackets, may have spaces: what follows the last
	// bracket is the third field of proc(5).
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	const at = 20 - 3
	if err != nil || len(fields) <= at {
		return 0
	}
	n, _ := strconv.Atoi(string(fields[at]))
	return n
}

// residentBytes is how much memory a process has now; zero if that cannot be told.
func residentBytes(pid int) int64 {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	fields := bytes.Fields(raw)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
