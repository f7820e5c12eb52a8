package api

import (
	"encoding/json"
	"time"

	"ddap/shared/result"
	"ddap/shared/task"
)

// TaskRequest creates a task.
type TaskRequest struct {
	Name           string            `json:"name" minLength:"1" maxLength:"200" doc:"What people call this task"`
	OperationCode  int               `json:"operation_code" doc:"100 fetch, 200 filter, 300 analyze, 400 export"`
	Params         json.RawMessage   `json:"params" doc:"The operation's parameters; GET /operations describes them"`
	RunnerID       string            `json:"runner_id,omitempty" format:"uuid" doc:"Pins the task to one runner"`
	Labels         map[string]string `json:"labels,omitempty" doc:"Must all be carried by the runner that takes the task"`
	Priority       int               `json:"priority,omitempty" minimum:"-100" maximum:"100" doc:"Higher goes first; 0 when absent"`
	RunAt          *time.Time        `json:"run_at,omitempty" doc:"Not before this time"`
	TimeoutSeconds int               `json:"timeout_seconds,omitempty" minimum:"1" maximum:"604800" doc:"3600 when absent"`
	MaxAttempts    int               `json:"max_attempts,omitempty" minimum:"1" maximum:"100" doc:"3 when absent"`
	Deadline       *time.Time        `json:"deadline,omitempty" doc:"Fails the task if it has not ended by then; 30 days from now, or from run_at, when absent"`
}

// TaskPatch changes a task that has not ended; what is absent stays.
type TaskPatch struct {
	Priority *int       `json:"priority,omitempty" minimum:"-100" maximum:"100" doc:"Higher goes first"`
	Deadline *time.Time `json:"deadline,omitempty" doc:"Fails the task if it has not ended by then"`
}

// TaskCreated answers the creation of a task.
type TaskCreated struct {
	TaskID string      `json:"task_id" format:"uuid"`
	State  task.State  `json:"state"`
	Reason task.Reason `json:"reason,omitempty" doc:"Why it waits"`
}

// TaskBatch creates up to MaxTasks tasks, all or none.
type TaskBatch struct {
	Tasks []TaskRequest `json:"tasks" minItems:"1" maxItems:"1000" doc:"All of them are created, or none"`
}

// TasksCreated answers a batch, in its order.
type TasksCreated struct {
	Tasks []TaskCreated `json:"tasks"`
}

// Task is a task as people see it.
type Task struct {
	ID            string          `json:"id" format:"uuid"`
	Name          string          `json:"name"`
	OperationCode int             `json:"operation_code"`
	Params        json.RawMessage `json:"params"`
	State         task.State      `json:"state"`
	Reason        task.Reason     `json:"reason,omitempty" doc:"Why it is in this state; a task that waits always says so"`
	// Message is the runner's or the server's sentence on this very task, more
	// exact than the reason's.
	Message        string            `json:"message,omitempty" doc:"More exact than the reason, about this very task"`
	PipelineID     string            `json:"pipeline_id,omitempty" format:"uuid"`
	Ref            string            `json:"ref,omitempty" doc:"The step's name inside its pipeline"`
	RetryOf        string            `json:"retry_of,omitempty" format:"uuid" doc:"The task that this one tries again"`
	ScheduleID     string            `json:"schedule_id,omitempty" format:"uuid" doc:"The schedule that made it, also when that is gone"`
	RunnerID       string            `json:"runner_id,omitempty" format:"uuid" doc:"Who holds it, or held it last"`
	RunnerName     string            `json:"runner_name,omitempty"`
	Labels         map[string]string `json:"labels,omitempty"`
	Priority       int               `json:"priority"`
	Attempt        int               `json:"attempt"`
	MaxAttempts    int               `json:"max_attempts"`
	TimeoutSeconds int               `json:"timeout_seconds"`
	Progress       *Progress         `json:"progress,omitempty"`
	Creator        string            `json:"creator" doc:"Who made it, as the filter creator takes it: KEY_ID;USER_ID, or KEY_ID alone where the key acted for itself"`
	CreatedBy      string            `json:"created_by" doc:"Who asked for it, as people read it"`
	CreatedAt      time.Time         `json:"created_at"`
	RunAt          *time.Time        `json:"run_at,omitempty"`
	Deadline       *time.Time        `json:"deadline,omitempty"`
	StartedAt      *time.Time        `json:"started_at,omitempty"`
	FinishedAt     *time.Time        `json:"finished_at,omitempty"`
	// StoppedAt is when the runner confirmed that a canceled task stopped.
	StoppedAt *time.Time `json:"stopped_at,omitempty" doc:"When the runner confirmed that a canceled task stopped"`
	// Attempts is filled in by GET /tasks/{id} only.
	Attempts []Attempt `json:"attempts,omitempty" doc:"Only where one task is asked for"`
	// WaitingFor is filled in by GET /tasks/{id} only, with MaxOpenInputs at most.
	WaitingFor []OpenInput `json:"waiting_for,omitempty" doc:"The unfinished tasks whose results a blocked one needs, 20 at most; only where one task is asked for"`
}

// MaxOpenInputs is how many of the tasks for which a task waits are named.
const MaxOpenInputs = 20

// OpenInput is an unfinished task whose result another one needs.
type OpenInput struct {
	TaskID string `json:"task_id" format:"uuid"`
	Name   string `json:"name"`
	// Ref is its step's name where both belong to one pipeline.
	Ref    string      `json:"ref,omitempty" doc:"Its step's name inside its pipeline"`
	State  task.State  `json:"state"`
	Reason task.Reason `json:"reason,omitempty" doc:"Why it waits itself"`
}

// Progress is how far a running task says it is.
type Progress struct {
	Fraction  *float64 `json:"fraction,omitempty"`
	Stage     string   `json:"stage,omitempty"`
	Message   string   `json:"message,omitempty"`
	RowsDone  *int64   `json:"rows_done,omitempty"`
	RowsTotal *int64   `json:"rows_total,omitempty"`
	// RemainingSeconds is about how long the rest takes, nil where that is not known.
	RemainingSeconds *int64 `json:"remaining_seconds,omitempty" doc:"About how long the rest takes; absent where it is not known"`
}

// Attempt is one handing-out of a task.
type Attempt struct {
	Attempt    int    `json:"attempt"`
	RunnerID   string `json:"runner_id" format:"uuid"`
	RunnerName string `json:"runner_name,omitempty"`
	// Outcome is empty while the attempt goes on, and "reclaimed" where the server took it back.
	Outcome   string      `json:"outcome,omitempty"`
	Reason    task.Reason `json:"reason,omitempty"`
	Message   string      `json:"message,omitempty"`
	StartedAt time.Time   `json:"started_at"`
	EndedAt   *time.Time  `json:"ended_at,omitempty"`
}

// TaskList is a page of tasks.
type TaskList struct {
	Tasks      []Task `json:"tasks"`
	NextCursor string `json:"next_cursor,omitempty"`
	// Counts is how many the filter (its states apart) finds in each state, up to 10,000 in each.
	Counts map[task.State]int `json:"counts" doc:"How many tasks the filter, its states apart, finds in each state, up to 10,000"`
	// CountsAreExact is false where a state has more.
	CountsAreExact bool `json:"counts_are_exact" doc:"False where a state has more than 10,000"`
	Total          int  `json:"total" doc:"How many tasks the filter finds on all pages, up to 10,000"`
	TotalIsExact   bool `json:"total_is_exact" doc:"False where there are more than 10,000"`
}

// Event is a line of a task's timeline.
type Event struct {
	ID      int64       `json:"id"`
	At      time.Time   `json:"at"`
	Type    EventType   `json:"type"`
	State   task.State  `json:"state,omitempty"`
	Reason  task.Reason `json:"reason,omitempty"`
	Message string      `json:"message,omitempty"`
	Attempt int         `json:"attempt,omitempty"`
}

// EventType says what happened to a task.
type EventType string

// The types of events. There is one for each state that a task can enter, and
// some that leave the state as it is.
const (
	EventCreated   EventType = "created"
	EventScheduled EventType = "scheduled"
	EventBlocked   EventType = "blocked"
	EventQueued    EventType = "queued"
	EventLeased    EventType = "leased"
	EventRunning   EventType = "running"
	EventSucceeded EventType = "succeeded"
	EventFailed    EventType = "failed"
	EventCanceled  EventType = "canceled"
	// EventStopped: the runner confirmed that a canceled task stopped.
	EventStopped EventType = "stopped"
	// EventStage: the task entered another stage of its work.
	EventStage EventType = "stage"
	// EventChanged: somebody changed the task's priority or deadline.
	EventChanged EventType = "changed"
)

// EventList is a task's timeline, oldest first.
type EventList struct {
	Events     []Event `json:"events"`
	NextCursor string  `json:"next_cursor,omitempty"`
}

// ResultView is the result of a task, or how far it has come.
type ResultView struct {
	TaskID    string           `json:"task_id" format:"uuid"`
	Creator   string           `json:"creator" doc:"Who made it, as the filter creator takes it: KEY_ID;USER_ID, or KEY_ID alone where the key acted for itself"`
	State     task.State       `json:"state"`
	Reason    task.Reason      `json:"reason,omitempty"`
	Message   string           `json:"message,omitempty"`
	Progress  *Progress        `json:"progress,omitempty"`
	Result    *result.Document `json:"result,omitempty"`
	Artifacts []Artifact       `json:"artifacts"`
	// MayPublish is for whoever asks, and true at this moment only.
	MayPublish     bool             `json:"may_publish" doc:"Whether whoever asks may show the result to everybody, as on a web page: every dataset that it stands on is shared now with publish, and every upload is the asker's own"`
	PublishRefused []PublishRefusal `json:"publish_refused,omitempty" doc:"Why not, 50 reasons at most"`
}

// Artifact is a file that belongs to a finished task.
type Artifact struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	SizeBytes   int64  `json:"size_bytes"`
	SHA256      string `json:"sha256"`
}

// PipelineRequest creates tasks that belong together, all or none. A step names
// the output of another as {"task": "<ref>"}.
type PipelineRequest struct {
	Name  string         `json:"name" minLength:"1" maxLength:"200" doc:"What people call the pipeline"`
	Tasks []PipelineStep `json:"tasks" minItems:"1" maxItems:"1000" doc:"The steps, in any order"`
}

// PipelineStep is one task of a new pipeline.
type PipelineStep struct {
	Ref string `json:"ref" pattern:"^[A-Za-z0-9_-]{1,64}$" doc:"The step's name inside the pipeline"`
	// Name is what people call the step; the ref when empty.
	Name           string            `json:"name,omitempty" maxLength:"200" doc:"What people call the step; its ref when absent"`
	OperationCode  int               `json:"operation_code" doc:"100 fetch, 200 filter, 300 analyze, 400 export"`
	Params         json.RawMessage   `json:"params" doc:"The operation's parameters; a source may be {task: REF}"`
	RunnerID       string            `json:"runner_id,omitempty" format:"uuid" doc:"Pins the step to one runner"`
	Labels         map[string]string `json:"labels,omitempty" doc:"Must all be carried by the runner that takes the step"`
	Priority       int               `json:"priority,omitempty" minimum:"-100" maximum:"100" doc:"Higher goes first; 0 when absent"`
	RunAt          *time.Time        `json:"run_at,omitempty" doc:"Not before this time"`
	Deadline       *time.Time        `json:"deadline,omitempty" doc:"Fails the step if it has not ended by then; 30 days from now, or from run_at, when absent"`
	TimeoutSeconds int               `json:"timeout_seconds,omitempty" minimum:"1" maximum:"604800" doc:"3600 when absent"`
	MaxAttempts    int               `json:"max_attempts,omitempty" minimum:"1" maximum:"100" doc:"3 when absent"`
}

// Pipeline is a pipeline with its tasks, in the order in which they were given.
type Pipeline struct {
	ID        string    `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	Creator   string    `json:"creator" doc:"Who made it, as the filter creator takes it: KEY_ID;USER_ID, or KEY_ID alone where the key acted for itself"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
	Tasks     []Task    `json:"tasks"`
}

// PipelineList is a page of pipelines, newest first; their tasks are left out.
type PipelineList struct {
	Pipelines  []Pipeline `json:"pipelines"`
	NextCursor string     `json:"next_cursor,omitempty"`
}
