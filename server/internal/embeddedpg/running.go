package embeddedpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// RunningURL gives the address of the PostgreSQL that another process runs in
// this data folder, as it noted it there: a secret. It is for commands that
// work beside a server. The error is fs.ErrNotExist where no server has ever
// used the folder; whether one still runs, connecting tells.
func RunningURL(dataDir string) (string, error) {
	home, err := makeLayout(dataDir)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(home.port())
	if err != nil {
		return "", fmt.Errorf("read the database's port: %w", err)
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return "", fmt.Errorf("read the database's port: %w", err)
	}
	password, err := os.ReadFile(home.password())
	if err != nil {
		return "", fmt.Errorf("read the database's password: %w", err)
	}
	if !passwordForm.Match(password) {
		return "", errors.Join(fs.ErrNotExist, errors.New("the database's password is not there yet"))
	}
	return (&Server{port: port, password: string(password)}).URL(), nil
}

// Kept says what is in a data folder, without changing anything there.
type Kept struct {
	// Major is the major version of PostgreSQL that made the database in it,
	// 0 where there is none yet.
	Major int
	// InUse says that a server runs on it.
	InUse bool
	// Foreign names who owns the data folder, empty where that is this process's
	// user. A command that started PostgreSQL there would leave files behind
	// that the owner cannot replace.
	Foreign string
}

// LookAt looks into a data folder that may not be there yet.
func LookAt(dataDir string) (Kept, error) {
	dir, err := filepath.EvalSymlinks(dataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return Kept{}, nil
	}
	if err != nil {
		return Kept{}, fmt.Errorf("find the data folder: %w", err)
	}
	var kept Kept
	if uid, _, ok := owner(dir); ok && uid != os.Geteuid() {
		kept.Foreign = userName(uid)
	}
	home := layout{dir: filepath.Join(dir, "postgres")}
	if kept.Major, err = home.dataMajor(); err != nil || kept.Major == 0 {
		return kept, err
	}
	lock, err := takeLock(home.lock())
	if _, inUse := errors.AsType[*InUseError](err); inUse {
		kept.InUse = true
		return kept, nil
	}
	if err != nil {
		return kept, err
	}
	return kept, lock.Unlock()
}

// CheckPrograms says whether PostgreSQL could run in a data folder whose
// database was made by this major version, 0 where there is none, and with
// which programs. Its errors are Start's.
func CheckPrograms(ctx context.Context, dataDir string, major int) (Programs, error) {
	if unsupported {
		return Programs{}, ErrUnsupported
	}
	programs, err := choosePrograms(FindPrograms(ctx), major)
	if wrong, ok := errors.AsType[*WrongVersionError](err); ok {
		wrong.Folder = filepath.Join(dataDir, "postgres", "data")
	}
	return programs, err
}
