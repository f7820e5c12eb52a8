// Package render turns the API's types into lines for people: rows and cells,
// sentences, numbers, ages, small charts. It is pure: what it gives depends on
// its arguments only, and it neither reads nor writes nor asks for the time.
// Colour is a wish (Style) here; package theme turns it into what a terminal
// understands.
//
// Text that came from a server is cleaned before it is measured or shown (see
// Clean), so that nothing in a name or a message can command the terminal.
package render

import (
	"time"

	"ddap/shared/i18n"
)

// View is how somebody looks at things: in which language, when, and on how
// wide a screen.
type View struct {
	Language i18n.Language
	// Now is the time that ages are counted from.
	Now time.Time
	// Width is how many columns a line may take; 0 where there is no screen, and
	// then nothing is cut or folded.
	Width int

	// ungrouped leaves the thousands separators out.
	ungrouped bool
}

// in gives a text in the view's language.
func (v View) in(t i18n.Text) string { return t.In(v.Language) }
