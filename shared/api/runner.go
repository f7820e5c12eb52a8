package api

import (
	"encoding/json"
	"time"

	"ddap/shared/result"
	"ddap/shared/task"
)

// RegisterRequest enrols a runner; the enrolment token is the credential.
type RegisterRequest struct {
	_            struct{}          `json:"-" additionalProperties:"true"`
	Name         string            `json:"name" minLength:"1" maxLength:"200" doc:"What people call this computer"`
	Hostname     string            `json:"hostname" maxLength:"255"`
	OS           string            `json:"os" maxLength:"50"`
	Arch         string            `json:"arch" maxLength:"50"`
	Version      string            `json:"version" maxLength:"100"`
	Labels       map[string]string `json:"labels,omitempty" doc:"Those of the enrolment win"`
	Operations   []int             `json:"operations" minItems:"1" maxItems:"100" doc:"Codes of the operations it can do"`
	Datasets     []DatasetOffer    `json:"datasets" maxItems:"10000" doc:"What it shares"`
	Slots        int               `json:"slots,omitempty" minimum:"1" maximum:"1000" doc:"How many tasks it takes at once; 1 when absent"`
	CPUs         int               `json:"cpus,omitempty" minimum:"0" maximum:"1000000"`
	MemoryBytes  int64             `json:"memory_bytes,omitempty" minimum:"0"`
	Registration string            `json:"registration_id,omitempty" maxLength:"100" doc:"A random id that the runner saved first: the same one within 15 minutes gives the same runner a fresh token"`
}

// DatasetOffer is a dataset that a runner shares.
type DatasetOffer struct {
	_            struct{}        `json:"-" additionalProperties:"true"`
	Name         string          `json:"name" minLength:"1" maxLength:"200"`
	Columns      []result.Column `json:"columns" maxItems:"10000"`
	Policy       result.Policy   `json:"policy" enum:"rows,aggregates" doc:"rows may leave, or only aggregates over at least min_group_size rows"`
	MinGroupSize int             `json:"min_group_size,omitempty" minimum:"0" maximum:"1000000" doc:"5 when absent"`
	Rows         *int64          `json:"rows,omitempty" minimum:"0" doc:"How many rows there are, where that is known"`
	Revision     string          `json:"revision,omitempty" maxLength:"200" doc:"Changes when the data does"`
	Description  string          `json:"description,omitempty" maxLength:"2000"`
	// Publish is the owner's switch: results may be shown to everybody.
	Publish bool `json:"publish,omitempty" doc:"The owner lets results made from it be shown to everybody, as on a web page; false when absent"`
	// Reading says in words how the files are taken.
	Reading string `json:"reading,omitempty" maxLength:"500" doc:"How its files are taken, as in 'utf-8, separator comma'; where the owner shares summaries only, no more than what every line shows"`
}

// RegisterResponse carries the runner's own credential, shown this once.
type RegisterResponse struct {
	RunnerID     string      `json:"runner_id" format:"uuid"`
	Token        string      `json:"token" doc:"The runner's own credential, shown this once"`
	State        RunnerState `json:"state"`
	PingSeconds  int         `json:"ping_seconds"`
	LeaseSeconds int         `json:"lease_seconds"`
}

// RunnerState is where a runner stands with the server.
type RunnerState string

// The states of a runner.
const (
	// RunnerPending waits for an operator's approval and gets no tasks.
	RunnerPending RunnerState = "pending"
	// RunnerActive may take tasks.
	RunnerActive RunnerState = "active"
	// RunnerRevoked is refused for good.
	RunnerRevoked RunnerState = "revoked"
)

// Activity is what a runner says it is doing.
type Activity string

// What a runner may be doing.
const (
	Idle     Activity = "idle"
	Working  Activity = "working"
	Paused   Activity = "paused"
	Stopping Activity = "stopping"
)

// PingRequest is a heartbeat. It renews and confirms the leases that it names.
type PingRequest struct {
	_        struct{} `json:"-" additionalProperties:"true"`
	State    Activity `json:"state" maxLength:"100" doc:"idle, working, paused or stopping"`
	Slots    int      `json:"slots,omitempty" minimum:"0" maximum:"1000"`
	Version  string   `json:"version,omitempty" maxLength:"100" doc:"Of the program; it may have changed since the runner registered"`
	Instance string   `json:"instance_id,omitempty" maxLength:"100" doc:"Random per process start"`
	// DatasetsRevision is the revision of the datasets that the runner offers.
	DatasetsRevision string        `json:"datasets_revision,omitempty" maxLength:"200" doc:"The revision of the datasets that it offers; where the server knows another one, it asks for the list"`
	Running          []RunningTask `json:"running" maxItems:"1000" doc:"The attempts that it holds, with their progress"`
	// Outputs are tasks whose rows stay on the runner and of which it wants to
	// know what becomes: at most MaxOutputsAsked.
	Outputs []string `json:"outputs,omitempty" maxItems:"1000" doc:"Ids of tasks whose rows stay here. The answer has keep for those that an unfinished task reads, and delete_output for those of tasks that were deleted; the others are the runner's to keep or drop"`
}

// MaxOutputsAsked is how many outputs one ping may name.
const MaxOutputsAsked = 1000

// RunningTask is an attempt that a runner holds, with its progress.
type RunningTask struct {
	_          struct{} `json:"-" additionalProperties:"true"`
	TaskID     string   `json:"task_id" format:"uuid"`
	Attempt    int      `json:"attempt" minimum:"1" maximum:"2147483647"`
	LeaseToken string   `json:"lease_token" maxLength:"200"`
	// Fraction is from 0 to 1, nil where it is not known.
	Fraction *float64 `json:"fraction,omitempty" minimum:"0" maximum:"1" doc:"Absent where it is not known"`
	// Stage is a short word for display; it drives nothing.
	Stage     string `json:"stage,omitempty" maxLength:"100" doc:"A short word for display; it drives nothing"`
	Message   string `json:"message,omitempty" maxLength:"1000"`
	RowsDone  *int64 `json:"rows_done,omitempty" minimum:"0"`
	RowsTotal *int64 `json:"rows_total,omitempty" minimum:"0"`
	// RemainingSeconds is about how long the rest takes, nil where that is not known.
	RemainingSeconds *int64 `json:"remaining_seconds,omitempty" minimum:"0" maximum:"2147483647" doc:"About how long the rest takes; absent where it is not known"`
}

// PingResponse answers a heartbeat.
type PingResponse struct {
	ServerTime  time.Time `json:"server_time"`
	PingSeconds int       `json:"ping_seconds"`
	// Lost names the attempts that the runner no longer holds; it stops them and reports nothing.
	Lost     []AttemptRef `json:"lost" doc:"Attempts that the runner no longer holds: it stops them and reports nothing"`
	Commands []Command    `json:"commands"`
}

// AttemptRef names one attempt of one task.
type AttemptRef struct {
	TaskID  string `json:"task_id" format:"uuid"`
	Attempt int    `json:"attempt"`
}

// CommandType says what a runner is asked to do. Runners ignore those they do not know.
type CommandType string

// The commands.
const (
	// CommandCancel stops one attempt.
	CommandCancel CommandType = "cancel"
	// CommandPause stops taking tasks; CommandResume starts again.
	CommandPause  CommandType = "pause"
	CommandResume CommandType = "resume"
	// CommandDrain says that the runner gets nothing new. The server sees to that.
	CommandDrain CommandType = "drain"
	// CommandPing asks for a ping at once: until then the runner gets no task.
	CommandPing CommandType = "ping"
	// CommandSendDatasets asks for PUT /runners/{id}/datasets.
	CommandSendDatasets CommandType = "send_datasets"
	// CommandKeep says that an unfinished task needs the output of this task.
	CommandKeep CommandType = "keep"
	// CommandDeleteOutput drops the output of a task that was deleted.
	CommandDeleteOutput CommandType = "delete_output"
)

// Command is an order to a runner.
type Command struct {
	Type    CommandType `json:"type"`
	TaskID  string      `json:"task_id,omitempty" format:"uuid"`
	Attempt int         `json:"attempt,omitempty"`
}

// ClaimResponse hands out work.
type ClaimResponse struct {
	Tasks    []Assignment `json:"tasks"`
	Commands []Command    `json:"commands,omitempty"`
}

// Assignment is one task handed to one runner under a lease.
type Assignment struct {
	TaskID         string          `json:"task_id" format:"uuid"`
	Attempt        int             `json:"attempt"`
	LeaseToken     string          `json:"lease_token"`
	LeaseSeconds   int             `json:"lease_seconds"`
	OperationCode  int             `json:"operation_code"`
	Params         json.RawMessage `json:"params"`
	Inputs         []Input         `json:"inputs"`
	TimeoutSeconds int             `json:"timeout_seconds"`
	Name           string          `json:"name"`
	// RequestedBy is the creator, as people read it.
	RequestedBy string `json:"requested_by"`
}

// Input is what one source in the parameters stands for: a dataset of this
// runner (DatasetID is set), or the output of another task (TaskID is set).
type Input struct {
	// Path is where the source stands in the parameters, as in "params.inputs[0]".
	Path      string `json:"path"`
	DatasetID string `json:"dataset_id,omitempty" format:"uuid"`
	// Name is the dataset's name, or the task's, or the upload's.
	Name          string `json:"name"`
	TaskID        string `json:"task_id,omitempty" format:"uuid"`
	Attempt       int    `json:"attempt,omitempty"`
	RunnerID      string `json:"runner_id,omitempty" format:"uuid"`
	OperationCode int    `json:"operation_code,omitempty"`
	// UploadID is set for an upload, whose content is at GET /v1/uploads/{id}/content;
	// the fields after it describe that.
	UploadID    string `json:"upload_id,omitempty" format:"uuid"`
	ContentType string `json:"content_type,omitempty"`
	SizeBytes   int64  `json:"size_bytes,omitempty"`
	SHA256      string `json:"sha256,omitempty"`
}

// Runner is a runner as people see it.
type Runner struct {
	ID          string            `json:"id" format:"uuid"`
	Name        string            `json:"name"`
	Hostname    string            `json:"hostname"`
	OS          string            `json:"os"`
	Arch        string            `json:"arch"`
	Version     string            `json:"version"`
	Labels      map[string]string `json:"labels"`
	Operations  []int             `json:"operations"`
	State       RunnerState       `json:"state"`
	Online      bool              `json:"online"`
	Activity    Activity          `json:"activity"`
	Paused      bool              `json:"paused" doc:"An operator has paused it; activity is the runner's own word"`
	Drained     bool              `json:"drained" doc:"An operator lets it finish what it has; it gets nothing new"`
	Note        string            `json:"note,omitempty" doc:"Why it is paused or drained, in an operator's words"`
	Slots       int               `json:"slots"`
	BusySlots   int               `json:"busy_slots"`
	CPUs        int               `json:"cpus"`
	MemoryBytes int64             `json:"memory_bytes"`
	Datasets    []string          `json:"datasets"`
	LastSeenAt  *time.Time        `json:"last_seen_at,omitempty"`
	CreatedAt   time.Time         `json:"created_at"`
}

// RunnerList is a page of runners.
type RunnerList struct {
	Runners    []Runner `json:"runners"`
	NextCursor string   `json:"next_cursor,omitempty"`
}

// RunnerPatch changes what an operator decides about a runner; absent fields stay.
type RunnerPatch struct {
	Paused  *bool              `json:"paused,omitempty" doc:"A paused runner gets no new tasks"`
	Drained *bool              `json:"drained,omitempty" doc:"A drained runner finishes what it has and gets nothing new"`
	Note    *string            `json:"note,omitempty" maxLength:"500" doc:"Why, for people to read"`
	Labels  *map[string]string `json:"labels,omitempty" doc:"All labels that the runner cannot override; they replace those of its enrolment"`
}

// DatasetsRequest replaces the list of what a runner shares.
type DatasetsRequest struct {
	_        struct{}       `json:"-" additionalProperties:"true"`
	Datasets []DatasetOffer `json:"datasets" maxItems:"10000" doc:"All that the runner shares"`
	Revision string         `json:"revision,omitempty" maxLength:"200" doc:"Of the list as a whole"`
}

// Dataset is a shared dataset as people see it.
type Dataset struct {
	ID           string          `json:"id" format:"uuid"`
	Name         string          `json:"name"`
	Columns      []result.Column `json:"columns"`
	Policy       result.Policy   `json:"policy"`
	MinGroupSize int             `json:"min_group_size,omitempty"`
	Rows         *int64          `json:"rows,omitempty"`
	Revision     string          `json:"revision,omitempty"`
	Description  string          `json:"description,omitempty"`
	Publish      bool            `json:"publish" doc:"The owner lets results made from it be shown to everybody, as on a web page"`
	Reading      string          `json:"reading,omitempty" doc:"How its files are taken, in its runner's words"`
	RunnerID     string          `json:"runner_id" format:"uuid"`
	RunnerName   string          `json:"runner_name"`
	Online       bool            `json:"online"`
}

// DatasetList lists what runners share.
type DatasetList struct {
	Datasets   []Dataset `json:"datasets"`
	NextCursor string    `json:"next_cursor,omitempty"`
}

// Outcome is how an attempt ended.
type Outcome string

// The outcomes that a runner reports.
const (
	OutcomeSucceeded Outcome = "succeeded"
	OutcomeFailed    Outcome = "failed"
	// OutcomeReleased gives the task back without using up an attempt.
	OutcomeReleased Outcome = "released"
	// OutcomeCanceled confirms that the work stopped after a cancel.
	OutcomeCanceled Outcome = "canceled"
)

// ResultReport ends an attempt. The same report sent again is answered as before.
type ResultReport struct {
	_          struct{}         `json:"-" additionalProperties:"true"`
	TaskID     string           `json:"task_id" format:"uuid"`
	Attempt    int              `json:"attempt" minimum:"1" maximum:"2147483647"`
	LeaseToken string           `json:"lease_token" maxLength:"200"`
	Outcome    Outcome          `json:"outcome" enum:"succeeded,failed,released,canceled"`
	Result     *result.Document `json:"result,omitempty" doc:"For succeeded"`
	// Artifacts names the uploaded files that belong to the result.
	Artifacts []ArtifactRef `json:"artifacts,omitempty" maxItems:"100" doc:"The uploaded files that belong to the result"`
	Error     *AttemptError `json:"error,omitempty" doc:"For failed and released"`
	// HoldUntil keeps a released task for this runner while its owner is asked.
	HoldUntil *time.Time     `json:"hold_until,omitempty" doc:"For released: the owner is asked, and the task waits for this runner until then, at most 30 days"`
	Usage     *ResourceUsage `json:"usage,omitempty"`
}

// ArtifactRef names an uploaded artifact by its content.
type ArtifactRef struct {
	_      struct{} `json:"-" additionalProperties:"true"`
	Name   string   `json:"name" pattern:"^[A-Za-z0-9._-]{1,128}$"`
	SHA256 string   `json:"sha256" pattern:"^[0-9a-f]{64}$"`
}

// AttemptError says why an attempt failed or was given back.
type AttemptError struct {
	_      struct{}    `json:"-" additionalProperties:"true"`
	Reason task.Reason `json:"reason" maxLength:"100"`
	// Message is a sentence for people: what, where, what would be right.
	Message string `json:"message" maxLength:"4000" doc:"A sentence for people: what, where, what would be right"`
	// Retryable asks for another attempt, after a while.
	Retryable bool `json:"retryable,omitempty" doc:"Asks for another attempt, after a while"`
}

// ResourceUsage is what an attempt took.
type ResourceUsage struct {
	_              struct{} `json:"-" additionalProperties:"true"`
	ElapsedMS      int64    `json:"elapsed_ms" minimum:"0"`
	CPUMS          int64    `json:"cpu_ms,omitempty" minimum:"0"`
	MaxMemoryBytes int64    `json:"max_memory_bytes,omitempty" minimum:"0"`
}

// ResultAck answers a report with the state of the task after it.
type ResultAck struct {
	TaskID string      `json:"task_id" format:"uuid"`
	State  task.State  `json:"state"`
	Reason task.Reason `json:"reason,omitempty"`
}

// ResultBatch ends up to MaxResults attempts; each report is judged by itself.
type ResultBatch struct {
	_       struct{}       `json:"-" additionalProperties:"true"`
	Results []ResultReport `json:"results" minItems:"1" maxItems:"100"`
}

// ResultsAck answers a batch of reports, in its order.
type ResultsAck struct {
	Results []ResultAnswer `json:"results"`
}

// ResultAnswer answers one report of a batch: Ack, or the Problem that the
// report alone would have been answered with.
type ResultAnswer struct {
	Ack     *ResultAck `json:"ack,omitempty"`
	Problem *Problem   `json:"problem,omitempty"`
}
