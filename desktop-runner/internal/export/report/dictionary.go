package report

import (
	"maps"

	"ddap/shared/i18n"
)

//go:generate go run ./phpwords

// Dictionary is all that other screens need to say documents as reports do.
type Dictionary struct {
	// Labels name metrics, columns and settings.
	Labels map[string]i18n.Text `json:"labels"`
	// Tables says how many columns operations name in each of their tables, from
	// the first one on; all of them where it is below zero.
	Tables map[string]int `json:"tables"`
	// Types are the types of columns.
	Types map[string]i18n.Text `json:"types"`
	// Phrases are titles and notes in English, with ... for what differs, and in
	// Indonesian, with ${1} for it. The first that fits is meant, exact ones before all others.
	Phrases [][2]string `json:"phrases"`
	// Summaries are sentences in Indonesian by the kind of document, with the
	// names of metrics and parameters in braces.
	Summaries map[string]string `json:"summaries"`
}

// Words gives the dictionary of this release.
func Words() Dictionary {
	names := maps.Clone(titles())
	maps.Copy(names, scores)
	maps.Copy(names, labels)
	maps.DeleteFunc(names, func(_ string, t i18n.Text) bool { return t.EN == "" || t.ID == "" })
	out := Dictionary{Labels: names, Tables: ownTables, Summaries: summaries, Types: map[string]i18n.Text{}}
	for t, name := range typeNames {
		out.Types[string(t)] = name
	}
	for _, p := range phrases {
		out.Phrases = append(out.Phrases, [2]string{p.exact, p.indonesian})
	}
	return out
}
