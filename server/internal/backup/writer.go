package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// writer writes an archive aside and moves it into place when it is whole.
type writer struct {
	target string
	file   *os.File
	tar    *tar.Writer
	sums   bytes.Buffer
	now    time.Time
}

const private = 0o600

// newWriter begins an archive. It overwrites none.
func newWriter(target string, now time.Time) (*writer, error) {
	if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is already something at %s: choose another name", target)
	}
	file, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".unfinished-*") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("make the archive: %w", err)
	}
	return &writer{target: target, file: file, tar: tar.NewWriter(file), now: now}, nil
}

// add writes a file of this size.
func (w *writer) add(name string, size int64, from io.Reader) error {
	header := &tar.Header{Name: name, Size: size, Mode: private, ModTime: w.now, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
	if err := w.tar.WriteHeader(header); err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w.tar, sum), io.LimitReader(from, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	fmt.Fprintf(&w.sums, "%x  %s\n", sum.Sum(nil), name)
	return nil
}

// finish writes what stands at the end, and waits until all of it is on the disk.
func (w *writer) finish(m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := w.add(manifestName, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	sums := bytes.Clone(w.sums.Bytes())
	if err := w.add(sumsName, int64(len(sums)), bytes.NewReader(sums)); err != nil {
		return err
	}
	if err := errors.Join(w.tar.Close(), w.file.Sync(), w.file.Close()); err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	// Not a rename, which would replace what has come to be there meanwhile.
	if err := os.Link(w.file.Name(), w.target); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("there is already something at %s: choose another name", w.target)
		}
		// Some file systems know no links.
		if err := os.Rename(w.file.Name(), w.target); err != nil {
			return fmt.Errorf("move the archive into place: %w", err)
		}
	}
	return syncFolder(filepath.Dir(w.target))
}

// close removes what is not finished.
func (w *writer) close() {
	_ = w.file.Close()
	_ = os.Remove(w.file.Name()) // gone where it was finished
}

// syncFolder makes a new name in dir survive a power failure.
func syncFolder(dir string) error {
	f, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return fmt.Errorf("sync the folder of the archive: %w", err)
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync the folder of the archive: %w", err)
	}
	return nil
}
