package worker

import (
	"fmt"
	"os"
	"strings"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/api"
	"ddap/shared/task"
)

// ending collects what is known of a child's end.
type ending struct {
	startErr    error
	outcome     *plan.Outcome
	description *Description
	sha256      string
	// interrupted: it was asked to stop before it gave an outcome.
	interrupted bool
	// forced: it was killed because it did not stop or exit in time.
	forced bool
	// tooBig: it was killed because of its memory; tooManyThreads: of its threads.
	tooBig, tooManyThreads bool

	state   *os.ProcessState
	usage   api.ResourceUsage
	stderr  string
	trouble string
}

// protocolTrouble is noted before the child is killed for it.
const protocolTrouble = "the child process sent something that is no message"

// take handles one line and reports whether it ended the work. The first
// outcome counts; whatever comes after it is noted and ignored.
func (e *ending) take(l line, progress func(plan.Progress)) (ended bool) {
	m := l.message
	switch {
	case l.err != nil:
		e.trouble = protocolTrouble
	case e.outcome != nil || e.description != nil || e.sha256 != "":
		e.trouble = "the child process went on after its outcome"
	case m.Progress != nil:
		progress(*m.Progress)
	case m.Outcome != nil:
		e.outcome = m.Outcome
		return true
	case m.Description != nil:
		e.description = m.Description
		return true
	case m.SHA256 != "":
		e.sha256 = m.SHA256
		return true
	}
	return false
}

// note completes the trouble with how the process exited.
func (e *ending) note(waitErr error) {
	if waitErr == nil || e.trouble != "" {
		return
	}
	switch {
	case e.tooBig:
		e.trouble = "the child process was killed for its memory"
	case e.tooManyThreads:
		e.trouble = "the child process was killed for its threads"
	case e.forced:
		e.trouble = "the child process was killed because it did not stop"
	default:
		// An exit code or the name of a signal; nothing of the task.
		e.trouble = fmt.Sprintf("the child process ended with %s", e.state)
	}
}

// failure explains a child that ended without an outcome. A crash is worth one
// more attempt; a second one would crash again.
func (e *ending) failure(p plan.Plan, timedOut bool) *plan.Failure {
	switch {
	case e.startErr != nil:
		return &plan.Failure{Reason: task.EngineCrashed, Message: "The process for this task could not be started.", Retryable: true}
	case timedOut && !e.tooBig:
		return &plan.Failure{
			Reason:  task.Timeout,
			Message: fmt.Sprintf("The task took longer than the %s that it may.", p.Limits.Timeout.Round(time.Second)),
		}
	case e.tooManyThreads:
		return &plan.Failure{
			Reason:  task.OperationFailed,
			Message: fmt.Sprintf("The task started more than the %d threads that it may have on this computer.", maxThreads),
		}
	case e.ranOutOfMemory():
		message := "The task needed more memory than this computer could give."
		if limit := p.Limits.MemoryBytes; limit > 0 {
			message = fmt.Sprintf("The task needed more memory than the %d MiB that it may have on this computer.", limit>>20)
		}
		return &plan.Failure{Reason: task.OutOfMemory, Message: message}
	default:
		return &plan.Failure{
			Reason: task.EngineCrashed, Message: "The process that did this task ended unexpectedly.", Retryable: p.Attempt <= 1,
		}
	}
}

// ranOutOfMemory: a kill that we did not send is the kernel's, which kills for
// memory. The phrases are those of Go's runtime and of C++.
func (e *ending) ranOutOfMemory() bool {
	if e.tooBig || (killed(e.state) && !e.forced && e.trouble != protocolTrouble) {
		return true
	}
	for _, phrase := range []string{"fatal error: runtime: out of memory", "cannot allocate memory", "std::bad_alloc"} {
		if strings.Contains(e.stderr, phrase) {
			return true
		}
	}
	return false
}
