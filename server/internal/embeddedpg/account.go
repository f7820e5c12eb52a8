package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
)

// account is who PostgreSQL runs as: this process's own user, or, because
// PostgreSQL refuses to run as root, an unprivileged one that root drops to.
type account struct {
	name     string
	uid, gid int
	// dropper is the path of setpriv, empty when nothing needs to be dropped.
	dropper string
}

// childEnvironment is all that PostgreSQL's programs see of the server's
// environment, which may hold secrets.
var childEnvironment = []string{
	"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
	"LC_ALL=C",
	"TZ=UTC",
	// Recovery after a crash may take longer than pg_ctl's minute.
	"PGCTLTIMEOUT=600",
}

// chooseAccount takes the owner of existing data, so that data stays readable
// when a better user appears on the machine later.
func chooseAccount(dataDir string) (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	dropper, err := exec.LookPath("setpriv")
	if err != nil {
		return account{}, errors.New("PostgreSQL refuses to run as root, and setpriv (package util-linux), " +
			"which starts it as another user, is missing: install it, or start the server as an ordinary user")
	}
	if uid, gid, ok := owner(dataDir); ok && uid != 0 {
		return account{name: userName(uid), uid: uid, gid: gid, dropper: dropper}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, uidErr := strconv.Atoi(u.Uid)
			gid, gidErr := strconv.Atoi(u.Gid)
			return account{name: name, uid: uid, gid: gid, dropper: dropper}, errors.Join(uidErr, gidErr)
		}
	}
	return account{}, errors.New(`PostgreSQL refuses to run as root, and there is neither a user "postgres" nor "nobody" to run it as`)
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// prefix is what to put before a command so that it runs as this account.
func (a account) prefix() []string {
	if a.dropper == "" {
		return nil
	}
	return []string{
		a.dropper, "--reuid=" + strconv.Itoa(a.uid), "--regid=" + strconv.Itoa(a.gid),
		"--clear-groups", "--inh-caps=-all", "--no-new-privs", "--",
	}
}

// command prepares a program that runs as this account.
func (a account) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	line := append(append(a.prefix(), program), args...)
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Env = childEnvironment
	// The server's own working folder may be closed to this account.
	cmd.Dir = "/"
	return cmd
}

// ownFolder makes a private folder of this account, if it is not there yet.
func (a account) ownFolder(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil && a.dropper != "" {
		err = os.Chown(dir, a.uid, a.gid)
	}
	if err != nil {
		return fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	return nil
}

// admit lets this account's group pass through the server's own data folder,
// where that is root's alone, as one is that was made with mode 0700. Folders
// above it are not the server's to open, and neither is a home folder.
func (a account) admit(dataDir string) error {
	home, _ := os.UserHomeDir() // no home, no exception
	uid, gid, ok := owner(dataDir)
	if a.dropper == "" || !ok || uid != 0 || gid != 0 || dataDir == home {
		return nil
	}
	info, err := os.Stat(dataDir)
	if err != nil {
		return fmt.Errorf("look at the data folder: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil
	}
	if err := os.Chown(dataDir, -1, a.gid); err != nil {
		return fmt.Errorf("let PostgreSQL pass through the data folder: %w", err)
	}
	if err := os.Chmod(dataDir, info.Mode().Perm()|0o010); err != nil {
		return fmt.Errorf("let PostgreSQL pass through the data folder: %w", err)
	}
	return nil
}

// checkEntry asks the system itself, as this account, whether every folder
// down to dir can be entered: permission bits alone do not tell (access lists,
// network file systems).
func (a account) checkEntry(ctx context.Context, dir string) error {
	if a.dropper == "" {
		return nil
	}
	const script = `for folder; do [ -x "$folder" ] || { printf %s "$folder"; exit 1; }; done`
	out, err := a.command(ctx, "/bin/sh", append([]string{"-c", script, "sh"}, pathTo(dir)...)...).Output()
	if err != nil && len(out) > 0 {
		return &ClosedFolderError{Folder: string(out), User: a.name}
	}
	if err != nil {
		return fmt.Errorf("become user %q to run PostgreSQL: %w%s", a.name, err, stderrOf(err))
	}
	return nil
}

// pathTo lists dir and the folders above it, outermost first.
func pathTo(dir string) []string {
	if parent := filepath.Dir(dir); parent != dir {
		return append(pathTo(parent), dir)
	}
	return []string{dir}
}

func stderrOf(err error) string {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return ": " + string(exit.Stderr)
	}
	return ""
}
