package store

import (
	"context"
	"time"
)

// SchemaState says how the schema of a database compares with a program's.
type SchemaState struct {
	// Present says that a server has made one; the rest is zero where not.
	Present bool
	// Behind are the program's migrations that are missing, Ahead those of the
	// database that the program does not know.
	Behind, Ahead []string
	// RestoreUnfinished says that what is there must not be served.
	RestoreUnfinished bool
}

// Connections says how many sessions PostgreSQL takes.
type Connections struct {
	// Max is max_connections, Reserved what of it only superusers get.
	Max, Reserved int
}

// Diagnosis answers a doctor's questions about a database, and changes nothing.
type Diagnosis interface {
	// ServerVersion gives PostgreSQL's version, as 150004 and as people write it.
	ServerVersion(ctx context.Context) (number int, text string, err error)
	// SchemaState compares the schemas.
	SchemaState(ctx context.Context) (SchemaState, error)
	// Now gives the database's time.
	Now(ctx context.Context) (time.Time, error)
	// Connections gives the limits of sessions.
	Connections(ctx context.Context) (Connections, error)
	// HearsNotices sends a notice to itself and waits for it, at most this long.
	HearsNotices(ctx context.Context, wait time.Duration) (bool, error)
	// AdminKeys counts the admin keys that work, in all workspaces. The schema
	// must be present.
	AdminKeys(ctx context.Context) (int, error)
}
