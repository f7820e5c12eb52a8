package source

import (
	"ddap/desktop-runner/internal/workbook"
)

// cellTally is a column's cells of a sheet, counted by what they are. Cells of
// text are judged as those of a text file, numbers and dates are what they are.
type cellTally struct {
	texts                                                                 tally
	cells, integers, longs, huge, numbers, booleans, dates, stamps, times int
}

func (t *cellTally) add(v workbook.Value, missing map[string]bool) {
	switch {
	case v.Kind == workbook.Error, v.Kind == workbook.Text && missing[v.Text]:
		return
	case v.Kind == workbook.Text:
		t.texts.add(v.Text)
		return
	}
	t.cells++
	switch v.Kind {
	case workbook.Integer:
		t.integers++
		count(&t.longs, v.Int > exact || v.Int < -exact)
	case workbook.Long:
		t.huge++
	case workbook.Number:
		t.numbers++
	case workbook.Boolean:
		t.booleans++
	case workbook.Date:
		t.dates++
	case workbook.Timestamp:
		t.stamps++
	case workbook.Time:
		t.times++
	default: // a duration is of no kind but text
	}
}

// kind decides what all cells are; see tally.kind.
func (t *cellTally) kind(m marks) (kind, string) {
	text, unsure := t.texts.kind(m)
	if t.huge > 0 && t.huge+t.integers == t.cells {
		return kindText, "has integers of more than 64 bits and is kept as text"
	}
	return t.own().join(text), unsure
}

// own is the kind of the cells that are no text.
func (t *cellTally) own() kind {
	all := func(n int) bool { return n == t.cells }
	switch {
	case t.cells == 0:
		return kindEmpty
	case all(t.integers) && t.longs > 0:
		return kindLong
	case all(t.integers):
		return kindInteger
	case all(t.integers + t.numbers + t.huge):
		return kindFloat
	case all(t.booleans):
		return kindBoolean
	case all(t.dates):
		return kindDate
	case all(t.dates + t.stamps):
		return kindTimestamp
	case all(t.times):
		return kindTime
	default:
		return kindText
	}
}
