package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// message is one text with its translation.
type message struct {
	// Context tells it from the same text elsewhere.
	Context, ID, Plural string
	// Translations are one for each plural form.
	Translations []string
	// Files are where it stands.
	Files []string
	Fuzzy bool
}

// incomplete says why a message is not translated; empty where it is.
func (m *message) incomplete() string {
	if m.Fuzzy {
		return "only guessed"
	}
	if len(m.Translations) == 0 || slices.Contains(m.Translations, "") {
		return "not translated"
	}
	return ""
}

// pluralForms reads the rule of plurals from the message that is the header.
func (m *message) pluralForms() string {
	for line := range strings.Lines(strings.Join(m.Translations, "")) {
		if rule, ok := strings.CutPrefix(line, "Plural-Forms: "); ok {
			return strings.TrimSpace(rule)
		}
	}
	return "nplurals=2; plural=(n != 1);"
}

// read reads the messages of a .po file, as gettext's programs write it.
func read(file string) ([]*message, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read a translation: %w", err)
	}
	var messages []*message
	for paragraph := range strings.SplitSeq(string(text), "\n\n") {
		m, err := parse(paragraph)
		if err != nil {
			return nil, fmt.Errorf("%s: %w in\n%s", file, err, paragraph)
		}
		if m.Translations != nil {
			messages = append(messages, m)
		}
	}
	return messages, nil
}

// parse reads one message.
func parse(paragraph string) (*message, error) {
	m := &message{}
	var open *string // the text that a line of only a string goes on with
	for line := range strings.SplitSeq(strings.TrimSpace(paragraph), "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case word == "#:":
			m.Files = append(m.Files, strings.Fields(rest)...)
		case word == "#,":
			m.Fuzzy = m.Fuzzy || strings.Contains(rest, "fuzzy")
		case strings.HasPrefix(word, "#") || line == "":
		case strings.HasPrefix(line, `"`):
			if open == nil {
				return m, errors.New("a string that belongs to nothing")
			}
			rest = line
		default:
			if open = m.part(word); open == nil {
				return m, fmt.Errorf("the unknown word %q", word)
			}
		}
		if open != nil && !strings.HasPrefix(word, "#") {
			value, err := strconv.Unquote(rest)
			if err != nil {
				return m, fmt.Errorf("the string %s", rest)
			}
			*open += value
		}
	}
	return m, nil
}

// part gives the part of a message that a word begins; nil where there is none.
func (m *message) part(word string) *string {
	switch {
	case word == "msgctxt":
		return &m.Context
	case word == "msgid":
		return &m.ID
	case word == "msgid_plural":
		return &m.Plural
	case strings.HasPrefix(word, "msgstr"):
		m.Translations = append(m.Translations, "")
		return &m.Translations[len(m.Translations)-1]
	}
	return nil
}
