// Package pgstore keeps the server's records in PostgreSQL. It is the only
// package that speaks SQL, and implements the interfaces of package store.
//
// Row structs are private to it; the functions named toX and fromX are the only
// crossings. An exported method opens the transaction that it needs, and works
// through unexported functions that take a bun.IDB.
//
// Time that decides anything is PostgreSQL's now(), the start of the transaction.
package pgstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
	"go.opentelemetry.io/otel/trace"

	"ddap/shared/fault"
)

// Store is the database of one server. It is safe for concurrent use.
type Store struct {
	db       *bun.DB
	creators cache[creatorKey, int64]
	needs    cache[needKey, int64]
}

// Options bound the use of the database.
type Options struct {
	// MaxConnections is how many connections the pool opens at most. Default 20.
	MaxConnections int
	// ApplicationName is what pg_stat_activity shows. Default ddap-server.
	ApplicationName string
	// StatementTimeout ends statements that take longer. Default 60 s, more than
	// any that a server needs.
	StatementTimeout time.Duration
	// Traces, where set, gets a span of each query of a traced request.
	Traces trace.TracerProvider
}

const (
	defaultMaxConnections = 20
	defaultApplication    = "ddap-server"
	// statementTimeout ends what no query here should need.
	statementTimeout = 60 * time.Second
)

// Open prepares a pool of connections to the database at url, as in
// postgres://user:password@host:port/name?sslmode=disable. It connects nothing
// yet: Ping does, and every query. The caller closes the store.
func Open(url string, opts Options) (*Store, error) {
	const op = "pgstore.Open"
	if opts.MaxConnections <= 0 {
		opts.MaxConnections = defaultMaxConnections
	}
	if opts.ApplicationName == "" {
		opts.ApplicationName = defaultApplication
	}
	if opts.StatementTimeout <= 0 {
		opts.StatementTimeout = statementTimeout
	}
	connector, err := newConnector(url, opts)
	if err != nil {
		return nil, fault.E(op, fault.Invalid, err)
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(opts.MaxConnections)
	pool.SetMaxIdleConns(opts.MaxConnections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	// A column that a newer release has added must not stop this one.
	s := &Store{db: bun.NewDB(pool, pgdialect.New(), bun.WithDiscardUnknownColumns())}
	if opts.Traces != nil {
		s.db = s.db.WithQueryHook(newTracedQueries(opts.Traces))
	}
	return s, nil
}

// newConnector turns the panic with which pgdriver answers a malformed URL into an error.
func newConnector(url string, opts Options) (connector *pgdriver.Connector, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("read the database URL: %v", r)
		}
	}()
	return pgdriver.NewConnector(
		pgdriver.WithDSN(url),
		pgdriver.WithApplicationName(opts.ApplicationName),
		// The server's own statement_timeout acts first and says what happened.
		pgdriver.WithReadTimeout(opts.StatementTimeout+5*time.Second),
		pgdriver.WithConnParams(map[string]any{
			"statement_timeout":                   opts.StatementTimeout.Milliseconds(),
			"idle_in_transaction_session_timeout": opts.StatementTimeout.Milliseconds(),
			"timezone":                            "UTC",
		}),
	), nil
}

// Close closes every connection.
func (s *Store) Close() error { return s.db.Close() }

// Ping looks whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return fault.E("pgstore.Ping", fault.Unavailable, err)
	}
	return nil
}

// maxTries is how often a transaction is run that PostgreSQL ended because of
// another one.
const maxTries = 5

// inTx runs work in a transaction and commits it. A deadlock is answered by
// running it again: work must not keep what it learned in a run that failed.
func (s *Store) inTx(ctx context.Context, work func(ctx context.Context, tx bun.Tx) error) error {
	for try := 1; ; try++ {
		err := s.db.RunInTx(ctx, nil, work)
		if err == nil || try == maxTries || !endedForAnother(err) {
			return err
		}
	}
}

// endedForAnother reports whether PostgreSQL chose this transaction as the one to give way.
func endedForAnother(err error) bool {
	code := sqlState(err)
	return code == "40P01" || code == "40001"
}

// violates reports whether err is the violation of the constraint with this name.
func violates(err error, constraint string) bool {
	var e pgdriver.Error
	return errors.As(err, &e) && e.Field('n') == constraint
}

func sqlState(err error) string {
	if e, ok := errors.AsType[pgdriver.Error](err); ok {
		return e.Field('C')
	}
	return ""
}

// failed wraps an error of the database: faults keep their kind, a lost
// connection is Unavailable, anything else Internal.
func failed(op string, err error) error {
	var f *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), lostConnection(err):
		return fault.E(op, fault.Unavailable, err)
	default:
		return fault.E(op, fault.Internal, err)
	}
}

// lostConnection reports whether the database went away, is starting, or is
// stopping: whatever is no answer to a statement.
func lostConnection(err error) bool {
	var network net.Error
	if errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return true
	}
	switch sqlState(err) {
	case "57P01", "57P02", "57P03", "53300": // shut down, crashed, not up yet, no connection left
		return true
	default:
		return false
	}
}
