package database

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// Error is what is wrong with a database, for two readers: the sentence may leave
// this computer, the detail is for the owner.
type Error struct {
	// Sentence says what is wrong and what would be right. It begins in lower case.
	Sentence string
	// Away means that it may go well at another time.
	Away bool
	// TimedOut means that the server ended a statement at its time limit.
	TimedOut bool

	detail string
}

// Error gives the sentence.
func (e *Error) Error() string { return e.Sentence }

// Detail gives what the database or the system said, without any password.
func (e *Error) Detail() string { return e.detail }

// trouble is what the code of a database's error means; see dialect.explain.
type trouble int

const (
	unknownTrouble trouble = iota
	wrongPassword
	noDatabase
	noTable
	noPermission
	serverBusy
	connectionLost
	statementTimedOut
	tlsWrong
	fileBroken
)

var sentences = map[trouble]string{
	wrongPassword:     "the database server refuses the user or the password; the owner has to correct them",
	noDatabase:        "the server has no database of that name; the owner has to correct it",
	noTable:           "the table is not there any more; it may have been renamed or dropped",
	noPermission:      "the database user may not read this table; the owner has to grant SELECT on it",
	serverBusy:        "the database server takes no more connections, or is starting or stopping; try again later",
	connectionLost:    "the connection to the database server was lost; try again later",
	statementTimedOut: "the database server took longer than the time limit",
	tlsWrong:          "the connection to the database server could not be protected (TLS); the owner has to correct its certificate or the setting tls",
	fileBroken:        "the file is not a whole SQLite database, or it is being restored after a crash; open it once with the program that writes it",
}

// wrong makes an *Error of what went wrong. What ended ctx goes before everything,
// and errors of whoever took the rows pass through.
func (t *Table) wrong(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if taken, ok := errors.AsType[*takeError](err); ok {
		return taken.error
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if known, ok := errors.AsType[*Error](err); ok {
		return known
	}
	what := t.dialect.explain(err)
	if what == unknownTrouble {
		what = troubleOnTheWay(err)
	}
	out := &Error{Sentence: sentences[what], detail: err.Error()}
	switch what {
	case serverBusy, connectionLost:
		out.Away = true
	case statementTimedOut:
		out.TimedOut = true
	case unknownTrouble:
		out.Sentence = "the database refused the question; the owner of this computer finds its answer in the log"
	default: // trying again does not help
	}
	return out
}

func troubleOnTheWay(err error) trouble {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var verification *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &record), errors.As(err, &verification):
		return tlsWrong
	case errors.Is(err, errNoLine), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &network):
		return connectionLost
	default:
		return unknownTrouble
	}
}
