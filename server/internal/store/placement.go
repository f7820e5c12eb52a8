package store

import (
	"time"

	"github.com/google/uuid"

	"ddap/shared/operation"
	"ddap/shared/task"
)

// InputTask is a task as the input of another.
type InputTask struct {
	ID        uuid.UUID
	Name      string
	Operation operation.Code
	// Model is that of an analysis.
	Model operation.Model
	State task.State
	// OutputRunnerID is where its rows stay; nil where it left none, or has not ended.
	OutputRunnerID *uuid.UUID
	// RunnerRevoked says that this runner will never be back.
	RunnerRevoked bool
}

// Need is one input of a task that is to be placed.
type Need struct {
	Input     InputTask
	NeedsData bool
}

// Placement is where a waiting task belongs now.
type Placement struct {
	State   task.State
	Reason  task.Reason
	Message string
	// RunnerID is the one runner that may take the task; nil for any that
	// meets its requirement.
	RunnerID *uuid.UUID
}

// Place decides where a task that waits for its time or its inputs belongs now.
// pinned is the runner that its creator asked for. It is pure: the caller has
// locked the task, or the inputs of a new one, so that an input which ends
// meanwhile finds the task where this puts it.
func Place(runAt *time.Time, now time.Time, pinned *uuid.UUID, needs []Need) Placement {
	open := false
	for _, n := range needs {
		switch n.Input.State {
		case task.Succeeded:
		case "":
			return Placement{State: task.Failed, Reason: task.InputLost, Message: "one of its inputs was deleted"}
		case task.Failed, task.Canceled:
			return Placement{
				State: task.Failed, Reason: task.InputFailed,
				Message: "its input “" + n.Input.Name + "” " + map[task.State]string{task.Failed: "failed", task.Canceled: "was canceled"}[n.Input.State],
			}
		default:
			open = true
		}
	}
	switch {
	case runAt != nil && runAt.After(now):
		return Placement{State: task.Scheduled, Reason: task.WaitingForTime}
	case open:
		return Placement{State: task.Blocked, Reason: task.WaitingForInput}
	default:
		return placeAtData(pinned, needs)
	}
}

// placeAtData finds the runner on which the rows of every input are.
func placeAtData(pinned *uuid.UUID, needs []Need) Placement {
	at, because := pinned, ""
	for _, n := range needs {
		if !n.NeedsData {
			continue
		}
		switch where := n.Input.OutputRunnerID; {
		case where == nil:
			return Placement{State: task.Failed, Reason: task.InputLost, Message: "“" + n.Input.Name + "” left no rows to work on"}
		case n.Input.RunnerRevoked:
			return Placement{State: task.Failed, Reason: task.InputLost, Message: "the computer that keeps the rows of “" + n.Input.Name + "” was removed"}
		case at != nil && *at != *where:
			message := "the rows of “" + n.Input.Name + "” are not on the computer that was asked for"
			if because != "" {
				message = "the rows of “" + because + "” and “" + n.Input.Name + "” are on different computers"
			}
			return Placement{State: task.Failed, Reason: task.InputsOnDifferentRunners, Message: message}
		default:
			at, because = where, n.Input.Name
		}
	}
	return Placement{State: task.Queued, Reason: task.WaitingForRunner, RunnerID: at}
}
