package worker

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/sandbox"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// Exit codes of a child. A Go panic exits with 2.
const (
	exitDone     = 0
	exitBadOrder = 64
	exitOrphaned = 65
)

// orphanGrace is how long a child may tidy up after its parent has gone.
const orphanGrace = time.Second

// Main is the child process: it reads one order, does it, and returns the exit
// code. Nothing else may write to standard output; what tries goes to standard error.
func Main(w Work) int {
	pipe, err := takeStdout()
	if err != nil {
		fmt.Fprintln(os.Stderr, "take the pipe to the parent:", err)
		return exitBadOrder
	}
	in := bufio.NewReader(os.Stdin)
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil || !o.complete() {
		fmt.Fprintln(os.Stderr, "this is an internal command; the runner starts it for each task")
		return exitBadOrder
	}
	out := &reporter{to: json.NewEncoder(pipe)}
	if refused := w.connect(o); refused != nil {
		return out.end(message{Message: plan.Message{Outcome: refused}})
	}
	if failure := prepare(o); failure != nil {
		return out.end(message{Message: plan.Message{Outcome: &plan.Outcome{Failure: failure}}})
	}
	ctx, stop := untilToldToStop(in)
	defer stop()
	return out.end(w.do(ctx, o, out.progress))
}

// connect makes the connections of all inputs. An interrupt ends the process here:
// nothing was begun yet.
func (w Work) connect(o order) *plan.Outcome {
	if w.Connect == nil {
		return nil
	}
	for _, in := range o.inputs() {
		if err := w.Connect(context.Background(), in.Name, in.File); err != nil {
			failure := inspectionFailure(err)
			failure.Retryable = fault.Retryable(err)
			return &plan.Outcome{Failure: failure, Owner: detailOf(err)}
		}
	}
	return nil
}

// detailOf is what an error says to the owner alone.
func detailOf(err error) []string {
	if d, ok := errors.AsType[plan.Detailed](err); ok && d.Detail() != "" {
		return []string{d.Detail()}
	}
	return nil
}

func (w Work) do(ctx context.Context, o order, progress func(plan.Progress)) message {
	if o.Plan != nil {
		outcome := w.Perform(ctx, *o.Plan, progress)
		return message{Message: plan.Message{Outcome: &outcome}}
	}
	if o.Digest != nil {
		sum, err := w.Digest(ctx, o.Digest.File)
		if err != nil {
			return message{Message: plan.Message{Outcome: &plan.Outcome{Failure: inspectionFailure(err)}}}
		}
		return message{SHA256: sum}
	}
	d, err := w.Inspect(ctx, o.Inspect.File, o.Inspect.WorkDir, o.Inspect.Limits)
	if err != nil {
		return message{Message: plan.Message{Outcome: &plan.Outcome{Failure: inspectionFailure(err), Owner: detailOf(err)}}}
	}
	return message{Description: &d}
}

// inspectionFailure keeps the sentence for people; the rest of the chain may
// hold a path or a value.
func inspectionFailure(err error) *plan.Failure {
	f := &plan.Failure{Reason: task.SourceUnreadable, Message: "This file cannot be read as data."}
	var known *fault.Error
	if errors.As(err, &known) && known.Message != "" {
		f.Message = known.Message
	}
	return f
}

// gcPercent keeps what columns leave behind while they are read, a small allocation
// for each number, from doubling the memory that they take. They have no pointers,
// so that looking through them costs nothing.
const gcPercent = 25

// prepare lowers the process's rights and limits its memory. A failure here
// means that nothing was read yet.
func prepare(o order) *plan.Failure {
	sandbox.Calm()
	debug.SetGCPercent(gcPercent)
	if bytes := o.limits().MemoryBytes; bytes > 0 {
		// DuckDB's memory is not Go's and has its own limit. This makes Go
		// collect rather than grow.
		debug.SetMemoryLimit(bytes / 2)
	}
	level, err := sandbox.Enter(o.policy())
	if err == nil {
		err = errors.Join(sandbox.LimitFiles(o.fileBytes()), sandbox.LimitOpenFiles(o.openFiles()))
	}
	switch {
	case err == nil:
	case errors.Is(err, sandbox.ErrGone):
		return &plan.Failure{Reason: task.SourceUnreadable, Message: "The data file is not there any more; it may have been moved or renamed."}
	case errors.Is(err, sandbox.ErrLink):
		return &plan.Failure{Reason: task.SourceUnreadable, Message: "A link has taken the place of the data file, or of a folder above it; share the file that it leads to."}
	default:
		fmt.Fprintln(os.Stderr, "enter the sandbox:", err)
		return &plan.Failure{Reason: task.OperationFailed, Message: "The sandbox for this task could not be put up on this computer."}
	}
	if missing := level.Missing(); o.RequireSandbox && len(missing) > 0 {
		return &plan.Failure{
			Reason:  task.OperationFailed,
			Message: "The owner of this computer wants a full sandbox, and it is not available: " + strings.Join(missing, "; ") + ".",
		}
	}
	return nil
}

// untilToldToStop gives a context that ends with an interrupt, or when the
// parent closes the pipe or is gone. A child whose work does not heed it then
// exits by itself, so that no orphan stays behind on a system where the parent's
// death does not end it.
func untilToldToStop(in io.Reader) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithCancel(ctx)
	// Nobody waits for this goroutine: it is over when the process is.
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel()
		time.AfterFunc(orphanGrace, func() { os.Exit(exitOrphaned) })
	}()
	return ctx, func() { cancel(); stop() }
}

// reporter writes messages to the parent. It is safe for concurrent use.
type reporter struct {
	mu    sync.Mutex
	to    *json.Encoder
	stage string
	last  time.Time
	ended bool
}

func (r *reporter) progress(p plan.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.ended || (p.Stage == r.stage && now.Sub(r.last) < progressInterval) {
		return
	}
	r.stage, r.last = p.Stage, now
	// A parent that does not read is gone, and the end of its pipe tells us.
	_ = r.to.Encode(message{Message: plan.Message{Progress: &p}})
}

func (r *reporter) end(m message) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	if err := r.to.Encode(m); err != nil {
		fmt.Fprintln(os.Stderr, "report the outcome:", err)
		return 1
	}
	return exitDone
}
