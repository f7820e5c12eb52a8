package embeddedpg

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// unfinishedPrefix begins the names of folders in which a cluster is being
// made. One that is found at a start was never used.
const unfinishedPrefix = "unfinished-"

// searchOnly lets PostgreSQL's user pass through a folder and not list it.
const searchOnly = 0o711

// layout knows the names in the database folder.
type layout struct {
	// dir is absolute and free of symbolic links.
	dir string
}

func (l layout) dataDir() string  { return filepath.Dir(l.dir) }
func (l layout) data() string     { return filepath.Join(l.dir, "data") }
func (l layout) logs() string     { return filepath.Join(l.dir, "log") }
func (l layout) launch() string   { return filepath.Join(l.dir, "launch") }
func (l layout) lock() string     { return filepath.Join(l.dir, "lock") }
func (l layout) password() string { return filepath.Join(l.dir, "password") }
func (l layout) port() string     { return filepath.Join(l.dir, "port") }

// makeLayout makes the data folder, if it is missing, and the database folder
// in it.
func makeLayout(dataDir string) (layout, error) {
	if err := os.MkdirAll(dataDir, searchOnly); err != nil {
		return layout{}, fmt.Errorf("make the data folder: %w", err)
	}
	root, err := filepath.EvalSymlinks(dataDir)
	if err != nil {
		return layout{}, fmt.Errorf("find the data folder: %w", err)
	}
	if root, err = filepath.Abs(root); err != nil {
		return layout{}, fmt.Errorf("find the data folder: %w", err)
	}
	dir := filepath.Join(root, "postgres")
	if err := os.MkdirAll(dir, searchOnly); err != nil {
		return layout{}, fmt.Errorf("make the database folder: %w", err)
	}
	// The umask may have taken the search permission away.
	if err := os.Chmod(dir, searchOnly); err != nil {
		return layout{}, fmt.Errorf("make the database folder: %w", err)
	}
	return layout{dir: dir}, nil
}

// hasData says whether there is a cluster. A data folder that is neither a
// cluster nor empty is an error.
func (l layout) hasData() (bool, error) {
	major, err := l.dataMajor()
	return major != 0, err
}

// dataMajor is the major version that made the cluster, 0 when there is none.
func (l layout) dataMajor() (int, error) {
	text, err := os.ReadFile(filepath.Join(l.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(l.data())
		if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
			return 0, nil
		}
		return 0, fmt.Errorf("%s holds something that is no PostgreSQL database, and is left as it is", l.data())
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the database: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("read the version of the database: %w", err)
	}
	return major, nil
}

func (l layout) removeUnfinished() error {
	found, err := filepath.Glob(filepath.Join(l.dir, unfinishedPrefix+"*"))
	if err != nil {
		return err
	}
	var failed error
	for _, dir := range found {
		failed = errors.Join(failed, os.RemoveAll(dir))
	}
	return failed
}

var passwordForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// keptPassword reads the password, or makes and keeps a new one; known says
// that it was there before. A file cut short by a crash counts as missing.
func keptPassword(path string) (password string, known bool, err error) {
	text, err := os.ReadFile(path)
	if err == nil && passwordForm.Match(text) {
		return string(text), true, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", false, fmt.Errorf("read the database password: %w", err)
	}
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails, by its contract
	password = hex.EncodeToString(random)
	if err := replaceFile(path, password); err != nil {
		return "", false, fmt.Errorf("keep the database password: %w", err)
	}
	return password, false, nil
}

// replaceFile writes a private file that is either the old or the new one.
func replaceFile(path, text string) error {
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
