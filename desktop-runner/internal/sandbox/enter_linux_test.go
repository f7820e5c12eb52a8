package sandbox_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	_ "github.com/duckdb/duckdb-go/v2" // the engine that must go on inside
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"ddap/desktop-runner/internal/sandbox"
)

const insideCommand = "__inside"

// TestMain makes the test binary a process that locks itself in and tries things.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == insideCommand {
		os.Exit(inside(os.Args[2], os.Args[3], os.Args[4]))
	}
	os.Exit(m.Run())
}

// inside tries everything once and prints what came of it, "ok" or the error, as JSON.
func inside(share, work, secret string) int {
	// Its threads run before the sandbox is up, and must be held by it as well.
	db, err := sql.Open("duckdb", "")
	if err == nil {
		_, err = db.Exec("SET threads=4; SELECT sum(i) FROM range(1000000) t(i)")
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	sandbox.Calm()
	level, err := sandbox.Enter(sandbox.Policy{Read: []string{share}, Work: work})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	got := map[string]string{"level": level.String()}
	for name, try := range attempts(db, share, work, secret) {
		got[name] = "ok"
		if err := try(); err != nil {
			got[name] = err.Error()
		}
	}
	return map[bool]int{true: 0, false: 1}[json.NewEncoder(os.Stdout).Encode(got) == nil]
}

func attempts(db *sql.DB, share, work, secret string) map[string]func() error {
	query := func(text string, args ...any) func() error {
		return func() error { _, err := db.Exec(fmt.Sprintf(text, args...)); return err }
	}
	socket := func(family, kind int) func() error {
		return func() error { _, err := unix.Socket(family, kind, 0); return err }
	}
	dial := func(network, address string) func() error {
		return func() error {
			_, err := (&net.Dialer{}).DialContext(context.Background(), network, address)
			return err
		}
	}
	return map[string]func() error{
		"read the share":        func() error { _, err := os.ReadFile(share); return err },
		"write to the work":     func() error { return os.WriteFile(filepath.Join(work, "a"), []byte("x"), 0o600) },
		"query the share":       query("CREATE TABLE t AS SELECT * FROM read_csv('%s')", share),
		"query in parallel":     query("SELECT count(*) FROM range(5000000) a(i) GROUP BY i %% 1000"),
		"write parquet":         query("COPY (SELECT * FROM range(200000)) TO '%s/out.parquet' (FORMAT parquet)", work),
		"read parquet":          query("COPY (SELECT 1) TO '%[1]s/in.parquet' (FORMAT parquet); SELECT * FROM '%[1]s/in.parquet'", work),
		"read another file":     func() error { _, err := os.ReadFile(secret); return err },
		"query another file":    query("SELECT * FROM read_csv('%s')", secret),
		"list another folder":   func() error { _, err := os.ReadDir(filepath.Dir(secret)); return err },
		"read through a link":   func() error { _, err := os.ReadFile(filepath.Join(work, "link")); return err },
		"write to the share":    func() error { return os.WriteFile(share, []byte("x"), 0o600) },
		"cut the share":         func() error { return os.Truncate(share, 0) },
		"write beside the work": func() error { return os.WriteFile(filepath.Join(filepath.Dir(work), "b"), nil, 0o600) },
		"remove another file":   func() error { return os.Remove(secret) },
		"read another process":  func() error { _, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", os.Getppid())); return err },
		"tcp socket":            socket(unix.AF_INET, unix.SOCK_STREAM),
		"udp socket":            socket(unix.AF_INET, unix.SOCK_DGRAM),
		"tcp6 socket":           socket(unix.AF_INET6, unix.SOCK_STREAM),
		"unix socket":           socket(unix.AF_UNIX, unix.SOCK_STREAM),
		"netlink socket":        socket(unix.AF_NETLINK, unix.SOCK_RAW),
		"vsock socket":          socket(unix.AF_VSOCK, unix.SOCK_STREAM),
		"dial tcp":              dial("tcp", "127.0.0.1:9"),
		"dial udp":              dial("udp", "127.0.0.1:9"),
		"dial unix":             dial("unix", "/run/systemd/journal/socket"),
		"dial abstract":         dial("unix", "@ddap"),
		"socket pair":           func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err },
		"io_uring": func() error {
			if _, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, 0, 0); errno != 0 {
				return errno
			}
			return nil
		},
		"run a program":  func() error { return exec.Command("/bin/true").Run() },
		"make a process": func() error { return makeProcess(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0) },
		"make a process in the new way": func() error {
			args := struct{ flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls uint64 }{exitSignal: uint64(unix.SIGCHLD)}
			err := makeProcess(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
			if errors.Is(err, unix.ENOSYS) {
				return unix.EPERM // what the C library has to be told
			}
			return err
		},
		"signal another":   func() error { return syscall.Kill(os.Getppid(), 0) },
		"signal itself":    func() error { return syscall.Kill(os.Getpid(), 0) },
		"from all threads": fromAllThreads,
	}
}

// makeProcess asks for a copy of this process, which ends at once where there is one.
func makeProcess(call, first, second uintptr) error {
	pid, _, errno := unix.RawSyscall(call, first, second, 0)
	switch {
	case errno != 0:
		return errno
	case pid == 0:
		unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	return nil
}

// fromAllThreads opens a socket from many goroutines at once, so that one of
// them runs on a thread that was there before the filter.
func fromAllThreads() error {
	errs := make(chan error)
	for range 64 {
		go func() { _, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0); errs <- err }()
	}
	var last error
	for range 64 {
		err := <-errs
		if err == nil {
			return nil
		}
		last = err
	}
	return last
}

func TestEnter_KeepsATaskToItsFiles_WhileTheEngineGoesOn(t *testing.T) {
	t.Parallel()
	if missing := sandbox.Probe().Missing(); len(missing) > 0 {
		// A skip here would hide a wall that is down, or a probe that is wrong.
		require.Emptyf(t, os.Getenv("CI"), "CI must try the whole wall: %v", missing)
		t.Skip("this kernel does not offer all of it: " + strings.Join(missing, "; "))
	}
	dir, work := t.TempDir(), filepath.Join(t.TempDir(), "work")
	share, secret := filepath.Join(dir, "share.csv"), filepath.Join(dir, "secret.csv")
	require.NoError(t, os.Mkdir(work, 0o700))
	require.NoError(t, os.WriteFile(share, []byte("a,b\n1,2\n"), 0o600))
	require.NoError(t, os.WriteFile(secret, []byte("a,b\n3,4\n"), 0o600))
	require.NoError(t, os.Symlink(secret, filepath.Join(work, "link")))

	cmd := exec.Command(os.Args[0], insideCommand, share, work, secret)
	cmd.Env = []string{}
	raw, err := cmd.Output()
	require.NoError(t, err, "%s", raw)
	var got map[string]string
	require.NoError(t, json.Unmarshal(raw, &got), "%s", raw)
	require.NotContains(t, got["level"], "no")
	delete(got, "level")

	allowed := map[string]bool{
		"read the share": true, "write to the work": true, "query the share": true, "query in parallel": true,
		"write parquet": true, "read parquet": true, "signal itself": true,
	}
	for name, outcome := range got {
		if allowed[name] {
			require.Equal(t, "ok", outcome, name)
			continue
		}
		lower := strings.ToLower(outcome)
		require.Truef(t, strings.Contains(lower, "not permitted") || strings.Contains(lower, "permission denied"), "%s: got %s", name, outcome)
	}
	require.FileExists(t, secret)
}

// Whoever can write to the folder of a share may exchange the file for a link
// between the agent's look at it and the child's.
func TestEnter_OpensNothingThroughALinkThatTookAFilesPlace(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "share.csv")
	require.NoError(t, os.Symlink("/etc/passwd", link))
	_, err := sandbox.Enter(sandbox.Policy{Read: []string{link}, Work: t.TempDir()})
	require.ErrorContains(t, err, "symbolic link", "and this process is not locked in")
	require.NoError(t, os.WriteFile(filepath.Join(t.TempDir(), "a"), nil, 0o600))
}
