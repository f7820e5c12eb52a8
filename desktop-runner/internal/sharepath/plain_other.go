//go:build !linux

package sharepath

import (
	"errors"
	"os"
	"path/filepath"
)

// openPlain looks for links before and after it opens the file: nothing here opens
// a path without following them.
func openPlain(path string) (*os.File, error) {
	if actual, err := filepath.EvalSymlinks(path); err != nil || actual != path {
		return nil, errors.Join(ErrLink, err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err //nolint:wrapcheck // Hold says what was tried
	}
	if h := (&Held{file: file, name: path}); !h.InPlace() {
		return nil, errors.Join(ErrLink, file.Close())
	}
	return file, nil
}

func againPath(_ *os.File, path string) string { return path }
