package worker

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/api"
	"ddap/shared/task"
)

// ErrKill is the cause of a context whose end kills a child at once, where any
// other end asks it to stop and gives it the grace period.
var ErrKill = errors.New("the child is to be killed")

// Launcher starts children. The zero value of a field is its default.
type Launcher struct {
	// Program and Arguments start a child. Default: this program with Command.
	Program   string
	Arguments []string
	// Grace is how long a child has to stop after an interrupt before it is
	// killed. Default seven tenths of a second: a cancel has to be over within one.
	Grace time.Duration
	// ExitGrace is how long a child has to exit after its outcome, which nobody
	// has to hurry: a busy computer takes its time to free much memory. Default
	// five seconds.
	ExitGrace time.Duration
	// RequireSandbox refuses tasks where the sandbox is not complete.
	RequireSandbox bool
}

// Ended is how a child ended.
type Ended struct {
	// Outcome is the child's own, or says how it failed to give one.
	Outcome plan.Outcome
	// Stopped tells that the context ended before there was an outcome. Outcome
	// then means nothing.
	Stopped bool
	Usage   api.ResourceUsage
	// Trouble is a fixed phrase for the log where something went wrong that the
	// outcome does not tell; it has no data of the task in it.
	Trouble string
	// Stderr is the end of what the child printed. It may hold the owner's data:
	// it goes to a file of the owner's and never to a log.
	Stderr string
}

// Perform runs one task. It ends within p.Limits.Timeout, or within the grace
// period after ctx has ended. Progress is called from one goroutine at a time.
func (l *Launcher) Perform(ctx context.Context, p plan.Plan, progress func(plan.Progress)) Ended {
	timeout := p.Limits.Timeout
	limited, cancel := withOptionalTimeout(ctx, timeout)
	defer cancel()
	end := l.run(limited, order{Plan: &p, RequireSandbox: l.RequireSandbox}, progress)
	out := Ended{Usage: end.usage, Stderr: end.stderr, Trouble: end.trouble}
	// A child that is interrupted may say that its work failed. That it was
	// interrupted is what counts, unless the work was done all the same.
	answered := end.outcome != nil && (!end.interrupted || end.outcome.Document != nil)
	switch {
	case answered:
		out.Outcome = *end.outcome
	case ctx.Err() != nil:
		out.Stopped = true
	default:
		out.Outcome = plan.Outcome{Failure: end.failure(p, limited.Err() != nil)}
	}
	return out
}

// Inspect looks at the files of a dataset in a child. The error is a *FailedError with a
// sentence for people, or that of ctx.
func (l *Launcher) Inspect(ctx context.Context, file plan.File, workDir string, limits plan.Limits) (Description, error) {
	end, err := l.look(ctx, limits, order{Inspect: &inspection{File: file, WorkDir: workDir, Limits: limits}})
	if err != nil {
		return Description{}, err
	}
	return *end.description, nil
}

// Digest reads the files of a dataset in a child and gives their SHA-256, as a
// manifest does. Errors are those of Inspect.
func (l *Launcher) Digest(ctx context.Context, file plan.File, workDir string, limits plan.Limits) (string, error) {
	end, err := l.look(ctx, limits, order{Digest: &inspection{File: file, WorkDir: workDir, Limits: limits}})
	return end.sha256, err
}

// look runs a child that does no task. Without an error it has answered.
func (l *Launcher) look(ctx context.Context, limits plan.Limits, o order) (ending, error) {
	limited, cancel := withOptionalTimeout(ctx, limits.Timeout)
	defer cancel()
	o.RequireSandbox = l.RequireSandbox
	end := l.run(limited, o, func(plan.Progress) {})
	switch {
	case o.Inspect != nil && end.description != nil, o.Digest != nil && end.sha256 != "":
		return end, nil
	case end.outcome != nil && end.outcome.Failure != nil:
		return end, &FailedError{*end.outcome.Failure, end.outcome.Owner}
	case ctx.Err() != nil:
		return end, fmt.Errorf("look at a file: %w", context.Cause(ctx))
	default:
		return end, &FailedError{Failure: *end.failure(plan.Plan{Limits: limits}, limited.Err() != nil)}
	}
}

// FailedError is a plan.Failure as an error, with what is for the owner alone.
type FailedError struct {
	plan.Failure

	Owner []string
}

// Error gives the sentence for people.
func (e *FailedError) Error() string { return e.Message }

func withOptionalTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

// child is a running child process.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.ReadCloser
	stderr *tail
}

func (l *Launcher) start(o order) (*child, error) {
	program, arguments := l.Program, l.Arguments
	if program == "" {
		var err error
		if program, err = thisProgram(); err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		arguments = []string{Command}
	}
	c := &child{cmd: exec.Command(program, arguments...), stderr: &tail{limit: maxStderrBytes}} //nolint:noctx // run ends it in its own way
	c.cmd.Env = []string{}
	c.cmd.Dir = workFolder(o)
	c.cmd.Stderr = c.stderr
	c.cmd.WaitDelay = l.exitGrace()
	isolate(c.cmd)
	var err error
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	if c.stdout, err = c.cmd.StdoutPipe(); err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start child: %w", err)
	}
	return c, nil
}

// workFolder is where the child starts, so that no other folder is kept busy.
func workFolder(o order) string {
	if look := o.look(); look != nil {
		return look.WorkDir
	}
	return o.Plan.WorkDir
}

func (l *Launcher) grace() time.Duration { return cmp.Or(l.Grace, 700*time.Millisecond) }

func (l *Launcher) exitGrace() time.Duration { return cmp.Or(l.ExitGrace, 5*time.Second) }

// run starts a child, gives it the order and follows it to its end. No process
// is left when it returns.
func (l *Launcher) run(ctx context.Context, o order, progress func(plan.Progress)) ending {
	// The kernel ends the child when the thread that started it ends, not when
	// the process does: this keeps the thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begun := time.Now()
	// Before there is a child, which would wait for an order that cannot be written.
	raw, err := json.Marshal(o)
	if err != nil {
		return ending{outcome: &plan.Outcome{Failure: &plan.Failure{
			Reason: task.InvalidParams, Message: "The parameters of this task are no JSON, or nested too deeply, so this runner cannot read them.",
		}}}
	}
	c, err := l.start(o)
	if err != nil {
		return ending{startErr: err, trouble: "the child process could not be started"}
	}
	end := ending{}
	handedOver := make(chan struct{})
	go func() {
		defer close(handedOver)
		// A child that did not read its order shows in how it ended.
		_, _ = c.stdin.Write(append(raw, '\n'))
	}()
	l.follow(ctx, c, o.limits().MemoryBytes, progress, &end)

	// Its pipe is closed, so it is about to exit; if it is not, it is made to.
	force := time.AfterFunc(l.exitGrace(), func() { kill(c.cmd) })
	_ = c.stdin.Close()
	<-handedOver
	err = c.cmd.Wait()
	end.forced = !force.Stop() || end.forced
	end.state, end.stderr = c.cmd.ProcessState, c.stderr.String()
	end.usage = usageOf(end.state, time.Since(begun))
	end.note(err)
	return end
}

// memoryInterval is how often a child's memory is looked at.
const memoryInterval = 250 * time.Millisecond

// maxThreads is where a child is ended, as for its memory. Go and the engine have
// one for each processor and some that wait; a thousand are a fault, and would
// slow down all that the owner does.
const maxThreads = 1000

// follow reads the child's messages until its pipe closes, and stops it when
// the context ends, when it breaks the protocol, or when it takes too much memory or too many threads.
func (l *Launcher) follow(ctx context.Context, c *child, memory int64, progress func(plan.Progress), end *ending) {
	lines := listen(c.stdout)
	stop := ctx.Done()
	watch := time.NewTicker(memoryInterval)
	defer watch.Stop()
	var force <-chan time.Time
	for {
		select {
		case <-watch.C:
			if memory > 0 && residentBytes(c.cmd.Process.Pid) > hardLimit(memory) {
				end.tooBig = true
				kill(c.cmd)
			}
			if threads(c.cmd.Process.Pid) > maxThreads {
				end.tooManyThreads = true
				kill(c.cmd)
			}
		case <-stop:
			stop, force = nil, time.After(l.grace())
			end.interrupted = end.outcome == nil
			if errors.Is(context.Cause(ctx), ErrKill) {
				kill(c.cmd)
				continue
			}
			interrupt(c.cmd)
			_ = c.stdin.Close()
		case <-force:
			force, end.forced = nil, true
			kill(c.cmd)
		case line, open := <-lines:
			if !open {
				return
			}
			if end.take(line, progress) && stop != nil {
				force = time.After(l.exitGrace())
			}
			if line.err != nil {
				kill(c.cmd)
			}
		}
	}
}

// hardLimit is where a child is ended. DuckDB and Go keep to limits of their
// own; what they do not count (buffers, fragments, models) gets this room.
func hardLimit(memory int64) int64 { return memory + memory/2 + 128<<20 }

// Folder makes an empty work folder below root, for one attempt. Remove it with
// os.RemoveAll when the files that matter were taken out.
func Folder(root string) (string, error) {
	path, err := os.MkdirTemp(root, folderPrefix)
	if err != nil {
		return "", fmt.Errorf("make a work folder: %w", err)
	}
	return path, nil
}

const folderPrefix = "task-"

// Sweep makes root an empty folder: whatever is in it belongs to tasks that a
// crash ended. Call it before the first task.
func Sweep(root string) error {
	if err := os.RemoveAll(root); err != nil {
		return fmt.Errorf("remove old work folders: %w", err)
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return fmt.Errorf("make the folder for work: %w", err)
	}
	return nil
}
