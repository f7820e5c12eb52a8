package workbook

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// What a sheet can have.
const (
	MaxRows    = 1 << 20
	MaxColumns = 1 << 14
)

// Range is a rectangle of cells, ends included. Rows count from 1 and columns
// from 0; a zero LastRow or LastColumn with Bounded unset is open.
type Range struct {
	FirstRow, LastRow       int
	FirstColumn, LastColumn int
}

// All is every cell of a sheet.
var All = Range{FirstRow: 1, LastRow: MaxRows, LastColumn: MaxColumns - 1}

var errRange = errors.New(`a range looks like A1:F200, A:F for whole columns, 5:200 for whole rows, or A5: for all that follows`)

// ParseRange reads a range as spreadsheets write it, with ends that may be left
// open: A1:F200, A:F, 5:200, A5:, A5:F. Signs of absolute places ($) and letter
// case mean nothing.
func ParseRange(text string) (Range, error) {
	first, last, both := strings.Cut(strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), "$", "")), ":")
	if !both || first == "" && last == "" {
		return Range{}, errRange
	}
	out := All
	from, err := parsePlace(first)
	if err != nil {
		return Range{}, err
	}
	to, err := parsePlace(last)
	if err != nil {
		return Range{}, err
	}
	if from.row > 0 {
		out.FirstRow = from.row
	}
	if from.column > 0 {
		out.FirstColumn = from.column - 1
	}
	if to.row > 0 {
		out.LastRow = to.row
	}
	if to.column > 0 {
		out.LastColumn = to.column - 1
	}
	if out.FirstRow > out.LastRow || out.FirstColumn > out.LastColumn {
		return Range{}, fmt.Errorf("its end lies before its beginning; %w", errRange)
	}
	return out, nil
}

// String writes the range; open ends are those of a sheet.
func (r Range) String() string {
	return PlaceName(r.FirstRow, r.FirstColumn) + ":" + PlaceName(r.LastRow, r.LastColumn)
}

// place is a cell, from 1; zero is what was not said.
type place struct{ row, column int }

func parsePlace(text string) (place, error) {
	letters := 0
	column := 0
	for letters < len(text) && text[letters] >= 'A' && text[letters] <= 'Z' {
		if column = column*26 + int(text[letters]-'A') + 1; column > MaxColumns {
			return place{}, fmt.Errorf("the last column of a sheet is %s; %w", ColumnName(MaxColumns-1), errRange)
		}
		letters++
	}
	p := place{column: column}
	if letters == len(text) {
		return p, nil
	}
	row, err := strconv.Atoi(text[letters:])
	switch {
	case err != nil || strings.ContainsAny(text[letters:], "+-") || row == 0:
		return place{}, errRange
	case row > MaxRows:
		return place{}, fmt.Errorf("the last row of a sheet is %d; %w", MaxRows, errRange)
	}
	p.row = row
	return p, nil
}

// ColumnName gives the letters of a column, counted from 0.
func ColumnName(column int) string {
	var out []byte
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		out = append([]byte{byte('A' + (n-1)%26)}, out...)
	}
	return string(out)
}

// PlaceName gives the name of a cell, as in C7.
func PlaceName(row, column int) string { return ColumnName(column) + strconv.Itoa(row) }

// cellPlace reads the place of a cell in a sheet's XML.
func cellPlace(raw []byte) (place, bool) {
	var p place
	i := 0
	for ; i < len(raw) && raw[i] >= 'A' && raw[i] <= 'Z'; i++ {
		if p.column = p.column*26 + int(raw[i]-'A') + 1; p.column > MaxColumns {
			return p, false
		}
	}
	digits := i
	for ; i < len(raw) && raw[i] >= '0' && raw[i] <= '9'; i++ {
		if p.row = p.row*10 + int(raw[i]-'0'); p.row > MaxRows {
			return p, false
		}
	}
	return p, i == len(raw) && p.column > 0 && digits < i
}
