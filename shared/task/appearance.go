package task

// Appearance is how every screen marks a state. Colour never stands alone: the
// glyph and the word from package i18n go with it.
type Appearance struct {
	// Glyph is one character of width one.
	Glyph string
	// Light and Dark are the colours on a light and a dark ground, as #rrggbb.
	Light, Dark string
}

const (
	greyLight, greyDark   = "#646970", "#a7aaad"
	blueLight, blueDark   = "#2271b1", "#72aee6"
	greenLight, greenDark = "#007017", "#68de7c"
	redLight, redDark     = "#b32d2e", "#f86368"
)

var appearances = map[State]Appearance{
	Scheduled: {"◷", greyLight, greyDark},
	Blocked:   {"⧖", greyLight, greyDark},
	Queued:    {"…", blueLight, blueDark},
	Leased:    {"▶", blueLight, blueDark},
	Running:   {"▶", blueLight, blueDark},
	Succeeded: {"✓", greenLight, greenDark},
	Failed:    {"✕", redLight, redDark},
	Canceled:  {"⊘", greyLight, greyDark},
}

// Appearance gives the mark of s; a grey question mark for a state that a newer
// server may know.
func (s State) Appearance() Appearance {
	if a, ok := appearances[s]; ok {
		return a
	}
	return Appearance{"?", greyLight, greyDark}
}
