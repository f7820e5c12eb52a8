package pdf

import (
	"fmt"
	"strings"

	"ddap/desktop-runner/internal/export/report"
)

const (
	cellGap = 1.6
	widest  = 62.0
	// shortHead is the width up to which a head is not broken.
	shortHead = 20.0
	narrow    = 9.0
	maxLines  = 4
	// keptTogether is the room that the words above a part, its heads and a row need.
	keptTogether = 30.0
	// largeText and smallText are the sizes between which a table's text shrinks
	// before its columns are laid out below each other.
	largeText = 8.5
	smallText = 6.5
)

// table writes a table with its heads on every page. One that is too wide even in
// small text comes in parts, each with the first column.
func (w *writer) table(t report.Table, word string) {
	title := t.Title
	if t.Number > 0 {
		title = fmt.Sprintf("%s %d. %s", word, t.Number, t.Title)
	}
	w.heading(title, 22)
	if t.Number > 0 {
		w.bookmark(title, 1)
	}
	w.grid(t)
	w.y++
	w.paragraph(t.Caption, "", 8, soft)
}

// grid writes the cells alone.
func (w *writer) grid(t report.Table) {
	size := largeText
	widths := w.widths(t, size)
	for sum(widths) > inner && size > smallText {
		size -= 0.5
		widths = w.widths(t, size)
	}
	for i, part := range parts(widths) {
		if i > 0 {
			w.y += 4
		}
		if len(part) < len(widths) {
			w.room(keptTogether)
			w.paragraph(w.columnsOf(part, i, len(widths)), "", 8, soft)
		}
		w.columns(t, part, widths, size)
	}
}

// columnsOf says which columns a part of a table has, beside the first one that
// all parts have.
func (w *writer) columnsOf(part []int, index, all int) string {
	from := part[0]
	if index > 0 && from == 0 && len(part) > 1 {
		from = part[1]
	}
	number := func(n int) string { return w.of.Speech.Integer(int64(n)) }
	return strings.NewReplacer("{from}", number(from+1), "{to}", number(part[len(part)-1]+1), "{all}", number(all)).Replace(w.of.Speech.Word("columnsof"))
}

func sum(of []float64) (s float64) {
	for _, v := range of {
		s += v
	}
	return s
}

// parts divides columns into groups that fit beside each other.
func parts(widths []float64) [][]int {
	var out [][]int
	var part []int
	used := 0.0
	for i, wide := range widths {
		if used+wide > inner && len(part) > 0 {
			out = append(out, part)
			part, used = nil, 0
			if widths[0]+wide <= inner {
				part, used = []int{0}, widths[0]
			}
		}
		part, used = append(part, i), used+wide
	}
	if len(part) == 0 {
		return out
	}
	return append(out, part)
}

// widths gives what each column would like to have, within bounds.
func (w *writer) widths(t report.Table, size float64) []float64 {
	out := make([]float64, len(t.Heads))
	for j, h := range t.Heads {
		w.font("B", size, ink)
		// Long heads may be broken at their spaces, but no further.
		out[j] = min(w.pdf.GetStringWidth(w.plain(h.Text)), shortHead)
		for word := range strings.FieldsSeq(h.Text) {
			out[j] = max(out[j], w.pdf.GetStringWidth(w.plain(word)))
		}
		w.font("", size, ink)
		for _, row := range t.Rows {
			out[j] = max(out[j], w.pdf.GetStringWidth(w.plain(row[j].Text)))
		}
		out[j] = min(max(out[j]+2*cellGap, narrow), widest)
	}
	return out
}

func (w *writer) columns(t report.Table, part []int, widths []float64, size float64) {
	heads := make([]report.Cell, len(part))
	for k, j := range part {
		heads[k] = report.Cell{Text: t.Heads[j].Text, Right: t.Heads[j].Numeric}
	}
	head := w.lines(heads, part, widths, size, "B")
	w.row(head, heads, part, widths, size, true)
	for _, row := range t.Rows {
		cells := make([]report.Cell, len(part))
		for k, j := range part {
			cells[k] = row[j]
		}
		lines := w.lines(cells, part, widths, size, "")
		page := w.pdf.PageNo()
		w.room(high(lines, size))
		if w.pdf.PageNo() != page {
			w.row(head, heads, part, widths, size, true)
		}
		w.row(lines, cells, part, widths, size, false)
	}
}

// lines wraps the cells of a row; what is too long ends in dots.
func (w *writer) lines(cells []report.Cell, part []int, widths []float64, size float64, weight string) [][]string {
	out := make([][]string, len(cells))
	w.font(weight, size, ink)
	for k, c := range cells {
		out[k] = w.wrap(c.Text, widths[part[k]]-2*cellGap+0.01)
		if len(out[k]) > maxLines {
			out[k] = append(out[k][:maxLines-1], "…")
		}
	}
	return out
}

func high(lines [][]string, size float64) float64 {
	most := 1
	for _, l := range lines {
		most = max(most, len(l))
	}
	return float64(most)*lineHeight(size) + 1.6
}

func (w *writer) row(lines [][]string, cells []report.Cell, part []int, widths []float64, size float64, head bool) {
	tall := high(lines, size)
	x, weight := margin, ""
	if head {
		w.room(tall + 8)
		weight = "B"
		w.pdf.SetFillColor(panel[0], panel[1], panel[2])
		all := 0.0
		for _, j := range part {
			all += widths[j]
		}
		w.pdf.Rect(margin, w.y, all, tall, "F")
	}
	for k, cell := range cells {
		wide := widths[part[k]]
		colour := ink
		if cell.Kind == report.WithheldCell || cell.Kind == report.MissingCell {
			colour = soft
		}
		w.font(weight, size, colour)
		for i, line := range lines[k] {
			left := x + cellGap
			if cell.Right {
				left = x + wide - cellGap - w.pdf.GetStringWidth(line)
			}
			w.at(left, w.y+0.8+lineHeight(size)*float64(i), size, line)
		}
		x += wide
	}
	w.y += tall
	w.pdf.SetDrawColor(hair[0], hair[1], hair[2])
	w.pdf.SetLineWidth(0.15)
	w.pdf.Line(margin, w.y, x, w.y)
}
