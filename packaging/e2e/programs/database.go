package programs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Database is a PostgreSQL of nobody's that runs already when servers start.
type Database struct {
	// URL is how servers reach it.
	URL string
	cmd *exec.Cmd
}

// StartDatabase makes a PostgreSQL cluster below folder and starts it. The
// caller stops it once nothing uses it any more.
func StartDatabase(ctx context.Context, folder string) (*Database, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "postgresql")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, fmt.Errorf("make the database's folder: %w", err)
	}
	user, err := unprivileged(data)
	if err != nil {
		return nil, err
	}
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "ddap", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
	initdb.SysProcAttr, initdb.Dir = user, data
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make a PostgreSQL cluster: %w\n%s", err, out)
	}
	d := &Database{URL: fmt.Sprintf("postgres://ddap:any@127.0.0.1:%d/postgres?sslmode=disable", port)}
	d.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=") //nolint:noctx // stopped after what uses it
	d.cmd.SysProcAttr, d.cmd.Dir = user, data
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := answering(ctx, filepath.Join(bin, "pg_isready"), port); err != nil {
		d.Stop()
		return nil, err
	}
	return d, nil
}

// Stop ends PostgreSQL as its "fast" shutdown does.
func (d *Database) Stop() {
	_ = d.cmd.Process.Signal(os.Interrupt)
	_ = d.cmd.Wait()
}

func answering(ctx context.Context, isReady string, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for exec.CommandContext(ctx, isReady, "-h", "127.0.0.1", "-p", strconv.Itoa(port)).Run() != nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", ctx.Err())
		}
	}
	return nil
}

// postgresPrograms finds the folder of the newest PostgreSQL that is installed.
func postgresPrograms() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if path, err := exec.LookPath("postgres"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		return "", errors.New("PostgreSQL is not installed; ./task setup installs it")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}
