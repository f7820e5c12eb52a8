package pdf

import (
	"fmt"
	"strings"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// family is DejaVu Sans, which has Latin, Greek, Cyrillic, Hebrew, Arabic and
// many signs. Its licence lets it be embedded and passed on with any program.
const family = "DejaVu"

// replacement stands visibly for a character that the font does not have.
const replacement = '□'

// glyphs knows which characters both weights of the font have.
type glyphs struct {
	fonts  [2]*sfnt.Font
	buffer sfnt.Buffer
	known  map[rune]bool
	shortfall
}

// shortfall is what a report cannot show of its text: so many different characters,
// and letters of Arabic as they are joined.
type shortfall struct {
	lacking  int
	unjoined bool
}

func newGlyphs() (*glyphs, error) {
	g := &glyphs{known: map[rune]bool{}}
	for i, raw := range [][]byte{dejavusans.TTF, dejavusansbold.TTF} {
		font, err := sfnt.Parse(raw)
		if err != nil {
			return nil, fmt.Errorf("reading the font: %w", err)
		}
		g.fonts[i] = font
	}
	return g, nil
}

func (*glyphs) addTo(p *fpdf.Fpdf) {
	p.AddUTF8FontFromBytes(family, "", dejavusans.TTF)
	p.AddUTF8FontFromBytes(family, "B", dejavusansbold.TTF)
}

func (g *glyphs) has(r rune) bool {
	known, asked := g.known[r]
	if asked {
		return known
	}
	// fpdf writes two bytes a character, so that those beyond have no place.
	known = r < 0xFFFF
	for _, font := range g.fonts {
		index, err := font.GlyphIndex(&g.buffer, r)
		known = known && err == nil && index != 0
	}
	if g.known[r] = known; !known {
		g.lacking++
	}
	return known
}

// printable gives text in the order in which it is drawn, from the left, without
// what the font does not have.
func (g *glyphs) printable(text string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, string(replacement))) {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.In(r, unicode.Cc, unicode.Cf) || unicode.Is(unicode.Variation_Selector, r):
			// Directions and joiners have no picture.
		case g.has(r):
			b.WriteRune(r)
			g.unjoined = g.unjoined || unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r)
		default:
			b.WriteRune(replacement)
		}
	}
	return visual(b.String())
}

// visual puts text that is read from the right into the order of the page.
// Arabic letters stay in their isolated forms: joining them takes a shaper.
func visual(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko)
	}) {
		return text
	}
	var p bidi.Paragraph
	// The mark makes the line one that is read from the left, whatever it begins with.
	const leftToRight = "\u200e"
	if _, err := p.SetString(leftToRight + text); err != nil {
		return text
	}
	order, err := p.Order()
	if err != nil {
		return text
	}
	var b strings.Builder
	for i := range order.NumRuns() {
		run := order.Run(i)
		if run.Direction() == bidi.RightToLeft {
			b.WriteString(bidi.ReverseString(run.String()))
		} else {
			b.WriteString(run.String())
		}
	}
	return strings.ReplaceAll(b.String(), leftToRight, "")
}

// twoBytes replaces what fpdf cannot write even where no font is needed: it
// takes the lower 16 bits of a character.
func twoBytes(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFFFF || unicode.IsControl(r) {
			return replacement
		}
		return r
	}, strings.ToValidUTF8(text, string(replacement)))
}
