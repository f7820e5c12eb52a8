package embeddedpg

import (
	"cmp"
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// minimumMajor is the oldest PostgreSQL that the server supports, the one of
// the oldest Ubuntu that still gets updates (22.04).
const minimumMajor = 14

// Programs is an installed PostgreSQL server.
type Programs struct {
	// Dir holds initdb, pg_ctl and postgres.
	Dir string
	// Major is its major version.
	Major int
}

// binDirs are the places where systems put PostgreSQL's server programs
// without having them in the search path.
var binDirs = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // PostgreSQL's own packages for Fedora and RHEL
	"/usr/libexec/postgresql*",                           // Alpine
	"/opt/homebrew/opt/postgresql*/bin",                  // Homebrew on Apple silicon
	"/usr/local/opt/postgresql*/bin",                     // Homebrew on Intel
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
}

var versionForm = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// FindPrograms lists the installed PostgreSQL servers, newest first.
func FindPrograms(ctx context.Context) []Programs {
	var found []Programs
	for _, dir := range candidateDirs(ctx) {
		if p, ok := inspect(ctx, dir); ok {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b Programs) int { return cmp.Compare(b.Major, a.Major) })
	return found
}

// choosePrograms takes, of what was found, the programs that data of the given
// major version needs; 0 means that there is no data, and takes the newest.
func choosePrograms(found []Programs, dataMajor int) (Programs, error) {
	var tooOld []string
	var majors []int
	for _, p := range found {
		switch {
		case p.Major < minimumMajor:
			tooOld = append(tooOld, p.Dir)
		case dataMajor == 0 || p.Major == dataMajor:
			return p, nil
		}
		majors = append(majors, p.Major)
	}
	if dataMajor != 0 && len(found) > 0 {
		return Programs{}, &WrongVersionError{Data: dataMajor, Installed: majors}
	}
	return Programs{}, &NoProgramsError{TooOld: tooOld}
}

// candidateDirs lists the folders to look in, links resolved, each once.
func candidateDirs(ctx context.Context) []string {
	var dirs []string
	for _, pattern := range binDirs {
		matches, _ := filepath.Glob(pattern) // only a malformed pattern fails
		dirs = append(dirs, matches...)
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(resolve(path)))
	}
	// Slowest and least likely to know more, so only when nothing else does:
	// it often comes with the client library alone.
	if len(dirs) == 0 {
		if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
			dirs = append(dirs, strings.TrimSpace(string(out)))
		}
	}
	for i := range dirs {
		dirs[i] = resolve(dirs[i])
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

func resolve(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path
}

func inspect(ctx context.Context, dir string) (Programs, bool) {
	for _, name := range []string{"initdb", "pg_ctl", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return Programs{}, false
		}
	}
	major, ok := majorOf(ctx, filepath.Join(dir, "postgres"))
	return Programs{Dir: dir, Major: major}, ok
}

func (p Programs) path(name string) string { return filepath.Join(p.Dir, name) }
