package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text from elsewhere harmless on a terminal and keeps it on one
// line: line breaks and tabs become spaces, every other control character its
// picture (␛ for escape), characters that turn the direction of writing or take
// no room vanish, and bytes that are no UTF-8 become �. Cleaning twice changes
// nothing.
func Clean(s string) string {
	if isClean(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if picture := cleanRune(r); picture >= 0 {
			b.WriteRune(picture)
		}
	}
	return b.String()
}

const zeroWidthJoiner = '\u200d' // holds composed emoji together, and does nothing else

// cleanRune gives what stands for r, and -1 where nothing does.
func cleanRune(r rune) rune {
	switch {
	case r == '\n' || r == '\t' || r == '\r' || r == '\u2028' || r == '\u2029':
		return ' '
	case r < 0x20:
		return 0x2400 + r // Unicode's control pictures stand in the order of the characters
	case r == 0x7f:
		return '␡'
	case r >= 0x80 && r < 0xa0:
		return utf8.RuneError // C1: 0x9b alone begins a sequence on some terminals
	case r == zeroWidthJoiner:
		return r
	case unicode.Is(unicode.Cf, r):
		return -1
	default:
		return r
	}
}

func isClean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if cleanRune(r) != r {
			return false
		}
	}
	return true
}

// CleanJSON makes a JSON document harmless on a terminal without changing what
// it says: the characters that Clean replaces can stand raw in JSON's strings
// only, and are written as escapes there.
func CleanJSON(document []byte) []byte {
	var b strings.Builder
	for _, r := range string(document) {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteRune(r) // between the tokens
		case cleanRune(r) != r && r <= 0xffff:
			b.WriteString(`\u` + hex4(r))
		case cleanRune(r) != r:
			high, low := surrogates(r)
			b.WriteString(`\u` + hex4(high) + `\u` + hex4(low))
		default:
			b.WriteRune(r)
		}
	}
	return []byte(b.String())
}

func hex4(r rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15]})
}

// surrogates splits a rune beyond the basic plane (RFC 8259, section 7).
func surrogates(r rune) (high, low rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}

// textWidth is how many columns cleaned text takes on a terminal.
func textWidth(s string) int { return ansi.StringWidth(s) }

// pad fills text with spaces to a width, on the left for text that is to stand right.
func pad(s string, width int, right bool) string {
	fill := strings.Repeat(" ", max(width-textWidth(s), 0))
	if right {
		return fill + s
	}
	return s + fill
}
