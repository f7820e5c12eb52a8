package sandbox

import (
	"github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// refuseProcesses lets this process make threads and no processes, known being
// the system calls of this processor. The system's own limit (RLIMIT_NPROC) is no
// use here: it counts all that the owner runs, so a low one would stop tasks
// because of other programs.
func refuseProcesses(known map[string]int) []seccomp.SyscallGroup {
	groups := []seccomp.SyscallGroup{{
		Action: seccomp.ActionErrno,
		NamesWithCondtions: []seccomp.NameWithConditions{{
			Name:       "clone",
			Conditions: seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.BitsNotSet, Value: unix.CLONE_THREAD}},
		}},
	}}
	for _, name := range []string{"fork", "vfork"} {
		if _, ok := known[name]; ok {
			groups = append(groups, seccomp.SyscallGroup{Names: []string{name}, Action: seccomp.ActionErrno})
		}
	}
	if _, ok := known["clone3"]; ok {
		// A filter cannot look at its flags, which lie in memory. Told that there is
		// no such call, the C library makes its threads with clone.
		groups = append(groups, seccomp.SyscallGroup{Names: []string{"clone3"}, Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS)})
	}
	return groups
}
