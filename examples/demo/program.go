package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// stopTime is how long a program may take to end when it is asked to.
const stopTime = 15 * time.Second

// program is a program that runs beside the demo, its output in a log file.
type program struct {
	name, log string
	cmd       *exec.Cmd
	// ended is closed when the process has ended; err is its verdict then.
	ended chan struct{}
	err   error
}

// launch starts a program that goes on until it is stopped.
func launch(name, log string, env []string, path string, args ...string) (*program, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("create the log of %s: %w", name, err)
	}
	defer func() { _ = file.Close() }() // the process has its own handle
	cmd := exec.Command(path, args...)  //nolint:noctx // they are stopped in order, not all at once with a context.
	p := &program{name: name, log: log, cmd: cmd, ended: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = file, file, env
	ownGroup(p.cmd)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s (is it built? ./task build): %w", name, err)
	}
	go func() { // stop waits for it
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// stop asks the program to end and waits for it; one that does not listen is killed.
func (p *program) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(stopTime):
		fmt.Fprintf(os.Stderr, "%s does not stop; killing it\n", p.name)
		killGroup(p.cmd)
		<-p.ended
	}
}

// until polls ready until it is, for as long as the program runs. A failure
// comes with the end of the program's log.
func (p *program) until(ctx context.Context, what string, ready func(context.Context) bool) error {
	const pace, patience = 20 * time.Millisecond, 30 * time.Second
	tick := time.NewTicker(pace)
	defer tick.Stop()
	late := time.After(patience)
	for !ready(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-p.ended:
			return p.explain(fmt.Errorf("%s ended before %s: %w", p.name, what, orDone(p.err)))
		case <-late:
			return p.explain(fmt.Errorf("%s is still not there after %s: %s", p.name, patience, what))
		}
	}
	return nil
}

func orDone(err error) error {
	if err == nil {
		return errors.New("it said that it was done")
	}
	return err
}

// explain adds the end of the program's log to an error.
func (p *program) explain(err error) error {
	const lines = 15
	raw, readErr := os.ReadFile(p.log)
	if readErr != nil || len(bytes.TrimSpace(raw)) == 0 {
		return err
	}
	all := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	tail := all[max(0, len(all)-lines):]
	return fmt.Errorf("%w\n\nThe last lines of %s:\n  %s", err, filepath.Base(p.log), strings.Join(tail, "\n  "))
}

// cleanEnvironment is this process's environment without settings of DDAP's
// programs, which are meant for somebody else's server.
func cleanEnvironment(additions ...string) []string {
	var out []string
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "DDAP_") {
			out = append(out, line)
		}
	}
	return append(out, additions...)
}
