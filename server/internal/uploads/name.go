package uploads

import (
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of a file's name, in bytes: what a sender may send, what is kept.
const (
	maxSentName = 1000
	maxName     = 150
)

// fallbackName is for names of which nothing is left.
const fallbackName = "upload"

// cleanName gives a name that is safe to show, to log and to save under on any
// system: the last part of a path, in characters that print, without those that
// file systems or browsers take for something else, not hidden, and not too
// long. The ending stays: it tells what the file is.
func cleanName(sent string) string {
	sent = strings.ToValidUTF8(sent, "_")
	if at := strings.LastIndexAny(sent, `/\`); at >= 0 {
		sent = sent[at+1:]
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*%`, r):
			return '_'
		case unicode.IsPrint(r): // no control characters, none that turn text around, no space but the plain one
			return r
		case unicode.IsSpace(r):
			return ' '
		default:
			return -1
		}
	}, sent)
	name = strings.TrimRight(strings.TrimLeft(name, " ."), " .")
	if name == "" {
		return fallbackName
	}
	ending := filepath.Ext(name)
	if len(ending) > 20 || ending == name {
		ending = ""
	}
	return cut(strings.TrimSuffix(name, ending), maxName-len(ending)) + ending
}

// cut shortens a text to a number of bytes, between characters.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}
