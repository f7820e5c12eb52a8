package sandbox

import (
	"fmt"
	"os"
	"unsafe"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// refused are the system calls that a task has no business with. A call that
// is refused fails with EPERM; it does not end the process, because libraries
// try some of them and go on without.
var refused = []string{
	// Sockets of every family, and the rings through which the kernel would
	// open one without any of these calls.
	"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
	"sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg",
	"io_uring_setup", "io_uring_enter", "io_uring_register",
	// Other programs.
	"execve", "execveat",
	// Other processes, and the memory of the agent above all.
	"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_open", "pidfd_getfd",
	"pidfd_send_signal", "kcmp", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setpgid", "setsid",
	// Another view of the system, and parts of the kernel that attacks like.
	"mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_by_handle_at", "name_to_handle_at",
	"bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "personality",
	"shmget", "shmat", "shmctl", "msgget", "semget", "mq_open",
}

// filterSystemCalls puts the filter on every thread. It cannot be taken off.
func filterSystemCalls() error {
	if err := refuseOtherABIs(); err != nil {
		return err
	}
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("find the processor's system calls: %w", err)
	}
	var known []string
	for _, name := range refused {
		if _, ok := info.SyscallNames[name]; ok {
			known = append(known, name)
		}
	}
	self := uint64(os.Getpid())
	notSelf := seccomp.ArgumentConditions{{Argument: 0, Operation: seccomp.NotEqual, Value: self}}
	return seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true,
		Flag:       seccomp.FilterFlagTSync,
		Policy: seccomp.Policy{
			DefaultAction: seccomp.ActionAllow,
			Syscalls: append([]seccomp.SyscallGroup{
				{Names: known, Action: seccomp.ActionErrno},
				// Go and the C library signal their own threads.
				{Action: seccomp.ActionErrno, NamesWithCondtions: []seccomp.NameWithConditions{
					{Name: "kill", Conditions: notSelf}, {Name: "tgkill", Conditions: notSelf},
				}},
			}, refuseProcesses(info.SyscallNames)...),
		},
	})
}

// refuseOtherABIs refuses every call that is made in the way of another
// processor, as 32-bit code does on 64-bit Linux. The library's own filter lets
// those pass where its default is to allow, and a task could open its socket
// that way.
func refuseOtherABIs() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return fmt.Errorf("find the processor's system calls: %w", err)
	}
	const archOffset = 4 // of struct seccomp_data, see seccomp(2)
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: archOffset},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: uint32(info.ID)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	if err := seccomp.SetNoNewPrivs(); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	prog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&prog))) //nolint:gosec // the way to hand a struct to the kernel
	if errno != 0 {
		return fmt.Errorf("refuse other system call interfaces: %w", errno)
	}
	return nil
}
