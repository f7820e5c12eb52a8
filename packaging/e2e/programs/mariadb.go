package programs

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// MariaDB is a database server with empty hands: whoever connects as root over
// loopback needs no password and makes its own databases.
type MariaDB struct {
	// Address is host and port.
	Address string
	program *Program
}

// StartMariaDB makes a MariaDB below folder, which its unprivileged account must
// be able to enter, and starts it. The data is not worth a flush to disk.
func StartMariaDB(ctx context.Context, folder string) (*MariaDB, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "mariadb")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, fmt.Errorf("make the database's folder: %w", err)
	}
	user, err := unprivileged(data)
	if err != nil {
		return nil, err
	}
	install := exec.CommandContext(ctx, findProgram("mariadb-install-db"), "--no-defaults", "--auth-root-authentication-method=normal",
		"--skip-test-db", "--skip-log-bin", "--datadir="+data, "--tmpdir="+data) // in /tmp, two at once take each other's temporary tables away
	install.SysProcAttr, install.Dir = user, data
	if out, err := install.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make a MariaDB (./task setup:test installs it): %w\n%s", err, out)
	}
	m := &MariaDB{Address: Loopback(port)}
	m.program, err = Start(Spec{
		Name: "mariadbd", Path: findProgram("mariadbd"), Log: filepath.Join(folder, "mariadb.log"), Guarded: true, EndSignal: "KILL", attr: user,
		Args: []string{
			"--no-defaults", "--datadir=" + data, "--tmpdir=" + data, "--bind-address=127.0.0.1", "--port=" + strconv.Itoa(port), "--socket=" + filepath.Join(data, "socket"),
			"--pid-file=" + filepath.Join(data, "pid"), "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
		},
	})
	if err != nil {
		return nil, err
	}
	if err := m.program.Until(ctx, "answering", m.greets); err != nil {
		m.Stop()
		return nil, err
	}
	return m, nil
}

// Stop kills MariaDB: nobody wants its data any more.
func (m *MariaDB) Stop() { m.program.End() }

// greets says whether it sends what begins every conversation: the length of a
// packet, its number, and the version of the protocol, which is 10.
func (m *MariaDB) greets(ctx context.Context) bool {
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Address)
	if err != nil {
		return false
	}
	defer func() { _ = connection.Close() }()
	_ = connection.SetReadDeadline(time.Now().Add(time.Second))
	var greeting [5]byte
	_, err = io.ReadFull(connection, greeting[:])
	return err == nil && greeting[4] == 10
}

// findProgram finds a program that may stand where only administrators look.
func findProgram(name string) string {
	for _, folder := range []string{"", "/usr/sbin", "/usr/libexec"} {
		if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
			return path
		}
	}
	return name
}
