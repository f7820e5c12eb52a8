// Package programs builds the programs of this repository, starts them, and ends
// them, for tests and measurements that look at them from outside.
package programs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Program is a running program. It is safe for concurrent use.
type Program struct {
	Name string
	// Begun is when its process was started.
	Begun time.Time

	cmd *exec.Cmd
	log string
	// guard ends a guarded program and all that it started when it is closed.
	guard io.Closer
	ended chan struct{}
	mu    sync.Mutex
	err   error
}

// Spec says what to start.
type Spec struct {
	Name string
	Path string
	Args []string
	// Env is added to this process's environment, from which settings of DDAP
	// are left out.
	Env []string
	// Log is the file that takes the output; it is added to, so that a program
	// that is started again has one log.
	Log string
	// Guarded ends the program and all that it starts together with this
	// process, however this process ends. Such a program is not asked to end:
	// it gets EndSignal.
	Guarded bool
	// EndSignal is TERM where it is empty.
	EndSignal string

	attr *syscall.SysProcAttr
}

// Start starts a program.
func Start(spec Spec) (*Program, error) {
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", spec.Name, err)
	}
	defer func() { _ = log.Close() }() // the process has its own handle
	path, args := spec.Path, spec.Args
	if spec.Guarded {
		path, args = guarded(spec)
	}
	cmd := exec.Command(path, args...) //nolint:noctx // they end when they are told to, and in order.
	p := &Program{Name: spec.Name, log: spec.Log, cmd: cmd, ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = log, log, append(environment(), spec.Env...)
	if spec.Guarded {
		if p.guard, err = cmd.StdinPipe(); err != nil {
			return nil, fmt.Errorf("guard %s: %w", spec.Name, err)
		}
	}
	ownGroup(p.cmd)
	if spec.attr != nil {
		p.cmd.SysProcAttr = spec.attr
	}
	p.Begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	go p.wait() // Stop and Kill wait for it
	return p, nil
}

func (p *Program) wait() {
	err := p.cmd.Wait()
	p.mu.Lock()
	p.err = err
	p.mu.Unlock()
	close(p.ended)
}

// PID gives the id of the process.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Ended is closed when the process has ended.
func (p *Program) Ended() <-chan struct{} { return p.ended }

// ExitCode gives the exit code of a program that has ended by itself; -1 for one
// that runs or was killed.
func (p *Program) ExitCode() int {
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	default:
		return -1
	}
}

// Kill ends the process as a power failure would, and waits until it is gone.
func (p *Program) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Stop asks the program to end and waits. The error says that it did not end in
// time (it is killed then), or not well.
func (p *Program) Stop(patience time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-p.ended:
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.err != nil {
			return fmt.Errorf("%s ended badly: %w", p.Name, p.err)
		}
		return nil
	case <-limit.C:
		p.Kill()
		return fmt.Errorf("%s did not end within %s and was killed", p.Name, patience)
	}
}

// End ends a guarded program and all that it started, and waits until none of
// them is left.
func (p *Program) End() {
	_ = p.guard.Close()
	<-p.ended
	endGroup(p.PID())
}

// Tail gives the last lines of the program's log.
func (p *Program) Tail(lines int) string {
	raw, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(string(bytes.TrimSpace(raw)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// errEnded says that a program ended while something was expected of it.
var errEnded = errors.New("it has ended")

// environment is this process's environment without settings of DDAP.
func environment() []string {
	var out []string
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "DDAP_") {
			out = append(out, line)
		}
	}
	return out
}
