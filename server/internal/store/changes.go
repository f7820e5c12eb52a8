package store

import (
	"maps"
	"slices"

	"github.com/google/uuid"
)

// Changes says whom a write concerns beyond its caller. It is published after
// the commit, and only ever a hint: everything in it can be found out by asking
// the database.
type Changes struct {
	// Queued counts, for each requirement, the tasks that can be handed out since this write.
	Queued map[int64]int
	// Ended are the tasks that ended.
	Ended []uuid.UUID
	// Runners are those that have to hear of something: a cancel, a pause, a revocation.
	Runners []uuid.UUID
}

// Empty reports whether nobody is concerned.
func (c *Changes) Empty() bool {
	return len(c.Queued) == 0 && len(c.Ended) == 0 && len(c.Runners) == 0
}

// AddQueued counts one more task that waits for a runner.
func (c *Changes) AddQueued(requirementID int64) {
	if c.Queued == nil {
		c.Queued = make(map[int64]int)
	}
	c.Queued[requirementID]++
}

// AddRunner adds a runner once.
func (c *Changes) AddRunner(id uuid.UUID) {
	if !slices.Contains(c.Runners, id) {
		c.Runners = append(c.Runners, id)
	}
}

// Add joins other to c.
func (c *Changes) Add(other Changes) {
	if c.Queued == nil {
		c.Queued = maps.Clone(other.Queued)
	} else {
		for id, n := range other.Queued {
			c.Queued[id] += n
		}
	}
	c.Ended = append(c.Ended, other.Ended...)
	for _, id := range other.Runners {
		c.AddRunner(id)
	}
}
