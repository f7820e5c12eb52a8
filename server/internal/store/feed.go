package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"ddap/shared/task"
)

// Cursor is a place in the feed of a workspace's events: just behind the event
// that was written by this transaction under this id. Events are ordered by
// transaction first, because ids alone do not follow the order of commits.
type Cursor struct {
	// Epoch is the cluster's. After a restore from backup, transactions count
	// anew, and a cursor from before means nothing.
	Epoch       int64
	Transaction uint64
	ID          int64
}

// String gives the cursor as clients carry it.
func (c Cursor) String() string { return fmt.Sprintf("%d-%d-%d", c.Epoch, c.Transaction, c.ID) }

// Before reports whether c stands before other in the feed of one epoch.
func (c Cursor) Before(other Cursor) bool {
	if c.Transaction != other.Transaction {
		return c.Transaction < other.Transaction
	}
	return c.ID < other.ID
}

// ParseCursor reads what String wrote.
func ParseCursor(text string) (Cursor, error) {
	parts := strings.Split(text, "-")
	if len(parts) != 3 {
		return Cursor{}, fmt.Errorf("a cursor has three numbers, not %d", len(parts))
	}
	epoch, err1 := strconv.ParseInt(parts[0], 10, 64)
	transaction, err2 := strconv.ParseUint(parts[1], 10, 63)
	id, err3 := strconv.ParseInt(parts[2], 10, 64)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return Cursor{}, fmt.Errorf("read a cursor: %w", err)
		}
	}
	return Cursor{Epoch: epoch, Transaction: transaction, ID: id}, nil
}

// Kinds of what events are about.
const (
	SubjectTask   = "task"
	SubjectRunner = "runner"
)

// FeedEvent is one event of a workspace's feed.
type FeedEvent struct {
	// Cursor is the place behind this event.
	Cursor Cursor
	At     time.Time
	// Type is SUBJECT.VERB, as in "task.succeeded" or "runner.paused".
	Type string
	// SubjectKind and SubjectID say what the event is about, SubjectName what
	// people call it.
	SubjectKind string
	SubjectID   uuid.UUID
	SubjectName string
	// CreatorKeyID and CreatorUser tell whose task it is about; nil for others.
	CreatorKeyID *uuid.UUID
	CreatorUser  string
	// PipelineID, OperationCode, State, Reason and Attempt are set for tasks.
	PipelineID    *uuid.UUID
	OperationCode int
	State         task.State
	Reason        task.Reason
	Attempt       int
	Message       string
	// Data is what else there is to say, an object; empty for tasks.
	Data json.RawMessage
}

// Feed is what happened in a workspace, in an order in which nothing turns up
// late: what a reader has passed stays as it was.
type Feed interface {
	// FeedHead gives the cursor from which a reader sees what happens from now
	// on, and perhaps a few events that were just written.
	FeedHead(ctx context.Context) (Cursor, error)
	// ListFeed gives at most limit events after the cursor. Where the cursor is
	// from another epoch, or events after it were removed for their age, it is
	// Gone (feed_reset).
	ListFeed(ctx context.Context, workspace uuid.UUID, after Cursor, limit int) ([]FeedEvent, error)
}

// CodeFeedReset says that a cursor is too old to follow the feed from it.
const CodeFeedReset = "feed_reset"
