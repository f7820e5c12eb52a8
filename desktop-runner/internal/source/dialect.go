package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// dialect is how a CSV file is written. Quotes are those of RFC 4180: a field in
// double quotes, a quote inside it doubled.
type dialect struct {
	delimiter byte
	// fields is how many the header has, and so every line.
	fields int
}

// sampleBytes is how much of a file decides on its delimiter. Lines beyond it
// are judged by the engine, and on an error by checkStructure.
const sampleBytes = 1 << 20

var delimiters = []byte{',', '\t', ';', '|'}

// detectDialect finds the delimiter that divides the header and the most lines
// alike, and checks that the lines of the sample agree with it.
// A delimiter that is given is only checked.
func detectDialect(path string, head []byte, given string) (dialect, error) {
	choice := delimiters
	if given != "" {
		choice = []byte(given)
	}
	candidates := make([]census, 0, len(choice))
	for _, d := range choice {
		candidates = append(candidates, sample(head, d))
	}
	best := &candidates[0]
	if strings.EqualFold(filepath.Ext(path), ".tsv") && given == "" {
		best = &candidates[1]
	}
	for i := range candidates {
		if candidates[i].better(best) {
			best = &candidates[i]
		}
	}
	switch {
	case best.records == 0 && best.wrong == nil:
		return dialect{}, errors.New("its first line has more than 1 MB, which is no header; check the line ends and quotes")
	case best.header > maxColumns:
		return dialect{}, tooWide(best.header)
	case best.wrong != nil:
		return dialect{}, best.wrong
	}
	return dialect{delimiter: best.delimiter, fields: best.header}, nil
}

// checkStructure reads the whole file and gives the first line that does not
// have the dialect's number of fields or breaks its quoting.
func checkStructure(ctx context.Context, path string, d dialect) error {
	f, err := os.Open(path)
	if err != nil {
		return errors.New("the file could not be opened")
	}
	defer f.Close()
	return newRecords(heeding{ctx, f}, d.delimiter).each(func(rec record) error { return rec.check(d.fields) })
}

// census is what a delimiter makes of the sample.
type census struct {
	delimiter byte
	header    int
	records   int
	// alike counts the records with as many fields as the header, divided those
	// with more than one.
	alike, divided int
	wrong          error
}

func (c *census) better(than *census) bool {
	if (c.header > 1) != (than.header > 1) {
		return c.header > 1
	}
	if c.header == 1 {
		// Neither divides the header. The one that divides most of the lines is
		// what the file means, so that its error names the header.
		return c.divided > than.divided && 2*c.divided > c.records
	}
	// As fractions of the records read; a broken quote ends the reading early.
	own, other := c.alike*max(1, than.records), than.alike*max(1, c.records)
	return own > other || own == other && c.header > than.header
}

// sample counts the records of a file's beginning, which is all of it where it
// is shorter than a sample.
func sample(head []byte, delimiter byte) census {
	cut := len(head) == sampleBytes
	c := census{delimiter: delimiter}
	if delimiter != delimiters[0] && bytes.IndexByte(head, delimiter) < 0 {
		// It divides nothing, and costs nothing; the first one says what is wrong.
		c.header, c.records = 1, 1
		return c
	}
	syntax := newRecords(bytes.NewReader(head), delimiter).each(func(rec record) error {
		if rec.atEOF && cut {
			return nil // cut off by the sample's end
		}
		c.count(rec)
		return nil
	})
	if !cut && syntax != nil && c.wrong == nil {
		c.wrong = syntax
		c.records++
	}
	return c
}

func (c *census) count(rec record) {
	if c.records == 0 {
		c.header = rec.fields
	}
	c.records++
	if rec.fields == c.header {
		c.alike++
	}
	if rec.fields > 1 {
		c.divided++
	}
	if c.wrong == nil {
		c.wrong = rec.check(c.header)
	}
}

// record is one line of a CSV file, or several where quotes hold line ends.
type record struct {
	// line is where it begins, from 1.
	line   int
	fields int
	atEOF  bool
}

func (r record) check(fields int) error {
	if r.fields == fields {
		return nil
	}
	return fmt.Errorf("line %d has %s but the header has %s; every line needs as many fields as the header (put quotes around text that contains the separator)",
		r.line, plural(r.fields), plural(fields))
}

func plural(fields int) string {
	if fields == 1 {
		return "1 field"
	}
	return fmt.Sprintf("%d fields", fields)
}

// records reads the structure of a CSV file, byte by byte, without its values.
type records struct {
	in        *bufio.Reader
	delimiter byte
	line      int
	current   record
	// empty: nothing of the record was read yet; atStart: nothing of the field.
	empty, atStart, quoted, closed bool
}

func newRecords(in io.Reader, delimiter byte) *records {
	r := &records{in: bufio.NewReaderSize(in, 1<<16), delimiter: delimiter, line: 1}
	if bom, err := r.in.Peek(len(utf8BOM)); err == nil && string(bom) == string(utf8BOM) {
		_, _ = r.in.Discard(len(bom)) // it was just peeked
	}
	r.begin()
	return r
}

func (r *records) begin() {
	r.current = record{line: r.line, fields: 1}
	r.empty, r.atStart, r.quoted, r.closed = true, true, false, false
}

// each hands over every record but blank lines, until the end or an error.
func (r *records) each(take func(record) error) error {
	for {
		b, err := r.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return r.end(take)
		case err != nil:
			return errors.New("the file could not be read to its end")
		}
		done, err := r.step(b)
		if err != nil {
			return err
		}
		if !done {
			continue
		}
		if !r.empty {
			if err := take(r.current); err != nil {
				return err
			}
		}
		r.begin()
	}
}

func (r *records) end(take func(record) error) error {
	if r.quoted {
		return fmt.Errorf("a quote that opens in the record at line %d is never closed", r.current.line)
	}
	if r.empty {
		return nil
	}
	r.current.atEOF = true
	return take(r.current)
}

// step takes one byte; done is true at the end of a record.
func (r *records) step(b byte) (done bool, err error) {
	if b == '\n' {
		r.line++
	}
	if r.quoted {
		if b == '"' {
			r.quoted, r.closed = false, true
		}
		return false, nil
	}
	switch {
	case b == '\n':
		return true, nil
	case b == '\r':
		return r.carriageReturn()
	case b == r.delimiter:
		r.current.fields++
		r.atStart, r.closed = true, false
	case b == '"' && r.atStart:
		r.quoted, r.atStart = true, false
	case b == '"' && r.closed:
		r.quoted, r.closed = true, false // a doubled quote inside the field
	case r.closed:
		return false, fmt.Errorf("line %d has text after a closing quote; a quote inside a quoted field must be doubled", r.line)
	default:
		r.atStart = false
	}
	r.empty = false
	return false, nil
}

// carriageReturn ends a record by itself, as old Macintosh files have it, or
// together with the line feed that follows.
func (r *records) carriageReturn() (done bool, err error) {
	next, err := r.in.Peek(1)
	if err == nil && next[0] == '\n' {
		return false, nil
	}
	r.line++
	return true, nil
}
