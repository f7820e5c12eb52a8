package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	library "github.com/fergusstrange/embedded-postgres"
)

// answerTimeout is how long a PostgreSQL that reports to be ready may take to
// answer its first query. The library cannot be told to give up earlier, not
// even when PostgreSQL has died meanwhile.
const answerTimeout = 15 * time.Second

// logTail is how much of PostgreSQL's log an error carries, in bytes.
const logTail = 2000

// launch starts PostgreSQL on s.port and returns when it answers queries.
//
// The library that does it deletes the data folder it is given whenever it
// cannot read the expected version in it, downloads programs it does not find,
// and knows no users. So it never learns where the data is: it gets a decoy
// folder with the right version in it, and a pg_ctl of ours that goes to the
// real data as the right user.
func (s *Server) launch(ctx context.Context) error {
	parameters, err := s.parameters()
	if err != nil {
		return err
	}
	if err := s.writeLaunchFolder(); err != nil {
		return fmt.Errorf("prepare the start of PostgreSQL: %w", err)
	}
	launch := s.home.launch()
	pg := library.NewDatabase(library.DefaultConfig().
		Version(library.PostgresVersion(strconv.Itoa(s.programs.Major) + ".0")).
		Port(uint32(s.port)).Username(roleName).Password(s.password).Database(roleName).
		BinariesPath(launch).DataPath(filepath.Join(launch, "decoy")).
		RuntimePath(filepath.Join(launch, "runtime")).CachePath(filepath.Join(launch, "cache")).
		BinaryRepositoryURL("nothing-is-ever-downloaded:").
		StartParameters(parameters).StartTimeout(answerTimeout).Logger(nil))

	// The library's Start takes no context: ending PostgreSQL ends its wait.
	release := context.AfterFunc(ctx, func() { s.abortLaunch(ctx) })
	err = pg.Start()
	release()
	s.removeConsole()
	if err == nil {
		err = ctx.Err()
	}
	pm, found, pmErr := findPostmaster(s.home.data())
	if err == nil && (!found || pmErr != nil) {
		err = errors.Join(errors.New("it answers, and its lock file is missing"), pmErr)
	}
	if err != nil {
		s.abortLaunch(ctx)
		return fmt.Errorf("start PostgreSQL: %w\n%s", err, s.tailOfLog())
	}
	s.pid = pm.pid
	return nil
}

// abortLaunch makes a PostgreSQL that is starting quit, if there is one.
func (s *Server) abortLaunch(ctx context.Context) {
	done, cancel := context.WithCancel(ctx)
	cancel()
	if pm, found, err := findPostmaster(s.home.data()); err == nil && found {
		_ = pm.stop(done) // the caller reports why the start failed
	}
}

// parameters are given on the command line, where they win over whatever
// postgresql.conf and ALTER SYSTEM say.
func (s *Server) parameters() (map[string]string, error) {
	all := map[string]string{
		"cluster_name":             roleName,
		"listen_addresses":         "127.0.0.1",
		"unix_socket_directories":  "",
		"timezone":                 "UTC",
		"log_timezone":             "UTC",
		"jit":                      "off", // costs more than it saves on short queries
		"logging_collector":        "on",
		"log_directory":            s.home.logs(),
		"log_filename":             "postgresql-%a.log",
		"log_truncate_on_rotation": "on",
		"log_rotation_age":         "1d",
		"log_rotation_size":        "0",
	}
	maps.Copy(all, s.cfg.Parameters)
	for name, value := range all {
		// They pass through a shell between double quotes.
		if strings.ContainsAny(name+value, "\"\\$`\n") {
			return nil, fmt.Errorf("PostgreSQL parameter %s has a character that cannot be passed on", name)
		}
	}
	return all, nil
}

func (s *Server) writeLaunchFolder() error {
	launch := s.home.launch()
	if err := os.RemoveAll(launch); err != nil {
		return err
	}
	for _, dir := range []string{"bin", "decoy"} {
		if err := os.MkdirAll(filepath.Join(launch, dir), 0o700); err != nil {
			return err
		}
	}
	version := []byte(strconv.Itoa(s.programs.Major) + "\n")
	if err := os.WriteFile(filepath.Join(launch, "decoy", "PG_VERSION"), version, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(launch, "bin", "pg_ctl"), []byte(s.pgctlScript()), 0o700) //nolint:gosec // a program has to be executable
}

// pgctlScript is what the library runs in place of pg_ctl. A later -D wins
// over an earlier one.
func (s *Server) pgctlScript() string {
	line := slices.Concat([]string{"env", "-i"}, childEnvironment, s.account.prefix(), []string{s.programs.path("pg_ctl")})
	for i := range line {
		line[i] = shellQuote(line[i])
	}
	return "#!/bin/sh\n" +
		// The library never removes the file it gives as output; removeConsole does.
		// Descriptor 3, because the redirection changes 1 in this very shell.
		"exec 3>&1\nreadlink /proc/$$/fd/3 >" + shellQuote(s.consoleNote()) + " 2>/dev/null\nexec 3>&-\n" +
		"cd /\n" +
		"exec " + strings.Join(line, " ") + " \"$@\" -D " + shellQuote(s.home.data()) +
		" -l " + shellQuote(filepath.Join(s.home.logs(), "start.log")) + "\n"
}

func shellQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// consoleNote names the file in which the launch script writes where its
// output goes.
func (s *Server) consoleNote() string { return filepath.Join(s.home.launch(), "console") }

func (s *Server) removeConsole() {
	path, err := os.ReadFile(s.consoleNote())
	name := strings.TrimSpace(string(path))
	// Only ever the library's own kind of file, whatever the note says.
	if err == nil && strings.HasPrefix(filepath.Base(name), "embedded_postgres_log") {
		_ = os.Remove(name) // a leftover in the temporary folder harms nobody
	}
}

// tailOfLog is the end of what PostgreSQL wrote last.
func (s *Server) tailOfLog() string {
	// The folder is the unprivileged account's: a link in it must not make
	// root read another file.
	root, err := os.OpenRoot(s.home.logs())
	if err != nil {
		return ""
	}
	defer root.Close()
	newest := newestFile(s.home.logs())
	f, err := root.Open(newest)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > logTail {
		_, _ = f.Seek(-logTail, io.SeekEnd) // the whole file then
	}
	text, _ := io.ReadAll(io.LimitReader(f, logTail))
	return strings.TrimSpace(string(text))
}

func newestFile(dir string) string {
	entries, _ := os.ReadDir(dir)
	var newest string
	var at time.Time
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.Size() > 0 && info.ModTime().After(at) {
			newest, at = e.Name(), info.ModTime()
		}
	}
	return newest
}
