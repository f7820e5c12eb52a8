// Package sharepath knows where the path of a share leads, and which links may
// be followed. The agent asks it when it offers a file, the child again before
// it opens one.
package sharepath

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Errors of Resolve, beside those of the system.
var (
	// ErrOutside means that a link leads to another place than the owner shared.
	ErrOutside = errors.New("leads out of the share")
	// ErrFolder means that a folder stands where a file should.
	ErrFolder = errors.New("is a folder")
	// ErrSpecial means that a device, a pipe or a socket does.
	ErrSpecial = errors.New("is no ordinary file")
)

// Resolve gives the real path of a data file. A symbolic link may lead to a file
// of the same kind in or below its own folder, so that whoever can write to that
// folder cannot share another. The error wraps ErrOutside, ErrFolder, ErrSpecial
// or that of the system, such as fs.ErrNotExist.
func Resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("resolve a share: %w", err)
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", fmt.Errorf("resolve a share: %w", err)
	}
	actual, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("resolve a share: %w", err)
	}
	inside, err := filepath.Rel(folder, actual)
	if err != nil || !filepath.IsLocal(inside) || !strings.EqualFold(filepath.Ext(actual), filepath.Ext(path)) {
		return "", ErrOutside
	}
	info, err := os.Stat(actual)
	switch {
	case err != nil:
		return "", fmt.Errorf("resolve a share: %w", err)
	case info.IsDir():
		return "", ErrFolder
	case !info.Mode().IsRegular():
		return "", ErrSpecial
	}
	return actual, nil
}
