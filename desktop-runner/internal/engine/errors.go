package engine

import (
	"context"
	"errors"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// Kind says what went wrong inside the database.
type Kind string

// The kinds of errors.
const (
	// Interrupted means that the context ended; it is the error's cause.
	Interrupted Kind = "interrupted"
	// OutOfMemory means that the memory limit was reached and nothing more could be spilled.
	OutOfMemory Kind = "out_of_memory"
	// DiskFull means that the limit on spilled data, or the disk, was reached.
	DiskFull Kind = "disk_full"
	// Unreadable means that a file is not what it was taken for.
	Unreadable Kind = "unreadable"
	// Refused means that the lock-down forbids the statement.
	Refused Kind = "refused"
	// OutOfRange means that a number is too large to calculate with.
	OutOfRange Kind = "out_of_range"
	// TooManyFiles means that the process has as many files open as it may.
	TooManyFiles Kind = "too_many_files"
	// Internal is everything else: a defect of ours or of DuckDB's.
	Internal Kind = "internal"
)

// Error is an error of the database. Its text is DuckDB's own, which quotes
// cells and paths: it must not leave this computer.
type Error struct {
	Kind Kind
	Err  error
}

// Error gives DuckDB's text.
func (e *Error) Error() string { return string(e.Kind) + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of a database error; Internal for any other error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

func wrap(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &Error{Kind: Interrupted, Err: context.Cause(ctx)}
	default:
		return classify(err)
	}
}

func classify(err error) error {
	return &Error{Kind: kindOfDuckDB(err), Err: err}
}

func kindOfDuckDB(err error) Kind {
	var d *duckdb.Error
	if !errors.As(err, &d) {
		return kindOfText(err.Error())
	}
	switch {
	// First, because the names of settings are phrases of the other cases.
	case refusedByLockDown(d):
		return Refused
	// DuckDB calls a full spill folder "out of memory" as well.
	case strings.Contains(d.Msg, "max_temp_directory_size"), strings.Contains(d.Msg, "No space left on device"),
		strings.Contains(d.Msg, "File too large"): // the limit of the process, see package sandbox
		return DiskFull
	case strings.Contains(d.Msg, "Too many open files"):
		return TooManyFiles
	case d.Type == duckdb.ErrorTypeOutOfMemory:
		return OutOfMemory
	case d.Type == duckdb.ErrorTypeInterrupt:
		return Interrupted
	case d.Type == duckdb.ErrorTypeOutOfRange:
		return OutOfRange
	case d.Type == duckdb.ErrorTypeIO, d.Type == duckdb.ErrorTypeConversion,
		d.Type == duckdb.ErrorTypeInvalidInput, d.Type == duckdb.ErrorTypeSerialization:
		return Unreadable
	default:
		return Internal
	}
}

// kindOfText knows the errors of the appender, which come without a type.
func kindOfText(text string) Kind {
	switch {
	case strings.Contains(text, "max_temp_directory_size"), strings.Contains(text, "No space left on device"):
		return DiskFull
	case strings.Contains(text, "Out of Memory"), strings.Contains(text, "could not allocate"):
		return OutOfMemory
	default:
		return Internal
	}
}

// refusedByLockDown knows the ways in which DuckDB says no: files and settings,
// and the extensions that it may neither load nor fetch.
func refusedByLockDown(d *duckdb.Error) bool {
	if d.Type == duckdb.ErrorTypePermission || d.Type == duckdb.ErrorTypeMissingExtension || d.Type == duckdb.ErrorTypeAutoLoad {
		return true
	}
	for _, phrase := range []string{"configuration has been locked", "Can't find the home directory", "but it exists in the "} {
		if strings.Contains(d.Msg, phrase) {
			return true
		}
	}
	return false
}
