package store

import (
	"context"
	"time"
)

// Depth says how many unfinished tasks there are in one state.
type Depth struct {
	// Workspace is its name; OtherWorkspaces for all that are not shown singly.
	Workspace string
	State     string
	Tasks     int
	// Age is how long the oldest of them has been in this state.
	Age time.Duration
}

// OtherWorkspaces stands for the workspaces beyond MaxDepthWorkspaces.
const OtherWorkspaces = "(others)"

const (
	// MaxDepthWorkspaces bounds how many workspaces are told apart: those with
	// the most unfinished tasks.
	MaxDepthWorkspaces = 50
	// DepthAge is how old an answer may be before somebody counts again.
	DepthAge = 10 * time.Second
)

// Depths tells how full the queue is.
type Depths interface {
	// ListDepths gives what was counted last, by this server or another, at most
	// about DepthAge ago. Whoever finds it older counts, one at a time.
	ListDepths(ctx context.Context) ([]Depth, error)
}

// Pool says how the connections to the database are used.
type Pool struct {
	Limit, Open, InUse, Idle int
	// Waits counts how often a connection had to be waited for, and Waited adds
	// up how long.
	Waits  int64
	Waited time.Duration
}
