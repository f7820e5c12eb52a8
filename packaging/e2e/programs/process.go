package programs

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Process is a process of this computer, as /proc shows it.
type Process struct {
	PID, Parent int
	Command     string
	// Line is the whole command line.
	Line string
}

// Processes lists the processes of this computer. Only Linux has them in /proc;
// elsewhere the list is empty.
func Processes() []Process {
	entries, _ := filepath.Glob("/proc/[0-9]*")
	var out []Process
	for _, dir := range entries {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			continue
		}
		status := fields(filepath.Join(dir, "status"))
		parent, err := strconv.Atoi(status["PPid"])
		if err != nil || strings.HasPrefix(status["State"], "Z") {
			continue // gone meanwhile, or dead already
		}
		line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		out = append(out, Process{PID: pid, Parent: parent, Command: status["Name"], Line: strings.ReplaceAll(string(line), "\x00", " ")})
	}
	return out
}

// Children lists the processes whose parent is the given one.
func Children(pid int) []Process {
	var out []Process
	for _, p := range Processes() {
		if p.Parent == pid {
			out = append(out, p)
		}
	}
	return out
}

// Mentioning lists the processes, this one apart, whose command line mentions a
// text, such as the folder that they were started in.
func Mentioning(text string) []Process {
	var out []Process
	for _, p := range Processes() {
		if p.PID != os.Getpid() && strings.Contains(p.Line, text) {
			out = append(out, p)
		}
	}
	return out
}

// Memory is what a process occupies, in bytes.
type Memory struct {
	// Resident counts all that is in memory; Proportional counts what is shared
	// with other processes in parts.
	Resident, Proportional int64
}

// MemoryOf measures a process. Only Linux can tell.
func MemoryOf(pid int) (Memory, error) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	resident, err := kilobytes(fields(filepath.Join(dir, "status"))["VmRSS"])
	if err != nil {
		return Memory{}, fmt.Errorf("read the resident memory of process %d: %w", pid, err)
	}
	proportional, err := kilobytes(fields(filepath.Join(dir, "smaps_rollup"))["Pss"])
	if err != nil {
		proportional = 0 // another user's process does not say
	}
	return Memory{resident, proportional}, nil
}

// MemoryOfTree measures a process with those that it started. What they share is
// counted for each of them in Resident.
func MemoryOfTree(pid int) (Memory, error) {
	sum, err := MemoryOf(pid)
	for _, child := range Children(pid) {
		m, childErr := MemoryOfTree(child.PID)
		if childErr != nil {
			continue // it ended meanwhile
		}
		sum.Resident += m.Resident
		sum.Proportional += m.Proportional
	}
	return sum, err
}

func kilobytes(value string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSuffix(value, " kB"), 10, 64)
	return n * 1024, err
}

// fields reads a file of "Name: value" lines; nothing from one that is not there.
func fields(path string) map[string]string {
	out := map[string]string{}
	file, err := os.Open(path)
	if err != nil {
		return out
	}
	defer func() { _ = file.Close() }()
	for scan := bufio.NewScanner(file); scan.Scan(); {
		if name, value, found := strings.Cut(scan.Text(), ":"); found {
			if _, again := out[name]; !again {
				out[name] = strings.TrimSpace(value)
			}
		}
	}
	return out
}
