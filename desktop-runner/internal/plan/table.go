package plan

import (
	"fmt"
	"log/slog"
	"net"
)

// Table is a table or a view of a database, where a dataset is one.
type Table struct {
	Connection Connection `json:"connection"`
	// Schema is empty where the database's own search finds the table.
	Schema string `json:"schema,omitempty"`
	Name   string `json:"name"`
	// Lines are connections to the server that were made before this process was
	// locked in; it cannot make another one. They are used up from the front.
	Lines []net.Conn `json:"-"`
	// Roots are the certificates to trust, where Connection has none of its own.
	// They were read before this process was locked in as well.
	Roots Roots `json:"-"`
}

// Roots is a set of certificates; an *x509.CertPool.
type Roots any

// Connection says how a database is reached. It goes to the child on its pipe and
// nowhere else.
type Connection struct {
	Kind DatabaseKind `json:"kind"`
	// Host is a name, an address, or the path of a socket's folder (PostgreSQL)
	// or of a socket (MySQL).
	Host     string  `json:"host,omitempty"`
	Port     int     `json:"port,omitempty"`
	Database string  `json:"database,omitempty"`
	User     string  `json:"user,omitempty"`
	Password Secret  `json:"password,omitempty"`
	TLS      TLSMode `json:"tls,omitempty"`
	// CA are the certificates, as PEM, that the server's one is checked against
	// instead of those of the system.
	CA string `json:"ca,omitempty"`
}

// DatabaseKind is which database a connection leads to.
type DatabaseKind string

// The databases that can be read. MySQL is MariaDB as well.
const (
	PostgreSQL DatabaseKind = "postgresql"
	MySQL      DatabaseKind = "mysql"
	SQLite     DatabaseKind = "sqlite"
)

// TLSMode says how a connection is protected on its way.
type TLSMode string

// The modes. Without one it is TLSVerify, but TLSOff to this computer itself.
const (
	// TLSVerify encrypts, and checks that the server is who it says.
	TLSVerify TLSMode = "verify"
	// TLSRequire encrypts, and does not check that.
	TLSRequire TLSMode = "require"
	// TLSOff does neither.
	TLSOff TLSMode = "off"
)

// Secret is a password. However it is printed or logged, nothing of it shows;
// only the pipe to the child, which is JSON, carries it.
type Secret string

// hidden is what shows of a secret.
const hidden = "(hidden)"

// Format prints that there is a secret.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue logs that there is a secret.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// DatabaseTable is the format of a dataset that is a table of a database.
const DatabaseTable Format = "table"

// IsNetworked reports whether the dataset is on a database server.
func (f File) IsNetworked() bool { return f.Table != nil && f.Table.Connection.Kind != SQLite }

// Beside lists files that may stand beside those of Paths and are read with them:
// what SQLite has not yet written into a database.
func (f File) Beside() []string {
	if f.Table == nil || f.IsNetworked() {
		return nil
	}
	return []string{f.Path + "-wal", f.Path + "-shm"}
}
