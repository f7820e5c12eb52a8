package embeddedpg

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Tools are the installed programs that copy a database into a file and back.
// They come with PostgreSQL's client and need no server on this machine.
type Tools struct {
	// Dir holds pg_dump and pg_restore.
	Dir string
	// Major is their major version. They work with servers up to it.
	Major int
}

// FindTools lists the installed tools, newest first.
func FindTools(ctx context.Context) []Tools {
	dirs := candidateDirs(ctx)
	if path, err := exec.LookPath("pg_dump"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	var found []Tools
	for _, dir := range dirs {
		if _, err := exec.LookPath(filepath.Join(dir, "pg_restore")); err != nil {
			continue
		}
		if major, ok := majorOf(ctx, filepath.Join(dir, "pg_dump")); ok {
			found = append(found, Tools{Dir: dir, Major: major})
		}
	}
	slices.SortStableFunc(found, func(a, b Tools) int { return cmp.Compare(b.Major, a.Major) })
	return found
}

// ToolsFor chooses the tools for a server of this major version: those of the
// same version where they are installed, else the next newer ones, because a
// pg_dump refuses servers that are newer than itself. The error is a
// *NoToolsError.
func ToolsFor(ctx context.Context, major int) (Tools, error) {
	return chooseTools(FindTools(ctx), major)
}

func chooseTools(found []Tools, major int) (Tools, error) {
	var majors []int
	for _, t := range slices.Backward(found) {
		if t.Major >= major {
			return t, nil
		}
		majors = append(majors, t.Major)
	}
	return Tools{}, &NoToolsError{Needed: major, Installed: majors}
}

// NoToolsError says that no pg_dump is installed that fits the server.
type NoToolsError struct {
	// Needed is the server's major version.
	Needed int
	// Installed lists the major versions of the tools that were found.
	Installed []int
}

// Error says what to install.
func (e *NoToolsError) Error() string {
	return fmt.Sprintf("pg_dump and pg_restore of PostgreSQL %d or newer are needed, and installed is %s: install them "+
		"(Debian, Ubuntu: postgresql-client-%d; Fedora: postgresql; macOS: libpq)", e.Needed, joinMajors(e.Installed), e.Needed)
}

// Dump writes the schema public of a database into a file, as another
// transaction sees it that has exported its snapshot under this name and is
// still open.
func (t Tools) Dump(ctx context.Context, databaseURL, snapshot string, to *os.File) error {
	cmd, err := t.command(ctx, "pg_dump", databaseURL,
		"--format=custom", "--schema=public", "--snapshot="+snapshot,
		"--no-owner", "--no-privileges", "--no-comments", "--no-publications", "--no-subscriptions", "--no-password")
	if err != nil {
		return err
	}
	cmd.Stdout = to
	return run(cmd)
}

// Restore reads what Dump has written into a database whose schema public has
// none of it yet: all of it, or nothing.
func (t Tools) Restore(ctx context.Context, databaseURL string, from io.Reader) error {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return fmt.Errorf("read the database URL: %w", withoutURL(err))
	}
	// The restriction to the schema leaves out the schema itself, which is there.
	cmd, err := t.command(ctx, "pg_restore", databaseURL,
		"--dbname="+strings.Trim(u.Path, "/"), "--schema=public", "--single-transaction", "--exit-on-error",
		"--no-owner", "--no-privileges", "--no-password")
	if err != nil {
		return err
	}
	cmd.Stdin = from
	return run(cmd)
}

// command prepares a tool that connects to a database. The connection stands in
// the environment, which no other user can read, unlike the command line.
func (t Tools) command(ctx context.Context, name, databaseURL string, args ...string) (*exec.Cmd, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", withoutURL(err))
	}
	password, _ := u.User.Password()
	q := u.Query()
	cmd := exec.CommandContext(ctx, filepath.Join(t.Dir, name), args...)
	cmd.Dir = "/"
	cmd.Env = slices.Clone(childEnvironment)
	for _, v := range []struct{ name, value string }{
		{"PGHOST", cmp.Or(q.Get("host"), u.Hostname())},
		{"PGPORT", u.Port()},
		{"PGUSER", u.User.Username()},
		{"PGPASSWORD", password},
		{"PGDATABASE", strings.Trim(u.Path, "/")},
		{"PGSSLMODE", q.Get("sslmode")},
		{"PGSSLROOTCERT", q.Get("sslrootcert")},
		{"PGSSLCERT", q.Get("sslcert")},
		{"PGSSLKEY", q.Get("sslkey")},
		{"PGAPPNAME", "ddap-" + name},
		{"PGCONNECT_TIMEOUT", "30"},
	} {
		if v.value != "" {
			cmd.Env = append(cmd.Env, v.name+"="+v.value)
		}
	}
	return cmd, nil
}

// withoutURL keeps the reason of a malformed URL, and not the URL: it has a
// password in it.
func withoutURL(err error) error {
	if e, ok := err.(*url.Error); ok { //nolint:errorlint // url.Parse returns exactly this type
		return e.Err
	}
	return err
}

// complaintLimit is how much of what a tool says an error carries, in bytes.
const complaintLimit = 2000

func run(cmd *exec.Cmd) error {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(complaint.String())
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, text[:min(len(text), complaintLimit)])
	}
	return nil
}

func majorOf(ctx context.Context, program string) (int, bool) {
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	match := versionForm.FindSubmatch(out)
	if err != nil || match == nil {
		return 0, false
	}
	major, err := strconv.Atoi(string(match[1]))
	return major, err == nil
}
