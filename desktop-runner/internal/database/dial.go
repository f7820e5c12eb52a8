package database

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"ddap/desktop-runner/internal/plan"
)

// linesPerTable are one to read from and one for control.
const linesPerTable = 2

// dialTime bounds the time until a server answers at all.
const dialTime = 10 * time.Second

// Dial makes the connections that Open will use, for a table on a server; it does
// nothing for others. It only opens them: what a server sends is first read by
// Open. The error is of type *Error.
func Dial(ctx context.Context, t *plan.Table) error {
	if t.Connection.Kind == plan.SQLite {
		return nil
	}
	network, address := addressOf(t.Connection)
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	var dialer net.Dialer
	for range linesPerTable {
		line, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return away(fmt.Errorf("connect to %s: %w", address, err))
		}
		t.Lines = append(t.Lines, line)
	}
	if t.Connection.TLS == plan.TLSVerify && t.Connection.CA == "" {
		roots, err := x509.SystemCertPool()
		if err != nil {
			return &Error{Sentence: "the certificates of this computer's system cannot be read; set ca_file", detail: err.Error()}
		}
		t.Roots = roots
	}
	return nil
}

func away(err error) *Error {
	return &Error{Sentence: "the database server cannot be reached; it may be down or busy, so try again later", Away: true, detail: err.Error()}
}

// addressOf is where a server listens; a host that is a path means a socket.
func addressOf(c plan.Connection) (network, address string) {
	if filepath.IsAbs(c.Host) {
		if c.Kind == plan.PostgreSQL {
			return "unix", filepath.Join(c.Host, ".s.PGSQL."+strconv.Itoa(c.Port))
		}
		return "unix", c.Host
	}
	return "tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
}

// errNoLine means that a driver wants another connection than those it was given,
// because one of them broke.
var errNoLine = errors.New("the connection to the database server was lost")

// lines hands out connections that were made before, each once.
type lines struct {
	mu   sync.Mutex
	left []net.Conn
}

func newLines(t plan.Table) (*lines, error) {
	if len(t.Lines) < linesPerTable {
		return nil, errors.New("the connections to the server were not made before")
	}
	return &lines{left: t.Lines}, nil
}

func (l *lines) dial(context.Context, string, string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.left) == 0 {
		return nil, errNoLine
	}
	next := l.left[0]
	l.left = l.left[1:]
	return next, nil
}

// protection is how a connection is encrypted; nil where it is not.
func protection(t plan.Table) (*tls.Config, error) {
	c := t.Connection
	switch c.TLS {
	case plan.TLSOff:
		return nil, nil
	case plan.TLSRequire:
		return &tls.Config{InsecureSkipVerify: true, ServerName: c.Host}, nil //nolint:gosec // the owner chose it, and share.md says what it means
	default:
	}
	out := &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
	if c.CA == "" {
		out.RootCAs, _ = t.Roots.(*x509.CertPool)
		return out, nil
	}
	out.RootCAs = x509.NewCertPool()
	if !out.RootCAs.AppendCertsFromPEM([]byte(c.CA)) {
		return nil, &Error{Sentence: "ca_file has no certificate in it (PEM)"}
	}
	return out, nil
}
