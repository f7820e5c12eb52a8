package html

import (
	"maps"
	"slices"
	"strings"
	"time"

	"ddap/desktop-runner/internal/plan"
	"ddap/shared/i18n"
	"ddap/shared/operation"
	"ddap/shared/result"
)

// Speech has the words of reports in one language, for reports in other formats.
type Speech struct{ l locale }

// SpeechOf gives the words of a language; English for one that is not known.
func SpeechOf(language i18n.Language) Speech { return Speech{localeOf(language)} }

// Language is the one that it speaks.
func (s Speech) Language() i18n.Language { return s.l.words }

// Word gives a word of the frame, by its key among the fixed ones.
func (s Speech) Word(key string) string { return s.l.word(key) }

// Label names a metric, column or setting; one that is not known keeps its name.
func (s Speech) Label(name string) string { return s.l.label(name) }

// Phrase gives a title or note of a document.
func (s Speech) Phrase(english string) string { return s.l.phrase(english) }

// Kind names what a document is.
func (s Speech) Kind(kind string) string {
	if name, ok := kinds[kind]; ok {
		return name.In(s.l.words)
	}
	return kind
}

// Summary gives the sentence of a document.
func (s Speech) Summary(d *result.Document) string { return s.l.summary(d) }

// Setting writes the value of a parameter.
func (s Speech) Setting(name string, value any) string { return s.l.settingValue(name, value) }

// Integer writes a whole number with its groups of digits.
func (s Speech) Integer(v int64) string { return s.l.integer(v) }

// Date writes a moment, in UTC.
func (s Speech) Date(t time.Time) string { return s.l.date(t) }

// OwnText gives the words for text that operations put into a column of their own
// tables.
func (s Speech) OwnText(text, column string) string { return s.l.ownText(text, column) }

// OwnTable reports whether columns and cells of the table were named by
// operations; those of others are those of the data.
func OwnTable(name string) bool { return ownTables[name] }

// MetricNames gives a document's metrics in the order in which they are shown.
func MetricNames(d *result.Document) []string {
	return slices.SortedFunc(maps.Keys(d.Metrics), func(a, b string) int {
		if x, y := rank(a), rank(b); x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
}

// Title is that of a report: what was asked for, or else the names of the inputs.
func Title(inputs []plan.Input, p *operation.ExportParams) string { return title(inputs, p) }
