package egress

import (
	"context"
	"errors"
	"syscall"

	"ddap/desktop-runner/internal/engine"
	"ddap/desktop-runner/internal/plan"
	"ddap/shared/fault"
	"ddap/shared/task"
)

// maxMessage bounds a failure's message, in runes.
const maxMessage = 2000

// Failure gives an error as it may leave this computer, whatever the policy:
// the reason, and the sentence of a fault that names one. Nothing of DuckDB's
// own messages is kept, which quote cells and paths.
func Failure(err error) *plan.Failure {
	var f *fault.Error
	reason := task.Reason(fault.CodeOf(err))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &plan.Failure{Reason: task.Timeout, Message: "It took longer than its time limit."}
	case errors.Is(err, context.Canceled):
		return &plan.Failure{Reason: task.OperationFailed, Message: "It was stopped before it was done.", Retryable: true}
	case errors.Is(err, syscall.EMFILE):
		return engineFailure(engine.TooManyFiles)
	case errors.As(err, &f) && reason.ReportedByRunner():
		return &plan.Failure{Reason: reason, Message: shorten(f.Message), Retryable: f.Kind == fault.Unavailable}
	default:
		return engineFailure(engine.KindOf(err))
	}
}

func engineFailure(kind engine.Kind) *plan.Failure {
	switch kind {
	case engine.OutOfMemory:
		return &plan.Failure{Reason: task.OutOfMemory, Message: "It needed more memory than the owner of this computer allows. Use fewer columns or rows, or ask the owner for more."}
	case engine.DiskFull:
		return &plan.Failure{Reason: task.DiskFull, Message: "It needed more disk space than the owner of this computer allows, or than is left. Use fewer columns or rows, or ask the owner for more."}
	case engine.Unreadable:
		return &plan.Failure{Reason: task.SourceUnreadable, Message: "The data could not be read to its end; the file may be damaged."}
	case engine.Refused:
		return &plan.Failure{Reason: task.OperationFailed, Message: "It tried something that no task may do on this computer, such as reading what is not shared, and was stopped."}
	case engine.TooManyFiles:
		return &plan.Failure{Reason: task.OperationFailed, Message: "It needed more files open at once than a task may have on this computer. Share the data as fewer files, or ask for fewer at once."}
	case engine.OutOfRange:
		return &plan.Failure{Reason: task.OperationFailed, Message: "A number in the data is too large to calculate with."}
	default:
		return &plan.Failure{Reason: task.OperationFailed, Message: "The operation failed inside the runner."}
	}
}

// Crashed is the failure of an operation that panicked: a defect of ours.
func Crashed() *plan.Failure {
	return &plan.Failure{Reason: task.OperationFailed, Message: "The operation failed inside the runner because of a defect."}
}

func shorten(message string) string {
	if r := []rune(message); len(r) > maxMessage {
		return string(r[:maxMessage]) + "…"
	}
	return message
}
