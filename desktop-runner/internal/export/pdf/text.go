package pdf

import "strings"

type colour [3]int

// The colours of text and lines, as those of a report on a light screen.
var (
	ink    = colour{28, 34, 40}
	soft   = colour{89, 99, 110}
	hair   = colour{217, 222, 228}
	panel  = colour{246, 248, 250}
	accent = colour{0, 114, 178}
	amber  = colour{230, 159, 0}
)

// leading is the height of a line, in parts of the font's size.
const leading = 1.42

const pointsToMM = 25.4 / 72

func lineHeight(size float64) float64 { return size * pointsToMM * leading }

// font sets weight ("" or "B"), size in points, and colour.
func (w *writer) font(weight string, size float64, c colour) {
	w.pdf.SetFont(family, weight, size)
	w.pdf.SetTextColor(c[0], c[1], c[2])
}

// plain makes text printable.
func (w *writer) plain(text string) string {
	return w.glyphs.printable(text)
}

// at draws printable text with the upper left corner of its line at x, y.
func (w *writer) at(x, y, size float64, printable string) {
	w.pdf.Text(x, y+size*pointsToMM*1.05, printable)
}

// wrap breaks text into printable lines of at most the width, in the current
// font. It breaks words that are wider; direction is settled for each line.
func (w *writer) wrap(text string, width float64) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines = append(lines, w.wrapParagraph(strings.Fields(paragraph), width)...)
	}
	return lines
}

func (w *writer) wrapParagraph(words []string, width float64) (lines []string) {
	line := ""
	for _, word := range words {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if w.fits(longer, width) {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, w.plain(line))
		}
		var head string
		for !w.fits(word, width) {
			head, word = w.split(word, width)
			lines = append(lines, w.plain(head))
		}
		line = word
	}
	return append(lines, w.plain(line))
}

func (w *writer) fits(text string, width float64) bool {
	return w.pdf.GetStringWidth(w.plain(text)) <= width
}

// split cuts as much off a word as fits, and at least one character.
func (w *writer) split(word string, width float64) (head, rest string) {
	letters := []rune(word)
	low, high := 1, len(letters)-1
	for low < high {
		middle := (low + high + 1) / 2
		if w.fits(string(letters[:middle]), width) {
			low = middle
		} else {
			high = middle - 1
		}
	}
	if len(letters) < 2 {
		return word, ""
	}
	return string(letters[:low]), string(letters[low:])
}

// room begins a new page unless so much fits on this one.
func (w *writer) room(height float64) {
	if w.pdf.PageCount() == 0 || w.y+height > floor {
		w.pdf.AddPage()
		w.y = margin
	}
}

// paragraph writes text over the whole width.
func (w *writer) paragraph(text, weight string, size float64, c colour) {
	if text == "" {
		return
	}
	w.font(weight, size, c)
	for _, line := range w.wrap(text, inner) {
		w.room(lineHeight(size))
		w.font(weight, size, c)
		w.at(margin, w.y, size, line)
		w.y += lineHeight(size)
	}
}

func (w *writer) rule(c colour, wide float64) {
	w.pdf.SetDrawColor(c[0], c[1], c[2])
	w.pdf.SetLineWidth(wide)
	w.pdf.Line(margin, w.y, pageWidth-margin, w.y)
}
