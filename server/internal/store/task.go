package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// Defaults of what a request for a task leaves out.
const (
	DefaultTimeout     = time.Hour
	DefaultMaxAttempts = 3
	DefaultDeadline    = 30 * 24 * time.Hour
)

// Task is one task with its current attempt.
type Task struct {
	ID, WorkspaceID uuid.UUID
	PipelineID      *uuid.UUID
	// Position and Ref place the task in its pipeline.
	Position int
	Ref      string
	RetryOf  *uuid.UUID
	// ScheduleID is the schedule that made the task, also when it is gone.
	ScheduleID     *uuid.UUID
	Name           string
	Operation      operation.Code
	Params         json.RawMessage
	PinnedRunnerID *uuid.UUID
	Labels         map[string]string
	Priority       int
	// CreatorKeyID and CreatorUser tell whose task it is; CreatedBy is what people read.
	CreatorKeyID uuid.UUID
	CreatorUser  string
	CreatedBy    string

	// RequirementID is set from the time at which the task could be handed out.
	RequirementID int64

	State task.State
	// Reason is what people are told; for a queued task, that of its requirement.
	Reason  task.Reason
	Message string

	RunAt          *time.Time
	Deadline       time.Time
	TimeoutSeconds int
	MaxAttempts    int
	// Attempt numbers the handings-out; AttemptsUsed counts those used up.
	Attempt      int
	AttemptsUsed int
	// LastRunnerID is who holds the task or held it last.
	LastRunnerID *uuid.UUID
	RunnerName   string
	Progress     api.Progress

	CreatedAt  time.Time
	StartedAt  *time.Time
	FinishedAt *time.Time
	StoppedAt  *time.Time
	// CancelPending says that the runner has not confirmed the cancel yet.
	CancelPending bool
}

// OwnedBy reports whether p created the task, as the same acting user.
func (t *Task) OwnedBy(p Principal) bool {
	return t.CreatorKeyID == p.Owner() && t.CreatorUser == p.ActingID()
}

// Creator is whose task it is, as clients tell creators apart.
func (t *Task) Creator() string { return CreatorID(t.CreatorKeyID, t.CreatorUser) }

// View is the task as people see it, without its attempts.
func (t *Task) View() api.Task {
	deadline := t.Deadline
	v := api.Task{
		ID: t.ID.String(), Name: t.Name, OperationCode: int(t.Operation), Params: t.Params,
		State: t.State, Reason: t.Reason, Message: t.Message, PipelineID: idText(t.PipelineID), Ref: t.Ref,
		RetryOf: idText(t.RetryOf), ScheduleID: idText(t.ScheduleID), RunnerID: idText(t.LastRunnerID), RunnerName: t.RunnerName,
		Labels: t.Labels, Priority: t.Priority, Attempt: t.Attempt, MaxAttempts: t.MaxAttempts,
		TimeoutSeconds: t.TimeoutSeconds, Creator: t.Creator(), CreatedBy: t.CreatedBy, CreatedAt: t.CreatedAt, RunAt: t.RunAt,
		Deadline: &deadline, StartedAt: t.StartedAt, FinishedAt: t.FinishedAt, StoppedAt: t.StoppedAt,
	}
	v.Progress = t.ProgressView()
	return v
}

// ProgressView is how far the task says it is; nil where it says nothing.
func (t *Task) ProgressView() *api.Progress {
	if t.Progress == (api.Progress{}) {
		return nil
	}
	p := t.Progress
	return &p
}

func idText(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// NewTask is a checked task that is about to be created.
type NewTask struct {
	ID uuid.UUID
	// At is where the task stands in the request, as in "tasks[2].", for messages; empty for a single one.
	At             string
	PipelineID     *uuid.UUID
	Position       int
	Ref            string
	RetryOf        *uuid.UUID
	ScheduleID     *uuid.UUID
	Name           string
	Operation      operation.Code
	Params         json.RawMessage
	PinnedRunnerID *uuid.UUID
	Labels         map[string]string
	Priority       int
	RunAt          *time.Time
	// Deadline is DefaultDeadline from now, or from RunAt, when nil.
	Deadline       *time.Time
	TimeoutSeconds int
	MaxAttempts    int
	Inputs         []NewInput
}

// NewInput is what one source of a new task's parameters stands for: a dataset,
// the output of another task, or an upload.
type NewInput struct {
	// Path is where the source stands, as in "params.inputs[0]".
	Path string
	// DatasetName is set for every dataset, DatasetID where one of them is meant.
	DatasetName string
	DatasetID   *uuid.UUID
	TaskID      *uuid.UUID
	// UploadID is set for an upload, and none of the others then. The task may
	// run anywhere.
	UploadID *uuid.UUID
	// NeedsData says that the task reads rows, and so must run where they are.
	NeedsData bool
}

// NewPipeline is a pipeline that is created together with its tasks.
type NewPipeline struct {
	ID   uuid.UUID
	Name string
}

// Tasks creates, reads and ends tasks.
type Tasks interface {
	// CreateTasks creates all tasks or none, with their pipeline if there is one,
	// and returns them in their order. Their states follow from the states of
	// their inputs at this moment. An input that failed, was canceled or is not
	// there any more is Invalid, with its path. To retry a step of a pipeline a
	// second time is a Conflict (already_retried).
	CreateTasks(ctx context.Context, creator Principal, pipeline *NewPipeline, tasks []NewTask) ([]Task, Changes, error)
	// GetTask gives one task; NotFound where there is none.
	GetTask(ctx context.Context, workspaceID, id uuid.UUID) (Task, error)
	// ListAttempts gives a task's attempts, oldest first.
	ListAttempts(ctx context.Context, taskID uuid.UUID) ([]api.Attempt, error)
	// ListOpenInputs gives the unfinished tasks whose results a task needs, at most
	// api.MaxOpenInputs, in the order in which they were created.
	ListOpenInputs(ctx context.Context, taskID uuid.UUID) ([]api.OpenInput, error)
	// ListEvents gives a task's timeline, oldest first.
	ListEvents(ctx context.Context, taskID uuid.UUID) ([]api.Event, error)
	// ListEventsAfter gives at most limit events of a task's timeline, those after
	// the one with id after.
	ListEventsAfter(ctx context.Context, taskID uuid.UUID, after int64, limit int) ([]api.Event, error)
	// ListTasks gives a page.
	ListTasks(ctx context.Context, filter TaskFilter, page TaskPage) ([]Task, error)
	// CountTasks counts what the filter, its states apart, finds in each state.
	CountTasks(ctx context.Context, filter TaskFilter) (Counts, error)
	// CancelTasks cancels those of the tasks that have not ended, and fails what
	// needs their output and is not among them. Canceling what was canceled
	// changes nothing; what ended otherwise is a Conflict unless skipEnded.
	CancelTasks(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID, skipEnded bool) (Changes, error)
	// PatchTask changes a task that has not ended; Conflict (wrong_state) for one
	// that has, Invalid for a deadline that is past or before its time to run.
	PatchTask(ctx context.Context, workspaceID, id uuid.UUID, patch api.TaskPatch) error
	// DeleteTask removes a task that has ended and that no unfinished task needs,
	// with its result, events and artifacts' records; Conflict otherwise.
	DeleteTask(ctx context.Context, workspaceID, id uuid.UUID) error
	// FindInputs gives tasks of the workspace by id, as inputs of others; those
	// that do not exist are left out.
	FindInputs(ctx context.Context, workspaceID uuid.UUID, ids []uuid.UUID) ([]InputTask, error)
	// HoldsInput reports whether the runner holds a task that needs taskID.
	HoldsInput(ctx context.Context, runnerID, taskID uuid.UUID) (bool, error)
}
