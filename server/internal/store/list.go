package store

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"ddap/shared/operation"
	"ddap/shared/task"
)

// MaxCount is how far counts and totals are exact: counting on would read all of
// a history of millions.
const MaxCount = 10_000

// ListPlace is where something stands in a list: the value by which that is sorted,
// as text, and the id, which tells equals apart.
type ListPlace struct {
	Key string
	ID  uuid.UUID
}

// TaskSort is what a list of tasks is sorted by. Its values stand in requests.
type TaskSort string

// The orders of a list of tasks. What has not finished counts as finishing last.
const (
	ByCreated  TaskSort = "created"
	ByFinished TaskSort = "finished"
	ByPriority TaskSort = "priority"
	ByName     TaskSort = "name"
)

// endless stands for the time at which an unfinished task finishes, as PostgreSQL writes it.
const endless = "infinity"

// PlaceOf gives the place of a task in a list that is sorted like this.
func (s TaskSort) PlaceOf(t *Task) ListPlace {
	p := ListPlace{ID: t.ID}
	switch s {
	case ByFinished:
		p.Key = endless
		if t.FinishedAt != nil {
			p.Key = t.FinishedAt.UTC().Format(time.RFC3339Nano)
		}
	case ByPriority:
		p.Key = strconv.Itoa(t.Priority)
	case ByName:
		p.Key = t.Name
	case ByCreated: // ids are in the order of creation
	}
	return p
}

// Fits reports whether key is a value by which s sorts.
func (s TaskSort) Fits(key string) bool {
	switch s {
	case ByFinished:
		_, err := time.Parse(time.RFC3339Nano, key)
		return err == nil || key == endless
	case ByPriority:
		_, err := strconv.ParseInt(key, 10, 32)
		return err == nil
	case ByName:
		return true
	default:
		return key == ""
	}
}

// TaskFilter selects tasks of one workspace; zero fields select all.
type TaskFilter struct {
	WorkspaceID uuid.UUID
	States      []task.State
	// Reasons are those that people are told; for queued tasks, why they wait now.
	Reasons    []task.Reason
	Operations []operation.Code
	RunnerID   *uuid.UUID
	PipelineID *uuid.UUID
	ScheduleID *uuid.UUID
	CreatorFilter
	// Labels must all be there with these values.
	Labels map[string]string
	// Text is looked for in names, letter case apart.
	Text string
	// Ranges of time include their beginning and not their end.
	CreatedFrom, CreatedTo   *time.Time
	FinishedFrom, FinishedTo *time.Time
}

// TaskPage is a part of a list of tasks.
type TaskPage struct {
	// Sort is ByCreated when empty.
	Sort       TaskSort
	Descending bool
	// After is where the page before ended; Offset skips so many.
	After  *ListPlace
	Offset int
	Limit  int
}

// Counts is how many there are in each state; where it is above MaxCount, more.
type Counts map[task.State]int

// Exact reports whether all of them are.
func (c Counts) Exact() bool {
	for _, n := range c {
		if n > MaxCount {
			return false
		}
	}
	return true
}

// Bounded gives the counts up to MaxCount.
func (c Counts) Bounded() map[task.State]int {
	out := make(map[task.State]int, len(c))
	for state, n := range c {
		out[state] = min(n, MaxCount)
	}
	return out
}

// Total counts what is in these states, all where there are none, up to
// MaxCount, and says whether that is exact.
func (c Counts) Total(states []task.State) (total int, exact bool) {
	for state, n := range c {
		if len(states) == 0 || slices.Contains(states, state) {
			total += n
		}
	}
	return min(total, MaxCount), total <= MaxCount
}
