package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// Access rights below a path. Running programs is not among them.
const (
	readFile = landlock.AccessFSSet(ll.AccessFSReadFile)
	readTree = landlock.AccessFSSet(ll.AccessFSReadFile | ll.AccessFSReadDir)
	workTree = landlock.AccessFSSet(ll.AccessFSReadFile | ll.AccessFSReadDir | ll.AccessFSWriteFile | ll.AccessFSTruncate |
		ll.AccessFSRemoveFile | ll.AccessFSRemoveDir | ll.AccessFSMakeReg | ll.AccessFSMakeDir)
)

// What DuckDB, the C library and Go read of the system: the number of
// processors, the limits of the control group, and time zones.
var (
	systemTrees = []string{"/proc/self", "/sys/fs/cgroup", "/sys/devices/system/cpu", "/usr/share/zoneinfo"}
	systemFiles = []string{"/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/etc/localtime", "/etc/timezone", "/dev/urandom", "/dev/random"}
)

// Probe tells what Enter would achieve on this computer, and changes nothing.
func Probe() Level {
	level := Level{System: runtime.GOOS, SystemCalls: seccomp.Supported()}
	if abi, err := ll.LandlockGetABIVersion(); err == nil {
		level.LandlockABI = abi
	}
	return level
}

// Enter locks this process in for good, with all its threads. What the kernel
// does not offer is left out, which the level tells. An error means that
// something which is offered could not be put up: the process must then not go on.
func Enter(p Policy) (Level, error) {
	level := Probe()
	rules, opened, err := pathRules(p)
	defer closeAll(opened)
	if err != nil {
		return level, err
	}
	// Refuses TCP, abstract Unix sockets and signals to others as well, from
	// the versions on that can. Best effort: see Probe.
	if err := landlock.V11.BestEffort().Restrict(rules...); err != nil {
		return level, fmt.Errorf("limit files: %w", err)
	}
	if !level.SystemCalls {
		return level, nil
	}
	if err := filterSystemCalls(); err != nil {
		return level, fmt.Errorf("filter system calls: %w", err)
	}
	return level, nil
}

// pathRules gives the rules, and the files that must stay open until they are
// in force.
func pathRules(p Policy) (rules []landlock.Rule, opened []int, err error) {
	rules = []landlock.Rule{
		landlock.PathAccess(readTree, systemTrees...).IgnoreIfMissing(),
		landlock.PathAccess(readFile, systemFiles...).IgnoreIfMissing(),
		landlock.PathAccess(readFile|landlock.AccessFSSet(ll.AccessFSWriteFile), "/dev/null").IgnoreIfMissing(),
	}
	for _, path := range p.Read {
		fd, rights, err := pin(path)
		if err != nil {
			return nil, opened, fmt.Errorf("look at a file to read: %w", err)
		}
		opened = append(opened, fd)
		rules = append(rules, landlock.PathAccess(rights, fdPath(fd)))
	}
	if p.Work != "" {
		rules = append(rules, landlock.PathAccess(workTree, p.Work))
	}
	return rules, opened, nil
}

// pin opens what stands at a path now, so that the rule is for that and not for
// what somebody who can write to the folder puts there a moment later. The path
// was resolved before, so a link there is such an exchange.
func pin(path string) (fd int, rights landlock.AccessFSSet, err error) {
	fd, err = unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return 0, 0, ErrGone
	}
	if err != nil {
		return 0, 0, err
	}
	if rights, err = rightsOf(fd, path); err != nil {
		_ = unix.Close(fd)
	}
	return fd, rights, err
}

// rightsOf gives what may be done with what a path led to. Where that has another
// name, a folder above it was a link.
func rightsOf(fd int, path string) (landlock.AccessFSSet, error) {
	var info unix.Stat_t
	if err := unix.Fstat(fd, &info); err != nil {
		return 0, err
	}
	name, err := os.Readlink(fdPath(fd))
	switch {
	case err != nil:
		return 0, err
	case name != filepath.Clean(path), info.Mode&unix.S_IFMT == unix.S_IFLNK:
		return 0, ErrLink
	case info.Mode&unix.S_IFMT == unix.S_IFDIR:
		return readTree, nil
	default:
		return readFile, nil
	}
}

func fdPath(fd int) string { return fmt.Sprintf("/proc/self/fd/%d", fd) }

func closeAll(opened []int) {
	for _, fd := range opened {
		_ = unix.Close(fd)
	}
}
