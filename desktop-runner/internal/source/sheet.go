package source

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ddap/desktop-runner/internal/plan"
	"ddap/desktop-runner/internal/workbook"
	"ddap/shared/operation"
)

// sheet is one workbook of a dataset: which of its cells are the data, and what
// its columns are.
type sheet struct {
	path    string
	reading plan.Reading
	limits  workbook.Limits
	// number tells files of a dataset apart.
	number, of int
	// book is open while it is read; that of a single file until the reader is closed.
	book   *workbook.Book
	sheet  workbook.Sheet
	within workbook.Range
	// used are the rows and columns that have a value, header included.
	used   workbook.Range
	header bool
	names  []string
	kinds  []kind
	// tallies say of each column what its values are; they begin at column first.
	tallies []cellTally
	first   []workbook.Cell
	// unsure says of columns what could not be decided, by name.
	unsure []string
	// whole: all rows were looked at, not just the first.
	whole bool
}

// openSheet finds the sheet and the range that are shared.
func openSheet(ctx context.Context, path string, reading plan.Reading, number, of int, limits plan.Limits) (*sheet, error) {
	// A quarter of the memory: the rest is the engine's.
	s := &sheet{
		path: path, reading: reading, limits: workbook.Limits{StringBytes: limits.MemoryBytes / 4},
		number: number, of: of, within: workbook.All,
	}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	var err error
	if s.sheet, err = chooseSheet(s.book, reading); err == nil && reading.Range != "" {
		s.within, err = workbook.ParseRange(reading.Range)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *sheet) open(ctx context.Context) (err error) {
	if s.book == nil {
		s.book, err = workbook.Open(ctx, s.path, s.limits)
	}
	return err
}

// rest frees the workbook where there are others: a thousand at once would be
// too many open files, and too many texts.
func (s *sheet) rest() {
	if s.of > 1 {
		s.close()
	}
}

func (s *sheet) close() {
	if s.book != nil {
		_ = s.book.Close() // it was only read
		s.book = nil
	}
}

func chooseSheet(book *workbook.Book, reading plan.Reading) (workbook.Sheet, error) {
	switch i := slices.Index(book.Names(), reading.Sheet); {
	case reading.Sheet != "" && i < 0:
		return workbook.Sheet{}, errors.New(operation.UnknownName("sheet", "sheet", reading.Sheet, book.Names()).Message)
	case reading.Sheet != "":
		return book.Sheets[i], nil
	case reading.SheetNumber > len(book.Sheets):
		return workbook.Sheet{}, fmt.Errorf("it has no sheet %d; its sheets are numbered from 1 to %d, and a name that is a number needs quotes", reading.SheetNumber, len(book.Sheets))
	case reading.SheetNumber > 0:
		return book.Sheets[reading.SheetNumber-1], nil
	default:
		return book.FirstVisible(), nil
	}
}

// sniff reads the first rows, or all of them where limit is zero, and tells
// header and kinds by them.
func (s *sheet) sniff(ctx context.Context, limit int) error {
	s.first, s.tallies, s.used, s.whole = nil, nil, workbook.Range{}, true
	missing, begun := missingTexts(s.reading), false
	rows := 0
	if err := s.open(ctx); err != nil {
		return err
	}
	defer s.rest()
	err := s.book.Each(ctx, s.sheet, s.within, func(row int, cells []workbook.Cell) error {
		if limit > 0 && rows > limit {
			s.whole = false
			return errSample
		}
		rows++
		s.spread(row, cells, !begun)
		if !begun {
			begun, s.first = true, slices.Clone(cells)
			return nil
		}
		for _, c := range cells {
			s.tallies[c.Column].add(c.Value, missing)
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, errSample):
		return err
	case !begun && s.reading.Range != "":
		return fmt.Errorf("sheet %q has no value in the range %s; set another range or sheet", s.sheet.Name, s.reading.Range)
	case !begun:
		return fmt.Errorf("sheet %q is empty; set the sheet that has the data", s.sheet.Name)
	case s.width() > maxColumns:
		return fmt.Errorf("sheet %q: %w", s.sheet.Name, tooWide(s.width()))
	}
	return s.conclude(missing)
}

var errSample = errors.New("the sample ends here")

// spread makes the used range hold a row.
func (s *sheet) spread(row int, cells []workbook.Cell, first bool) {
	left, right := cells[0].Column, cells[len(cells)-1].Column
	if first {
		s.used = workbook.Range{FirstRow: row, FirstColumn: left, LastColumn: right}
	}
	s.used.LastRow, s.used.FirstColumn, s.used.LastColumn = row, min(s.used.FirstColumn, left), max(s.used.LastColumn, right)
	for len(s.tallies) <= right {
		s.tallies = append(s.tallies, cellTally{})
	}
}

func (s *sheet) width() int { return s.used.LastColumn - s.used.FirstColumn + 1 }

func (s *sheet) marks() marks {
	return marks{decimal: s.reading.Decimal, thousands: s.reading.Thousands, dayFirst: s.reading.DayFirst}
}

// conclude decides on header, names and kinds, as text.conclude does for text.
func (s *sheet) conclude(missing map[string]bool) error {
	m, tallies := s.marks(), s.tallies[s.used.FirstColumn:]
	s.kinds = make([]kind, len(tallies))
	for i := range tallies {
		s.kinds[i], _ = tallies[i].kind(m)
	}
	first := make([]string, len(tallies))
	for _, c := range s.first {
		// A copy, as the texts of a workbook share memory that is freed as one.
		first[c.Column-s.used.FirstColumn] = strings.Clone(c.String())
	}
	s.names = uniqueNames(first)
	if s.header = looksLikeHeader(first, s.kinds, missing, m); s.reading.Header != nil {
		s.header = *s.reading.Header
	}
	if !s.header {
		s.names = numberedNames(len(first))
		for _, c := range s.first {
			s.tallies[c.Column].add(c.Value, missing)
		}
	}
	s.unsure, s.first, s.tallies = nil, nil, nil
	for i, name := range s.names {
		var unsure string
		if s.kinds[i], unsure = tallies[i].kind(m); unsure != "" {
			s.unsure = append(s.unsure, strconv.Quote(name)+" "+unsure)
		}
	}
	for name, as := range s.reading.Types {
		i := slices.Index(s.names, name)
		if i < 0 {
			return errors.New(operation.UnknownName("types", "column", name, s.names).Message)
		}
		s.kinds[i] = kindOf(as, m)
	}
	return nil
}

// guess says in words which cells were taken.
func (s *sheet) guess() string {
	out := fmt.Sprintf("sheet %q, cells %s", s.sheet.Name, s.used)
	if !s.header {
		out += ", no header"
	}
	return out
}
