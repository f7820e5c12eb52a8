package api

import (
	"encoding/json"
	"time"

	"ddap/shared/task"
)

// Types of streamed events that are about the stream or about no change of state.
const (
	// StreamReady is the first event of a stream: its id is where the stream stands.
	StreamReady = "ready"
	// StreamReset says that events between the id that was sent and this one's
	// are not kept any more: read the present state, and go on from here.
	StreamReset = "reset"
	// StreamProgress is how far a running task says it is. It has no id: what was
	// missed of it is not sent again.
	StreamProgress = "task.progress"
)

// StreamEvent is one event of GET /events.
type StreamEvent struct {
	// ID is what Last-Event-ID takes; empty for progress.
	ID   string    `json:"id,omitempty" doc:"What Last-Event-ID takes to go on behind this event; absent for progress"`
	At   time.Time `json:"at"`
	Type string    `json:"type" doc:"SUBJECT.VERB, as in task.succeeded or runner.offline; ready, reset and task.progress besides"`
	// SubjectKind and SubjectID say what it is about.
	SubjectKind string `json:"subject_kind,omitempty" doc:"task, runner, …"`
	SubjectID   string `json:"subject_id,omitempty" format:"uuid"`
	SubjectName string `json:"subject_name,omitempty"`
	// Creator is who made the task; empty for other subjects.
	Creator       string      `json:"creator,omitempty" doc:"Who made the task: KEY_ID;USER_ID, or KEY_ID alone where the key acted for itself; absent where it is about no task"`
	PipelineID    string      `json:"pipeline_id,omitempty" format:"uuid"`
	OperationCode int         `json:"operation_code,omitempty"`
	State         task.State  `json:"state,omitempty"`
	Reason        task.Reason `json:"reason,omitempty"`
	Attempt       int         `json:"attempt,omitempty"`
	Message       string      `json:"message,omitempty"`
	Progress      *Progress   `json:"progress,omitempty"`
	// Data is an object with what else there is to say.
	Data json.RawMessage `json:"data,omitempty" doc:"What else there is to say of it, an object"`
}
