package store

import (
	"context"
	"time"
)

// Snapshot is the database as one transaction sees it.
type Snapshot struct {
	// ID is the name under which other sessions can see the same.
	ID string
	// At is the database's time of it.
	At time.Time
	// Major is PostgreSQL's major version.
	Major int
	// Schema is the newest migration that was applied.
	Schema string
	// Epoch is what lease tokens begin with.
	Epoch int64
	// Counts are the rows of the tables that people ask about, and the tasks in
	// each state as "tasks STATE".
	Counts map[string]int64
	// EachContent calls visit with every content to which a record refers.
	EachContent func(ctx context.Context, visit func(Content) error) error
}

// Backups is what a copy of a running server needs of its records.
type Backups interface {
	// WithContentKept runs work while no server removes content. It waits for
	// removals that are under way.
	WithContentKept(ctx context.Context, work func(ctx context.Context) error) error
	// Snapshot runs work while the snapshot can be seen by other sessions.
	Snapshot(ctx context.Context, work func(ctx context.Context, s Snapshot) error) error
}

// Sweeps lets servers remove content in turns, and not during a backup.
type Sweeps interface {
	// RemoveContent runs work, which removes content, unless a backup or another
	// server's removal is under way; it reports whether it did.
	RemoveContent(ctx context.Context, work func(ctx context.Context) error) (bool, error)
}

// Occupancy says what is in a database before a restore.
type Occupancy struct {
	// Tables counts what is in the way.
	Tables int
	// Unfinished says that it is what an earlier restore has left half done.
	Unfinished bool
	// Sessions counts those of servers.
	Sessions int
	// Major is PostgreSQL's major version.
	Major int
}

// Restored says what FinishRestore did.
type Restored struct {
	// OldEpoch and Epoch are what lease tokens began with, and begin with now.
	OldEpoch, Epoch int64
	// TakenBack counts tasks whose lease ended and that are queued again.
	TakenBack int
	// Schema is the newest migration, after the schema was brought up to date.
	Schema string
}

// Restores is what the return of a copy needs of a database that no server uses.
// Between BeginRestore and FinishRestore servers refuse to start on it.
type Restores interface {
	// Occupancy looks at the database.
	Occupancy(ctx context.Context) (Occupancy, error)
	// BeginRestore empties the schema and marks it as being restored. Conflict
	// (servers_running) while a server is connected.
	BeginRestore(ctx context.Context) error
	// FinishRestore brings the restored schema up to date, raises the epoch and
	// takes every lease back, and removes the mark.
	FinishRestore(ctx context.Context) (Restored, error)
}
