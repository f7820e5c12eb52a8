//go:build unix

package databasetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver registers itself

	"ddap/desktop-runner/internal/plan"
)

func startPostgres() error {
	p := &postgres
	if err := p.prepare(); err != nil {
		return err
	}
	secret := filepath.Join(p.dir, "secret")
	if err := os.WriteFile(secret, []byte(Password), 0o644); err != nil { //nolint:gosec // of a server that lives for seconds
		return err
	}
	places := []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"}
	data := filepath.Join(p.dir, "data")
	if err := p.once(find("initdb", places...), "-D", data, "-U", "owner", "--auth=scram-sha-256", "--pwfile="+secret, "--encoding=UTF8", "--no-sync", "--locale=C.UTF-8"); err != nil {
		return err
	}
	admin, err := sql.Open("pgx", postgresURL("postgres"))
	if err != nil {
		return err
	}
	args := []string{"-D", data, "-p", strconv.Itoa(p.port)}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off", "autovacuum=off", "max_connections=200", "shared_buffers=32MB",
		"ssl=on", "ssl_cert_file=" + filepath.Join(p.dir, "tls.crt"), "ssl_key_file=" + filepath.Join(p.dir, "tls.key"),
	} {
		args = append(args, "-c", setting)
	}
	if err := p.serve(admin, find("postgres", places...), args...); err != nil {
		return err
	}
	_, err = admin.ExecContext(context.Background(), "CREATE ROLE "+Reader+" LOGIN PASSWORD '"+Password+"'")
	return err
}

func postgresURL(database string) string {
	return fmt.Sprintf("postgres://owner:%s@127.0.0.1:%d/%s?sslmode=disable", Password, postgres.port, database)
}

// PostgreSQL gives a test an empty database.
func PostgreSQL(t testing.TB) *Server {
	t.Helper()
	postgres.start.Do(func() { postgres.err = startPostgres() })
	if postgres.err != nil {
		t.Fatalf("start PostgreSQL for tests: %v", postgres.err)
	}
	name := newName()
	if _, err := postgres.admin.ExecContext(context.Background(), "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	admin, err := sql.Open("pgx", postgresURL(name))
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	return &Server{admin: admin, CA: postgres.ca, grant: "GRANT SELECT ON %s TO " + Reader, Connection: plan.Connection{
		Kind: plan.PostgreSQL, Host: "127.0.0.1", Port: postgres.port, Database: name, User: Reader, Password: Password, TLS: plan.TLSOff,
	}}
}

func newName() string { return "t_" + strings.ToLower(rand.Text()[:16]) }
