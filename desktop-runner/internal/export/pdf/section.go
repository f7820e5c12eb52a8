package pdf

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"ddap/desktop-runner/internal/export/report"
)

// longTitle is from how many characters on a title is set smaller.
const longTitle = 80

func (w *writer) report() {
	r := w.of
	word := r.Speech.Word
	w.room(pageHeight)
	w.paragraph(strings.ToUpper(word("report")), "B", 8, accent)
	size := 20.0
	if utf8.RuneCountInString(r.Title) > longTitle {
		size = 13
	}
	w.paragraph(r.Title, "B", size, ink)
	w.paragraph(fmt.Sprintf("%s %s %s %s", word("made"), r.Speech.Date(r.Made), word("by"), r.Version), "", 9, soft)
	w.y += 2
	if len(r.Sections) > 1 {
		w.contents()
	}
	w.shortfall()
	w.y++
	w.rule(ink, 0.5)
	w.y += 6
	for i, s := range r.Sections {
		w.section(i, s)
	}
}

// shortfall says what the font cannot show; the first rendering finds that.
func (w *writer) shortfall() {
	if n := w.shows.lacking; n > 0 {
		w.paragraph(strings.ReplaceAll(w.of.Speech.Word("lacking"), "{n}", w.of.Speech.Number(float64(n))), "", 8, soft)
	}
	if w.shows.unjoined {
		w.paragraph(w.of.Speech.Word("unjoined"), "", 8, soft)
	}
}

func (w *writer) contents() {
	w.y++
	for i, s := range w.of.Sections {
		const size = 9.5
		w.room(lineHeight(size))
		w.font("", size, accent)
		link := w.pdf.AddLink()
		w.links = append(w.links, link)
		line := w.wrap(fmt.Sprintf("%d.  %s", i+1, s.Name), inner-60)[0]
		w.at(margin, w.y, size, line)
		w.pdf.Link(margin, w.y, inner, lineHeight(size), link)
		w.font("", size-1, soft)
		kind := w.wrap(s.Kind, 45)[0]
		w.at(pageWidth-margin-58, w.y, size-1, kind)
		if i < len(w.known) {
			number := w.of.Speech.Integer(int64(w.known[i]))
			w.at(pageWidth-margin-w.pdf.GetStringWidth(number), w.y, size-1, number)
		}
		w.y += lineHeight(size)
	}
}

func (w *writer) section(i int, s report.Section) {
	if i > 0 {
		w.y += 8
	}
	w.room(45)
	if i < len(w.links) {
		w.pdf.SetLink(w.links[i], w.y, w.pdf.PageNo())
	}
	w.begins = append(w.begins, w.pdf.PageNo())
	w.bookmark(s.Name, 0)
	w.paragraph(strings.ToUpper(s.Kind), "B", 8, accent)
	w.paragraph(s.Name, "B", 15, ink)
	w.y++
	w.paragraph(s.Summary, "", 11, ink)
	w.paragraph(s.Policy, "", 9, soft)
	w.figures(s.Figures)
	w.charts(s.Charts)
	for _, t := range s.Tables {
		w.table(t, w.of.Speech.Word("table"))
	}
	w.notes(s.Notes)
	w.pairs(w.of.Speech.Word("sources"), s.Data)
	w.pairs(w.of.Speech.Word("method"), s.Method)
}

// bookmark writes what a reader lists beside the pages. Only text of the font's
// characters is drawn, but here readers use fonts of their own.
func (w *writer) bookmark(text string, level int) {
	w.pdf.Bookmark(twoBytes(text), level, w.y)
}

// figures writes numbers side by side, four in a row.
func (w *writer) figures(of []report.Pair) {
	const beside, size = 4, 8.0
	wide := inner / beside
	if len(of) > 0 {
		w.y += 4
	}
	for from := 0; from < len(of); from += beside {
		row := of[from:min(from+beside, len(of))]
		names := make([][]string, len(row))
		most := 1
		w.font("", size, soft)
		for i, p := range row {
			names[i] = w.wrap(p.Name, wide-6)
			most = max(most, len(names[i]))
		}
		high := float64(most)*lineHeight(size) + 8.5
		w.room(high)
		for i, p := range row {
			x := margin + wide*float64(i)
			w.pdf.SetFillColor(hair[0], hair[1], hair[2])
			w.pdf.Rect(x, w.y, 0.8, high-3, "F")
			w.font("", size, soft)
			for j, line := range names[i] {
				w.at(x+3, w.y+lineHeight(size)*float64(j), size, line)
			}
			w.font("B", 12, ink)
			w.at(x+3, w.y+lineHeight(size)*float64(len(names[i])), 12, w.wrap(p.Value, wide-4)[0])
		}
		w.y += high
	}
}

func (w *writer) notes(of []string) {
	if len(of) == 0 {
		return
	}
	w.heading(w.of.Speech.Word("notes"), 14)
	for _, n := range of {
		w.font("", 9, ink)
		lines := w.wrap(n, inner-6)
		for i, line := range lines {
			w.room(lineHeight(9))
			w.pdf.SetFillColor(amber[0], amber[1], amber[2])
			w.pdf.Rect(margin, w.y, 0.9, lineHeight(9), "F")
			w.font("", 9, ink)
			if i == 0 {
				w.at(margin+3, w.y, 9, "•")
			}
			w.at(margin+6, w.y, 9, line)
			w.y += lineHeight(9)
		}
	}
}

// heading begins a part, and keeps so much of what follows with it.
func (w *writer) heading(text string, follows float64) {
	w.y += 5
	w.room(lineHeight(10.5) + follows)
	w.paragraph(text, "B", 10.5, ink)
	w.y++
}

// pairs writes names with their values beside them.
func (w *writer) pairs(title string, of []report.Pair) {
	if len(of) == 0 {
		return
	}
	const size, names = 9.0, 58.0
	w.heading(title, 2*lineHeight(size))
	for _, p := range of {
		w.font("", size, soft)
		left := w.wrap(p.Name, names-4)
		w.font("", size, ink)
		right := w.wrap(p.Value, inner-names)
		for i := range max(len(left), len(right)) {
			w.room(lineHeight(size))
			if i < len(left) {
				w.font("", size, soft)
				w.at(margin, w.y, size, left[i])
			}
			if i < len(right) {
				w.font("", size, ink)
				w.at(margin+names, w.y, size, right[i])
			}
			w.y += lineHeight(size)
		}
	}
}

func (w *writer) footer() {
	const size = 8.0
	w.font("", size, soft)
	y := pageHeight - 12
	title := w.wrap(w.of.Title, inner-50)
	w.at(margin, y, size, title[0])
	text := strings.NewReplacer(
		"{page}", w.of.Speech.Integer(int64(w.pdf.PageNo())), "{pages}", w.of.Speech.Integer(int64(w.pages)),
	).Replace(w.of.Speech.Word("sheet"))
	w.at(pageWidth-margin-w.pdf.GetStringWidth(text), y, size, text)
}
