package workbook

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What an archive may be. Workbooks of a million rows have some hundred entries
// and shrink to a tenth or a thirtieth; a bomb shrinks to a thousandth.
const (
	maxEntries = 10_000
	// maxDirectoryBytes bounds what is read to list the entries, whatever the
	// archive says of their number.
	maxDirectoryBytes = 4 << 20
	maxPartBytes      = 16 << 30
	maxRatio          = 250
	// ratioFrom is how much of a part may come out before its ratio counts.
	ratioFrom = 16 << 20
)

var (
	errTruncated = errors.New("it is not a complete XLSX file; it may have been cut off while it was copied. Copy or save it again")
	errDirectory = fmt.Errorf("its archive lists more than %d parts, which no spreadsheet has; save it again with a spreadsheet program", maxEntries)
	errBomb      = errors.New("its content unpacks to far more than a spreadsheet has, as that of a file made to exhaust a computer; save it again with a spreadsheet program")
)

// archive is the parts of a workbook by their names. Names are only looked up
// here: none of them ever becomes a path on the disk.
type archive struct {
	parts map[string]*zip.File
	// twice are the names that stand there more than once.
	twice map[string]bool
}

func openArchive(in io.ReaderAt, size int64) (*archive, error) {
	guarded := &directoryReader{in: in, left: maxDirectoryBytes}
	z, err := zip.NewReader(guarded, size)
	switch {
	case guarded.left < 0:
		return nil, errDirectory
	case err != nil:
		return nil, errTruncated
	case len(z.File) > maxEntries:
		return nil, errDirectory
	}
	guarded.open = true
	a := &archive{parts: map[string]*zip.File{}, twice: map[string]bool{}}
	for _, f := range z.File {
		name := partName("", f.Name)
		if a.parts[name] != nil {
			a.twice[name] = true
		}
		a.parts[name] = f
	}
	return a, nil
}

func (a *archive) has(name string) bool { return a.parts[name] != nil }

// open unpacks one part.
func (a *archive) open(name string) (*partReader, error) {
	f := a.parts[name]
	switch {
	case f == nil:
		return nil, errors.New("a part of the workbook is missing in it; save it again with a spreadsheet program")
	case a.twice[name]:
		return nil, errors.New("a part of the workbook is there twice; save it again with a spreadsheet program")
	case f.Flags&1 != 0:
		return nil, errors.New("its archive is protected by a password; save it without")
	}
	in, err := f.Open()
	if err != nil {
		return nil, errTruncated
	}
	return &partReader{in: in, packed: int64(f.CompressedSize64), whole: int64(f.UncompressedSize64)}, nil
}

// directoryReader bounds what the archive's list may cost before it is open.
type directoryReader struct {
	in   io.ReaderAt
	left int
	open bool
}

// ReadAt counts what is read.
func (d *directoryReader) ReadAt(p []byte, at int64) (int, error) {
	if !d.open {
		if d.left -= len(p); d.left < 0 {
			return 0, errDirectory
		}
	}
	return d.in.ReadAt(p, at) //nolint:wrapcheck // io.EOF must stay what it is
}

// partReader bounds what one part unpacks to.
type partReader struct {
	in io.ReadCloser
	// packed and whole are the sizes that the archive gives, unpack what came out.
	packed, whole, unpack int64
}

// Read gives errBomb and errTruncated beside io.EOF.
func (p *partReader) Read(into []byte) (int, error) {
	n, err := p.in.Read(into)
	p.unpack += int64(n)
	switch {
	case p.unpack > maxPartBytes, p.unpack > ratioFrom && p.unpack/maxRatio > p.packed:
		return 0, errBomb
	case err != nil && !errors.Is(err, io.EOF):
		return n, errTruncated
	default:
		return n, err //nolint:wrapcheck // io.EOF must stay what it is
	}
}

// Close ends the unpacking.
func (p *partReader) Close() error {
	return p.in.Close() //nolint:wrapcheck // nothing is to be added
}

// partName gives the name of a part that a target means, seen from a folder of
// the archive: absolute or relative, in any letter case, with either slash.
func partName(folder, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if !strings.HasPrefix(target, "/") {
		target = folder + "/" + target
	}
	var steps []string
	for step := range strings.SplitSeq(target, "/") {
		switch step {
		case "", ".":
		case "..":
			steps = steps[:max(0, len(steps)-1)]
		default:
			steps = append(steps, step)
		}
	}
	return strings.ToLower(strings.Join(steps, "/"))
}

func folderOf(name string) string {
	return name[:max(0, strings.LastIndexByte(name, '/'))]
}
