package embeddedpg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// createCluster makes a cluster aside and moves it into place when it is
// complete, so that what a crash leaves half-made is never taken for data.
func (s *Server) createCluster(ctx context.Context) error {
	aside, err := os.MkdirTemp(s.home.dir, unfinishedPrefix)
	if err != nil {
		return fmt.Errorf("make the database: %w", err)
	}
	if s.account.dropper != "" {
		if err := os.Chown(aside, s.account.uid, s.account.gid); err != nil {
			return fmt.Errorf("make the database: %w", err)
		}
	}
	// Not the library's initdb: it works in place, sets up clear-text
	// passwords, and hands the password over in a file that the unprivileged
	// account could not read.
	initdb := s.account.command(ctx, s.programs.path("initdb"), s.initdbArgs(aside)...)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("make the database: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := s.runSingleUser(ctx, aside, passwordStatement(s.password), "CREATE DATABASE "+roleName); err != nil {
		return err
	}
	if err := os.Rename(aside, s.home.data()); err != nil {
		return fmt.Errorf("move the new database into place: %w", err)
	}
	if s.cfg.Throwaway {
		return nil
	}
	return syncFolder(s.home.dir)
}

func (s *Server) initdbArgs(dir string) []string {
	args := []string{
		"--pgdata=" + dir, "--username=" + roleName, "--encoding=UTF8",
		// Order by code point is the same on every machine and fastest; what
		// is a letter, and its other case, follows Unicode.
		"--locale=C", "--lc-ctype=" + unicodeLocale(),
		"--auth-local=reject", "--auth-host=scram-sha-256",
		"--data-checksums",
	}
	if s.cfg.Throwaway {
		args = append(args, "--no-sync")
	}
	return args
}

func unicodeLocale() string {
	if runtime.GOOS == "darwin" {
		return "en_US.UTF-8" // macOS knows no C.UTF-8 before version 15
	}
	return "C.UTF-8"
}

// runSingleUser runs statements in a cluster that is not running. They travel
// through a pipe, so that no password shows in a list of processes.
func (s *Server) runSingleUser(ctx context.Context, dir string, statements ...string) error {
	args := []string{"--single", "-D", dir, "-c", "exit_on_error=on", "-c", "log_min_messages=fatal"}
	if s.cfg.Throwaway {
		args = append(args, "-c", "fsync=off")
	}
	cmd := s.account.command(ctx, s.programs.path("postgres"), append(args, "postgres")...)
	cmd.Stdin = strings.NewReader(strings.Join(statements, "\n") + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("set up the database: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// passwordStatement needs no quoting: passwords are hexadecimal digits.
func passwordStatement(password string) string {
	return fmt.Sprintf("ALTER ROLE %s PASSWORD '%s'", roleName, password)
}

// syncFolder makes a rename in dir survive a power failure.
func syncFolder(dir string) error {
	f, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return fmt.Errorf("sync the database folder: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync the database folder: %w", err)
	}
	return nil
}
