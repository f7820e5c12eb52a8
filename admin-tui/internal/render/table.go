package render

import (
	"slices"

	"github.com/charmbracelet/x/ansi"

	"ddap/shared/i18n"
)

// Table is rows under headings.
type Table struct {
	Columns []Column
	Rows    []Row
}

// Column is one column of a table.
type Column struct {
	Title string
	// Right aligns its cells right, as numbers stand.
	Right bool
	// Drop says which columns give way on a narrow screen: the highest first;
	// 0 stays.
	Drop int
	// Shrink is the width down to which the column's cells may be cut on a narrow
	// screen; 0 where they may not.
	Shrink int
}

// Row is one row, with as many cells as there are columns, and a note that
// stands on a line of its own below them.
type Row struct {
	Cells []Span
	Note  string
}

const gap = 2 // spaces between two columns

// Lines lays a table out in the view's width: first columns that may give way
// do, then cells that may be cut are. Without a width, everything stands whole.
func (v View) Lines(t Table) []Line {
	t = cleaned(t)
	widths := natural(t)
	kept := v.keep(t, widths)
	v.shrink(t, widths, kept)
	out := []Line{layout(headings(t), t, widths, kept)}
	for _, row := range t.Rows {
		out = append(out, layout(row.Cells, t, widths, kept))
		if row.Note != "" {
			out = append(out, Line{{"  └ ", faint}, {row.Note, faint}}.Fit(v.Width))
		}
	}
	return out
}

// LinesOr is Lines, or for a table without rows the sentence that says what
// would be there and how to get it there.
func (v View) LinesOr(t Table, empty i18n.Text) []Line {
	if len(t.Rows) == 0 {
		return v.folded(v.in(empty), "", plain)
	}
	return v.Lines(t)
}

func cleaned(t Table) Table {
	out := Table{Columns: slices.Clone(t.Columns)}
	for i := range out.Columns {
		out.Columns[i].Title = Clean(out.Columns[i].Title)
	}
	for _, row := range t.Rows {
		cells := slices.Clone(row.Cells)
		for i := range cells {
			cells[i].Text = Clean(cells[i].Text)
		}
		out.Rows = append(out.Rows, Row{Cells: cells, Note: Clean(row.Note)})
	}
	return out
}

// natural gives the width that each column would like.
func natural(t Table) []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = textWidth(c.Title)
		for _, row := range t.Rows {
			widths[i] = max(widths[i], textWidth(row.Cells[i].Text))
		}
	}
	return widths
}

// keep chooses the columns to show: all that fit once every cell that may be
// cut is, the least important dropped first.
func (v View) keep(t Table, widths []int) []int {
	kept := make([]int, len(t.Columns))
	for i := range kept {
		kept[i] = i
	}
	for v.Width > 0 && total(kept, func(i int) int { return smallest(t.Columns[i], widths[i]) }) > v.Width {
		at := -1
		for k, i := range kept {
			if d := t.Columns[i].Drop; d > 0 && (at < 0 || d > t.Columns[kept[at]].Drop) {
				at = k
			}
		}
		if at < 0 {
			break
		}
		kept = slices.Delete(kept, at, at+1)
	}
	return kept
}

// shrink takes the columns that are missing from the widest cells that may be cut.
func (v View) shrink(t Table, widths, kept []int) {
	for v.Width > 0 && total(kept, func(i int) int { return widths[i] }) > v.Width {
		widest := -1
		for _, i := range kept {
			if widths[i] > smallest(t.Columns[i], widths[i]) && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

func smallest(c Column, width int) int {
	if c.Shrink > 0 {
		return min(c.Shrink, width)
	}
	return width
}

func total(kept []int, width func(column int) int) int {
	sum := gap * max(len(kept)-1, 0)
	for _, i := range kept {
		sum += width(i)
	}
	return sum
}

func headings(t Table) []Span {
	out := make([]Span, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = Span{c.Title, faint}
	}
	return out
}

func layout(cells []Span, t Table, widths, kept []int) Line {
	var out Line
	for k, i := range kept {
		cell := cells[i]
		cell.Text = ansi.Truncate(cell.Text, widths[i], "…")
		last := k == len(kept)-1
		if !last || t.Columns[i].Right {
			cell.Text = pad(cell.Text, widths[i], t.Columns[i].Right)
		}
		if k > 0 {
			out = append(out, Span{"  ", plain})
		}
		out = append(out, cell)
	}
	return out
}
