package render

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"ddap/shared/i18n"
	"ddap/shared/task"
)

// Style is how a piece of text would like to look. The zero value is plain.
type Style struct {
	// Light and Dark are colours on a light and on a dark ground, as #rrggbb;
	// both empty for the terminal's own.
	Light, Dark string
	Bold, Faint bool
}

var (
	plain = Style{}
	bold  = Style{Bold: true}
	faint = Style{Faint: true}
)

// stateStyle gives the colour of a state.
func stateStyle(s task.State) Style {
	a := s.Appearance()
	return Style{Light: a.Light, Dark: a.Dark}
}

// Span is text in one style.
type Span struct {
	Text  string
	Style Style
}

// Line is one line on a screen.
type Line []Span

// String gives the line's text, cleaned and without its styles.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(Clean(s.Text))
	}
	return strings.TrimRight(b.String(), " ")
}

// Fit cuts a line to a width (0: not at all), with an ellipsis where something
// is missing.
func (l Line) Fit(width int) Line {
	if width <= 0 || textWidth(l.String()) <= width {
		return l
	}
	var out Line
	left := width - 1 // the ellipsis
	for _, s := range l {
		text := Clean(s.Text)
		if w := textWidth(text); w <= left {
			out, left = append(out, Span{text, s.Style}), left-w
			continue
		}
		out = append(out, Span{ansi.Truncate(text, left, "") + "…", s.Style})
		break
	}
	return out
}

func text(s string) Line { return Line{{s, plain}} }

// heading is a line that begins a section, with a blank line before it.
func (v View) heading(t i18n.Text) []Line { return v.title(v.in(t)) }

func (v View) title(s string) []Line { return append([]Line{nil}, v.folded(s, "", bold)...) }

// folded breaks text at spaces to the view's width, every line behind the indent.
func (v View) folded(s, indent string, style Style) []Line {
	var out []Line
	for _, part := range fold(Clean(s), v.Width-textWidth(indent)) {
		out = append(out, Line{{indent, plain}, {part, style}})
	}
	return out
}

// minFold is the narrowest column that text is folded into.
const minFold = 20

// fold breaks cleaned text into lines of a width, at spaces only: an id or a
// command that were broken elsewhere could not be copied. A width of nothing or
// less breaks nothing.
func fold(s string, width int) []string {
	if width <= 0 {
		return []string{s}
	}
	width = max(width, minFold)
	var out []string
	line := ""
	for word := range strings.SplitSeq(s, " ") {
		switch {
		case line == "":
			line = word
		case textWidth(line)+1+textWidth(word) <= width:
			line += " " + word
		default:
			out, line = append(out, strings.TrimRight(line, " ")), word
		}
	}
	return append(out, strings.TrimRight(line, " "))
}

// hanging is folded with a mark before the first line; the others stand under it.
func (v View) hanging(mark, s string) []Line {
	blank := strings.Repeat(" ", textWidth(mark))
	out := v.folded(s, blank, plain)
	out[0][0].Text = mark
	return out
}
