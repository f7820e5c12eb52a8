// Package workbook reads Office Open XML workbooks (.xlsx) a row at a time: it
// knows their archive, their XML, and what a cell's value is, and nothing of
// columns or types. It is careful with what strangers wrote: the archive and its
// parts are bounded, there are no document types, nothing outside the archive is
// ever opened, and formulas and macros are never run.
package workbook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// Limits bound what reading a workbook may take. Zero fields take defaults.
type Limits struct {
	// StringBytes is the memory for the texts that all sheets share; they have to
	// be there before the first row.
	StringBytes int64
}

const defaultStringBytes = 256 << 20

// Book is an open workbook. It must not be used concurrently.
type Book struct {
	// Sheets are those with cells, in the order of their tabs.
	Sheets []Sheet

	limits  Limits
	file    io.Closer
	archive *archive
	styles  []dateForm
	epoch   epoch
	// stringsPart is where the shared texts are, empty where there are none; they
	// are read when the first sheet is.
	stringsPart string
	strings     []string
	loaded      bool
	reading     *partReader
}

// Sheet is one table of a workbook.
type Sheet struct {
	Name string
	// Hidden sheets have no tab that people see.
	Hidden bool

	part string
}

// Open looks at a workbook: its archive, which sheets it has, and how its dates
// are written. Errors are sentences without the file's name.
func Open(ctx context.Context, path string, limits Limits) (*Book, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the file could not be opened: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the file could not be opened: %w", err), f.Close())
	}
	b, err := Read(ctx, f, info.Size(), limits)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	b.file = f
	return b, nil
}

// Read is Open for what is no file.
func Read(ctx context.Context, in io.ReaderAt, size int64, limits Limits) (*Book, error) {
	if limits.StringBytes <= 0 {
		limits.StringBytes = defaultStringBytes
	}
	a, err := openArchive(in, size)
	if err != nil {
		return nil, err
	}
	b := &Book{limits: limits, archive: a}
	if err := b.readBook(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// Close frees the file.
func (b *Book) Close() error {
	b.strings = nil
	if b.file == nil {
		return nil
	}
	if err := b.file.Close(); err != nil {
		return fmt.Errorf("close the file: %w", err)
	}
	return nil
}

// Done tells how far Each is, between 0 and 1, by what the archive says of the
// sheet's size.
func (b *Book) Done() float64 {
	if b.reading == nil || b.reading.whole <= 0 {
		return 0
	}
	return min(1, float64(b.reading.unpack)/float64(b.reading.whole))
}

// FirstVisible gives the sheet that a person sees first; the first of all where
// none is visible.
func (b *Book) FirstVisible() Sheet {
	i := slices.IndexFunc(b.Sheets, func(s Sheet) bool { return !s.Hidden })
	return b.Sheets[max(0, i)]
}

// Names lists the sheets' names.
func (b *Book) Names() []string {
	out := make([]string, len(b.Sheets))
	for i, s := range b.Sheets {
		out[i] = s.Name
	}
	return out
}

// Each hands over the rows of a sheet that have a value within the range, from
// the top; row counts from 1. The cells are those with a value, from the left;
// the slice is used again for the next row. Each stops at take's first error and
// gives it back as it is.
func (b *Book) Each(ctx context.Context, s Sheet, within Range, take func(row int, cells []Cell) error) error {
	if !b.loaded {
		if err := b.readStrings(ctx); err != nil {
			return err
		}
		b.loaded = true
	}
	part, err := b.archive.open(s.part)
	if err != nil {
		return err
	}
	defer part.Close()
	b.reading = part
	r := rows{book: b, sheet: s, within: within, take: take, xml: newScanner(ctx, part)}
	return r.read()
}
