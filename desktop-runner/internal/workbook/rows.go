package workbook

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// rows reads one sheet.
type rows struct {
	book   *Book
	sheet  Sheet
	within Range
	take   func(row int, cells []Cell) error
	xml    *scanner
	texts  texts
	// row and column are where it is, from 1; a row or cell that does not say so
	// itself follows the one before.
	row, column int
	cells       []Cell
	// kind, style and value are those of the cell that is read.
	kind, value []byte
	style       int
}

var (
	errEnough = errors.New("the range ends here")
	errValue  = errors.New("its value is not of the kind that it says; correct it, or save the file again with a spreadsheet program")
)

// takeError is an error of take's, which goes back as it is.
type takeError struct{ error }

func (r *rows) read() error {
	r.texts.xml = r.xml
	err := r.worksheet()
	if own := (takeError{}); errors.As(err, &own) {
		return own.error
	}
	if err == nil || errors.Is(err, errEnough) || r.xml.ctx.Err() != nil {
		return ignore(err, errEnough)
	}
	if r.row == 0 {
		return fmt.Errorf("sheet %q: %w", r.sheet.Name, err)
	}
	return fmt.Errorf("sheet %q, at cell %s: %w", r.sheet.Name, PlaceName(r.row, max(0, r.column-1)), err)
}

func ignore(err, what error) error {
	if errors.Is(err, what) {
		return nil
	}
	return err
}

func (r *rows) worksheet() error {
	name, err := r.xml.root()
	if err != nil || name != "worksheet" {
		return orBroken(err)
	}
	return r.xml.children(func(name []byte) error {
		if string(name) != "sheetData" {
			return r.xml.skip()
		}
		return r.xml.children(func(name []byte) error {
			if string(name) != "row" {
				return r.xml.skip()
			}
			return r.one()
		})
	})
}

// one reads a row, and hands it over where it has a value within the range.
func (r *rows) one() error {
	if err := r.begin(); err != nil {
		return err
	}
	r.cells, r.column = r.cells[:0], 0
	for outer := r.xml.depth - 1; ; {
		kind, err := r.xml.next()
		switch {
		case err != nil:
			return err
		case kind == endOfPart:
			return errCut
		case kind == endTag && r.xml.depth == outer:
			return r.hand()
		case kind != startTag:
			continue
		case len(r.xml.name) != 1 || r.xml.name[0] != 'c':
			err = r.xml.skip()
		default:
			err = r.cell()
		}
		if err != nil {
			return err
		}
	}
}

func (r *rows) hand() error {
	if len(r.cells) == 0 {
		return nil
	}
	if err := r.take(r.row, r.cells); err != nil {
		return takeError{err}
	}
	return nil
}

// begin finds out which row it is.
func (r *rows) begin() error {
	before := r.row
	r.row++
	for rest := r.xml.attributes; ; {
		key, value, more, err := nextAttribute(rest)
		if err != nil {
			return err
		}
		if key == nil {
			break
		}
		if string(key) == "r" {
			if r.row, err = strconv.Atoi(string(value)); err != nil {
				r.row = before + 1
				return errXML
			}
		}
		rest = more
	}
	switch {
	case r.row > MaxRows:
		return fmt.Errorf("it has more than the %d rows that a sheet can have; save it again with a spreadsheet program", MaxRows)
	case r.row <= before:
		return fmt.Errorf("its row %d comes after row %d; save it again with a spreadsheet program", r.row, before)
	case r.row > r.within.LastRow:
		return errEnough
	}
	return nil
}

// cell reads one cell, and keeps it where it has a value within the range.
func (r *rows) cell() error {
	if err := r.attributes(); err != nil {
		return err
	}
	column := r.column - 1
	if r.row < r.within.FirstRow || column < r.within.FirstColumn || column > r.within.LastColumn {
		return r.xml.skip()
	}
	v, err := r.content()
	if err != nil {
		return err
	}
	if v.Kind != 0 {
		r.cells = append(r.cells, Cell{Column: column, Value: v})
	}
	return nil
}

// attributes reads where a cell is, of which kind and style.
func (r *rows) attributes() error {
	before := r.column
	r.column, r.kind, r.style = before+1, r.kind[:0], 0
	for rest := r.xml.attributes; ; {
		key, value, more, err := nextAttribute(rest)
		if err != nil {
			return err
		}
		if key == nil {
			break
		}
		if len(key) == 1 {
			if err := r.attribute(key[0], value); err != nil {
				return err
			}
		}
		rest = more
	}
	switch {
	case r.column > MaxColumns:
		return fmt.Errorf("it has more than the %d columns that a sheet can have; save it again with a spreadsheet program", MaxColumns)
	case r.column <= before:
		return fmt.Errorf("it comes after %s; save it again with a spreadsheet program", PlaceName(r.row, before-1))
	}
	return nil
}

func (r *rows) attribute(key byte, value []byte) error {
	switch key {
	case 'r':
		p, ok := cellPlace(value)
		if !ok || p.row != r.row {
			return fmt.Errorf("it says that it is elsewhere, or beyond what a sheet can have (%s); save it again with a spreadsheet program",
				PlaceName(MaxRows, MaxColumns-1))
		}
		r.column = p.column
	case 's':
		style := 0
		for _, c := range value {
			if c < '0' || c > '9' || style > maxStyles {
				return errXML
			}
			style = style*10 + int(c-'0')
		}
		r.style = style
	case 't':
		r.kind = append(r.kind, value...)
	}
	return nil
}

// content reads what stands in a cell, and gives its value; the zero Value where
// there is none. Of a formula what was calculated last counts.
func (r *rows) content() (Value, error) {
	r.value = r.value[:0]
	inline, said := Value{}, false
	for outer := r.xml.depth - 1; ; {
		kind, err := r.xml.next()
		switch {
		case err != nil:
			return Value{}, err
		case kind == endOfPart:
			return Value{}, errCut
		case kind == endTag && r.xml.depth == outer:
			if said {
				return inline, nil
			}
			return r.convert()
		case kind != startTag:
			continue
		case string(r.xml.name) == "v":
			r.texts.buf = r.value
			err = r.texts.characters()
			r.value = r.texts.buf
		case string(r.xml.name) == "is":
			inline, err = r.inline()
			said = string(r.kind) == "inlineStr"
		default:
			err = r.xml.skip()
		}
		if err != nil {
			return Value{}, err
		}
	}
}

func (r *rows) inline() (Value, error) {
	item, err := r.texts.item()
	if err != nil || len(item) == 0 {
		return Value{}, err
	}
	return Value{Kind: Text, Text: string(item)}, nil
}

// convert makes a value of what stands in v.
func (r *rows) convert() (Value, error) {
	if len(r.value) == 0 {
		return Value{}, nil
	}
	switch string(r.kind) {
	case "", "n":
		return r.number()
	case "s":
		return r.shared()
	case "str", "inlineStr":
		if !utf8.Valid(r.value) {
			return Value{}, errEncoding
		}
		return Value{Kind: Text, Text: unwrap(string(r.value))}, nil
	case "b":
		switch string(r.value) {
		case "1", "true":
			return Value{Kind: Boolean, Int: 1}, nil
		case "0", "false":
			return Value{Kind: Boolean}, nil
		}
		return Value{}, errValue
	case "e":
		return Value{Kind: Error}, nil
	case "d":
		v, ok := isoMoment(string(r.value))
		if !ok {
			return Value{}, errValue
		}
		return v, nil
	default:
		return Value{}, errValue
	}
}

func (r *rows) number() (Value, error) {
	raw := r.value
	for len(raw) > 0 && isSpace(raw[0]) {
		raw = raw[1:]
	}
	for len(raw) > 0 && isSpace(raw[len(raw)-1]) {
		raw = raw[:len(raw)-1]
	}
	v, ok := number(raw)
	switch {
	case len(raw) == 0:
		return Value{}, nil
	case !ok:
		return Value{}, errValue
	case r.style < len(r.book.styles) && r.book.styles[r.style] != notDate:
		return r.book.epoch.moment(v.float(), r.book.styles[r.style]), nil
	default:
		return v, nil
	}
}

func (r *rows) shared() (Value, error) {
	index, err := strconv.Atoi(string(r.value))
	if err != nil || index < 0 || index >= len(r.book.strings) {
		return Value{}, errors.New("it names a text that the workbook does not have; save it again with a spreadsheet program")
	}
	if r.book.strings[index] == "" {
		return Value{}, nil
	}
	return Value{Kind: Text, Text: r.book.strings[index]}, nil
}
