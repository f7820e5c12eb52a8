package embeddedpg

import (
	"errors"
	"fmt"
	"strings"
)

// ErrUnsupported is returned where the server cannot run its own PostgreSQL.
var ErrUnsupported = errors.New("on this system the server cannot run a PostgreSQL of its own: name one with --database-url")

// NoProgramsError says that no PostgreSQL server is installed, or only ones
// that are too old.
type NoProgramsError struct {
	// TooOld lists the folders of programs that were found and cannot be used.
	TooOld []string
}

// Error says what to install.
func (e *NoProgramsError) Error() string {
	found := "no PostgreSQL server is installed"
	if len(e.TooOld) > 0 {
		found = fmt.Sprintf("the installed PostgreSQL is older than version %d (%s)", minimumMajor, strings.Join(e.TooOld, ", "))
	}
	return found + ": install one (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; " +
		"Arch: pacman -S postgresql; macOS: brew install postgresql), or name a running one with --database-url"
}

// WrongVersionError says that the data was made by a major version of
// PostgreSQL whose programs are not installed. The data is left as it is.
type WrongVersionError struct {
	// Folder holds the data.
	Folder string
	// Data is the major version that made it.
	Data int
	// Installed lists the major versions found on the machine.
	Installed []int
}

// Error says which programs the data needs.
func (e *WrongVersionError) Error() string {
	return fmt.Sprintf("the database in %s was made by PostgreSQL %d, and installed is %s: install PostgreSQL %d as well "+
		"(Debian, Ubuntu: postgresql-%d), or move the data with pg_upgrade; nothing was changed",
		e.Folder, e.Data, joinMajors(e.Installed), e.Data, e.Data)
}

func joinMajors(majors []int) string {
	if len(majors) == 0 {
		return "none"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(majors), " ", ", "), "[]")
}

// InUseError says that another server runs on the same data folder.
type InUseError struct {
	// Folder is the database folder that the other server holds.
	Folder string
}

// Error names the folder.
func (e *InUseError) Error() string {
	return fmt.Sprintf("another server is using the database in %s: stop it, or choose another --data-dir", e.Folder)
}

// ClosedFolderError says that the user that PostgreSQL runs as may not pass
// through one of the folders above the data.
type ClosedFolderError struct {
	// Folder is the outermost folder that cannot be entered.
	Folder string
	// User is who cannot enter it.
	User string
}

// Error says what to do.
func (e *ClosedFolderError) Error() string {
	return fmt.Sprintf("PostgreSQL refuses to run as root, so it runs as user %q, who may not enter %s: "+
		"choose another --data-dir (such as /var/lib/ddap), start the server as an ordinary user, or allow passing through with: chmod o+x %s",
		e.User, e.Folder, e.Folder)
}
