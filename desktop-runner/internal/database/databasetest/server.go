//go:build unix

package databasetest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/certtest"
)

// Server is a database of one test.
type Server struct {
	// Connection is that of Reader, who may read what Grant gives.
	Connection plan.Connection
	// CA is the certificate of the server, as PEM.
	CA string

	admin *sql.DB
	grant string
}

// Reader is who reads, and Password what the server asks for.
const (
	Reader   = "reader"
	Password = "s3cret-of-the-reader"
)

// Exec runs statements as the one who owns the database.
func (s *Server) Exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, text := range statements {
		if _, err := s.admin.ExecContext(context.Background(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

// Query gives one value.
func (s *Server) Query(t testing.TB, text string) (value string) {
	t.Helper()
	if err := s.admin.QueryRowContext(context.Background(), text).Scan(&value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// Grant lets the reader read a table.
func (s *Server) Grant(t testing.TB, table string) {
	t.Helper()
	s.Exec(t, fmt.Sprintf(s.grant, table))
}

// process is a server program with its folder.
type process struct {
	start sync.Once
	err   error
	dir   string
	port  int
	ca    string
	cmd   *exec.Cmd
	admin *sql.DB
}

var postgres, mariadb process

// Main runs the tests of a package and ends the servers that they used.
func Main(m *testing.M) int {
	code := m.Run()
	postgres.end()
	mariadb.end()
	return code
}

func (p *process) end() {
	if p.admin != nil {
		_ = p.admin.Close()
	}
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // both quit at once and save nothing
		_ = p.cmd.Wait()
	}
	if p.dir != "" {
		_ = os.RemoveAll(p.dir)
	}
}

// prepare makes a folder that the server's user can use, with a certificate in
// it, and finds a free port.
func (p *process) prepare() error {
	var err error
	if p.dir, err = os.MkdirTemp("", "ddap-databasetest-"); err != nil {
		return err
	}
	certificate, _, err := certtest.Make(p.dir, "localhost")
	if err != nil {
		return err
	}
	ca, err := os.ReadFile(certificate)
	if err != nil {
		return err
	}
	p.ca = string(ca)
	if account := account(); account != nil {
		for _, name := range []string{"", "tls.crt", "tls.key"} {
			if err := os.Chown(filepath.Join(p.dir, name), int(account.Uid), int(account.Gid)); err != nil {
				return err
			}
		}
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if address, ok := l.Addr().(*net.TCPAddr); ok {
		p.port = address.Port
	}
	return l.Close()
}

// account is who the servers run as, where we are root, whom they refuse.
func account() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.Atoi(u.Uid)
			gid, _ := strconv.Atoi(u.Gid)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

func (p *process) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...) //nolint:noctx // it lives as long as the tests
	cmd.Dir = p.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH") + ":/usr/sbin:/usr/libexec", "LC_ALL=C.UTF-8", "HOME=" + p.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account(), Setsid: true}
	dieWithParent(cmd.SysProcAttr)
	return cmd
}

// once runs a program to its end.
func (p *process) once(program string, args ...string) error {
	if out, err := p.command(program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(program), err, out)
	}
	return nil
}

// serve starts the server and waits until admin answers.
func (p *process) serve(admin *sql.DB, program string, args ...string) error {
	log, err := os.Create(filepath.Join(p.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := p.command(program, args...)
	cmd.Stdout, cmd.Stderr = log, log
	// The system ends the server when the thread that started it ends: this one
	// stays.
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		started <- cmd.Start()
		select {}
	}()
	if err := <-started; err != nil {
		return err
	}
	p.cmd, p.admin = cmd, admin
	const startTime, again = time.Minute, 50 * time.Millisecond
	for begun := time.Now(); ; time.Sleep(again) {
		if err = admin.PingContext(context.Background()); err == nil {
			return nil
		}
		if time.Since(begun) > startTime {
			said, _ := os.ReadFile(filepath.Join(p.dir, "log"))
			return fmt.Errorf("%s does not answer: %w\n%s", filepath.Base(program), err, said)
		}
	}
}

// find gives the first file of those that patterns fit, or a program of the path.
func find(name string, patterns ...string) string {
	for _, pattern := range patterns {
		if found, _ := filepath.Glob(filepath.Join(pattern, name)); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	return name
}
