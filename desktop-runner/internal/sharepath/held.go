package sharepath

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrLink means that a symbolic link has taken the place of a file, or of a folder
// above it, since the path was resolved.
var ErrLink = errors.New("is a link, or lies behind one")

// Held is a data file that is kept open, so that what is read is the file that was
// looked at, whatever is put in its place meanwhile.
type Held struct {
	file *os.File
	name string
}

// Hold opens the file at a path that Resolve gave, and follows no link to it: who
// can write to its folder, or to one above it, may have put one there since. The
// error wraps ErrLink, ErrFolder, ErrSpecial or that of the system.
func Hold(path string) (*Held, error) {
	file, err := openPlain(path)
	if err != nil {
		return nil, fmt.Errorf("hold a share: %w", err)
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = ErrFolder
	case !info.Mode().IsRegular():
		err = ErrSpecial
	default:
		return &Held{file: file, name: path}, nil
	}
	return nil, errors.Join(fmt.Errorf("hold a share: %w", err), file.Close())
}

// Path is where the file is opened again. On Linux it stands for this very file,
// wherever that is by then; elsewhere it is the path that was held, and InPlace
// tells afterwards whether it still led here.
func (h *Held) Path() string { return againPath(h.file, h.name) }

// File is the file itself, at its beginning for the first who reads it.
func (h *Held) File() *os.File { return h.file }

// InPlace reports whether the path still leads to this file, and through no link.
func (h *Held) InPlace() bool {
	held, err := h.file.Stat()
	if err != nil {
		return false
	}
	now, err := os.Lstat(h.name)
	if err != nil || !os.SameFile(held, now) {
		return false
	}
	actual, err := filepath.EvalSymlinks(h.name)
	return err == nil && actual == h.name
}

// Close lets the file go.
func (h *Held) Close() error {
	if err := h.file.Close(); err != nil {
		return fmt.Errorf("let a share go: %w", err)
	}
	return nil
}
