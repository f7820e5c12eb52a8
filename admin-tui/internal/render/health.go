package render

import (
	"maps"
	"slices"

	"ddap/shared/api"
	"ddap/shared/i18n"
)

// Health shows whether a server can serve, and which of what it needs it has.
func (v View) Health(server string, h api.Health) []Line {
	word := func(status string) string {
		if status == "ok" {
			return v.in(i18n.Text{EN: "ok", ID: "baik"})
		}
		return v.in(i18n.Text{EN: "unavailable", ID: "tidak tersedia"})
	}
	all := []detail{{wordServer, server}, {i18n.Text{EN: "Version", ID: "Versi"}, h.Version}, {wordHealth, word(h.Status)}}
	for _, name := range slices.Sorted(maps.Keys(h.Checks)) {
		all = append(all, detail{i18n.Text{EN: name, ID: name}, word(h.Checks[name])})
	}
	return v.details(all)
}
