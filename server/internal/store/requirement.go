package store

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"ddap/shared/api"
	"ddap/shared/operation"
	"ddap/shared/task"
)

// Requirement is what a runner must be to take a task.
type Requirement struct {
	ID          int64
	WorkspaceID uuid.UUID
	Operation   operation.Code
	// DatasetNames and DatasetIDs must all be shared by the runner.
	DatasetNames []string
	DatasetIDs   []uuid.UUID
	// RunnerID is the only runner that will do; nil for any.
	RunnerID *uuid.UUID
	// Labels must all be carried by the runner, with these values.
	Labels map[string]string
	// Reason is why tasks with this requirement wait.
	Reason task.Reason
}

// Anchor is the first thing by which a runner finds the requirement among all
// others: one of the Anchors of every runner that meets it.
func (q *Requirement) Anchor() string {
	switch {
	case q.RunnerID != nil:
		return runnerAnchor(*q.RunnerID)
	case len(q.DatasetIDs) > 0:
		return datasetIDAnchor(q.DatasetIDs[0])
	case len(q.DatasetNames) > 0:
		return datasetAnchor(q.DatasetNames[0])
	default:
		return ""
	}
}

func runnerAnchor(id uuid.UUID) string    { return "runner:" + id.String() }
func datasetIDAnchor(id uuid.UUID) string { return "dataset_id:" + id.String() }
func datasetAnchor(name string) string    { return "dataset:" + name }

// Candidate is a runner as the hand-out of work sees it.
type Candidate struct {
	ID, WorkspaceID uuid.UUID
	Name            string
	State           api.RunnerState
	// Paused is an operator's word, Activity the runner's own.
	Paused   bool
	Activity api.Activity
	// Drained is an operator's word as well: it finishes what it has. Note says why.
	Drained bool
	Note    string
	Version string
	// TooOld says that the server takes its version no more; the service fills it in.
	TooOld bool
	// MustPing says that it gets nothing until it has sent a ping.
	MustPing   bool
	LastSeenAt *time.Time
	// Online says that it was heard of within OnlineWindow.
	Online     bool
	Operations []int
	// Labels are the runner's own and those that it cannot override.
	Labels       map[string]string
	DatasetNames []string
	DatasetIDs   []uuid.UUID
	Slots        int
	// Busy counts the leases it holds and the canceled tasks it has not stopped yet.
	Busy int
}

// FreeSlots is how many more tasks the runner can take.
func (r *Candidate) FreeSlots() int { return max(0, r.Slots-r.Busy) }

// Anchors are those of every requirement that r may meet.
func (r *Candidate) Anchors() []string {
	anchors := []string{"", runnerAnchor(r.ID)}
	for _, id := range r.DatasetIDs {
		anchors = append(anchors, datasetIDAnchor(id))
	}
	for _, name := range r.DatasetNames {
		anchors = append(anchors, datasetAnchor(name))
	}
	return anchors
}

// HasData reports whether r is the runner that q asks for, and shares all its datasets.
func (r *Candidate) HasData(q *Requirement) bool {
	if q.RunnerID != nil && *q.RunnerID != r.ID {
		return false
	}
	for _, name := range q.DatasetNames {
		if !slices.Contains(r.DatasetNames, name) {
			return false
		}
	}
	for _, id := range q.DatasetIDs {
		if !slices.Contains(r.DatasetIDs, id) {
			return false
		}
	}
	return true
}

// Does reports whether r can do the operation of q.
func (r *Candidate) Does(q *Requirement) bool { return slices.Contains(r.Operations, int(q.Operation)) }

// HasLabels reports whether r carries every label of q.
func (r *Candidate) HasLabels(q *Requirement) bool {
	for name, value := range q.Labels {
		if have, ok := r.Labels[name]; !ok || have != value {
			return false
		}
	}
	return true
}

// Meets reports whether r could take a task with requirement q, busy or not.
// The claim asks the same in SQL.
func (r *Candidate) Meets(q *Requirement) bool {
	return r.WorkspaceID == q.WorkspaceID && r.HasData(q) && r.Does(q) && r.HasLabels(q)
}

// Requirements reads what queued tasks ask for, and writes why they wait.
type Requirements interface {
	// FindRequirements gives requirements by id.
	FindRequirements(ctx context.Context, ids []int64) ([]Requirement, error)
	// ListQueued gives every requirement that has a queued task.
	ListQueued(ctx context.Context) ([]Requirement, error)
	// ListReady gives those that have a task that could be handed out now.
	ListReady(ctx context.Context) ([]Ready, error)
	// ListCandidates gives the runners of a workspace that are not revoked. It
	// may leave out runners that have the data of none of these requirements.
	ListCandidates(ctx context.Context, workspaceID uuid.UUID, among []Requirement) ([]Candidate, error)
	// GetCandidate gives one runner of a workspace, whatever its state. NotFound where there is none.
	GetCandidate(ctx context.Context, workspaceID, id uuid.UUID) (Candidate, error)
	// SetReasons writes why the tasks with these requirements wait.
	SetReasons(ctx context.Context, reasons map[int64]task.Reason) error
}

// MaxReady is how far ListReady counts.
const MaxReady = 100

// Ready is a requirement with tasks that could be handed out now.
type Ready struct {
	Requirement
	// Tasks is how many there are, or MaxReady.
	Tasks int
}
