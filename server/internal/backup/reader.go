package backup

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// DamagedError says why an archive cannot be used.
type DamagedError struct{ Why string }

// Error says that nothing of it was used.
func (e *DamagedError) Error() string {
	return "the archive is damaged or no backup, and nothing of it was used: " + e.Why
}

func damaged(format string, args ...any) error {
	return &DamagedError{Why: fmt.Sprintf(format, args...)}
}

// each calls visit with every file of an archive, in its order.
func each(file string, visit func(name string, size int64, from io.Reader) error) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open the archive: %w", err)
	}
	defer f.Close()
	archive := tar.NewReader(bufio.NewReaderSize(f, 1<<20))
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged("%v", err)
		}
		if header.Typeflag != tar.TypeReg {
			return damaged("it holds %q, which is no file", header.Name)
		}
		if err := visit(header.Name, header.Size, archive); err != nil {
			return err
		}
	}
}

// manifestLimit bounds what is read into memory of a file that may be anything.
const manifestLimit = 1 << 20

// Verify reads an archive to its end and compares every file with its checksum.
// The error is a *DamagedError where anything is not as it was written.
func Verify(file string) (Manifest, error) {
	var v verification
	if err := each(file, v.visit); err != nil {
		return Manifest{}, err
	}
	switch {
	case !v.summed:
		return Manifest{}, damaged("it has no checksums at its end, so it was not written to its end")
	case v.manifest == nil || !v.dumped:
		return Manifest{}, damaged("it lacks %s or %s", manifestName, dumpName)
	case v.manifest.Format != formatVersion:
		return Manifest{}, fmt.Errorf("the archive has the form %d, and this program reads %d: use the release that made it (%s) or a newer one",
			v.manifest.Format, formatVersion, v.manifest.ServerVersion)
	case v.contents != v.manifest.Contents:
		return Manifest{}, damaged("it has %d artifacts, and should have %d", v.contents, v.manifest.Contents)
	}
	return *v.manifest, nil
}

// verification is what was seen of an archive so far.
type verification struct {
	// lines are the hashes of the lines that SHA256SUMS should have: an archive may have millions.
	lines          [][sha256.Size]byte
	manifest       *Manifest
	dumped, summed bool
	contents       int
}

func (v *verification) visit(name string, _ int64, from io.Reader) error {
	if v.summed {
		return damaged("something follows its checksums")
	}
	if name == sumsName {
		v.summed = true
		return v.compare(from)
	}
	sum := sha256.New()
	source := io.TeeReader(from, sum)
	switch {
	case name == manifestName:
		text, err := io.ReadAll(io.LimitReader(source, manifestLimit))
		if err != nil {
			return damaged("%s: %v", name, err)
		}
		v.manifest = &Manifest{}
		if err := json.Unmarshal(text, v.manifest); err != nil {
			return damaged("%s: %v", name, err)
		}
	case name == dumpName:
		v.dumped = true
	case validContentName(name):
		v.contents++
	default:
		return damaged("it holds %q, which no backup has", name)
	}
	if _, err := io.Copy(io.Discard, source); err != nil {
		return damaged("%s: %v", name, err)
	}
	v.lines = append(v.lines, sha256.Sum256(fmt.Appendf(nil, "%x  %s", sum.Sum(nil), name)))
	return nil
}

// validContentName keeps keys in the storage: an archive is a file that
// somebody may have made by hand.
func validContentName(name string) bool {
	key, ok := strings.CutPrefix(name, contentPrefix)
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return ok
}

func (v *verification) compare(from io.Reader) error {
	lines := bufio.NewScanner(from)
	at := 0
	for ; lines.Scan(); at++ {
		_, name, _ := strings.Cut(lines.Text(), "  ")
		if at >= len(v.lines) {
			return damaged("%s is missing", name)
		}
		if sha256.Sum256(lines.Bytes()) != v.lines[at] {
			return damaged("the checksum of %s does not fit", name)
		}
	}
	if err := lines.Err(); err != nil {
		return damaged("%s: %v", sumsName, err)
	}
	if at < len(v.lines) {
		return damaged("%d of its files have no checksum", len(v.lines)-at)
	}
	return nil
}
