package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"ddap/server/internal/store"
	"ddap/shared/api"
	"ddap/shared/fault"
	"ddap/shared/result"
	"ddap/shared/task"
)

// releasePause keeps a runner that gave a task back from getting it again in
// the same moment.
const releasePause = 5 * time.Second

// Judge decides what a report from the holder of the lease does to task t. It
// is pure; the store does it.
func Judge(t *store.Task, runnerID uuid.UUID, report api.ResultReport) store.Verdict {
	switch report.Outcome {
	case api.OutcomeSucceeded:
		return judgeSuccess(t, runnerID, report)
	case api.OutcomeFailed:
		return judgeFailure(t, report.Error)
	default:
		// A runner that says canceled of a task that nobody canceled gives it back.
		return judgeRelease(report)
	}
}

func judgeSuccess(t *store.Task, runnerID uuid.UUID, report api.ResultReport) store.Verdict {
	doc := report.Result
	if doc == nil {
		return invalidResult("the runner reported success without a result")
	}
	if err := doc.Check(); err != nil {
		return invalidResult("the runner's result is not valid: " + sentenceOf(err))
	}
	v := store.Verdict{State: task.Succeeded, Artifacts: report.Artifacts}
	if doc.Dataset != nil {
		here := result.Location{RunnerID: runnerID.String(), TaskID: t.ID.String(), Attempt: report.Attempt}
		if doc.Dataset.Location == (result.Location{}) {
			doc.Dataset.Location = here
		}
		if doc.Dataset.Location != here {
			return invalidResult("the result says that its rows are somewhere else than on the runner that made them")
		}
		v.OutputRunnerID = &runnerID
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return invalidResult("the runner's result cannot be stored: " + err.Error())
	}
	if len(raw) > result.MaxInlineBytes {
		return store.Verdict{
			State: task.Failed, Reason: task.ResultTooLarge,
			Message: fmt.Sprintf("the result has %d bytes; %d are allowed", len(raw), result.MaxInlineBytes),
		}
	}
	v.Document = raw
	return v
}

func invalidResult(message string) store.Verdict {
	return store.Verdict{State: task.Failed, Reason: task.ResultInvalid, Message: message}
}

// sentenceOf leaves out of an error what only operators can use: the task's message is for people.
func sentenceOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Message != "" {
		return f.Message
	}
	return err.Error()
}

func judgeFailure(t *store.Task, e *api.AttemptError) store.Verdict {
	if e == nil {
		e = &api.AttemptError{Reason: task.OperationFailed}
	}
	v := store.Verdict{State: task.Failed, Reason: e.Reason, Message: e.Message, UsesAttempt: true}
	if !e.Reason.ReportedByRunner() {
		// Not a runner's to say, or of a newer one.
		v.Reason = task.OperationFailed
	}
	// An owner's no is an answer, and is not asked for again.
	if e.Retryable && v.Reason != task.OwnerDeclined && t.AttemptsUsed+1 < t.MaxAttempts {
		v.State = task.Queued
	}
	return v
}

func judgeRelease(report api.ResultReport) store.Verdict {
	e := report.Error
	v := store.Verdict{State: task.Queued, Reason: task.RunnerStopping}
	if e != nil {
		v.Reason, v.Message = e.Reason, e.Message
	}
	if v.Reason != task.RunnerStopping {
		v.Delay = releasePause
	}
	if !v.Reason.Known() {
		v.Reason = task.RunnerStopping
	}
	if v.Reason == task.WaitingForOwner || report.HoldUntil != nil {
		v.Reason, v.Delay = task.WaitingForOwner, 0
		v.Hold, v.HoldUntil = true, report.HoldUntil
	}
	return v
}
