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

// Errors of Resolve and Expand, beside those of the system.
var (
	// ErrOutside means that a link leads to another place than the owner shared.
	ErrOutside = errors.New("leads out of the share")
	// ErrFolder means that a folder stands where a file should.
	ErrFolder = errors.New("is a folder")
	// ErrSpecial means that a device, a pipe or a socket does.
	ErrSpecial = errors.New("is no ordinary file")
	// ErrNothing means that a folder or a pattern has no file to read.
	ErrNothing = errors.New("has no data file")
	// ErrMany means that it has more files than one dataset may.
	ErrMany = errors.New("has too many files")
)

// maxFiles bounds the files of one dataset: each is opened by every task.
const maxFiles = 1000

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

// Expand gives the files behind a share, each as Resolve does, in the order of
// their names: the file itself, those directly in a folder, or those that a
// pattern fits. Of a folder and a pattern only files count whose name is wanted
// and does not begin with a dot. The error wraps ErrNothing or ErrMany, or is
// one of Resolve.
func Expand(path string, wanted func(name string) bool) ([]string, error) {
	folder, pattern := path, "*"
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
	case errors.Is(err, os.ErrNotExist) && strings.ContainsAny(filepath.Base(path), "*?["):
		// Only names are patterns: one for folders would follow links between them.
		folder, pattern = filepath.Split(path)
	default:
		actual, err := Resolve(path)
		return []string{actual}, err
	}
	found, err := filepath.Glob(filepath.Join(escape(folder), pattern))
	if err != nil {
		return nil, fmt.Errorf("look for files: %w", err)
	}
	return resolveAll(found, wanted)
}

// escape makes a folder's name fit as a pattern for itself alone.
func escape(path string) string {
	return strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`).Replace(path)
}

func resolveAll(found []string, wanted func(name string) bool) ([]string, error) {
	var out []string
	for _, f := range found {
		if name := filepath.Base(f); strings.HasPrefix(name, ".") || !wanted(name) {
			continue
		}
		actual, err := Resolve(f)
		switch {
		case errors.Is(err, ErrFolder):
			continue // a folder in the folder is none of its files
		case err != nil:
			return nil, err
		case len(out) == maxFiles:
			return nil, ErrMany
		}
		out = append(out, actual)
	}
	if len(out) == 0 {
		return nil, ErrNothing
	}
	return out, nil
}
