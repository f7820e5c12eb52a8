package embeddedpg

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// stopPoll is how often a stopping PostgreSQL is looked at; nothing tells,
	// because it is not a child of this process.
	stopPoll = 10 * time.Millisecond
	// quitGrace is what PostgreSQL gets to quit at once before it is killed.
	quitGrace = 5 * time.Second
)

// postmaster is PostgreSQL's main process on one data folder.
type postmaster struct {
	pid     int
	dataDir string
}

// findPostmaster reads who claims to run on the data. The claim may be stale.
func findPostmaster(dataDir string) (pm postmaster, found bool, err error) {
	pm = postmaster{dataDir: dataDir}
	f, err := os.Open(pm.pidFile())
	if errors.Is(err, fs.ErrNotExist) {
		return pm, false, nil
	}
	if err != nil {
		return pm, false, fmt.Errorf("read PostgreSQL's lock file: %w", err)
	}
	defer f.Close()
	first, _ := bufio.NewReader(f).ReadString('\n')
	// A file cut short by a crash names nobody; pid 0 is never alive.
	pm.pid, _ = strconv.Atoi(strings.TrimSpace(first))
	return pm, true, nil
}

func (p postmaster) pidFile() string { return filepath.Join(p.dataDir, "postmaster.pid") }

// alive says whether the process runs and is a PostgreSQL on this data folder.
// Its number alone proves nothing: after a reboot somebody else may have it.
// A process that has ended and was not waited for has no command line.
func (p postmaster) alive() bool {
	if p.pid <= 0 {
		return false
	}
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.pid))
	if err == nil {
		return bytes.Contains(line, []byte("\x00"+p.dataDir+"\x00"))
	}
	if _, err := os.Stat("/proc/self/cmdline"); err == nil {
		return false
	}
	// A system without Linux's /proc.
	//nolint:noctx // answers at once
	line, err = exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(p.pid)).Output()
	return err == nil && bytes.Contains(line, []byte(p.dataDir))
}

// gone says that the process has ended altogether. One that is just ending has
// lost its command line and still has its port.
func (p postmaster) gone() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		return !p.alive()
	}
	// "PID (NAME) STATE …"; Z is what remains of a process that its parent has
	// not asked about, which in a container without an init may last.
	_, state, _ := bytes.Cut(stat, []byte(") "))
	return bytes.HasPrefix(state, []byte("Z")) || bytes.HasPrefix(state, []byte("X"))
}

// stop ends PostgreSQL and its sessions. When ctx ends first, it makes it quit
// at once, then kills it, and returns ctx's error.
func (p postmaster) stop(ctx context.Context) error {
	if !p.alive() {
		return nil
	}
	// Fast shutdown, in PostgreSQL's words: roll back, disconnect, checkpoint.
	if err := p.signal(syscall.SIGINT); err != nil {
		return err
	}
	if err := p.waitGone(ctx); err == nil {
		return nil
	}
	if err := p.signal(syscall.SIGQUIT); err != nil {
		return err
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), quitGrace)
	defer cancel()
	if err := p.waitGone(grace); err != nil {
		return errors.Join(ctx.Err(), p.signal(syscall.SIGKILL))
	}
	return ctx.Err()
}

func (p postmaster) signal(sig syscall.Signal) error {
	if !p.alive() {
		return nil
	}
	process, err := os.FindProcess(p.pid)
	if err != nil {
		return fmt.Errorf("find PostgreSQL's process: %w", err)
	}
	if err := process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal PostgreSQL: %w", err)
	}
	return nil
}

func (p postmaster) waitGone(ctx context.Context) error {
	tick := time.NewTicker(stopPoll)
	defer tick.Stop()
	for !p.gone() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
