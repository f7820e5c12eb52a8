//go:build unix

package databasetest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/go-sql-driver/mysql"

	"ddap/desktop-runner/internal/plan"
)

func startMariaDB() error {
	p := &mariadb
	if err := p.prepare(); err != nil {
		return err
	}
	data := filepath.Join(p.dir, "data")
	if err := p.once(find("mariadb-install-db"), "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--datadir="+data, "--skip-log-bin"); err != nil {
		return err
	}
	admin, err := openMariaDB("")
	if err != nil {
		return err
	}
	err = p.serve(admin, find("mariadbd", "/usr/sbin", "/usr/libexec"), "--no-defaults", "--datadir="+data, "--bind-address=127.0.0.1", "--port="+strconv.Itoa(p.port),
		"--socket="+filepath.Join(p.dir, "socket"), "--pid-file="+filepath.Join(p.dir, "pid"), "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
		"--ssl-cert="+filepath.Join(p.dir, "tls.crt"), "--ssl-key="+filepath.Join(p.dir, "tls.key"))
	if err != nil {
		return err
	}
	_, err = admin.ExecContext(context.Background(), "CREATE USER "+Reader+"@'127.0.0.1' IDENTIFIED BY '"+Password+"'")
	return err
}

func openMariaDB(database string) (*sql.DB, error) {
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr, config.DBName = "root", "tcp", fmt.Sprintf("127.0.0.1:%d", mariadb.port), database
	config.MultiStatements, config.InterpolateParams = true, true
	config.Logger = silent{}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

type silent struct{}

// Print drops it.
func (silent) Print(...any) {}

// MariaDB gives a test an empty database.
func MariaDB(t testing.TB) *Server {
	t.Helper()
	mariadb.start.Do(func() { mariadb.err = startMariaDB() })
	if mariadb.err != nil {
		t.Fatalf("start MariaDB for tests: %v", mariadb.err)
	}
	name := newName()
	if _, err := mariadb.admin.ExecContext(context.Background(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4"); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	admin, err := openMariaDB(name)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	return &Server{admin: admin, CA: mariadb.ca, grant: "GRANT SELECT ON " + name + ".%s TO " + Reader + "@'127.0.0.1'", Connection: plan.Connection{
		Kind: plan.MySQL, Host: "127.0.0.1", Port: mariadb.port, Database: name, User: Reader, Password: Password, TLS: plan.TLSOff,
	}}
}
